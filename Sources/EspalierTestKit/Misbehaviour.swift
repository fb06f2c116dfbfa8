internal import Foundation
internal import Sweep
internal import Wire

/// Something that an engine does in place of its last word, or around it.
package struct Misbehaviour: Sendable {
    package let name: String
    /// Part of the sentence that the sweep's user reads; nil where the stage is to have its result all the same.
    package let words: String?
    let act: @Sendable (Scene) throws -> Void

    /// What an engine that misbehaves has at hand.
    struct Scene {
        let run: WireRun
        /// What it would report if it behaved; the files are written.
        let outcome: WireOutcome
        /// A file of the user's.
        let victim: String

        func say(_ outcome: WireOutcome, about stage: String? = nil) {
            say(stage: stage) { $0.outcome = outcome }
        }

        func say(stage: String? = nil, _ fill: (inout WireEngineEvent) -> Void) {
            var event = WireEngineEvent()
            event.stageKey = stage ?? run.stageKey
            fill(&event)
            // An outcome without a line would be silence.
            if let line = try? event.line { say(line: line) }
        }

        func say(line: String) { FakeOutput.write(line: line) }

        /// A path in the work directory.
        func path(_ name: String) -> String { "\(run.workDirectory)/\(name)" }
    }

    /// By seed: the one of a sweep's prune stages with seed 0 comes first.
    package static let all = measures + shapes + files + conversation + harmless
}

// MARK: - Ways to write one down

extension Misbehaviour {
    static func lines(
        _ name: String, _ words: String?, _ act: @escaping @Sendable (Scene) throws -> Void
    ) -> Misbehaviour {
        Misbehaviour(name: name, words: words, act: act)
    }

    static func outcome(
        _ name: String, _ words: String?, _ change: @escaping @Sendable (inout WireOutcome) -> Void
    ) -> Misbehaviour {
        lines(name, words) { scene in
            var outcome = scene.outcome
            change(&outcome)
            scene.say(outcome)
        }
    }

    static func measure(_ measure: String, _ value: Double?, _ words: String) -> Misbehaviour {
        outcome("\(measure.prefix(20)) \(value.map { "\($0)" } ?? "missing")", words) { $0.measures[measure] = value }
    }

    /// Reports the checkpoint under the path that the closure makes, having made whatever it likes there.
    static func path(
        _ name: String, _ words: String?, _ make: @escaping @Sendable (Scene) throws -> String
    ) -> Misbehaviour {
        lines(name, words) { scene in
            var outcome = scene.outcome
            outcome.artifacts[0].path = try make(scene)
            outcome.artifacts[0].sha256 = ""
            outcome.artifacts[0].size = 0
            scene.say(outcome)
        }
    }
}
