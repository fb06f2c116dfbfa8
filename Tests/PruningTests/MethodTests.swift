import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct MethodTests {
    static func context(seed: Int = 0, knobs: [String: Double] = [:]) throws -> ScoringContext {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        return ScoringContext(
            network: network, parameters: try network.initialParameters(seed: seed), seed: seed, round: 1, knobs: knobs
        ) { count in
            try Generator(seed: 1).normal([count, 1, 28, 28])
        }
    }

    @Test func catalogueAndMethodsAgree() throws {
        #expect(Methods.names == MethodCatalogue.names.sorted())
        for entry in MethodCatalogue.entries {
            let scorer = try Methods.scorer(named: entry.name)
            #expect((scorer.scope == .neuron) == (entry.levelKnob != nil))
        }
        let error = #expect(throws: PruningError.self) { try Methods.scorer(named: "magnitude") }
        let names = "magnitude-global, magnitude-layer, nnrelief, random"
        #expect(error?.description.contains("this engine has \(names)") == true)
    }

    /// Every method of the catalogue, with its default knobs, meets every requested sparsity within half a point.
    @Test(.timeLimit(.minutes(1)), arguments: MethodCatalogue.names, [0.0, 0.5, 0.9, 0.98])
    func meetsTheRequestedSparsity(_ method: String, _ sparsity: Double) throws {
        let entry = try #require(MethodCatalogue[method])
        var knobs = Dictionary(uniqueKeysWithValues: entry.knobs.map { ($0.name, $0.defaultValue) })
        knobs["batch"] = knobs["batch"].map { _ in 50 }
        let context = try Self.context(knobs: knobs)
        let round = PruningRound(level: .sparsity(sparsity), round: 1, of: 1)
        let scorer = try Methods.scorer(named: method)
        let masks = try withNoGrad { try round.prune(Masks(wholeOf: context.network), by: scorer, in: context) }
        let achieved = try masks.sparsity()
        #expect(abs(achieved - sparsity) <= (scorer.scope == .neuron ? PruningRound.tolerance : 0.5 / 430_500))
    }

    @Test func randomScoresDependOnTheSeedAlone() throws {
        func scores(_ seed: Int) throws -> [Float] {
            try #require(RandomPruning().scores(in: Self.context(seed: seed))["fc2.weight"]).toFloats()
        }
        #expect(try scores(1) == scores(1))
        #expect(try scores(1) != scores(2))
        #expect(try scores(1).allSatisfy { (0..<1).contains($0) })
    }

    @Test func levelKnobsAreForMethodsThatHaveThem() throws {
        let context = try Self.context()
        let round = PruningRound(level: .knob(name: "alpha", value: 0.5), round: 1, of: 1)
        #expect(throws: PruningError.self) {
            try round.prune(Masks(wholeOf: context.network), by: Magnitude(scope: .global), in: context)
        }
        let other = PruningRound(level: .knob(name: "beta", value: 0.5), round: 1, of: 1)
        let relief = try Self.context(knobs: ["batch": 10])
        #expect(throws: PruningError.self) {
            try withNoGrad { try other.prune(Masks(wholeOf: relief.network), by: NNrelief(), in: relief) }
        }
        #expect(throws: PruningError.self) { try NNrelief().scores(in: context) }
    }

    @Test func nonFiniteScoresAreRefused() throws {
        var context = try Self.context()
        var parameters = context.parameters
        parameters["fc2.weight"] = try Tensor.full([10, 500], .nan)
        context = ScoringContext(
            network: context.network, parameters: parameters, seed: 0, round: 1, knobs: [:],
            trainingImages: context.trainingImages)
        let round = PruningRound(level: .sparsity(0.5), round: 1, of: 1)
        #expect(throws: PruningError.self) {
            try round.prune(Masks(wholeOf: context.network), by: Magnitude(scope: .global), in: context)
        }
    }
}
