import Foundation
import Networks
import Pruning
import Testing
import Torch

@testable import Sweep

// The method of CONTRIBUTING.md's walk-through, word for word; a test below compares the two.

// walk-through: Sources/Pruning/Methods/Wanda.swift
/// Wanda: a weight matters as much as its magnitude times the norm of what it reads.
///
/// Source: M. Sun, Z. Liu, A. Bair, J. Z. Kolter, "A simple and effective pruning approach for large language models",
/// ICLR 2024 (arXiv 2306.11695), equation 1: S_ij = |W_ij| ||X_j||_2 over N training images. Deviations: weights compete
/// as the sweep's allocation says, where the paper compares within each output; a convolution's X_j is a whole channel.
/// Cost: one forward pass over N images.
struct Wanda: Scorer {
    let scope = Scope.weight

    func scores(in context: PruningContext) throws -> [String: Tensor] {
        let images = try context.examples.first(Int(context.knob("batch"))).inputs
        var scores: [String: Tensor] = [:]
        let observe = { (node: Network.Node, input: Tensor) in
            let weight = try context.parameter(node.weightName).detach()
            let norms = try input.square().sum([0] + Array(2..<input.rank)).sqrt()
            let inputs = node.isDepthwise ? 0 : 1
            let shape = (0..<weight.rank).map { $0 == inputs ? norms.count : 1 }
            scores[node.weightName] = try weight.abs() * norms.reshape(shape)
        }
        _ = try context.network.forward(images, context.parameters, observe: observe)
        return scores
    }
}
// walk-through: end

// walk-through: Sources/Sweep/Catalogue/MethodCatalogue+Scorers.swift
let wanda = MethodCatalogue.Entry(
    name: "wanda", paper: "Sun et al., A Simple and Effective Pruning Approach for Large Language Models, 2024",
    summary: "removes the weights with the smallest product of magnitude and input norm", structure: .unstructured,
    allocations: [.uniform, .global, .erk],
    knobs: [
        MethodCatalogue.Knob(
            name: "batch", summary: "training images the norms are taken over", range: .closed(1, 1_000_000),
            isInteger: true, defaultValue: 128, source: "paper, section 4: 128 sequences")
    ], needsData: true)
// walk-through: end

// walk-through: Sources/Pruning/Methods.swift
let line: (String, @Sendable () -> Method) =
    ("wanda", { Method(Wanda()) })
// walk-through: end

/// CONTRIBUTING.md's walk-through compiles, since it stands above, and the method it makes works.
@Suite struct WalkThroughTests {
    @Test func theTextIsTheCode() throws {
        let here = URL(fileURLWithPath: #filePath)
        let code = try String(contentsOf: here, encoding: .utf8)
        let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
        let parts = code.components(separatedBy: "\n// walk-through: Sources/").dropFirst().map { part in
            part.components(separatedBy: "// walk-through: end")[0]
                .split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        }
        #expect(parts.count == 3)
        for part in parts {
            #expect(text.contains("Sources/\(part[0])"), "CONTRIBUTING.md does not name Sources/\(part[0])")
            // The last part is one line of a dictionary there.
            let block = part[1].hasPrefix("let line") ? "\"wanda\": { Method(Wanda()) }," : String(part[1])
            #expect(text.contains(block), "CONTRIBUTING.md differs from the code for Sources/\(part[0])")
        }
    }

    /// By hand: |W| times the norms of the inputs (3, 4), (0, 5), (12, 5) over two images.
    @Test func scoresByHand() throws {
        let network = try tiny()
        var parameters = try network.initialParameters(seed: 0)
        parameters["a.weight"] = try Tensor([1, -2, 3, -4, 5, 6] as [Float], shape: [2, 3])
        let images = try Tensor([3, 0, 12, 4, 5, 5] as [Float], shape: [2, 3])
        let context = try context(
            network, parameters: parameters, images: (images, Tensor([0, 1] as [Int64])), adding: wanda.defaultKnobs)
        let scores = try Wanda().scores(in: context)
        #expect(try #require(scores["a.weight"]).toFloats() == [5, 10, 39, 20, 25, 78])
    }

    @Test func prunesAConvolutionalNetwork() throws {
        let network = try Network.named("mobilenet-v1", inputShape: [3, 32, 32], classes: 10)
        let context = try context(network, adding: ["batch": 2])
        let (_, method) = line
        let pruned = try withNoGrad { try method().prune(context.aiming(at: .sparsity(0.8))) }
        #expect(try abs(#require(pruned.masks).sparsity() - 0.8) < 1e-5)
    }
}
