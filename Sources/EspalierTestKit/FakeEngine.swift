internal import Foundation
internal import Synchronization
internal import Wire

/// An engine that trains nothing: it speaks the engine protocol and computes its outcome from the stage's description.
///
/// Equal stages with equal inputs give equal bytes, so a whole sweep's reports are deterministic, whatever was killed,
/// repeated or resumed on the way. ``Options`` makes it misbehave.
package final class FakeEngine: Sendable {
    private struct Inbox {
        var requests: [WireEngineRequest] = []
        var isStopRequested = false
        /// Standard input ended or SIGTERM came: stop, then exit.
        var isLeaving = false
        var malformedLine: String?
    }

    private let options: Options
    private let inbox = Mutex(Inbox())
    /// Signalled once for every change of the inbox.
    private let news = DispatchSemaphore(value: 0)

    package init(options: Options) {
        self.options = options
    }

    /// Serves requests until standard input ends or SIGTERM comes. Returns the exit code.
    package func serve() -> Int32 {
        let terminations = catchTermination()
        defer { terminations.cancel() }
        Thread { self.readRequests() }.start()
        while true {
            let (request, malformed, isLeaving) = inbox.withLock { inbox in
                defer { inbox.malformedLine = nil }
                let request = inbox.requests.isEmpty ? nil : inbox.requests.removeFirst()
                if request != nil { inbox.isStopRequested = false }
                return (request, inbox.malformedLine, inbox.isLeaving)
            }
            if let malformed { emit(failure: .invalidStage, "not a request: \(malformed)", stage: "") }
            if isLeaving { return 0 }
            if let request { answer(request) } else if malformed == nil { news.wait() }
        }
    }

    // MARK: - Requests

    private func readRequests() {
        while let line = readLine() {
            let request = try? WireEngineRequest(line: line)
            inbox.withLock { inbox in
                switch request?.body {
                case .stop: inbox.isStopRequested = true
                case .describe, .run: inbox.requests.append(contentsOf: [request].compactMap(\.self))
                case nil: inbox.malformedLine = line
                }
            }
            news.signal()
        }
        leave()
    }

    private func leave() {
        inbox.withLock { $0.isLeaving = true }
        news.signal()
    }

    private func catchTermination() -> any DispatchSourceSignal {
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        source.setEventHandler { self.leave() }
        source.resume()
        return source
    }

    private func answer(_ request: WireEngineRequest) {
        switch request.body {
        case .describe:
            var description = WireDescription()
            description.name = "espalier-fake-engine"
            description.version = "1"
            emit { $0.description_p = description }
        case .run(let run): self.run(run)
        case .stop, nil: break
        }
    }

    // MARK: - A stage

    private func run(_ run: WireRun) {
        var position = FakePosition(
            directory: run.workDirectory, resume: run.inputs.first { $0.role == "resume" }?.path)
        options.record("run \(run.stageKey) from \(position.step)")
        let isFaulty = options.isFaulty(stage: run.stage)
        while position.step < options.steps {
            if isFaulty, position.step == options.faultStep, options.claimFault(), misbehave(run) { return }
            if pause(options.stepDuration) {
                position.save()
                options.record("stopped \(run.stageKey) at \(position.step)")
                return stopped(run, at: position)
            }
            position.step += 1
            report(run, position)
        }
        do {
            let outcome = try FakeOutcome.outcome(of: run, status: options.status)
            options.record("done \(run.stageKey)")
            if let victim = options.victim, let misbehaviour = options.misbehaviour(in: run.stage) {
                return try misbehaviour.act(Misbehaviour.Scene(run: run, outcome: outcome, victim: victim))
            }
            emit {
                $0.stageKey = run.stageKey
                $0.outcome = outcome
            }
        } catch {
            emit(failure: .storage, "cannot write the checkpoint: \(error)", stage: run.stageKey)
        }
    }

    /// Waits out one step. True when the stage is to stop.
    private func pause(_ duration: Duration) -> Bool {
        let end = ContinuousClock.now + duration
        while true {
            if inbox.withLock({ ($0.isStopRequested && !options.ignoresStop) || $0.isLeaving }) { return true }
            let rest = ContinuousClock.now.duration(to: end)
            if rest <= .zero { return false }
            _ = news.wait(timeout: .now() + rest / .seconds(1))
        }
    }

    private func report(_ run: WireRun, _ position: FakePosition) {
        var progress = WireProgress()
        progress.step = position.step
        progress.totalSteps = options.steps
        progress.phase = "training"
        progress.loss = 1 / Double(position.step)
        emit {
            $0.stageKey = run.stageKey
            $0.progress = progress
        }
    }

    private func stopped(_ run: WireRun, at position: FakePosition) {
        var stopped = WireStopped()
        stopped.step = position.step
        stopped.resume.role = "resume"
        stopped.resume.path = position.path
        emit {
            $0.stageKey = run.stageKey
            $0.stopped = stopped
        }
    }

    /// True when the stage is over with it.
    private func misbehave(_ run: WireRun) -> Bool {
        FileHandle.standardError.write(
            Data("fake engine: about to show fault '\(options.fault?.rawValue ?? "")'\n".utf8))
        switch options.fault {
        case .crash:
            // Without the runtime's backtrace, which takes longer than any test.
            signal(SIGSEGV, SIG_DFL)
            kill(getpid(), SIGSEGV)
        case .exit: exit(3)
        case .kill: kill(getpid(), SIGKILL)
        case .outOfMemory:
            FileHandle.standardError.write(Data("RuntimeError: not enough memory: tried to allocate 1 EiB\n".utf8))
            exit(1)
        case .garbage: FakeOutput.write(line: "loss is 0.3, going fine {")
        case .hugeLine: FakeOutput.write(line: String(repeating: "x", count: 3 << 20))
        case .hang: while true { sleep(3600) }
        case .wait: while !pause(.seconds(1)) {}
        case .invalid:
            emit(failure: .invalidStage, "no such method in this engine", stage: run.stageKey)
            return true
        case nil: break
        }
        return false
    }

    // MARK: - Events

    private func emit(failure cause: WireFailureCause, _ message: String, stage: String) {
        var failure = WireEngineFailure()
        failure.cause = cause
        failure.message = message
        emit {
            $0.stageKey = stage
            $0.failure = failure
        }
    }

    private func emit(_ fill: (inout WireEngineEvent) -> Void) {
        var event = WireEngineEvent()
        fill(&event)
        guard let line = try? event.line else { return }
        FakeOutput.write(line: line)
    }
}

/// Standard output without a buffer: a killed engine has said what it said.
enum FakeOutput {
    static func write(line: String) { write(Array((line + "\n").utf8)) }

    static func write(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }
}
