internal import Crypto
internal import Foundation
internal import Report
internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Synchronization
internal import Wire

/// A sweep's results as JSON, cut into pages that fit a message.
///
/// Pages of one reading belong together by its digest: the last few readings are kept, so that a sweep that goes on
/// meanwhile does not mix with them.
final class ResultPages: Sendable {
    private static let page = 2 << 20
    private static let readings = 4

    private let kept = Mutex<[(digest: String, json: Data)]>([])

    func page(of sweep: SweepID, asked: WireGetResults, store: Store) -> WireFromCoordinator.OneOf_Body {
        do {
            guard let (digest, json) = try reading(of: sweep, digest: asked.digest, store: store) else {
                return .failed("the results of '\(sweep)' changed meanwhile; ask again", invalid: false)
            }
            guard let offset = Int(exactly: asked.offset), offset <= json.count else {
                return .failed(
                    "the results of '\(sweep)' have \(json.count) bytes, none at \(asked.offset)", invalid: true)
            }
            return .results(
                .with {
                    $0.json = json.dropFirst(offset).prefix(Self.page)
                    $0.offset = asked.offset
                    $0.total = UInt64(json.count)
                    $0.digest = digest
                })
        } catch {
            return .failed("\(error)", invalid: false)
        }
    }

    /// A new reading without a digest, a kept one with.
    private func reading(of sweep: SweepID, digest: String, store: Store) throws -> (digest: String, json: Data)? {
        guard digest.isEmpty else { return kept.withLock { $0.first { $0.digest == digest } } }
        guard let record = try store.results(of: sweep) else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(SweepResults(record, stateIdentity: try store.identity()))
        let digest = SHA256.hash(data: json).hexadecimal
        kept.withLock { kept in
            kept.removeAll { $0.digest == digest }
            kept = kept.suffix(Self.readings - 1) + [(digest, json)]
        }
        return (digest, json)
    }
}

extension SweepResults {
    /// Brings plan and measurements together.
    ///
    /// - Parameter stateIdentity: Of the store that they come from.
    init(_ record: StoredSweep, stateIdentity: String) {
        func evaluation(_ stage: StageKey?) -> Evaluation {
            guard let stage else { return Evaluation(state: .pending) }
            if let measured = record.measured[stage] {
                return Evaluation(
                    state: .measured, note: measured.outcome.note, outcome: measured.outcome, worker: measured.worker)
            }
            if let failure = record.quarantined[stage] {
                return Evaluation(
                    state: .failed, note: failure.message,
                    evidence: String(failure.evidence.suffix(StatusLimit.evidence)))
            }
            return Evaluation(state: .pending)
        }
        let dense = record.plan.stages.filter { $0.stage.kind == .train }.map {
            Dense(seed: $0.stage.seed, stage: $0.key, evaluation: evaluation($0.key))
        }
        let rows = record.plan.tasks.compactMap { task in
            task.stages.first.map { Row(task: task, dense: $0, evaluation: evaluation(task.stages.last)) }
        }
        self.init(
            id: record.header.id.text, plan: record.plan, state: record.header.state.rawValue, yaml: record.yaml,
            submittedAt: record.header.submittedAt, finishedAt: record.header.finishedAt, dense: dense, rows: rows,
            stateIdentity: stateIdentity)
    }
}
