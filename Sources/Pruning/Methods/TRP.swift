internal import Networks
internal import Sweep
internal import Torch

/// TRP: weights are kept near low rank while the network trains, so that factoring them afterwards costs little.
///
/// Source: Y. Xu et al., "TRP: Trained Rank Pruning for Efficient Deep Neural Networks", IJCAI 2020 (arXiv 2004.14566), and
/// the authors' code; channel-wise decomposition. With a layer's weight as a matrix W [outputs, inputs x kernel x kernel] =
/// U S V^T, every m steps:
///
///     truncation:     W <- U_r S_r V_r^T, r the smallest rank with sum_{i<=r} s_i^2 >= e sum_i s_i^2
///     regularisation: the next gradient of W += lambda U_r V_r^T, the sub-gradient of lambda times the nuclear norm
///
/// After training each layer becomes two, of rank r: basis sqrt(S_r) V_r^T and coefficients U_r sqrt(S_r). The product is
/// the best approximation of that rank; a layer of that rank already keeps its outputs. A layer is factored only where
/// r (outputs + inputs x kernel x kernel) weights are fewer than its own.
///
/// Defaults: m = 20 (paper), lambda = 3e-4 and e = 0.9 (authors' code). Deviations: linear layers are truncated and factored
/// too, and convolutions of any stride, where the code takes 3x3 convolutions of stride 1; the first truncation comes after
/// m steps; a last one after the last step; a requested sparsity is met by one energy share for all layers, the last ranks
/// filled in layer by layer (``RankSelection``), where the code has a threshold on singular values. Depthwise and grouped
/// convolutions are left alone. Cost: one eigendecomposition of each layer's smaller Gram matrix every m steps.
final class TRP: Trainer, Rewriter {
    private var period = 1
    private var nuclear = 0.0
    private var energy = 1.0
    /// U_r V_r^T of the last truncation by parameter name, zero before the first.
    private var subgradients: [String: Tensor] = [:]

    // MARK: - The training

    func begin(_ context: PruningContext) throws -> Masks? {
        period = try max(1, Int(context.knob("period")))
        nuclear = try context.knob("nuclear")
        energy = try context.knob("energy")
        for parameter in context.factorable { subgradients[parameter.name] = try Tensor.zeros(parameter.shape) }
        return nil
    }

    var state: [String: Tensor] { subgradients }

    func beforeUpdate(at moment: TrainingMoment) throws {
        guard moment.step > 0, moment.step % period == 0, nuclear > 0 else { return }
        for (name, subgradient) in subgradients {
            try moment.parameters[name]?.grad?.addInPlace(subgradient * nuclear)
        }
    }

    func afterUpdate(at moment: TrainingMoment) throws -> Masks? {
        let done = moment.step + 1
        guard done % period == 0 || done == moment.steps else { return nil }
        for (name, subgradient) in subgradients {
            guard let weight = moment.parameters[name] else { continue }
            guard let truncation = try Truncation(of: weight.detach().flatten(from: 1), energy: energy) else {
                continue
            }
            try weight.copy(from: truncation.matrix.reshape(weight.shape))
            try subgradient.copy(from: truncation.direction.reshape(weight.shape))
        }
        return nil
    }

    // MARK: - The factors

    func rewrite(_ context: PruningContext) throws -> Rewriting {
        // They belong to the layers before factoring.
        subgradients = [:]
        var spectra: [String: (u: Tensor, s: Tensor, vh: Tensor)] = [:]
        for parameter in context.factorable {
            spectra[parameter.name] = try context.parameter(parameter.name).detach().flatten(from: 1).svd()
        }
        let selection = RankSelection(context, singularValues: try spectra.mapValues { try $0.s.toDoubles() })
        let ranks: [String: Int]
        switch context.target {
        case .sparsity(let sparsity): ranks = try selection.ranks(sparsity: sparsity)
        case .knob("rank-energy", let share): ranks = selection.ranks(energy: share)
        case .knob(let name, _):
            throw PruningError("the method has no level knob '\(name)'; use rank-energy, or give sparsities")
        }
        var network = context.network
        var parameters = context.parameters
        for node in context.network.nodes {
            guard let rank = ranks[node.weightName], let (u, s, vh) = spectra[node.weightName] else { continue }
            let root = try s.narrow(dimension: 0, start: 0, length: rank).sqrt()
            let left = try u.narrow(dimension: 1, start: 0, length: rank) * root
            let right = try vh.narrow(dimension: 0, start: 0, length: rank) * root.reshape([rank, 1])
            network = try network.factoring(node.name, rank: rank)
            let bias = parameters.removeValue(forKey: node.biasName)
            parameters[node.weightName] = nil
            for parameter in network.values where parameter.name.hasPrefix("\(node.name).") {
                switch parameter.name {
                case "\(node.name).basis.weight": parameters[parameter.name] = try right.reshape(parameter.shape)
                case "\(node.name).coefficients.weight": parameters[parameter.name] = try left.reshape(parameter.shape)
                case "\(node.name).coefficients.bias": parameters[parameter.name] = bias
                default: continue
                }
            }
        }
        return Rewriting(network: network, parameters: parameters)
    }
}

/// The best approximation of a matrix that keeps a share of its squared singular values.
struct Truncation {
    /// U_r S_r V_r^T.
    let matrix: Tensor
    /// U_r V_r^T.
    let direction: Tensor

    /// Eigenvalues of the Gram matrix below this part of the largest are rounding, in float32.
    private static let rounding = 1e-6

    /// Nil for a matrix of zeros.
    ///
    /// By the eigenvectors U of the smaller of W W^T and W^T W, a quarter of the time of a singular value decomposition:
    /// U_r S_r V_r^T = U_r U_r^T W and U_r V_r^T = U_r S_r^-1 U_r^T W.
    init?(of weight: Tensor, energy: Double) throws {
        // A training that diverges is found out at the end of its epoch; until then there is nothing to truncate.
        guard try weight.isAllFinite else { return nil }
        let isWide = weight.shape[0] <= weight.shape[1]
        let wide = try isWide ? weight : weight.transposed()
        let (values, vectors) = try wide.matmul(wide.transposed()).symmetricEigen()
        let squares = try values.toDoubles().reversed().map { max($0, 0) }
        guard let largest = squares.first, largest > 0 else { return nil }
        let rank = RankSelection.rank(of: squares, keeping: energy)
        func product(_ rank: Int, scaledBy scale: (Tensor) throws -> Tensor) throws -> Tensor {
            let start = squares.count - rank
            let basis = try vectors.narrow(dimension: 1, start: start, length: rank)
            let part = try values.narrow(dimension: 0, start: start, length: rank)
            let result = try (basis * scale(part)).matmul(basis.transposed().matmul(wide))
            return try isWide ? result : result.transposed()
        }
        matrix = try rank == squares.count ? weight : product(rank) { try Tensor.ones($0.shape) }
        let certain = squares.prefix(rank).prefix { $0 > largest * Self.rounding }.count
        direction = try product(certain) { try $0.pow(-0.5) }
    }
}

extension PruningContext {
    /// The weights that can be written as a product of two: of linear layers and of convolutions without groups.
    fileprivate var factorable: [ParameterDescription] {
        let whole = Set(
            network.nodes.filter { node in
                guard case .convolution(_, _, _, _, let groups, _) = node.layer else { return true }
                return groups == 1
            }.map(\.weightName))
        return eligible.filter { whole.contains($0.name) }
    }
}
