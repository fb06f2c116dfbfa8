internal import Artifacts
internal import Scheduling
internal import Sweep
internal import Wire

/// What an engine said in one line, checked; the files it names are in the cache by then.
enum EngineReport: Sendable {
    case description(WireDescription)
    case progress(Progress)
    case finished(Outcome)
    case failed(Failure)
    case stopped(resume: ArtifactReference?, step: UInt64)
    /// Not a line of the protocol: whatever comes after it cannot be trusted either.
    case garbage(sentence: String)

    /// Reads a line and takes the files it names into the cache: this hashes them, so not on the reactor's thread.
    ///
    /// - Returns: The report and the key of the stage it is about; empty when the engine left it out.
    static func read(_ line: LineSplitter.Line, cache: ArtifactStore) -> (stage: String, report: EngineReport) {
        let text: String
        switch line {
        case .text(let line): text = line
        case .tooLong(let beginning):
            let sentence = "the engine wrote a line of more than \(EngineProcess.lineLimit) bytes: '\(beginning)...'"
            return ("", .garbage(sentence: sentence))
        }
        guard let event = try? WireEngineEvent(line: text), let body = event.body else {
            let sentence =
                "the engine wrote a line that is no engine event: '\(text.prefix(200))'; only events belong on "
                + "stdout, everything else on stderr"
            return ("", .garbage(sentence: sentence))
        }
        return (event.stageKey, EngineReport(body, cache: cache))
    }

    private init(_ body: WireEngineEvent.OneOf_Body, cache: ArtifactStore) {
        switch body {
        case .description_p(let description): self = .description(description)
        case .progress(let progress): self = .progress(Progress(progress))
        case .failure(let failure):
            self = .failed(Failure(cause: Failure.Cause(failure.cause), message: failure.message))
        case .outcome(let measured):
            guard var outcome = Outcome(measured: measured) else {
                self = .garbage(sentence: "the engine reported an outcome with the status '\(measured.status)'")
                return
            }
            do throws(ArtifactFailure) {
                outcome.artifacts = []
                for artifact in measured.artifacts {
                    outcome.artifacts.append(try Self.take(artifact, into: cache, moving: true))
                }
                self = .finished(outcome)
            } catch {
                self = .failed(error.failure)
            }
        case .stopped(let stopped):
            guard !stopped.resume.path.isEmpty else {
                self = .stopped(resume: nil, step: stopped.step)
                return
            }
            // The file stays where it is, too: a stage that comes back to this worker continues from it.
            var artifact = stopped.resume
            artifact.role = "resume"
            self = .stopped(resume: try? Self.take(artifact, into: cache, moving: false), step: stopped.step)
        }
    }

    private struct ArtifactFailure: Error {
        var failure: Failure
    }

    private static func take(
        _ artifact: WireArtifact, into cache: ArtifactStore, moving: Bool
    ) throws(ArtifactFailure) -> ArtifactReference {
        let reference: ArtifactReference
        do {
            reference = try cache.insert(fileAt: artifact.path, role: artifact.role, moving: moving)
        } catch {
            throw ArtifactFailure(failure: Failure(cause: .storage, message: error.description))
        }
        guard artifact.sha256.isEmpty || artifact.sha256 == reference.sha256 else {
            let message =
                "the engine's file \(artifact.path) is not what the engine said: its SHA-256 is "
                + "\(reference.sha256.prefix(12)), not \(artifact.sha256.prefix(12)); check the disk and the engine"
            throw ArtifactFailure(failure: Failure(cause: .engineCrash, message: message))
        }
        return reference
    }
}
