internal import Foundation

/// How an engine is started: two stages with the same launch can share a process.
struct EngineLaunch: Hashable, Sendable {
    /// The program's path or name, then its arguments.
    var command: [String]
    /// Added to this process's environment.
    var environment: [String: String]

    /// - Parameters:
    ///   - threads: Of the stage: libraries that sum in parallel must use no other number.
    ///   - device: "cpu" or "cuda:N".
    init(command: [String], threads: Int, device: String) {
        self.command = Self.resolved(command)
        let count = String(max(threads, 1))
        environment = [
            "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count,
            // Without a device of its own an engine must not take the first one it finds.
            "CUDA_VISIBLE_DEVICES": WorkerConfiguration.cudaIndex(device).map(String.init) ?? "",
        ]
    }

    /// A bare name is looked for beside this executable first: an installation's programs lie together. What is not
    /// there is left to `PATH`.
    private static func resolved(_ command: [String]) -> [String] {
        guard let name = command.first, !name.contains("/"),
            let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        else { return command }
        let sibling = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: sibling) else { return command }
        return [sibling] + command.dropFirst()
    }
}
