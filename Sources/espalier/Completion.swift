internal import ArgumentParser
internal import Coordinator
internal import Foundation

// What the shell offers where it cannot know: looked up in the state directory, without a coordinator.
extension CompletionKind {
    static let sweepFile = CompletionKind.file(extensions: ["yaml", "yml"])

    /// The ids of sweeps, the last one submitted first.
    static let sweep = CompletionKind.custom { words, _, _ in
        StateDirectory.sweeps(at: state(named: words)) + ["last"]
    }

    /// The names of keys that are in force.
    static let key = CompletionKind.custom { words, _, _ in
        guard let directory = try? StateDirectory.open(state(named: words)), let ring = try? KeyRing(directory) else {
            return []
        }
        return ring.keys.filter { $0.revoked == nil }.map(\.name)
    }

    /// The state directory that the command line names so far.
    private static func state(named words: [String]) -> String {
        var option = StateOption()
        option.given =
            words.firstIndex(of: "--state").flatMap { words.dropFirst($0 + 1).first }
            ?? words.first { $0.hasPrefix("--state=") }.map { String($0.dropFirst("--state=".count)) }
        return option.path
    }
}
