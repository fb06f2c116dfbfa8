internal import Sweep

/// Which training images a seed trains on and which it holds out, and in which order an epoch shows them.
package struct Split: Sendable {
    private let seed: Int
    /// Positions in the training set, ascending.
    package let training: [Int64]
    package let validation: [Int64]

    /// Holds out ``DatasetReference/heldOut(_:of:)`` images, chosen by (seed, "validation").
    ///
    /// - Throws: ``DatasetError`` when that leaves either part without an image; a share of 0 holds none out.
    package init(count: Int, share: Double, seed: Int) throws {
        self.seed = seed
        var stream = RandomStream(seed: seed, purpose: "validation")
        let order = stream.permutation(count)
        let heldOut = DatasetReference.heldOut(share, of: count)
        guard heldOut < count, heldOut > 0 || share == 0 else {
            throw DatasetError(
                "a validation share of \(share.plain) holds out \(heldOut) of \(count) training images; use more images or "
                    + "another share, so that both parts have some")
        }
        validation = order[..<heldOut].sorted()
        training = order[heldOut...].sorted()
    }

    /// The training positions in the order of one epoch: a function of (seed, "order", round, epoch).
    ///
    /// - Parameters:
    ///   - round: 0 for dense training, then the round of pruning.
    ///   - epoch: Within the round.
    package func order(round: Int, epoch: Int) -> [Int64] {
        var stream = RandomStream(seed: seed, purpose: "order", detail: "\(round)/\(epoch)")
        return stream.permutation(training.count).map { training[Int($0)] }
    }
}
