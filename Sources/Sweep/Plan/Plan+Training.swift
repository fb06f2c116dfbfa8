extension Plan {
    /// Epochs of training behind the network of each stage: the stage's own and those of all it starts from.
    package var epochsBehind: [StageKey: Int] {
        stages.reduce(into: [:]) { sums, node in
            sums[node.key] = node.stage.parents.reduce(node.stage.epochs) { $0 + (sums[$1] ?? 0) }
        }
    }
}

extension Pruning {
    /// "one-shot", "5 iterations", "gradual"; "in training" or "after training" where the method trains first.
    ///
    /// - Parameter isChained: Whether the stage starts from another level's network.
    package func scheduleText(isChained: Bool) -> String {
        switch schedule {
        case .gradual: "gradual"
        case .iterative(let rounds): "\(rounds) iterations"
        case .oneShot where isChained: "cascade"
        case .oneShot:
            switch course {
            case .pruneAndRetrain: "one-shot"
            case .train: "in training"
            case .trainPruneRetrain: "after training"
            }
        }
    }

    /// "global", "uniform", "erk"; a dash where the method itself decides what each layer loses.
    package var allocationText: String {
        MethodCatalogue[method]?.allocations.isEmpty == true ? "–" : allocation.rawValue
    }
}
