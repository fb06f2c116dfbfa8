/// How training images are varied, anew in every epoch. What a method scores, validation and test see them as they are.
package enum Augmentation: String, Codable, Sendable, CaseIterable {
    /// Four black pixels around the image, then a random part of the image's own size (He et al. 2016, section 4.2).
    case crop
    /// ``crop``, then mirrored in half of the cases: the usual recipe for CIFAR.
    case cropFlip = "crop-flip"
    /// A random part of 8 % to 100 % of the area and an aspect ratio of 3/4 to 4/3, enlarged to the whole, then mirrored
    /// in half of the cases: the usual recipe for ImageNet (Szegedy et al. 2015, section 6).
    case resizedCropFlip = "resized-crop-flip"

    /// Black pixels that ``crop`` and ``cropFlip`` put on each side.
    package static let padding = 4
}
