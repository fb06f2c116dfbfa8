internal import Foundation

/// Remembers which engines run, so that a worker that was killed does not leave them training for nobody.
///
/// A file an engine process: its number and its start time, which together name a process for good.
struct EngineLeftovers: Sendable {
    let directory: String

    func remember(pid: Int32) {
        guard let start = Self.startTime(of: pid) else { return }
        // Without the file an orphan lives until it notices that its stdin is closed.
        try? Data("\(start)".utf8).write(to: URL(fileURLWithPath: "\(directory)/\(pid)"))
    }

    func forget(pid: Int32) { unlink("\(directory)/\(pid)") }

    /// Ends what an earlier worker left behind. Its stdin is closed, so that it is writing a checkpoint and leaving
    /// already: it is killed only where that takes longer than `patience`. Returns how many there were.
    func endAll(patience: Duration = EngineProcess.patience) async -> Int {
        let deadline = ContinuousClock.now + patience
        var count = 0
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            if let pid = Int32(name), pid > 1, let start = try? String(contentsOfFile: path, encoding: .utf8),
                Self.startTime(of: pid) == start
            {
                count += 1
                while Self.startTime(of: pid) == start, ContinuousClock.now < deadline {
                    try? await Task.sleep(for: .milliseconds(20))
                }
                if Self.startTime(of: pid) == start { kill(-pid, SIGKILL) }
            }
            unlink(path)
        }
        return count
    }

    /// In clock ticks since the machine started: the 22nd field of /proc/PID/stat (proc(5)); nil of a process that has
    /// ended, also where nobody has taken note of its end.
    private static func startTime(of pid: Int32) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].split(separator: " ")
        // The closing parenthesis ends field 2; the third is the state.
        return fields.count > 20 && fields[1] != "Z" ? String(fields[20]) : nil
    }
}
