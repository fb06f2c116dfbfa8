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

    /// What earlier processes left, and the files that are not results (the sentence says so); those stay where they are.
    func load() -> (results: [SpooledResult], damaged: [String]) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var results: [SpooledResult] = []
        var damaged: [String] = []
        for name in names.sorted() where name.hasSuffix(".json") {
            let path = "\(directory)/\(name)"
            if let text = try? String(contentsOfFile: path, encoding: .utf8),
                let message = try? WireStageResult(line: text), let result = SpooledResult(message)
            {
                results.append(result)
            } else {
                damaged.append("\(path) is not a spooled result and was passed over; remove it when it is not needed")
            }
        }
        return (results, damaged)
    }

    private func path(of lease: LeaseID) -> String { "\(directory)/\(lease.stage.hex)-\(lease.epoch).json" }
}
