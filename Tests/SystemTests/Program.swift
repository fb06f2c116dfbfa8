import Foundation
import Synchronization

/// A child process of a test: what it wrote, and how it ended.
///
/// Spawned by hand, because Foundation's `Process` lets later children inherit what it watches a child by.
final class Program: Sendable {
    private struct State {
        var output: [UInt8] = []
        var log: [UInt8] = []
        var status: Int32?
        var waiters: [@Sendable (State) -> Bool] = []

        var text: String { String(decoding: log, as: UTF8.self) }
        var hasEnded: Bool { status != nil }
    }

    let name: String
    let pid: pid_t
    private let state = Mutex(State())

    /// Where the package's executables lie: beside the test bundle that is running.
    static let directory: URL = {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own ?? "").deletingLastPathComponent()
    }()

    /// What standard output or standard error is connected to.
    enum Sink: String, CaseIterable {
        case captured, full, closed, readerGone
    }

    /// Starts `espalier` (or another executable of the package, or one with its full path) with the arguments, standard
    /// input empty.
    init(
        _ arguments: [String], executable: String = "espalier", environment: [String: String] = [:],
        output outputSink: Sink = .captured, log logSink: Sink = .captured
    ) throws {
        let path = executable.hasPrefix("/") ? executable : Self.directory.appendingPathComponent(executable).path
        name = ([executable] + arguments.prefix(2)).joined(separator: " ")
        let (output, log) = (try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let unread = try Self.pipe()
        close(unread.read)
        defer { close(unread.write) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, sink, pipe) in [(Int32(1), outputSink, output.write), (2, logSink, log.write)] {
            switch sink {
            case .captured: posix_spawn_file_actions_adddup2(&actions, pipe, descriptor)
            case .full: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/full", O_WRONLY, 0)
            case .closed: posix_spawn_file_actions_addclose(&actions, descriptor)
            case .readerGone: posix_spawn_file_actions_adddup2(&actions, unread.write, descriptor)
            }
        }
        // What the person who runs the tests has set for their own work must not decide them.
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("ESPALIER_") }
        let variables = inherited.merging(environment) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in arguments + settings { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, nil, &arguments, &settings)
        close(output.write)
        close(log.write)
        guard code == 0 else { throw CocoaError(.executableLoad, userInfo: [NSFilePathErrorKey: path]) }
        self.pid = pid
        Thread.detachNewThread { self.follow(output.read, log.read) }
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else { throw CocoaError(.fileReadUnknown) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return (ends[0], ends[1])
    }

    /// Reads until the process has ended; what its own children still hold open is not waited for.
    private func follow(_ output: Int32, _ log: Int32) {
        while true {
            var polled = [output, log].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polled, 2, 20)
            var status: Int32 = 0
            let hasEnded = waitpid(pid, &status, WNOHANG) == pid
            let (written, said) = (Self.drain(output), Self.drain(log))
            state.withLock { state in
                state.output += written
                state.log += said
                if hasEnded { state.status = status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f) }
                let now = state
                state.waiters.removeAll { $0(now) }
            }
            if hasEnded { break }
        }
        close(output)
        close(log)
    }

    private static func drain(_ descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { all += buffer.prefix(count) }
        return all
    }

    // MARK: - Looking and waiting

    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var log: String { state.withLock { String(decoding: $0.log, as: UTF8.self) } }
    var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// Waits until standard error holds the text so many times; throws where the process ends without it.
    func said(_ text: String, times: Int = 1) async throws {
        let found = await wait {
            $0.text.components(separatedBy: text).count > times ? true : $0.hasEnded ? false : nil
        }
        if !found {
            let code = state.withLock { $0.status ?? 0 }
            throw Missing(program: name, text: text, code: code, log: log)
        }
    }

    /// Waits for the first byte on standard output, or the end.
    func wrote() async { _ = await wait { $0.output.isEmpty && !$0.hasEnded ? nil : true } }

    /// Waits for the end; the exit code, or the signal's number negated.
    @discardableResult
    func ended() async -> Int32 {
        _ = await wait { $0.hasEnded ? true : nil }
        return state.withLock { $0.status ?? 0 }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    private func wait(until verdict: @escaping @Sendable (State) -> Bool?) async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if let verdict = verdict(state) {
                    continuation.resume(returning: verdict)
                    return
                }
                state.waiters.append { state in
                    guard let verdict = verdict(state) else { return false }
                    continuation.resume(returning: verdict)
                    return true
                }
            }
        }
    }

    struct Missing: Error, CustomStringConvertible {
        let program, text: String
        let code: Int32
        let log: String
        var description: String { "\(program) ended with \(code) and never said '\(text)'; it said:\n\(log)" }
    }
}
