internal import Foundation
internal import GRDB
package import Scheduling
internal import Sweep

/// What a submission brings besides its plan.
package struct Submission: Sendable {
    /// The sweep file as submitted.
    package var yaml: String
    /// Stages that had an outcome already.
    package var cached: Int
    package init(yaml: String, cached: Int) {
        self.yaml = yaml
        self.cached = cached
    }
}

extension Store {
    /// Makes the records durable, in order, in one transaction: all of them or none.
    ///
    /// - Parameters:
    ///   - submissions: One for every ``Record/submitted(_:_:)`` among the records.
    ///   - time: Unix seconds, kept with the records for people.
    package func commit(
        _ records: [Scheduling.Record], submissions: [SweepID: Submission] = [:], at time: Double
    )
        throws(StoreError)
    {
        guard !records.isEmpty else { return }
        do {
            try database.write { database in
                let writer = RecordWriter(database: database, submissions: submissions, time: time)
                for record in records { try writer.write(record) }
            }
        } catch {
            throw StoreError(error, while: "commit to", path: path)
        }
        // Afterwards, so that nothing is acknowledged that went into a file nobody will find.
        try checkPlace()
    }
}

/// Applies records within one transaction.
private struct RecordWriter {
    let database: Database
    let submissions: [SweepID: Submission]
    let time: Double

    func write(_ record: Scheduling.Record) throws {
        switch record {
        case .coordinatorEpoch(let epoch):
            try run("UPDATE coordinator SET epoch = ?", [try number(epoch)])
        case .submitted(let id, let plan):
            try submit(id, plan)
        case .leased(let lease, let worker):
            let epoch = try number(lease.epoch)
            try run("INSERT INTO lease VALUES (?, ?, ?, ?)", [lease.stage.hex, epoch, worker, time])
            try run("UPDATE stage SET epoch = ?, holder = ? WHERE key = ?", [epoch, worker, lease.stage.hex])
        case .reopened(let lease):
            try run(
                "UPDATE stage SET reopened = ?, resume = NULL, holder = NULL WHERE key = ?",
                [try number(lease.epoch), lease.stage.hex])
        case .result(let lease, let outcome, let worker):
            try setAside(resultOf: lease.stage)
            try run(
                "INSERT INTO result VALUES (?, ?, ?, ?, ?)",
                [lease.stage.hex, try number(lease.epoch), worker, try JSONColumn.text(outcome), time])
            try run(
                "UPDATE stage SET holder = NULL, quarantine = NULL, resume = NULL, reopened = NULL WHERE key = ?",
                [lease.stage.hex])
        case .replica(let lease, let outcome, let worker):
            try run(
                "INSERT INTO replica (stage, epoch, worker, outcome, received_at) VALUES (?, ?, ?, ?, ?)",
                [lease.stage.hex, try number(lease.epoch), worker, try JSONColumn.text(outcome), time])
        case .failed(let lease, let failure, let worker):
            let epoch = try number(lease.epoch)
            try run(
                "INSERT INTO failure (stage, epoch, worker, failure, failed_at) VALUES (?, ?, ?, ?, ?)",
                [lease.stage.hex, epoch, worker, try JSONColumn.text(failure), time])
            try run("UPDATE stage SET holder = NULL WHERE key = ? AND epoch = ?", [lease.stage.hex, epoch])
        case .quarantined(let stage, let failure):
            try run(
                "UPDATE stage SET holder = NULL, quarantine = ? WHERE key = ?",
                [try JSONColumn.text(failure), stage.hex])
        case .resume(let stage, let artifact):
            try run(
                "UPDATE stage SET holder = NULL, resume = ? WHERE key = ?",
                [try artifact.map { try JSONColumn.text($0) }, stage.hex])
        case .sweepState(let id, let state):
            try run(
                "UPDATE sweep SET state = ?, finished_at = ? WHERE id = ?",
                [state.rawValue, state == .running ? 0 : time, id.text])
        }
    }

    /// The result of a stage that was opened again becomes a replica; any other stays, and no second one is taken.
    private func setAside(resultOf stage: StageKey) throws {
        try run(
            """
            INSERT INTO replica (stage, epoch, worker, outcome, received_at)
            SELECT stage, result.epoch, worker, outcome, received_at FROM result JOIN stage ON stage.key = result.stage
            WHERE result.stage = ? AND reopened IS NOT NULL
            """, [stage.hex])
        if database.changesCount > 0 { try run("DELETE FROM result WHERE stage = ?", [stage.hex]) }
    }

    /// A known sweep runs again. A stage given up on earlier is open again once a sweep is submitted that asks for it, and
    /// what failed before does not count.
    private func submit(_ id: SweepID, _ plan: Plan) throws {
        let submission = submissions[id] ?? Submission(yaml: "", cached: 0)
        try run(
            """
            INSERT INTO sweep (id, name, network, dataset, priority, engine, yaml, cached, state, submitted_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, engine = excluded.engine, yaml = excluded.yaml,
                cached = excluded.cached, state = excluded.state, submitted_at = excluded.submitted_at, finished_at = 0
            """,
            [
                id.text, plan.name, plan.network, plan.dataset, plan.priority, try JSONColumn.text(plan.engine),
                submission.yaml, submission.cached, SweepState.running.rawValue, try submissionTime(),
            ])
        guard
            let sweep = try Int64.fetchOne(database, sql: "SELECT number FROM sweep WHERE id = ?", arguments: [id.text])
        else { return }
        for node in plan.stages {
            try run(
                """
                INSERT INTO stage (key, description) VALUES (?, ?)
                ON CONFLICT (key) DO UPDATE SET quarantine = NULL WHERE quarantine IS NOT NULL
                """, [node.key.hex, try node.stage.canonicalJSON])
            try run("UPDATE failure SET counts = 0 WHERE stage = ?", [node.key.hex])
        }
        if try Bool.fetchOne(database, sql: "SELECT 1 FROM sweep_stage WHERE sweep = ?", arguments: [sweep]) == nil {
            try insert(plan, as: sweep)
        }
    }

    private func insert(_ plan: Plan, as sweep: Int64) throws {
        var positions: [StageKey: Int] = [:]
        positions.reserveCapacity(plan.stages.count)
        for (position, node) in plan.stages.enumerated() {
            positions[node.key] = position
            try run("INSERT INTO sweep_stage VALUES (?, ?, ?, ?)", [sweep, position, node.key.hex, node.label])
        }
        for task in plan.tasks {
            let path = task.stages.compactMap { positions[$0].map(String.init) }.joined(separator: ",")
            try run(
                "INSERT INTO task VALUES (?, ?, ?, ?, ?, ?, ?)",
                [sweep, task.index, task.label, task.method, try JSONColumn.text(task.level), task.seed, path])
        }
    }

    /// Later than that of every other sweep, also after the clock was set back: sweeps are ordered by it.
    private func submissionTime() throws -> Double {
        let latest = try Double.fetchOne(database, sql: "SELECT max(submitted_at) FROM sweep") ?? 0
        return max(time, latest + 1e-6)
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// SQLite's integers are signed.
    private func number(_ value: UInt64) throws -> Int64 {
        guard let value = Int64(exactly: value) else {
            throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "\(value) is too large for the database")
        }
        return value
    }
}

/// Values that are stored as JSON text.
enum JSONColumn {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ text: String) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(text.utf8))
    }
}
