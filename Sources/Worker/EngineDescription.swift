internal import Sweep
package import Wire

/// Asks an engine what it can do, once, before the worker introduces itself.
package enum EngineDescription {
    /// Loading libtorch or a Python stack from a cold network disk takes its time.
    static let patience: Duration = .seconds(120)

    /// What the engine of this command line says it can do.
    ///
    /// - Throws: ``WorkerError`` naming the engine and what is wrong with it.
    package static func ask(command: [String]) async throws(WorkerError) -> WireDescription {
        try await ask(EngineLaunch(command: command, threads: 1, device: "cpu"))
    }

    static func ask(_ launch: EngineLaunch) async throws(WorkerError) -> WireDescription {
        let (events, continuation) = AsyncStream.makeStream(of: EngineProcess.Event.self)
        let process = EngineProcess(launch: launch) { _, event in
            continuation.yield(event)
            if case .ended = event { continuation.finish() }
        }
        var request = WireEngineRequest()
        request.describe = WireDescribe()
        process.send(request)
        let answer = await withTaskGroup { group in
            group.addTask { await process.run() }
            group.addTask {
                // Cancelled as soon as there is an answer.
                if (try? await Task.sleep(for: patience)) != nil { process.kill() }
            }
            let answer = await firstAnswer(in: events)
            process.close()
            group.cancelAll()
            return answer
        }
        switch answer {
        case .success(let description):
            do throws(Malformed) {
                try description.check()
            } catch {
                throw WorkerError(
                    .engine,
                    "the engine '\(launch.command.joined(separator: " "))' describes itself with values that are refused: "
                        + "\(error.reason); correct it, or name another with --engine")
            }
            return description
        case .failure(let complaint):
            let last = process.stderr.split(separator: "\n").last.map { "; it last wrote '\($0.prefix(300))'" } ?? ""
            throw WorkerError(
                .engine,
                "the engine '\(launch.command.joined(separator: " "))' does not work: \(complaint.sentence)\(last); name "
                    + "another with --engine, or install it beside espalier")
        }
    }

    private struct Complaint: Error {
        var sentence: String
    }

    private static func firstAnswer(
        in events: AsyncStream<EngineProcess.Event>
    ) async -> Result<WireDescription, Complaint> {
        for await event in events {
            switch event {
            case .started: continue
            case .ended(let exit, _):
                return .failure(Complaint(sentence: "it ended without describing itself (\(exit.description))"))
            case .line(.text(let line)):
                guard case .description_p(let description) = try? WireEngineEvent(line: line).body else { fallthrough }
                return .success(description)
            case .line:
                return .failure(Complaint(sentence: "it answered a request to describe itself with something else"))
            }
        }
        return .failure(Complaint(sentence: "it did not describe itself"))
    }
}
