/// A data set the catalogue does not know: of the user's own, or made up.
///
/// It travels in the stage, so that engines need no entry for it, and its content is what ``DatasetReference/digest`` says.
package struct DatasetDescription: Codable, Hashable, Sendable {
    /// How the files are laid out.
    package enum Format: String, Codable, Sendable, CaseIterable {
        /// Two image and two label files as MNIST's, gzipped or not (Fashion-MNIST, KMNIST, EMNIST, ...).
        case idx
        /// The binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin.
        case cifar10 = "cifar-10"
        /// The binary version: train.bin and test.bin; the fine labels are used.
        case cifar100 = "cifar-100"
        /// JPEG and PNG pictures below {train,test}/CLASS; classes in the order of their names.
        case imageFolder = "image-folder"
        /// No files: class prototypes and noise.
        case synthetic
    }

    package var format: Format
    /// A plain name below the data directory; `nil` for ``Format/synthetic``.
    package var folder: String?
    /// Channels, height, width.
    package var image: [Int]
    package var classes: Int
    /// Of each channel over the training images, where a byte of 255 is 1.
    package var mean: [Double]
    /// Of each channel over the training images, where a byte of 255 is 1.
    package var deviation: [Double]

    package init(
        format: Format, folder: String?, image: [Int], classes: Int, mean: [Double], deviation: [Double]
    ) {
        self.format = format
        self.folder = folder
        self.image = image
        self.classes = classes
        self.mean = mean
        self.deviation = deviation
    }

    package static let sizes = 1...1024
    package static let classCounts = 2...100_000

    /// What makes the description unusable, whoever sent it; `nil` when nothing does.
    package var fault: String? {
        guard Self.isImage(image) else {
            return "an image is [channels, height, width] with 1 or 3 channels and sides of 1 to 1024, not \(image)"
        }
        guard Self.classCounts.contains(classes) else { return "classes are 2 to 100000, not \(classes)" }
        guard mean.count == image[0], deviation.count == image[0], mean.allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else { return "mean and deviation have one number per channel, \(image[0]), and a deviation is more than 0" }
        switch (format, folder) {
        case (.synthetic, nil): return nil
        case (.synthetic, _?): return "a synthetic data set has no folder"
        case (_, nil): return "a folder is missing"
        case (_, let folder?):
            return Self.isFolderName(folder)
                ? nil : "a folder is a plain name of letters, digits, '.', '_', '-', the first a letter or digit"
        }
    }

    /// Whether the sizes are those of an image: channels, height, width.
    package static func isImage(_ sizes: [Int]) -> Bool {
        sizes.count == 3 && [1, 3].contains(sizes[0]) && sizes[1...].allSatisfy(Self.sizes.contains)
    }

    /// Whether the name can only be that of a folder directly below the data directory.
    package static func isFolderName(_ name: String) -> Bool {
        name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]{0,63}/) != nil
    }
}
