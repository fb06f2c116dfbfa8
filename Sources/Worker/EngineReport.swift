internal import Artifacts
internal import Scheduling
internal import Sweep
internal import Wire

/// What an engine said about its stage in one line, checked; the files it names are in the cache by then.
enum EngineReport: Sendable {
    case progress(Progress)
    case finished(Outcome)
    case failed(Failure)
    case stopped(resume: ArtifactReference?, step: UInt64)

    /// Takes the files it names into the cache: this hashes them, so not on the reactor's thread.
    ///
    /// - Returns: What the engine says; where the rules refuse that, a failure of the stage. nil where it says nothing
    ///   about a stage.
    init?(_ body: WireEngineEvent.OneOf_Body, of job: EngineJob, cache: ArtifactStore) {
        do throws(Failed) {
            switch body {
            case .description_p: return nil
            case .progress(let progress):
                self = .progress(try Self.checked { () throws(Malformed) in try Progress(progress) })
            case .outcome(let outcome): self = .finished(try Self.outcome(outcome, of: job, cache: cache))
            case .failure(let failure):
                self = .failed(Failure(cause: Self.cause(failure.cause, job), untrusted: failure.message))
            case .stopped(let stopped):
                // The file stays where it is, too: a stage that comes back to this worker continues from it.
                let resume =
                    stopped.resume.path.isEmpty
                    ? nil : try EngineFile(stopped.resume, role: "resume", in: job).kept(in: cache, moving: false)
                self = .stopped(resume: resume, step: stopped.step)
            }
        } catch {
            self = .failed(error.failure)
        }
    }

    /// Ends the stage: nothing more is to be said about it.
    var isLast: Bool {
        if case .progress = self { false } else { true }
    }

    /// Why a report cannot be taken for what it says.
    struct Failed: Error {
        var failure: Failure
        init(_ cause: Failure.Cause, _ message: String) { failure = Failure(cause: cause, untrusted: message) }
    }

    // MARK: - Private

    private static func outcome(
        _ measured: WireOutcome, of job: EngineJob, cache: ArtifactStore
    ) throws(Failed) -> Outcome {
        // First everything that can be said without the files: what is refused leaves them alone.
        var outcome = try checked { () throws(Malformed) in
            try Outcome.check(roles: measured.artifacts.map(\.role))
            return try Outcome(measured: measured, of: job.kind)
        }
        var files: [EngineFile] = []
        for artifact in measured.artifacts {
            let file = try EngineFile(artifact, role: artifact.role, in: job)
            guard !files.contains(where: { $0.path == file.path }) else {
                throw Failed(.engineCrash, "the engine named the file \(file.path) twice; every artifact needs a file")
            }
            files.append(file)
        }
        for file in files { outcome.artifacts.append(try file.kept(in: cache, moving: true)) }
        return outcome
    }

    private static func checked<Value>(_ read: () throws(Malformed) -> Value) throws(Failed) -> Value {
        do {
            return try read()
        } catch {
            throw Failed(.engineCrash, "the engine's report is refused: \(error.reason); correct the engine")
        }
    }

    /// An engine may blame itself, its inputs and the stage. That the disk is full is believed where it nearly is, and the
    /// machine's time is nothing it knows of: those are never held against a stage, which would be tried for ever.
    private static func cause(_ cause: WireFailureCause, _ job: EngineJob) -> Failure.Cause {
        switch Failure.Cause(cause) {
        case .timeLimit, nil: .engineCrash
        case .storage: EngineFile.isDiskShort(at: job.workDirectory) ? .storage : .engineCrash
        case let cause?: cause
        }
    }
}
