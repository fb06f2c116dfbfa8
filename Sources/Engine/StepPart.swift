/// What a training step spends time on, in a reader's terms.
enum StepPart: String, CaseIterable {
    /// Convolutions and linear layers, forward and backward.
    case products
    /// With the ReLU that is computed with it.
    case batchNormalisation = "batch normalisation"
    case activations = "ReLUs and sums"
    case pooling
    case loss
    /// The optimiser's.
    case update
    /// From stored bytes to a batch of floats.
    case assembly = "batch assembly"
    /// Outside of all operations: the engine's own code, and memory it lets go.
    case between = "between operations"
    case other = "other operations"

    /// Each part's share of a profile's time, from 0 to 1; together 1. A profile is seconds by the names of operations
    /// within each other, outermost first.
    static func shares(of profile: [[String]: Double]) -> [String: Double] {
        let total = profile.values.reduce(0, +)
        var shares = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, 0.0) })
        for (stack, seconds) in profile { shares[StepPart(of: stack).rawValue, default: 0] += seconds / total }
        return shares
    }

    /// The innermost operation with a part decides: a copy within a convolution is the convolution's.
    init(of stack: [String]) {
        let part = stack.reversed().lazy.compactMap { Self.operations[Self.identifier(of: $0)] }.first
        self = part ?? (stack.isEmpty ? .between : .other)
    }

    /// Without namespaces and templates: "aten::add_", "torch::autograd::CppNode<(anonymous namespace)::Linear>" and
    /// "autograd::engine::evaluate_function: AddBackward0" are `add_`, `Linear` and `AddBackward0`.
    private static func identifier(of name: String) -> String {
        name.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.last.map(String.init) ?? name
    }

    private static let operations: [String: StepPart] = {
        let names: [StepPart: [String]] = [
            .products: ["conv2d", "ConvolutionBackward0", "_linear_pointwise", "Linear", "linear", "AddmmBackward0"],
            .batchNormalisation: ["batch_norm", "BatchNorm", "NativeBatchNormBackward0"],
            .activations: ["relu", "ReluBackward0", "add", "add_", "AddBackward0"],
            .pooling: ["max_pool2d", "MaxPool", "MaxPool2DWithIndicesBackward0", "mean", "MeanBackward1"],
            .loss: ["cross_entropy_loss", "NllLossBackward0", "LogSoftmaxBackward0"],
            .update: ["_fused_sgd_"],
            .assembly: ["assemble", "index_select", "narrow"],
        ]
        return Dictionary(uniqueKeysWithValues: names.flatMap { part, names in names.map { ($0, part) } })
    }()
}
