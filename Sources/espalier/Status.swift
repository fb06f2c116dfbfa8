internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Terminal
internal import Wire

/// `espalier status`: a sweep, the workers, and what failed and why.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a sweep's state, the workers, and what failed and why.")

    @Argument(help: ArgumentHelp("A sweep's id or name, or 'last'; without it, every sweep.", valueName: "SWEEP"))
    var sweep = ""

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let status = try await connection.reading { try await $0.status(of: sweep) }
        if json.isSet {
            try Terminal.printJSON(StatusDocument(status))
        } else {
            try Terminal.print(Self.text(status))
        }
    }

    private static func text(_ status: WireStatus) -> String {
        let uptime = Duration.seconds(status.uptimeSeconds.rounded()).forPeople
        var sections = ["coordinator \(status.version), start \(status.coordinatorEpoch), up \(uptime)"]
        sections.append(
            status.sweeps.isEmpty
                ? "no sweeps yet: espalier submit sweep.yaml" : SweepLine.table(status.sweeps.map(SweepLine.init)))
        sections += status.sweeps.filter { !$0.obstacle.isEmpty }.map { "\($0.id): \($0.obstacle)" }
        if status.workers.isEmpty {
            sections.append("no worker has connected yet: espalier worker --coordinator ... --key ...")
        } else {
            let rows = status.workers.flatMap { worker -> [TextTable.Row] in
                let first = [
                    worker.name, worker.state, "\(worker.running.count)/\(worker.slots)",
                    "\(Duration.seconds(worker.lastSeenSeconds.rounded()).forPeople) ago",
                ]
                guard !worker.running.isEmpty else { return [.init(first + ["", ""])] }
                return worker.running.enumerated().map { index, stage in
                    let progress = stage.progress
                    let share = progress.totalSteps > 0 ? " \(progress.step * 100 / progress.totalSteps) %" : ""
                    return .init(
                        (index == 0 ? first : ["", "", "", ""])
                            + [stage.label, progress.phase + share])
                }
            }
            sections.append(
                TextTable(
                    columns: [
                        .init("worker", .left), .init("state", .left), .init("busy", .right), .init("seen", .right),
                        .init("stage", .left), .init("progress", .left),
                    ], rows: rows
                ).terminal(inColour: Terminal.hasColor))
        }
        for failure in status.failures {
            var text = "failed: \(failure.label) (\(failure.cause), \(failure.attempts) attempts): \(failure.message)"
            if !failure.evidence.isEmpty {
                text +=
                    "\n"
                    + failure.evidence.split(separator: "\n").suffix(12).map { "    \($0)" }.joined(separator: "\n")
            }
            sections.append(text)
        }
        return sections.joined(separator: "\n\n")
    }
}

/// The JSON of `espalier status`.
private struct StatusDocument: Encodable {
    struct Worker: Encodable {
        struct Stage: Encodable {
            let key, label, phase: String
            let epoch, step, totalSteps: UInt64
            let seconds: Double
        }
        let name, host, state: String
        let slots: Int
        let lastSeenSeconds: Double
        let running: [Stage]
    }
    struct Failure: Encodable {
        let stage, label, cause, message, evidence: String
        let attempts: Int
    }
    let version: String
    let coordinatorEpoch: UInt64
    let uptimeSeconds: Double
    let sweeps: [SweepLine]
    let workers: [Worker]
    let failures: [Failure]

    init(_ status: WireStatus) {
        version = status.version
        coordinatorEpoch = status.coordinatorEpoch
        uptimeSeconds = status.uptimeSeconds
        sweeps = status.sweeps.map(SweepLine.init)
        workers = status.workers.map { worker in
            Worker(
                name: worker.name, host: worker.host, state: worker.state, slots: Int(worker.slots),
                lastSeenSeconds: worker.lastSeenSeconds,
                running: worker.running.map {
                    .init(
                        key: $0.stageKey, label: $0.label, phase: $0.progress.phase, epoch: $0.epoch,
                        step: $0.progress.step, totalSteps: $0.progress.totalSteps, seconds: $0.seconds)
                })
        }
        failures = status.failures.map {
            Failure(
                stage: $0.stageKey, label: $0.label, cause: $0.cause, message: $0.message, evidence: $0.evidence,
                attempts: Int($0.attempts))
        }
    }
}
