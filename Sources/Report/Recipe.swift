internal import Sweep

/// Training and pruning settings in a line of words.
enum Recipe {
    /// "SGD, learning rate 0.1, momentum 0.9, weight decay 0.0005, batch 128, 20 epochs, cosine schedule, ...".
    static func text(_ stage: Stage) -> String {
        let training = stage.training
        var parts = [
            training.optimizer == .sgd ? "SGD" : "Adam", "learning rate \(NumberText.exact(training.learningRate))",
        ]
        if training.optimizer == .sgd { parts.append("momentum \(NumberText.exact(training.momentum))") }
        parts += [
            "weight decay \(NumberText.exact(training.weightDecay))", "batch \(training.batchSize)",
            epochs(Double(training.epochs)), schedule(training.schedule),
        ]
        if let count = stage.dataset.trainingImages { parts.append("\(count) training images") }
        if let augmentation = stage.dataset.augmentation { parts.append("augmentation \(augmentation.rawValue)") }
        if training.warmUp > 0 { parts.append("warm-up over \(epochs(training.warmUp))") }
        parts += [
            "\(NumberText.percent(stage.dataset.validation, decimals: 0)) of the training images held out for validation",
            "\(stage.threads) \(stage.threads == 1 ? "thread" : "threads")",
        ]
        return parts.joined(separator: ", ")
    }

    private static func epochs(_ count: Double) -> String {
        "\(NumberText.exact(count)) \(count == 1 ? "epoch" : "epochs")"
    }

    private static func schedule(_ schedule: Training.Schedule) -> String {
        switch schedule {
        case .constant: "constant schedule"
        case .cosine: "cosine schedule"
        case .step(let epochs, let factor):
            "learning rate × \(NumberText.exact(factor)) at \(epochs.count == 1 ? "epoch" : "epochs") "
                + epochs.map(String.init).joined(separator: ", ")
        }
    }

    /// "alpha = 0.95, beta = 2", or a dash for a method without knobs.
    static func knobs(_ pruning: Pruning) -> String {
        guard !pruning.knobs.isEmpty else { return "–" }
        return pruning.knobs.sorted { $0.key < $1.key }.map { "\($0.key) = \(NumberText.exact($0.value))" }
            .joined(separator: ", ")
    }

    /// "all", or "convolution without first, last".
    static func layers(_ layers: LayerSelection) -> String {
        let include = layers.include.isEmpty ? "all" : layers.include.joined(separator: ", ")
        return layers.exclude.isEmpty ? include : "\(include) without \(layers.exclude.joined(separator: ", "))"
    }
}
