internal import Foundation
internal import Subprocess
internal import Synchronization
internal import SystemPackage
internal import Wire

/// One engine process: requests go in, lines and an end come out.
///
/// It runs inside ``run()``, which returns when the process is gone. Everything else may be called from any thread.
final class EngineProcess: Sendable {
    enum Event: Sendable {
        case started(pid: Int32)
        case line(LineSplitter.Line)
        /// The last event. `oomKills`: counted by the kernel while the process ran.
        case ended(EngineExit, oomKills: UInt64)
    }

    static let lineLimit = 1 << 20
    /// How long an engine whose stdin was closed may take to leave.
    static let patience: Duration = .seconds(5)

    let launch: EngineLaunch
    private let requests: AsyncStream<String>
    private let sender: AsyncStream<String>.Continuation
    /// While the process may be signalled.
    private let group = Mutex<pid_t?>(nil)
    private let tail = Mutex(StderrTail())
    private let onEvent: @Sendable (EngineProcess, Event) -> Void

    /// - Parameter onEvent: Called from the process's own task, in order.
    init(launch: EngineLaunch, onEvent: @escaping @Sendable (EngineProcess, Event) -> Void) {
        self.launch = launch
        self.onEvent = onEvent
        (requests, sender) = AsyncStream.makeStream()
    }

    var program: String { launch.command.first ?? "" }
    /// The last lines of stderr so far.
    var stderr: String { tail.withLock(\.text) }

    func send(_ request: WireEngineRequest) {
        guard let line = try? request.line else { return }
        sender.yield(line + "\n")
    }

    /// Ends the process and its children now.
    func kill() {
        group.withLock { group in
            if let group { _ = Glibc.kill(-group, SIGKILL) }
        }
        sender.finish()
    }

    /// Closes stdin: the engine checkpoints and leaves, or is made to.
    func close() { sender.finish() }

    /// Starts the process and serves it to its end.
    func run() async {
        let killsBefore = OOMKills.count
        let exit: EngineExit
        do {
            if let reason = launch.changedFile {
                exit = .notStarted(reason: reason)
            } else {
                exit = try await launched()
            }
        } catch {
            exit = .notStarted(reason: Self.reason(error))
        }
        onEvent(self, .ended(exit, oomKills: OOMKills.count &- killsBefore))
    }

    // MARK: - Private

    private func launched() async throws -> EngineExit {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C at the terminal is for the worker, which then asks the engine to checkpoint.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        let environment = launch.environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(launch.command.dropFirst())),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: environment)), platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            let pid = execution.processIdentifier.value
            group.withLock { $0 = pid }
            // The process is reaped after this block: until then its number means nobody else.
            defer { group.withLock { $0 = nil } }
            onEvent(self, .started(pid: pid))
            await withTaskGroup { tasks in
                tasks.addTask { await self.obey(execution) }
                tasks.addTask { await self.collectErrors(execution.standardError) }
                await readEvents(execution.standardOutput)
                // Nobody listens any more; whoever still waits to write must not wait for ever.
                sender.finish()
            }
        }
        switch result.terminationStatus {
        case .exited(let code): return .exited(code)
        case .signaled(let number): return .signalled(number)
        }
    }

    private func obey(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async {
        for await line in requests {
            // A process that is gone cannot be written to; its end is reported by the reading side.
            _ = try? await execution.standardInputWriter.write(line)
        }
        try? await execution.standardInputWriter.finish()
        await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: Self.patience)])
        // The process has ended, however that came; its children end with it. It is not reaped yet, so that its number
        // still names its group and nobody else's.
        kill()
    }

    private func readEvents(_ output: SubprocessOutputSequence) async {
        var splitter = LineSplitter(limit: Self.lineLimit)
        do {
            for try await buffer in output {
                for line in splitter.append(buffer.withUnsafeBytes(Array.init)) { onEvent(self, .line(line)) }
            }
        } catch {
            // A pipe that cannot be read is a pipe that ended.
        }
        for line in splitter.finish() { onEvent(self, .line(line)) }
    }

    private func collectErrors(_ output: SubprocessOutputSequence) async {
        do {
            for try await buffer in output {
                let bytes = buffer.withUnsafeBytes(Array.init)
                tail.withLock { $0.append(bytes) }
            }
        } catch {
            // As above: what came so far is the evidence.
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? SubprocessError else { return "it could not be run: \(error)" }
        if error.code == .executableNotFound { return "there is no such program" }
        if let number = error.underlyingError { return "it cannot be started: \(number)" }
        return "it cannot be started: \(error)"
    }
}
