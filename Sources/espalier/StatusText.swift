internal import Foundation
internal import Report
internal import Terminal
internal import Wire

// What `espalier status` prints for people.

extension WireStatus {
    var text: String {
        let uptime = Duration.seconds(uptimeSeconds.rounded()).forPeople
        var sections = [
            !hasCoordinator
                ? "no coordinator runs on this state directory"
                    + (isUnfinished ? ": start one with espalier coordinator, or run the sweep's file again" : "")
                : "coordinator \(version), up \(uptime), start \(coordinatorEpoch) of this state directory"
        ]
        sections.append(
            sweeps.isEmpty
                ? "no sweeps yet: espalier \(hasCoordinator ? "submit" : "run") sweep.yaml"
                : SweepLine.table(sweeps.map(SweepLine.init)))
        sections += sweeps.filter { !$0.obstacle.isEmpty }.map { "\($0.id): \($0.obstacle)" }
        if !workers.isEmpty { sections.append(workerTable) }
        if hasCoordinator, isUnfinished, !workers.contains(where: \.isConnected) {
            let lack = workers.isEmpty ? "no worker has connected yet" : "no worker is connected"
            sections.append("\(lack): espalier worker --coordinator ... --key ...")
        }
        return (sections + failures.map(\.text)).joined(separator: "\n\n").folded(to: Terminal.outputWidth)
    }

    private var isUnfinished: Bool { sweeps.contains { $0.state == "running" } }

    private var workerTable: String {
        let rows = workers.flatMap { worker -> [TextTable.Row] in
            let first = [
                worker.name, worker.state, worker.isConnected ? "\(worker.running.count)/\(worker.slots)" : "",
                "\(Duration.seconds(worker.lastSeenSeconds.rounded()).forPeople) ago",
            ]
            guard !worker.running.isEmpty else { return [.init(first + ["", "", ""])] }
            return worker.running.enumerated().map { index, stage in
                .init((index == 0 ? first : ["", "", "", ""]) + [stage.label, stage.progressText, stage.ageText])
            }
        }
        return TextTable(
            columns: [
                .init("worker", .left), .init("state", .left), .init("busy", .right), .init("seen", .right),
                .init("stage", .left), .init("progress", .left), .init("running for", .right),
            ], rows: rows
        ).forTerminal
    }
}

extension WireStatus {
    /// Whether a coordinator answered; else it was read from the state directory.
    var hasCoordinator: Bool { !version.isEmpty }
}

extension WireWorkerStatus {
    var isConnected: Bool { ["connected", "draining"].contains(state) }
}

extension WireRunningStage {
    /// Engines report every few seconds. After half a minute without anything new a person wants to know.
    var isSilent: Bool { silentSeconds >= 30 }

    /// "training 45 %, silent for 2 min".
    var progressText: String {
        let share = progress.totalSteps > 0 ? " \(progress.step * 100 / progress.totalSteps) %" : ""
        return progress.phase.printable + share + (isSilent ? ", \(silenceText)" : "")
    }

    var ageText: String { Duration.seconds(seconds.rounded()).forPeople }
    var silenceText: String { "silent for \(Duration.seconds(silentSeconds.rounded()).forPeople)" }
}

extension WireFailedStage {
    /// How much failed and why, once, with the last lines that the engine wrote.
    fileprivate var text: String {
        let what = tasks > 0 ? counted(tasks, "task") : counted(stages, "stage")
        let others = stages > 1 ? " and \(stages - 1) more" : ""
        let text =
            "\(what) failed: \(message.printable)\n    (\(label.printable)\(others); \(cause), \(counted(attempts, "attempt")))"
        return ([text] + evidence.split(separator: "\n").suffix(12).map { "    \(String($0).printable)" }).joined(
            separator: "\n")
    }
}
