internal import Foundation
package import Sweep

extension Dataset {
    /// The description of a folder's data set, with its digest and the mean and deviation of its training images.
    ///
    /// The format is told from the files: train.bin is CIFAR-100, data_batch_1.bin CIFAR-10, a folder train an image
    /// folder, anything else IDX.
    /// - Parameters:
    ///   - folder: Below the data directory.
    ///   - image: Channels, height, width that an image folder's pictures are brought to.
    package static func description(
        ofFolder folder: String, dataDirectory: String, image: [Int]?
    ) throws -> DatasetReference {
        guard DatasetDescription.isFolderName(folder) else {
            throw DatasetError(
                "'\(folder)' is no folder name; allowed are 1 to 64 letters, digits, '.', '_', '-', the first a letter or "
                    + "digit")
        }
        guard image.map(DatasetDescription.isImage) ?? true else {
            throw DatasetError(
                "--image is channels,height,width with 1 or 3 channels and sides of 1 to 1024, as 3,64,64")
        }
        let files = try DatasetFiles(dataset: folder, folder: folder, dataDirectory: dataDirectory)
        let present = try files.names(in: "")
        let format: DatasetDescription.Format =
            if present.contains("train.bin") {
                .cifar100
            } else if present.contains(CIFAR.tenNames.training[0]) {
                .cifar10
            } else if DatasetFiles.isDirectory(files.path("train")) {
                .imageFolder
            } else {
                .idx
            }
        guard format != .imageFolder || image != nil else {
            throw DatasetError(
                "\(files.folder.path) holds pictures of any size; name the shape they are brought to, as 3,64,64, with --image"
            )
        }
        // IDX files do not say how many classes they have; their labels are bytes.
        let classes =
            switch format {
            case .imageFolder: try ImageFolder(files).classes.count
            case .cifar10: 10
            case .cifar100: 100
            case .idx, .synthetic: 256
            }
        let (training, test) = try format.read(files, image: image ?? [], classes: classes)
        let (mean, deviation) = training.moments
        return DatasetReference(
            name: folder, digest: try files.digest(of: format.fileNames(files)), validation: 0,
            description: DatasetDescription(
                format: format, folder: folder, image: training.shape,
                classes: format == .idx ? Int((training.labels + test.labels).max() ?? 0) + 1 : classes, mean: mean,
                deviation: deviation))
    }
}

extension RawImages {
    /// Mean and deviation of each channel over all images, where a byte of 255 is 1, to four decimals.
    var moments: (mean: [Double], deviation: [Double]) {
        let size = shape[1] * shape[2]
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: shape[0])
        for plane in 0..<labels.count * shape[0] {
            for byte in pixels[plane * size..<(plane + 1) * size] { counts[plane % shape[0]][Int(byte)] += 1 }
        }
        func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
        let moments = counts.map { counts in
            let total = Double(max(counts.reduce(0, +), 1))
            let mean = counts.enumerated().map { Double($0.offset) / 255 * Double($0.element) }.reduce(0, +) / total
            let variance =
                counts.enumerated().map { (value: Double($0.offset) / 255 - mean, count: Double($0.element)) }
                .map { $0.value * $0.value * $0.count }.reduce(0, +) / total
            return (mean: rounded(mean), deviation: max(rounded(variance.squareRoot()), 0.0001))
        }
        return (moments.map(\.mean), moments.map(\.deviation))
    }
}
