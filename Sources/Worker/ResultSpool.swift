internal import Files
internal import Foundation
internal import Scheduling
internal import Sweep
internal import Wire

/// Finished stages on disk, a file each, until the coordinator has them.
struct ResultSpool {
    let directory: String

    func write(_ result: SpooledResult) throws {
        try WholeFile.write(Data(WireStageResult(result).line.utf8), to: path(of: result.lease), mode: 0o600)
    }

    func remove(_ lease: LeaseID) throws(FileError) {
        try WholeFile.remove(path(of: lease))
    }

    /// What earlier processes left.
    struct Content {
        var results: [SpooledResult] = []
        /// Results that break the rules, as an earlier release may have spooled them.
        var refused: [LeaseID: Failure] = [:]
        /// A sentence for each file that is not a result; those stay where they are.
        var damaged: [String] = []
    }

    func load() -> Content {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var content = Content()
        for name in names.sorted() where name.hasSuffix(".json") {
            let path = "\(directory)/\(name)"
            if let text = try? String(contentsOfFile: path, encoding: .utf8),
                let message = try? WireStageResult(line: text),
                let lease = try? LeaseID(stageKey: message.stageKey, epoch: message.epoch)
            {
                do {
                    content.results.append(SpooledResult(lease: lease, outcome: try Outcome(message.outcome)))
                } catch {
                    content.refused[lease] = Failure(
                        cause: .engineCrash,
                        untrusted: "the spooled result is refused: \(error.reason); correct the engine")
                }
            } else {
                content.damaged.append(
                    "\(path) is not a spooled result and was passed over; remove it when it is not needed")
            }
        }
        return content
    }

    private func path(of lease: LeaseID) -> String { "\(directory)/\(lease.stage.hex)-\(lease.epoch).json" }
}
