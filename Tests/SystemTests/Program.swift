import Foundation
import Synchronization

/// A child process of a test: what it wrote, line by line, and how it ended.
final class Program: Sendable {
    private struct State {
        var output = Data()
        var log = Data()
        var openStreams = 2
        var status: Int32?
        var waiters: [UUID: @Sendable (String, Bool) -> Bool] = [:]
    }

    let name: String
    let pid: pid_t
    private let process: Process
    private let state = Mutex(State())

    /// Where the package's executables lie: beside the test bundle that is running.
    static let directory: URL = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return URL(fileURLWithPath: path).deletingLastPathComponent()
    }()

    /// Starts `espalier` (or another executable of the package) with the arguments.
    init(
        _ arguments: [String], executable: String = "espalier", environment: [String: String] = [:],
        in directory: URL? = nil
    ) throws {
        name = ([executable] + arguments.prefix(2)).joined(separator: " ")
        let process = Process()
        process.executableURL =
            executable.hasPrefix("/")
            ? URL(fileURLWithPath: executable) : Self.directory.appendingPathComponent(executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let log = Pipe()
        process.standardOutput = output
        process.standardError = log
        self.process = process
        try process.run()
        pid = process.processIdentifier
        collect(output) { $0.output.append($1) }
        collect(log) { $0.log.append($1) }
        process.terminationHandler = { [self] process in
            update {
                $0.status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            }
        }
    }

    private func collect(_ pipe: Pipe, into stream: @escaping @Sendable (inout State, Data) -> Void) {
        pipe.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            update { state in
                stream(&state, data)
                if data.isEmpty { state.openStreams -= 1 }
            }
        }
    }

    private func update(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            let log = String(decoding: state.log, as: UTF8.self)
            let ended = state.status != nil && state.openStreams == 0
            for (id, waiter) in state.waiters where waiter(log, ended) { state.waiters[id] = nil }
        }
    }

    // MARK: - Looking and waiting

    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var log: String { state.withLock { String(decoding: $0.log, as: UTF8.self) } }
    var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// Waits until standard error holds the text, or the process ends without it.
    @discardableResult
    func said(_ text: String) async throws -> Bool {
        let found = await wait { log, ended in log.contains(text) ? true : ended ? false : nil }
        if !found { throw Missing(program: name, text: text, log: log) }
        return found
    }

    /// Waits for the end; the exit code, or the signal's number negated.
    @discardableResult
    func ended() async -> Int32 {
        _ = await wait { _, ended in ended ? true : nil }
        return state.withLock { $0.status ?? 0 }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    private func wait(until verdict: @escaping @Sendable (String, Bool) -> Bool?) async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                let log = String(decoding: state.log, as: UTF8.self)
                if let verdict = verdict(log, state.status != nil && state.openStreams == 0) {
                    continuation.resume(returning: verdict)
                    return
                }
                state.waiters[UUID()] = { log, ended in
                    guard let verdict = verdict(log, ended) else { return false }
                    continuation.resume(returning: verdict)
                    return true
                }
            }
        }
    }

    struct Missing: Error, CustomStringConvertible {
        let program, text, log: String
        var description: String { "\(program) never said '\(text)'; it said:\n\(log)" }
    }
}
