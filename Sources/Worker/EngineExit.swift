internal import Foundation
internal import Scheduling

/// How an engine process ended.
enum EngineExit: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    case notStarted(reason: String)

    /// The failure of the stage that was running, blamed by cause.
    ///
    /// - Parameters:
    ///   - oomKills: Processes the kernel killed for memory while this one ran.
    ///   - stderr: The last lines it wrote there.
    func failure(program: String, oomKills: UInt64, stderr: String) -> Failure {
        if isOutOfMemory(oomKills: oomKills, stderr: stderr) {
            return Failure(
                cause: .outOfMemory,
                message:
                    "the engine \(program) ran out of memory (\(description)); give it a smaller batch, or the worker "
                    + "fewer slots or more memory", evidence: stderr)
        }
        if case .notStarted(let reason) = self {
            return Failure(cause: .engineCrash, message: "the engine \(program) was not started: \(reason)")
        }
        return Failure(
            cause: .engineCrash,
            message: "the engine \(program) ended in mid-stage (\(description)); its last lines are the evidence",
            evidence: stderr)
    }

    var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): "signal \(number), \(Self.name(of: number))"
        case .notStarted(let reason): reason
        }
    }

    private func isOutOfMemory(oomKills: UInt64, stderr: String) -> Bool {
        switch self {
        case .signalled(SIGKILL): oomKills > 0
        case .notStarted, .exited(0): false
        case .signalled, .exited:
            // What libtorch, CUDA, Python and C++ say last when an allocation fails.
            ["not enough memory", "out of memory", "bad_alloc", "MemoryError", "Cannot allocate memory"]
                .contains { stderr.contains($0) }
        }
    }

    private static func name(of number: Int32) -> String {
        let names: [Int32: String] = [
            SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGHUP: "SIGHUP", SIGILL: "SIGILL",
            SIGINT: "SIGINT",
            SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT", SIGSEGV: "SIGSEGV", SIGSYS: "SIGSYS",
            SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
        ]
        return names[number] ?? "unnamed"
    }
}

/// The kernel's count of processes killed for want of memory.
enum OOMKills {
    /// Of this process's control group where it has one (memory.events of cgroup v2), else of the machine (/proc/vmstat).
    static var count: UInt64 {
        let group = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3)
        if let group, let count = counter("oom_kill", in: "/sys/fs/cgroup\(group)/memory.events") { return count }
        return counter("oom_kill", in: "/proc/vmstat") ?? 0
    }

    private static func counter(_ name: String, in path: String) -> UInt64? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return UInt64(words[1]) }
        }
        return nil
    }
}
