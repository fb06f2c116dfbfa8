internal import ArgumentParser
internal import Coordinator
internal import Foundation
internal import Report
internal import Terminal
internal import Wire

/// `espalier watch`: progress of a sweep until it ends.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show a sweep's progress until it ends.",
        discussion: """
            Redraws on a terminal, prints plain lines elsewhere; with --json also one JSON document per line, whenever the \
            sweep's counts change. Leaving (Ctrl-C) does not disturb the sweep. Exit code 0 when the sweep finished, 1 when \
            it failed or was cancelled.
            """)

    @OptionGroup var sweep: SweepArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    func run() async throws {
        let client = try await connection.connect()
        // A coordinator that does not answer yet is waited for below.
        try? await client.tellOfLaterSweeps(named: sweep.reference)
        try await Watch(client: client, sweep: sweep.reference, printsJSON: json.isSet).untilEnd()
    }
}

/// Asks for a sweep's status over and over and shows it.
struct Watch {
    let client: OperatorClient
    let sweep: String
    /// Whether every change of the sweep's counts is also a line of JSON on standard output.
    var printsJSON = false
    /// A coordinator that is being restarted is waited for this long.
    private let patience = Duration.seconds(120)

    /// Returns when the sweep finished; throws when it failed or was cancelled.
    func untilEnd() async throws {
        try Self.conclude(try await poll())
    }

    /// Polls twice a second until the sweep ends or the task is cancelled; returns the last status, of this one sweep.
    func poll() async throws -> WireStatus {
        var view = ProgressView()
        var printed: WireSweepSummary?
        var silentSince: ContinuousClock.Instant?
        while true {
            do {
                let status = try await client.status(of: sweep)
                silentSince = nil
                guard let summary = status.sweeps.first else {
                    throw CommandError.invalid("there is no sweep '\(sweep)': espalier list names them")
                }
                view.show(summary, workers: status.workers)
                var counts = summary
                counts.etaSeconds = 0
                if printsJSON, counts != printed {
                    try Terminal.printJSON(SweepLine(summary), asLine: true)
                    printed = counts
                }
                if summary.state != "running" || Task.isCancelled { return status }
            } catch let error as OperatorError where error.code == .noAnswer {
                let since = silentSince ?? .now
                silentSince = since
                guard ContinuousClock.now - since < patience else { throw error }
                view.show(note: "no answer from the coordinator; trying again")
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Says how the sweep ended; anything but "finished" is exit code 1.
    static func conclude(_ status: WireStatus) throws {
        guard let summary = status.sweeps.first else { return }
        let took = Duration.seconds(max(0, summary.finishedAt - summary.submittedAt).rounded())
        switch summary.state {
        case "finished":
            Terminal.say(
                "\(summary.id): finished, \(counted(summary.tasks, "task")) in \(counted(summary.stages, "stage")) (\(summary.stagesCached) from cache), \(took.forPeople)"
            )
        case "cancelled":
            throw CommandError.failed("sweep \(summary.id) was cancelled; its finished stages stay cached")
        default:
            let cause = status.failures.first.map { " (\($0.label.printable): \($0.message.printable))" } ?? ""
            let lack = summary.tasks == 1 ? "its only task is" : "\(summary.tasksFailed) of \(summary.tasks) tasks are"
            throw CommandError.failed(
                "sweep \(summary.id) \(summary.state): \(lack) without a result\(cause); 'espalier status \(summary.id)' says more"
            )
        }
    }
}
