internal import Foundation
internal import Logging
internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire

// What operators and viewers ask for. Everything here is answered after the batch is durable, like everything else.
extension ControlLoop {
    func answer(_ body: WireToCoordinator.OneOf_Body, _ request: Request) {
        do {
            switch body {
            case .submit(let submit): plan(submit, request)
            case .cancel(let cancel):
                let sweep = try view.sweep(named: cancel.sweep)
                if let state = core.sweepStatus(sweep, at: now)?.state, state != .running {
                    let message = "the sweep '\(sweep)' is \(state.rawValue) already; there is nothing to cancel"
                    return batch.reply(.failed(message, invalid: false), to: request)
                }
                handle(.cancelled(sweep))
                batch.reply(.cancelled(.with { $0.sweep = sweep.text }), to: request)
            case .list:
                let list = try WireSweepList.with { $0.sweeps = try view.summaries() }
                batch.reply(.sweeps(list), to: request)
            case .status(let status): batch.reply(.status(try self.status(of: status.sweep)), to: request)
            case .results(let results):
                let sweep = try view.sweep(named: results.sweep)
                chores.run { [pages = parts.pages, store = parts.store] in
                    .reply(pages.page(of: sweep, asked: results, store: store), request)
                }
            case .hello, .heartbeat, .result, .failure, .release, .bye: break
            }
        } catch let error as OperatorError {
            batch.reply(.failed(error.message, invalid: error.code == .invalid), to: request)
        } catch {
            batch.reply(.failed("\(error)", invalid: false), to: request)
        }
    }

    func finish(_ done: Chores.Done) {
        switch done {
        case .reply(let body, let request): batch.reply(body, to: request)
        case .examined(let event):
            if case .failure(let lease, _, let lost, _) = event, !lost.isEmpty {
                parts.logger.warning(
                    "a checkpoint is missing or damaged; the stage that made it runs again",
                    metadata: [
                        "artifact.sha256": "\(lost.sorted().map { $0.prefix(12) }.joined(separator: ", "))",
                        "stage.key": "\(lease.stage)",
                    ])
            }
            handle(event)
        case .planned(let plan, let yaml, let isFresh, let request):
            do { try submit(plan, yaml: yaml, isFresh: isFresh, request) } catch {
                batch.reply(.failed("\(error)", invalid: false), to: request)
            }
        }
    }

    // MARK: - Submission

    private func plan(_ submit: WireSubmit, _ request: Request) {
        chores.run { [version = parts.version] in
            do {
                let name = submit.fileName.isEmpty ? "sweep" : String(submit.fileName.prefix(256))
                let file = try SweepFile(yaml: submit.yaml, fileName: name)
                let engine = try file.engine.map { try EngineFiles(submit.engine, of: $0) }
                return .planned(try Plan(file, engine: engine), yaml: submit.yaml, isFresh: submit.fresh, request)
            } catch let error as Malformed {
                let sentence =
                    "the submission does not say what the engine's command line names: \(error.reason); submit the sweep "
                    + "with espalier \(version)"
                return .reply(.failed(sentence, invalid: true), request)
            } catch {
                return .reply(.failed("\(error)", invalid: true), request)
            }
        }
    }

    private func submit(_ plan: Plan, yaml: String, isFresh: Bool, _ request: Request) throws {
        let cached = try parts.store.cachedOutcomes(for: plan)
        let changes = try engineChanges(in: plan)
        let sweep = core.id(for: plan)
        handle(.submitted(sweep, plan: plan, cached: cached, isFresh: isFresh))
        let count = core.sweepStatus(sweep, at: now)?.stages.cached ?? 0
        batch.submissions[sweep] = Submission(yaml: yaml, cached: count)
        let submitted = WireSubmitted.with {
            $0.sweep = sweep.text
            $0.tasks = UInt32(clamping: plan.tasks.count)
            $0.stages = UInt32(clamping: plan.stages.count)
            $0.cached = UInt32(clamping: count)
            $0.engineChanges = changes
        }
        batch.reply(.submitted(submitted), to: request)
    }

    /// What is another version than when the same command line was submitted last; nothing for `espalier-engine`.
    private func engineChanges(in plan: Plan) throws -> [String] {
        guard let engine = plan.stages.first?.stage.engine,
            let earlier = try parts.store.latestEngine(running: engine.command)
        else { return [] }
        return engine.changes(since: earlier)
    }

    // MARK: - Looking

    private var view: SweepView { SweepView(core: core, store: parts.store, now: now) }

    private func status(of name: String) throws -> WireStatus {
        var status = try view.status(of: name)
        status.uptimeSeconds = uptime.inSeconds
        status.version = parts.version
        return status
    }
}
