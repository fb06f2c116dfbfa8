internal import Foundation
package import Sweep
package import Torch

/// The random variations of one epoch: a function of (seed, round, epoch, position in the training set).
///
/// Neither the batch an image comes in nor the order of the batches changes what it looks like.
package struct AugmentationDraws: Sendable {
    private let augmentation: Augmentation
    private let stream: RandomStream

    /// - Parameters:
    ///   - round: 0 for dense training, then the round of pruning.
    ///   - epoch: Within the round.
    package init(_ augmentation: Augmentation, seed: Int, round: Int, epoch: Int) {
        self.augmentation = augmentation
        stream = RandomStream(seed: seed, purpose: "augmentation", detail: "\(round)/\(epoch)")
    }

    /// Numbers of the epoch's stream that belong to one image; more than any augmentation draws.
    private static let numbersPerImage = 64

    /// The part of an image that is shown.
    package func window(position: Int, height: Int, width: Int) -> PictureWindow {
        var stream = stream.advanced(by: Self.numbersPerImage * position)
        switch augmentation {
        case .crop, .cropFlip:
            let padding = Augmentation.padding
            let top = stream.integer(below: 2 * padding + 1) - padding
            let left = stream.integer(below: 2 * padding + 1) - padding
            return PictureWindow(
                top: top, left: left, height: height, width: width,
                isMirrored: augmentation == .cropFlip && stream.integer(below: 2) == 1)
        case .resizedCropFlip:
            return Self.resizedCrop(height: height, width: width, &stream)
        }
    }

    /// Area uniform in 8 % to 100 %, the ratio's logarithm uniform between those of 3/4 and 4/3; after ten draws that do
    /// not fit, the whole image (torchvision's RandomResizedCrop, whose last resort keeps the ratio within its bounds).
    private static func resizedCrop(height: Int, width: Int, _ stream: inout RandomStream) -> PictureWindow {
        let isMirrored = stream.integer(below: 2) == 1
        for _ in 0..<10 {
            let area = Double(height * width) * (0.08 + 0.92 * Double(stream.uniform()))
            let ratio = exp(log(4.0 / 3) * (2 * Double(stream.uniform()) - 1))
            let (rows, columns) = (
                Int((area / ratio).squareRoot().rounded()), Int((area * ratio).squareRoot().rounded())
            )
            guard (1...height).contains(rows), (1...width).contains(columns) else { continue }
            return PictureWindow(
                top: stream.integer(below: height - rows + 1), left: stream.integer(below: width - columns + 1),
                height: rows, width: columns, isMirrored: isMirrored)
        }
        return PictureWindow(top: 0, left: 0, height: height, width: width, isMirrored: isMirrored)
    }
}
