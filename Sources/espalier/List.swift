internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Terminal
internal import Wire

/// `espalier list`: every sweep the coordinator knows.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the coordinator's sweeps.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let sweeps = try await connection.reading { try await $0.sweeps() }
        if json.isSet {
            try Terminal.printJSON(sweeps.map(SweepLine.init))
        } else if sweeps.isEmpty {
            try Terminal.print("no sweeps yet: espalier submit sweep.yaml")
        } else {
            try Terminal.print(SweepLine.table(sweeps.map(SweepLine.init)))
        }
    }
}

/// One sweep as `list` and `status` print it.
struct SweepLine: Encodable {
    let id, name, state: String
    let tasks, tasksDone, tasksFailed, stages, stagesDone, stagesRunning, stagesFailed, stagesCached: Int
    /// ISO 8601, UTC; nil while running.
    let submittedAt: String
    let finishedAt: String?
    let etaSeconds: Double?
    /// Why no connected worker can run some of the stages, and the remedy; nil where one can.
    let obstacle: String?

    init(_ sweep: WireSweepSummary) {
        id = sweep.id
        name = sweep.name
        state = sweep.state
        tasks = Int(sweep.tasks)
        tasksDone = Int(sweep.tasksDone)
        tasksFailed = Int(sweep.tasksFailed)
        stages = Int(sweep.stages)
        stagesDone = Int(sweep.stagesDone)
        stagesRunning = Int(sweep.stagesRunning)
        stagesFailed = Int(sweep.stagesFailed)
        stagesCached = Int(sweep.stagesCached)
        submittedAt = Date(timeIntervalSince1970: sweep.submittedAt).ISO8601Format()
        finishedAt = sweep.finishedAt > 0 ? Date(timeIntervalSince1970: sweep.finishedAt).ISO8601Format() : nil
        etaSeconds = sweep.etaSeconds > 0 ? sweep.etaSeconds : nil
        obstacle = sweep.obstacle.isEmpty ? nil : sweep.obstacle
    }

    static func table(_ lines: [SweepLine]) -> String {
        let table = TextTable(
            columns: [
                .init("sweep", .left), .init("state", .left), .init("tasks", .right), .init("failed", .right),
                .init("stages", .right), .init("cached", .right), .init("submitted", .left), .init("time left", .right),
            ],
            rows: lines.map { line in
                .init([
                    line.id, line.state, "\(line.tasksDone)/\(line.tasks)", "\(line.tasksFailed)",
                    "\(line.stagesDone)/\(line.stages)", "\(line.stagesCached)", line.submittedAt,
                    line.etaSeconds.map { Duration.seconds($0.rounded()).forPeople } ?? "",
                ])
            })
        return table.forTerminal
    }
}
