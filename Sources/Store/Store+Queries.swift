internal import GRDB
package import Scheduling
package import Sweep

/// A sweep without its plan: one line of a list.
package struct SweepHeader: Sendable {
    package var id: SweepID
    package var name: String
    package var state: SweepState
    /// Unix seconds, the last time; `finishedAt` is 0 while running.
    package var submittedAt: Double
    package var finishedAt: Double
    /// Stages that had an outcome when the sweep was last submitted.
    package var cached: Int
}

/// A sweep with everything its stages measured.
package struct StoredSweep: Sendable {
    /// An accepted result and the worker it came from.
    package struct Measured: Sendable {
        package var outcome: Outcome
        package var worker: String
    }
    package var header: SweepHeader
    package var plan: Plan
    /// The sweep file as submitted.
    package var yaml: String
    package var measured: [StageKey: Measured]
    /// Stages given up on.
    package var quarantined: [StageKey: Failure]
}

/// A stage as a lease carries it.
package struct StageDescription: Sendable {
    /// Canonical JSON; its SHA-256 is the stage key.
    package var canonicalJSON: String
    /// The engine's command line of the sweep asked for; empty for `espalier-engine`.
    package var engine: [String]
}

/// A stage with a result, by what it left on the disk.
package struct StageArtifacts: Sendable {
    package var key: StageKey
    /// For people; that of one of its sweeps.
    package var label: String
    package var artifacts: [ArtifactReference]
}

extension Store {
    /// Tells this database from every other one; no secret.
    package func identity() throws(StoreError) -> String {
        try read { try decoded(String.fetchOne($0, sql: "SELECT identity FROM coordinator")) }
    }

    /// All sweeps, in the order in which they were submitted last.
    package func sweeps() throws(StoreError) -> [SweepHeader] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM sweep ORDER BY submitted_at, number").map(header)
        }
    }

    /// The sweep with its plan and results; `nil` when there is none of that id.
    package func results(of sweep: SweepID) throws(StoreError) -> StoredSweep? {
        try read { database -> StoredSweep? in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM sweep WHERE id = ?", arguments: [sweep.text])
            else { return nil }
            var record = StoredSweep(
                header: try header(row), plan: try loadPlan(database, row), yaml: row["yaml"], measured: [:],
                quarantined: [:])
            let stages = try Row.fetchCursor(
                database,
                sql: """
                    SELECT stage.key, stage.quarantine, result.outcome, result.worker FROM sweep_stage
                    JOIN stage ON stage.key = sweep_stage.stage LEFT JOIN result ON result.stage = stage.key
                    WHERE sweep_stage.sweep = ?
                    """, arguments: [row["number"] as Int64])
            while let row = try stages.next() {
                let key = try decoded(StageKey(hex: row["key"]))
                let failure: String? = row["quarantine"]
                if let failure, record.header.state == .failed {
                    // It was to be measured again, and could not: an earlier result is no answer to that.
                    record.quarantined[key] = try JSONColumn.value(failure)
                } else if let outcome: String = row["outcome"] {
                    record.measured[key] = .init(outcome: try JSONColumn.value(outcome), worker: row["worker"])
                } else if let failure {
                    record.quarantined[key] = try JSONColumn.value(failure)
                }
            }
            return record
        }
    }

    /// The outcomes that stages of the plan already have, from whatever sweep.
    package func cachedOutcomes(for plan: Plan) throws(StoreError) -> [StageKey: Outcome] {
        try read { database in
            var outcomes: [StageKey: Outcome] = [:]
            let statement = try database.cachedStatement(
                sql: "SELECT outcome FROM result JOIN stage ON key = stage WHERE stage = ? AND reopened IS NULL")
            for node in plan.stages {
                if let text = try String.fetchOne(statement, arguments: [node.key.hex]) {
                    outcomes[node.key] = try JSONColumn.value(text)
                }
            }
            return outcomes
        }
    }

    /// The engine of the sweep submitted last with this command line, among the latest hundred sweeps.
    package func latestEngine(running command: [String]) throws(StoreError) -> OwnEngine? {
        try read { database -> OwnEngine? in
            let descriptions = try String.fetchCursor(
                database,
                sql: """
                    SELECT description FROM sweep JOIN sweep_stage ON sweep = number AND position = 0
                    JOIN stage ON stage.key = sweep_stage.stage ORDER BY submitted_at DESC LIMIT 100
                    """)
            while let description = try descriptions.next() {
                let engine = try Stage(canonicalJSON: description).engine
                if let engine, engine.command == command { return engine }
            }
            return nil
        }
    }

    /// Every stage that has a result, with the files it left.
    package func artifactsOfStages() throws(StoreError) -> [StageArtifacts] {
        try read { database in
            var labels: [String: String] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT stage, label FROM sweep_stage") {
                labels[row["stage"]] = row["label"]
            }
            return try Row.fetchAll(database, sql: "SELECT stage, outcome FROM result ORDER BY received_at, stage").map
            {
                let outcome: Outcome = try JSONColumn.value($0["outcome"])
                let key: String = $0["stage"]
                return StageArtifacts(
                    key: try decoded(StageKey(hex: key)), label: labels[key] ?? "", artifacts: outcome.artifacts)
            }
        }
    }

    /// What a lease on the stage carries on behalf of the sweep; `nil` when either is not known.
    package func description(of stage: StageKey, for sweep: SweepID) throws(StoreError) -> StageDescription? {
        try read { database -> StageDescription? in
            guard
                let row = try Row.fetchOne(
                    database.cachedStatement(
                        sql: "SELECT description, engine FROM stage, sweep WHERE stage.key = ? AND sweep.id = ?"),
                    arguments: [stage.hex, sweep.text])
            else { return nil }
            return StageDescription(canonicalJSON: row["description"], engine: try JSONColumn.value(row["engine"]))
        }
    }

    private func header(_ row: Row) throws -> SweepHeader {
        SweepHeader(
            id: SweepID(row["id"]), name: row["name"], state: try decoded(SweepState(rawValue: row["state"])),
            submittedAt: row["submitted_at"], finishedAt: row["finished_at"], cached: row["cached"])
    }
}
