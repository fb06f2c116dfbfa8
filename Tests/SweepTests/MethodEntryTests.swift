import Sweep
import Testing

/// What a method entry says beside its name: start, allocation, layers, schedule, levels, retraining.
@Suite struct MethodEntryTests {
    static let head = "network: lenet-300-100\ndataset: digits\ntraining: {epochs: 8}\n"

    func entries(_ yaml: String) throws -> [SweepFile.Entry] {
        try SweepFile(yaml: Self.head + yaml, fileName: "s.yaml").methods
    }

    func entry(_ yaml: String) throws -> SweepFile.Entry { try #require(try entries("methods: [\(yaml)]").first) }

    @Test(arguments: MethodCatalogue.entries) func aBareNameIsWhatTheCatalogueSays(method: MethodCatalogue.Entry) throws
    {
        let entry = try entry(method.name)
        #expect(entry.start == method.start)
        #expect(entry.allocation == method.allocations.first ?? .global)
        #expect(entry.schedule.rounds == method.iterations && !entry.isCascade)
        #expect(entry.knobs == method.defaultKnobs)
        #expect(entry.layers == .all)
        #expect(entry.levels.count == (method.name == "dense" ? 1 : 5))
    }

    @Test func aLotteryTicketGoesBackToItsInitialWeightsUnlessToldOtherwise() throws {
        let ticket = try entry("lottery-ticket")
        #expect(ticket.schedule == .iterative(rounds: 5))
        #expect(ticket.retrain == Retrain(mode: .weightRewinding, epochs: 8))
        let other = try entry(
            "{method: lottery-ticket, iterations: 2, retrain: {mode: reinitialise, epochs: 30}}")
        #expect(other.schedule == .iterative(rounds: 2))
        #expect(other.retrain == Retrain(mode: .reinitialise, epochs: 30))
        #expect(try entry("{method: lottery-ticket, schedule: one-shot}").schedule == .oneShot)
    }

    @Test func everyKeyIsRead() throws {
        let entry = try entry(
            """
            {method: random, start: initialisation, allocation: erk, schedule: gradual,
             layers: {include: [linear, "fc*"], exclude: last}}
            """)
        #expect((entry.start, entry.allocation, entry.schedule) == (.initialisation, .erk, .gradual))
        #expect(entry.layers == LayerSelection(include: ["linear", "fc*"], exclude: ["last"]))
    }

    @Test func layersOfTheSweepHoldForEntriesThatDoNotSay() throws {
        let entries = try entries(
            "layers: {exclude: [first, last]}\nmethods: [random, {method: snip, layers: {include: first}}]")
        #expect(
            entries.map(\.layers) == [
                LayerSelection(exclude: ["first", "last"]), LayerSelection(include: ["first"]),
            ])
    }

    /// What prunes before training has no retraining, and its stages do not depend on the sweep's.
    @Test func pruningAtInitialisationIsTheSameWorkWhateverTheRetrainingIs() throws {
        func stages(_ retrain: String) throws -> [Plan.Node] {
            let yaml = "\(Self.head)methods: [snip, gradual]\nseeds: 1\nretrain: \(retrain)"
            return try Plan(SweepFile(yaml: yaml, fileName: "s.yaml")).stages
        }
        #expect(try stages("{epochs: 2}") == stages("{mode: weight-rewinding, epochs: 7}"))
        // Slimming trains, prunes, and retrains.
        #expect(try entry("slimming").retrain == Retrain(mode: .learningRateRewinding, epochs: 8))
    }

    @Test func denseNetworksHaveOneLevel() throws {
        #expect(try entry("dense").levels == [.sparsity(0)])
        #expect(throws: SweepFileError.self) { try entry("{method: dense, sparsities: [0, 0.1]}") }
    }

    // MARK: - Ranges

    /// Densities 0.5, 0.5 r, ..., 0.02 with r = 0.04^(1/5) = 0.52531.
    @Test func sparsitiesAreSpacedByDensity() throws {
        let levels = try entry("{method: random, sparsities: {from: 0.5, to: 0.98, count: 6}}").levels
        #expect(levels.map(\.value) == [0.5, 0.7373, 0.862, 0.92752, 0.96193, 0.98])
        let tenfold = try entry("{method: random, sparsities: {from: 0, to: 0.999, count: 4, spacing: geometric}}")
            .levels
        #expect(tenfold.map(\.value) == [0, 0.9, 0.99, 0.999])
    }

    @Test func linearRangesHaveShortDecimals() throws {
        let levels = try entry("{method: random, sparsities: {from: 0.1, to: 0.9, count: 9, spacing: linear}}").levels
        #expect(levels.map(\.value) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    }

    @Test func knobsAreSpacedThemselves() throws {
        let geometric = try entry("{method: str, levels: {s-init: {from: -1000, to: -1, count: 4}}}").levels
        #expect(geometric == [-1000, -100, -10, -1].map { .knob(name: "s-init", value: $0) })
        let linear = try entry("{method: nnrelief, levels: {alpha: {from: 1, to: 0.9, count: 3, spacing: linear}}}")
            .levels
        #expect(linear == [1, 0.95, 0.9].map { .knob(name: "alpha", value: $0) })
    }

    // MARK: - Controls

    @Test func controlsThatAreMissingAreAdded() throws {
        let entries = try entries("controls: true\nmethods: [nnrelief, {method: random, label: floor}]")
        #expect(
            entries.map(\.label) == [
                "nnrelief", "floor", "dense", "random-layer-matched", "magnitude-global", "magnitude-layer",
            ])
        #expect(try self.entries("controls: false\nmethods: [nnrelief]").count == 1)
        #expect(MethodCatalogue.standardControls.allSatisfy { MethodCatalogue[$0] != nil })
    }
}
