internal import Foundation
package import Sweep

/// The learning rate of a dense training, step by step: schedule times warm-up.
///
/// Schedules change at epoch boundaries, as PyTorch's `MultiStepLR` and `CosineAnnealingLR` do when stepped once an
/// epoch; the warm-up changes every step and reaches the full rate with its last one.
package struct LearningRate: Sendable {
    private let training: Training
    private let stepsPerEpoch: Int

    package init(_ training: Training, stepsPerEpoch: Int) {
        self.training = training
        self.stepsPerEpoch = stepsPerEpoch
    }

    /// - Parameters:
    ///   - epoch: Of the dense schedule, from 0.
    ///   - step: Within the epoch, from 0.
    package func rate(epoch: Int, step: Int) -> Double {
        let warmUpSteps = training.warmUp * Double(stepsPerEpoch)
        let done = Double(epoch * stepsPerEpoch + step + 1)
        let warmUp = done < warmUpSteps ? done / warmUpSteps : 1
        return training.learningRate * scheduled(epoch) * warmUp
    }

    /// The rate of the dense schedule's last step, at which fine-tuning goes on.
    package var last: Double {
        rate(epoch: max(training.epochs, 1) - 1, step: stepsPerEpoch - 1)
    }

    private func scheduled(_ epoch: Int) -> Double {
        switch training.schedule {
        case .constant: 1
        case .step(let epochs, let factor): pow(factor, Double(epochs.count { $0 <= epoch }))
        case .cosine: 0.5 * (1 + cos(Double.pi * Double(epoch) / Double(max(training.epochs, 1))))
        }
    }
}
