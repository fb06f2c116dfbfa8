internal import Artifacts
internal import Scheduling
internal import Sweep
internal import Synchronization
internal import Wire

/// What an engine was asked to do.
struct EngineJob: Sendable {
    var stage: StageKey
    var kind: Stage.Kind
    var workDirectory: String
}

/// Reads what one engine process says, against the stage it was given last.
///
/// The process's own task reads, the reactor's thread gives jobs.
final class EngineReader: Sendable {
    /// What a line means for whoever gave the job.
    enum Reading: Sendable {
        case report(StageKey, EngineReport)
        /// The engine is out of step: nothing that comes after this line can be trusted either.
        case complaint(String)
        /// A sentence for the log, about a line that does no harm.
        case passedOver(String)
    }

    private struct State {
        var job: EngineJob?
        /// The stage it said its last word about before this job.
        var finished: StageKey?
        var hasSpoken = false
        /// One word on late lines is enough: there may be thousands.
        var hasToldOfLateLines = false
    }

    private let state = Mutex(State())
    private let cache: ArtifactStore

    init(cache: ArtifactStore) { self.cache = cache }

    func begin(_ job: EngineJob) {
        state.withLock {
            $0.job = job
            $0.hasSpoken = false
            $0.hasToldOfLateLines = false
        }
    }

    /// Whether the process has served a stage before and not said a word about the present one: if it ends now, that may be
    /// the end of the one before.
    var isBetweenStages: Bool { state.withLock { $0.finished != nil && !$0.hasSpoken } }

    /// nil where a line means nothing.
    func read(_ line: LineSplitter.Line) -> Reading? {
        let text: String
        switch line {
        case .text(let line): text = line
        case .tooLong(let beginning):
            return .complaint(
                "the engine wrote a line of more than \(EngineProcess.lineLimit) bytes: '\(Check.plain(beginning))...'; "
                    + "only events belong on stdout, everything else on stderr")
        }
        // A line of white space says nothing.
        if text.allSatisfy(\.isWhitespace) { return nil }
        guard let event = try? WireEngineEvent(line: text), let body = event.body else {
            return .complaint(Self.noEvent(text))
        }
        if case .description_p = body { return nil }
        let (job, finished) = state.withLock { ($0.job, $0.finished) }
        if let job, event.stageKey == job.stage.hex { return read(body, of: job) }
        if let finished, event.stageKey == finished.hex {
            guard
                state.withLock({ state in
                    defer { state.hasToldOfLateLines = true }
                    return !state.hasToldOfLateLines
                })
            else { return nil }
            return .passedOver("the engine said more about stage \(finished) after its last word")
        }
        guard !event.stageKey.isEmpty else {
            return .complaint(
                "the engine wrote an event without a stageKey: write that of the request beside \(Self.name(of: body)), at the "
                    + "top of the line")
        }
        let given = job == nil ? "no stage" : "another one"
        return .complaint(
            "the engine is out of step: it reported on stage \(Check.quoted(event.stageKey)), but was given \(given) to run; "
                + "every event must carry the stageKey of its request")
    }

    // MARK: - Private

    private static func name(of body: WireEngineEvent.OneOf_Body) -> String {
        switch body {
        case .description_p: "description"
        case .progress: "progress"
        case .outcome: "outcome"
        case .failure: "failure"
        case .stopped: "stopped"
        }
    }

    private func read(_ body: WireEngineEvent.OneOf_Body, of job: EngineJob) -> Reading? {
        guard let report = EngineReport(body, of: job, cache: cache) else { return nil }
        // It would work on, and whatever stage came next would wait for it.
        if case .progress = body, case .failed(let failure) = report { return .complaint(failure.message) }
        state.withLock {
            $0.hasSpoken = true
            if report.isLast { ($0.job, $0.finished) = (nil, job.stage) }
        }
        return .report(job.stage, report)
    }

    private static func noEvent(_ text: String) -> String {
        let sentence = "the engine wrote a line that is no engine event: '\(Check.plain(text, 200))'"
        // What Python's json.dumps makes of numbers that are not finite.
        if text.hasPrefix("{"), let number = ["-Infinity", "Infinity", "NaN"].first(where: text.contains) {
            return "\(sentence); it holds \(number), which is not a finite number and not JSON: leave it out"
        }
        return "\(sentence); only events belong on stdout, everything else on stderr"
    }
}
