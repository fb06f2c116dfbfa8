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
        /// Whole neurons and filters: the network shrinks.
        case channel
        /// Dimensions of weight matrices, which become products of two smaller ones.
        case rank
    }

    /// In which order a method prunes and trains.
    package enum Course: String, Hashable, Sendable, Codable {
        /// Rounds of pruning, each followed by retraining.
        case pruneAndRetrain
        /// One training in which the method does all of its pruning.
        case train
        /// One training under the method, then one pruning, then retraining.
        case trainPruneRetrain
    }

    /// One method.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// Raised, from nil to 2 and on, when the method's arithmetic changes, or that of a method it uses: its old results
        /// are not taken for new ones, and those of other methods stay.
        package var revision: Int?
        /// Authors, title, year.
        package var paper: String
        /// One line, lower case, without a full stop.
        package var summary: String
        package var structure: Structure
        package var course: Course = .pruneAndRetrain
        /// Where it starts unless the sweep file says otherwise.
        package var start: Start = .trained
        /// How it may spread a requested sparsity over the layers, the default first; empty where the method itself decides.
        package var allocations: [Allocation] = [.global, .uniform, .erk]
        /// Rounds of pruning unless the sweep file says otherwise.
        package var iterations = 1
        /// Retraining unless the sweep file says otherwise; nil: the sweep's.
        package var retrainMode: Retrain.Mode?
        /// Settings that hold for every level.
        package var knobs: [Knob] = []
        /// The method's own scale of strength, which `levels:` may sweep instead of a requested sparsity; its
        /// `defaultValue` is the authors' and only informs.
        package var levelKnob: Knob?
        /// Whether it looks at training images to decide what to remove.
        package var needsData = false

        /// Whether it is there to be beaten: `paper` begins with "control;".
        package var isControl: Bool { paper.hasPrefix("control;") }

        /// Every knob's default by name, as a stage holds them.
        package var defaultKnobs: [String: Double] {
            Dictionary(uniqueKeysWithValues: knobs.map { ($0.name, $0.defaultValue) })
        }
    }

    package static let entries: [Entry] = controls + scorers + groupScorers + trainers + rewriters

    /// What a method should be compared with before anything is said of it (Blalock et al. 2020, Frankle et al. 2021).
    package static let standardControls = [
        "dense", "random", "random-layer-matched", "magnitude-global", "magnitude-layer",
    ]

    package static var names: [String] { entries.map(\.name) }

    /// The entry of that name.
    package static subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
