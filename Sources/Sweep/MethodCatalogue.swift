/// The pruning methods by name: all the coordinator and the sweep file know of them.
///
/// The engine holds an implementation for every entry, and nothing without an entry.
package enum MethodCatalogue {
    /// A setting of a method.
    package struct Knob: Hashable, Sendable {
        package var name: String
        /// One line, lower case, without a full stop.
        package var summary: String
        package var range: NumberRange
        package var isInteger: Bool
        /// The value used when the sweep file gives none.
        package var defaultValue: Double
        /// Where the default comes from.
        package var source: String
    }

    /// What a method removes.
    package enum Structure: String, Hashable, Sendable, Codable {
        /// Single weights, anywhere.
        case unstructured
        /// Single weights of linear layers, whole kernels of convolutions.
        case connection
    }

    /// One method.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// Authors, title, year.
        package var paper: String
        /// One line, lower case, without a full stop.
        package var summary: String
        package var structure: Structure
        /// Settings that hold for every level.
        package var knobs: [Knob]
        /// The method's own scale of strength, which `levels:` may sweep instead of a requested sparsity; its
        /// `defaultValue` is the authors' and only informs.
        package var levelKnob: Knob?
        /// Whether the scores need training images.
        package var needsData: Bool
    }

    package static let entries: [Entry] = [
        Entry(
            name: "random",
            paper: "control; Blalock et al., What is the State of Neural Network Pruning?, 2020",
            summary: "removes weights at random over the whole network: the floor every method must beat",
            structure: .unstructured, knobs: [], levelKnob: nil, needsData: false),
        Entry(
            name: "magnitude-global",
            paper: "Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015",
            summary: "removes the smallest weights of the whole network",
            structure: .unstructured, knobs: [], levelKnob: nil, needsData: false),
        Entry(
            name: "magnitude-layer",
            paper: "Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015",
            summary: "removes the same share of smallest weights in every layer",
            structure: .unstructured, knobs: [], levelKnob: nil, needsData: false),
        Entry(
            name: "nnrelief",
            paper: "Dekhovich et al., Neural network relief: a pruning algorithm based on neural activity, 2021",
            summary: "removes the connections that contribute least to each neuron's input over training images",
            structure: .connection,
            knobs: [
                Knob(
                    name: "batch", summary: "training images the contributions are averaged over, all of them if fewer",
                    range: .closed(1, 1_000_000), isInteger: true, defaultValue: 1000,
                    source: "authors' code: 1000 for MNIST and CIFAR-10")
            ],
            levelKnob: Knob(
                name: "alpha", summary: "share of every neuron's incoming contribution to keep, in every iteration",
                range: .above(0, upTo: 1), isInteger: false, defaultValue: 0.95,
                source: "authors' code: 0.95 for linear layers"),
            needsData: true),
    ]

    package static var names: [String] { entries.map(\.name) }

    /// The entry of that name.
    package static subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
