internal import Foundation
internal import Subprocess
internal import Sweep

/// How an engine is started: two stages with the same launch can share a process.
struct EngineLaunch: Hashable, Sendable {
    /// The program's path or name, then its arguments.
    var command: [String]
    /// Added to this process's environment.
    var environment: [String: String]
    /// The user's own engine that this is: one that runs already is not another version of it.
    var engine: OwnEngine?

    /// - Parameters:
    ///   - threads: Of the stage: libraries that sum in parallel must use no other number.
    ///   - device: "cpu" or "cuda:N".
    init(command: [String], threads: Int, device: String, engine: OwnEngine? = nil) {
        self.command = Self.resolved(command)
        self.engine = engine
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

/// The programs that a worker on this machine can run as engines.
package enum EngineCommand {
    /// Whether the first word of a command line names one: by a path, or beside this executable, or on `PATH`.
    package static func isFound(_ program: String) async -> Bool {
        let command = EngineLaunch(command: [program], threads: 1, device: "cpu").command
        guard let program = command.first, !program.contains("/") else { return true }
        return (try? await Executable.name(program).resolveExecutablePath(in: .inherit)) != nil
    }
}
