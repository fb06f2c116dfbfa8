import Networks
import Sweep
import Testing
import Torch

@testable import Pruning

@Suite struct MethodTests {
    static func leNet5(
        _ method: String, level: Level = .sparsity(0.5), seed: Int = 0, parameters: [String: Tensor]? = nil
    ) throws -> PruningContext {
        let network = try Network.named("lenet-5", inputShape: [1, 28, 28], classes: 10)
        let knobs = MethodCatalogue[method]?.defaultKnobs["batch"].map { _ in ["batch": 50.0] } ?? [:]
        return try context(
            network, method: method, knobs: knobs, level: level, parameters: parameters, seed: seed)
    }

    @Test func catalogueAndMethodsAgree() throws {
        #expect(Methods.names == MethodCatalogue.names.sorted())
        for entry in MethodCatalogue.entries {
            let method = try Methods.method(of: Self.leNet5(entry.name).pruning)
            let prunes = method.scorer != nil || method.groupScorer != nil || method.rewriter != nil
            #expect(prunes || entry.course == .train, "\(entry.name) never prunes")
            #expect(entry.course == .pruneAndRetrain || method.trainer != nil, "\(entry.name) does not train")
            #expect((entry.structure == .channel) == (method.groupScorer != nil || entry.name.hasPrefix("noiseout")))
        }
        var pruning = try Self.leNet5("random").pruning
        pruning.method = "magnitude"
        let error = #expect(throws: PruningError.self) { try Methods.method(of: pruning) }
        #expect(error?.description.contains("this engine has \(Methods.names.joined(separator: ", "))") == true)
    }

    /// NoiseOut leaves lenet-5's convolutions alone, so that 0.98 is infeasible: see ``NoiseOutTests``.
    private static let oneShot = MethodCatalogue.entries.filter {
        $0.course == .pruneAndRetrain && !$0.name.hasPrefix("noiseout")
    }.map(\.name)

    /// Every method that prunes at once meets every requested sparsity: to the weight, or within half a point.
    @Test(.timeLimit(.minutes(3)), arguments: oneShot, [0.0, 0.5, 0.9, 0.98])
    func meetsTheRequestedSparsity(_ method: String, _ sparsity: Double) throws {
        let context = try Self.leNet5(method)
        let pruned = try prune(sparsity, in: context)
        let achieved = try context.sparsity(of: pruned.network, pruned.masks)
        let isExact = MethodCatalogue[method]?.structure == .unstructured
        #expect(abs(achieved - sparsity) <= (isExact ? 0.5 / 430_500 : Level.tolerance))
    }

    @Test func randomScoresDependOnTheSeedAlone() throws {
        func scores(_ seed: Int) throws -> [Float] {
            try #require(RandomPruning().scores(in: Self.leNet5("random", seed: seed))["fc2.weight"]).toFloats()
        }
        #expect(try scores(1) == scores(1))
        #expect(try scores(1) != scores(2))
        #expect(try scores(1).allSatisfy { (0..<1).contains($0) })
    }

    @Test func levelKnobsAreForMethodsThatHaveThem() throws {
        for (method, knob) in [("magnitude-global", "alpha"), ("nnrelief", "beta"), ("filter-l1", "alpha")] {
            let context = try Self.leNet5(method, level: .knob(name: knob, value: 0.5))
            #expect(throws: PruningError.self) {
                try withNoGrad {
                    try Methods.method(of: context.pruning).prune(context)
                }
            }
        }
        #expect(throws: PruningError.self) { try NNrelief().scores(in: Self.leNet5("random")) }
    }

    @Test func nonFiniteScoresAreRefused() throws {
        var parameters = try Self.leNet5("random").parameters
        parameters["fc2.weight"] = try Tensor.full([10, 500], .nan)
        let context = try Self.leNet5("magnitude-global", parameters: parameters)
        #expect(throws: PruningError.self) { try prune(0.5, in: context) }
    }

    @Test func aSelectionWithoutLayersIsInfeasible() throws {
        let network = try tiny()
        for method in ["magnitude-global", "filter-l1"] {
            let nothing = try context(network, method: method, layers: LayerSelection(include: ["c"]))
            #expect(throws: InfeasibleLevel.self) { try prune(0.5, in: nothing) }
        }
    }
}
