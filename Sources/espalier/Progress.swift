internal import Foundation
internal import Report
internal import Terminal
internal import Wire

/// Live progress of one sweep on standard error: a redrawn block on a terminal, plain lines otherwise.
struct ProgressView {
    private let interactive: Bool
    private var drawnLines = 0
    private var lastPlain = ""
    private var lastPlainAt: ContinuousClock.Instant?
    private var lastObstacle = ""
    /// Leases whose silence has been spoken of.
    private var silences: Set<String> = []

    init(interactive: Bool = Terminal.isInteractive) {
        self.interactive = interactive
    }

    /// Shows a status answer. On a terminal the block is redrawn in place; otherwise a line is written when the number
    /// of finished stages changed, at most every two seconds, and when the sweep ends; another one when workers come or
    /// go that can or cannot run what is left, and one when a running stage has been silent for long.
    mutating func show(_ sweep: WireSweepSummary, workers: [WireWorkerStatus]) {
        if interactive {
            let obstacle = sweep.obstacle.components(separatedBy: "; ").filter { !$0.isEmpty }.map { "  \($0)" }
            redraw([headline(sweep, workers, bar: true)] + obstacle + stageLines(workers))
        } else {
            if sweep.obstacle != lastObstacle, !sweep.obstacle.isEmpty {
                Terminal.say("\(sweep.id): \(sweep.obstacle)")
            }
            lastObstacle = sweep.obstacle
            noteSilences(workers)
            let line = headline(sweep, workers, bar: false)
            let due = lastPlainAt.map { ContinuousClock.now - $0 > .seconds(2) } ?? true
            if sweep.state == "running", line == lastPlain || !due { return }
            guard line != lastPlain else { return }
            Terminal.say(line)
            lastPlain = line
            lastPlainAt = .now
        }
    }

    /// Says something that is not a measure of progress (waiting for workers, coordinator gone) in the block's place.
    mutating func show(note: String) {
        if interactive {
            redraw([note])
        } else if note != lastPlain {
            Terminal.say(note)
            lastPlain = note
        }
    }

    private mutating func redraw(_ lines: [String]) {
        let columns = Terminal.columns
        var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        text += lines.map { "\r\u{1B}[2K" + $0.prefix(columns - 1) + "\n" }.joined()
        if drawnLines > lines.count {
            // Blank what the taller block left behind, then come back up.
            text += String(repeating: "\u{1B}[2K\n", count: drawnLines - lines.count)
            text += "\u{1B}[\(drawnLines - lines.count)A"
        }
        Terminal.draw(text)
        drawnLines = lines.count
    }

    private mutating func noteSilences(_ workers: [WireWorkerStatus]) {
        for worker in workers {
            for stage in worker.running where stage.isSilent {
                guard silences.insert("\(stage.stageKey) \(stage.epoch)").inserted else { continue }
                Terminal.say(
                    "\(stage.label.printable) on \(worker.name): \(stage.progressText), running for \(stage.ageText)")
            }
        }
    }

    private func headline(_ sweep: WireSweepSummary, _ workers: [WireWorkerStatus], bar: Bool) -> String {
        let share = sweep.stages == 0 ? 1 : Double(sweep.stagesDone) / Double(sweep.stages)
        var parts = [sweep.id]
        if bar {
            let filled = Int((share * 24).rounded(.down))
            parts.append(String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled))
        }
        parts.append(
            "\(sweep.stagesDone) of \(counted(sweep.stages, "stage")) (\(Int((share * 100).rounded(.down))) %)")
        if sweep.stagesCached > 0 { parts.append("\(sweep.stagesCached) from cache") }
        if sweep.stagesFailed > 0 { parts.append("\(sweep.stagesFailed) failed") }
        if sweep.state != "running" {
            parts.append(sweep.state)
        } else if case let silent = workers.flatMap(\.running).count(where: \.isSilent), silent > 0 {
            // How long it takes is anybody's guess then.
            parts.append("\(silent) running and silent")
        } else if sweep.etaSeconds > 0 {
            let left = Duration.seconds(sweep.etaSeconds.rounded(.up))
            parts.append(left < .seconds(10) ? "a few seconds left" : "about \(left.forPeople) left")
        } else if sweep.stagesRunning == 0 {
            parts.append("waiting for a worker")
        }
        return parts.joined(separator: "  ")
    }

    private func stageLines(_ workers: [WireWorkerStatus]) -> [String] {
        let running = workers.flatMap { worker in worker.running.map { (worker.name, $0) } }
        let shown = running.prefix(8).map { name, stage in
            var line = "  \(name)  \(stage.label.printable)"
            line += "  \(stage.progressText)"
            if stage.progress.accuracy > 0 {
                line += String(format: "  validation %.1f %%", stage.progress.accuracy * 100)
            }
            return line
        }
        return shown + (running.count > 8 ? ["  and \(running.count - 8) more"] : [])
    }
}
