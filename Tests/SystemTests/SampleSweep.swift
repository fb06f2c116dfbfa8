import Foundation

/// Sweep files for the system tests.
enum SampleSweep {
    /// 2 seeds x 2 methods x 2 sparsities through the fake engine: 2 train and 8 prune stages.
    static func fake(
        log: URL, steps: Int = 4, milliseconds: Int = 20, methods: [String] = ["random", "magnitude-global"],
        options: [String] = []
    ) -> String {
        let engine = Program.directory.appendingPathComponent("espalier-fake-engine").path
        return """
            name: sample
            network: lenet-300-100
            dataset: digits
            seeds: [0, 1]
            sparsities: [0.5, 0.9]
            methods: [\(methods.joined(separator: ", "))]
            engine:
              command: ["\(engine)", "--steps", "\(steps)", "--milliseconds", "\(milliseconds)", "--log", "\(log.path)"\(options.map { ", \"\($0)\"" }.joined())]
              # Without it the log, which the command line names, would be taken for a part of the engine.
              version: 1
            """
    }

    /// The same through the real engine, with little training.
    static let real = """
        name: digits-small
        network: lenet-300-100
        dataset: digits
        seeds: [0, 1]
        training: {epochs: 4, batch-size: 32, learning-rate: 0.1, warm-up: 0}
        retrain: {epochs: 2}
        sparsities: [0.5, 0.9]
        methods: [random, magnitude-global]
        """
}

/// What the fake engines of a sweep wrote into their common log.
struct EngineLog {
    /// "run", "stopped" or "done", with the stage's key and the engine's process.
    struct Line: Equatable {
        let verb: String
        let stage: String
        /// From which it was run, or at which it was stopped.
        let step: Int?
        let pid: Int32
    }

    let lines: [Line]

    init(_ url: URL) {
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        lines = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 4, let pid = Int32(words[words.count - 1]) else { return nil }
            return Line(
                verb: String(words[0]), stage: String(words[1]), step: words.count > 4 ? Int(words[3]) : nil, pid: pid)
        }
    }

    /// Steps that the engines took: of each time a stage ran, from where it began to where it was left, or to the end.
    func steps(ofStages length: Int) -> Int {
        var begun: [String: Int] = [:]
        return lines.reduce(0) { sum, line in
            switch line.verb {
            case "run":
                begun[line.stage] = line.step
                return sum
            default: return sum + (line.step ?? length) - (begun[line.stage] ?? 0)
            }
        }
    }

    func stages(_ verb: String) -> [String] { lines.filter { $0.verb == verb }.map(\.stage) }
}
