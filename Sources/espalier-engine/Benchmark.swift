internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Terminal

/// Times of training steps and scoring passes.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time training steps, or a method's scoring passes, on made-up images.")

    @Option(help: "A network of `describe`.")
    var network: String

    @Option(help: "Time the scoring passes of this method of `describe` instead of training steps.")
    var score: String?

    @Option(help: "Images per step; how many images a scoring pass looks at is the method's.")
    var batch = 128

    @Option(help: "Threads of one operation.")
    var threads = 1

    @Option(help: "Steps or passes timed, after some that are not.")
    var steps = 50

    @Flag(help: "Time steps in pairs, without masks and under masks that leave a tenth of the weights.")
    var masked = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard batch > 0, threads > 0, steps > 0 else {
            throw ValidationError("--batch, --threads and --steps must be at least 1")
        }
        guard !masked || score == nil else {
            throw ValidationError("--masked is about training steps, --score about a method's passes; give one of them")
        }
    }

    func run() throws {
        let bench = try Bench(
            network: network, scoring: score, batch: batch, threads: threads, steps: steps, masked: masked)
        if json {
            try Terminal.printJSON(bench, asLine: true)
        } else {
            let what = score.map { "scores of \($0)" } ?? "a step of batch \(batch)"
            try Terminal.print(
                "\(network), \(what), \(threads) threads: \(bench.medianSeconds * 1000) ms, "
                    + "at most \(bench.peakMemory / 1_000_000) MB")
            if let ratio = bench.maskedRatio { try Terminal.print("under masks \(ratio) of that time") }
            if let shares = bench.shares {
                let parts = shares.filter { $0.value >= 0.005 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                try Terminal.print(
                    parts.map { "\(Int(($0.value * 100).rounded())) % \($0.key)" }.joined(separator: ", "))
            }
        }
    }
}
