internal import GRDB
package import Scheduling
internal import Sweep

extension Store {
    /// Everything a starting coordinator needs to carry on.
    package func load() throws(StoreError) -> Durable {
        try read { database in
            var stages = try loadStages(database)
            var sweeps: [Durable.SweepRecord] = []
            let cursor = try Row.fetchCursor(database, sql: "SELECT * FROM sweep ORDER BY number")
            while let row = try cursor.next() {
                let plan = try loadPlan(database, row)
                // The label people see is that of the sweep submitted last.
                for node in plan.stages { stages[node.key]?.node.label = node.label }
                sweeps.append(
                    Durable.SweepRecord(
                        id: SweepID(row["id"]), plan: plan, state: try decoded(SweepState(rawValue: row["state"]))))
            }
            let epoch = try Int64.fetchOne(database, sql: "SELECT epoch FROM coordinator")
            return Durable(coordinatorEpoch: UInt64(epoch ?? 0), sweeps: sweeps, stages: stages)
        }
    }

    private func loadStages(_ database: Database) throws -> [StageKey: Durable.StageState] {
        var stages: [StageKey: Durable.StageState] = [:]
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT stage.*, result.outcome, result.epoch AS result_epoch
                FROM stage LEFT JOIN result ON result.stage = stage.key AND stage.reopened IS NULL
                """)
        while let row = try cursor.next() {
            let key = try decoded(StageKey(hex: row["key"]))
            let quarantine: String? = row["quarantine"]
            let outcome: String? = row["outcome"]
            let resume: String? = row["resume"]
            let resultEpoch: Int64? = row["result_epoch"]
            let reopened: Int64? = row["reopened"]
            stages[key] = Durable.StageState(
                node: Plan.Node(key: key, stage: try Stage(canonicalJSON: row["description"]), label: ""),
                epoch: UInt64(row["epoch"] as Int64),
                lastWorker: row["holder"],
                outcome: try outcome.map { try JSONColumn.value($0) },
                quarantined: try quarantine.map { try JSONColumn.value($0) },
                resume: try resume.map { try JSONColumn.value($0) },
                resultEpoch: resultEpoch.map { UInt64($0) }, reopened: reopened.map { UInt64($0) })
        }
        let failures = try Row.fetchCursor(
            database, sql: "SELECT stage, failure FROM failure WHERE counts = 1 ORDER BY number")
        while let row = try failures.next() {
            let key = try decoded(StageKey(hex: row["stage"]))
            stages[key]?.failures.append(try JSONColumn.value(row["failure"]))
        }
        return stages
    }

    /// The plan of one row of `sweep`.
    func loadPlan(_ database: Database, _ sweep: Row) throws -> Plan {
        let number: Int64 = sweep["number"]
        var nodes: [Plan.Node] = []
        let stages = try Row.fetchCursor(
            database,
            sql: """
                SELECT stage.key, stage.description, sweep_stage.label FROM sweep_stage
                JOIN stage ON stage.key = sweep_stage.stage WHERE sweep = ? ORDER BY position
                """, arguments: [number])
        while let row = try stages.next() {
            nodes.append(
                Plan.Node(
                    key: try decoded(StageKey(hex: row["key"])), stage: try Stage(canonicalJSON: row["description"]),
                    label: row["label"]))
        }
        var tasks: [Plan.Task] = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT * FROM task WHERE sweep = ? ORDER BY position", arguments: [number])
        while let row = try rows.next() {
            let path: String = row["stages"]
            let keys = try path.split(separator: ",").map { text -> StageKey in
                let position = try decoded(Int(text))
                guard nodes.indices.contains(position) else { return try decoded(nil) }
                return nodes[position].key
            }
            tasks.append(
                Plan.Task(
                    index: row["position"], label: row["label"], method: row["method"],
                    level: try JSONColumn.value(row["level"]), seed: row["seed"], stages: keys))
        }
        return Plan(
            name: sweep["name"], network: sweep["network"], dataset: sweep["dataset"], priority: sweep["priority"],
            engine: try JSONColumn.value(sweep["engine"]), tasks: tasks, stages: nodes)
    }

    /// A value that must be readable: only a damaged database holds another.
    func decoded<T>(_ value: T?) throws -> T {
        guard let value else {
            throw StoreError(
                .corrupt, path: path,
                "the database '\(path)' holds a value that Espalier never writes; restore it from a backup")
        }
        return value
    }
}
