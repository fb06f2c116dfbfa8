import Sweep
import Testing

/// What each round of an iterative schedule aims at.
@Suite struct RoundTargetTests {
    @Test("densities fall geometrically, and the last round aims at the level itself")
    func sparsities() throws {
        let targets = (1...3).map { Level.sparsity(0.875).target(ofRound: $0, of: 3).sparsity ?? -1 }
        #expect(abs(targets[0] - 0.5) < 1e-12)
        #expect(abs(targets[1] - 0.75) < 1e-12)
        #expect(targets[2] == 0.875)
    }

    @Test("a value of the method's own knob is the same in every round")
    func knob() {
        let level = Level.knob(name: "alpha", value: 0.9)
        #expect(level.target(ofRound: 1, of: 2) == level)
    }

    @Test("a stage's rounds carry their targets; a round without pruning has none")
    func rounds() throws {
        func targets(_ method: String) throws -> [Level?] {
            let yaml = "network: lenet-300-100\ndataset: digits\nsparsities: [0.75]\nmethods: [\(method)]"
            let plan = try Plan(SweepFile(yaml: yaml, fileName: "sweep.yaml"))
            return try #require(plan.stages.last).stage.rounds.map(\.target)
        }
        #expect(try targets("{method: magnitude-global, iterations: 2}") == [.sparsity(0.5), .sparsity(0.75)])
        #expect(try targets("str") == [nil, .sparsity(0.75)])
        #expect(try targets("dense") == [.sparsity(0)])
    }
}
