internal import Datasets
internal import Dispatch
internal import Files
internal import Foundation
internal import Networks
internal import Pruning
internal import Sweep
internal import SwiftProtobuf
internal import Wire

/// The engine as a child process: requests on standard input, events on standard output, one line of JSON each.
///
/// The calling thread trains; a thread of its own reads lines. A stage stops at its next step and leaves a checkpoint on
/// a stop request, on SIGTERM, and when standard input closes, which means that the parent is gone; the last two also end
/// the process, with status 0.
package final class EngineServer {
    private let inbox = Inbox()
    private let datasets = DatasetCache()
    private let output: Int32
    private var outputError: OutputError?
    /// The stage that ran last: what a stop that came too late is answered about.
    private var latest = ""

    /// Serves until told to end. Call it once, on the main thread.
    ///
    /// - Throws: ``OutputError`` where an event cannot be written: nobody is left to work for.
    package static func serve() throws {
        // What a library prints must not end up between the events, so standard output becomes standard error.
        let output = dup(STDOUT_FILENO)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        try EngineServer(output: output).run()
    }

    private init(output: Int32) {
        self.output = output
    }

    private func run() throws {
        signal(SIGTERM, SIG_IGN)
        let termination = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        termination.setEventHandler { [inbox] in inbox.end() }
        termination.resume()
        Thread.detachNewThread { [inbox] in
            while let line = readLine() { inbox.add(Self.parse(line)) }
            inbox.end()
        }
        while let item = inbox.next() {
            switch item {
            case .malformed(let sentence): send(failure: EngineError(.invalidStage, sentence), key: "")
            case .request(let request): answer(request)
            }
        }
        termination.cancel()
        if let outputError { throw outputError }
    }

    private static func parse(_ line: String) -> Inbox.Item {
        guard let request = try? WireEngineRequest(line: line), request.body != nil else {
            return .malformed(
                "not an engine request: '\(line.prefix(80))'; send one EngineRequest per line, in protobuf's JSON mapping"
            )
        }
        return .request(request)
    }

    private func answer(_ request: WireEngineRequest) {
        switch request.body {
        case .describe: send(.description_p(.engine), key: "")
        case .run(let run): self.run(run)
        case .stop, nil: send(.stopped(WireStopped()), key: latest)
        }
    }

    private func run(_ run: WireRun) {
        latest = run.stageKey
        do {
            let runner = try StageRunner(
                Job(run), datasets: datasets,
                report: { self.send(.progress(WireProgress($0)), key: run.stageKey) },
                stopIsWanted: { [inbox] in inbox.stopIsWanted })
            switch try runner.run() {
            case .finished(let outcome, let checkpoint):
                send(.outcome(WireOutcome(outcome, checkpoint: checkpoint)), key: run.stageKey)
            case .stopped(let resume, let step):
                inbox.takeStop()
                var stopped = WireStopped()
                if let resume { stopped.resume = WireArtifact(resume.0, path: resume.path) }
                stopped.step = UInt64(step)
                send(.stopped(stopped), key: run.stageKey)
            }
        } catch {
            send(failure: EngineError(error), key: run.stageKey)
        }
    }

    private func send(failure error: EngineError, key: String) {
        var failure = WireEngineFailure()
        failure.cause = error.cause.wire
        failure.message = error.description
        send(.failure(failure), key: key)
    }

    /// Writes one line. Where that fails the parent is gone, and the stage stops as it does when standard input closes.
    private func send(_ body: WireEngineEvent.OneOf_Body, key: String) {
        var event = WireEngineEvent()
        event.stageKey = key
        event.body = body
        do {
            let line = Array(try event.line.utf8) + [UInt8(ascii: "\n")]
            let number = line.withUnsafeBytes { DescriptorWriter.write($0, to: output) }
            if number != 0 {
                outputError = OutputError(number: number)
                inbox.end()
            }
        } catch {
            try? StandardStream.error.write("cannot encode an event: \(error)\n")
        }
    }
}

extension Job {
    fileprivate init(_ run: WireRun) throws {
        guard let key = StageKey(hex: run.stageKey), let stage = try? Stage(canonicalJSON: run.stage) else {
            throw EngineError(
                .invalidStage,
                "the request's stage or its key cannot be read; use the same version of Espalier everywhere")
        }
        func path(_ role: String) -> String? { run.inputs.first { $0.role == role }?.path }
        self.init(
            key: key, stage: stage, dataDirectory: run.dataDirectory, workDirectory: run.workDirectory,
            checkpoint: path("checkpoint"), resume: path("resume"))
    }
}

extension EngineServer {
    /// What this engine can do, as JSON.
    package static var description: String {
        get throws { try WireDescription.engine.line }
    }
}

extension WireDescription {
    fileprivate static var engine: WireDescription {
        .with {
            $0.name = "espalier-engine"
            $0.version = Release.version
            $0.methods = Methods.names
            $0.networks = Network.names
            $0.datasets = Dataset.names
        }
    }
}

extension WireProgress {
    fileprivate init(_ progress: StageProgress) {
        self.init()
        step = UInt64(progress.step)
        totalSteps = UInt64(progress.totalSteps)
        phase = progress.phase
        loss = progress.loss
        accuracy = progress.accuracy
    }
}
