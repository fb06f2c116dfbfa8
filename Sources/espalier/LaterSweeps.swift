internal import Coordinator
internal import Report
internal import Terminal
internal import Wire

extension SweepReading {
    /// Says so where others of the same name were submitted after the sweep that the user names: its sweep file was edited.
    func tellOfLaterSweeps(named id: String) async throws {
        let latest = try await sweeps().last { $0.name == id }
        guard let latest, latest.id != id else { return }
        Terminal.say("'\(id)' is the first sweep of that name; the latest is '\(latest.id)'")
    }
}

extension ConnectionOptions {
    func results(of sweep: SweepArgument) async throws -> SweepResults {
        try await reading {
            try await $0.tellOfLaterSweeps(named: sweep.reference)
            return try await $0.results(of: sweep.reference)
        }
    }
}
