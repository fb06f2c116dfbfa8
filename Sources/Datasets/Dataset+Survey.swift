internal import Foundation
package import Sweep

extension Dataset {
    /// The description of a folder's data set, with its digest and the mean and deviation of its training images.
    ///
    /// The format is told from the files: train.bin is CIFAR-100, data_batch_1.bin CIFAR-10, a folder train an image
    /// folder, a name with idx IDX. What no stage could use is refused as a stage refuses it.
    /// - Parameters:
    ///   - folder: Below the data directory.
    ///   - image: Channels, height, width that an image folder's pictures are brought to.
    ///   - report: Takes a line of what was read and what was left out, and where reading takes long, of how far it is.
    ///   - now: The time, by which a reading is long.
    package static func description(
        ofFolder folder: String, dataDirectory: String, image: [Int]?, report: (String) -> Void = { _ in },
        now: () -> ContinuousClock.Instant = { .now }
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
        let format = try DatasetDescription.Format(tellingFrom: files)
        guard format != .imageFolder || image != nil else {
            throw DatasetError(
                "\(files.folder.path) holds pictures of any size; name the shape they are brought to, as 3,64,64, with --image"
            )
        }
        let layout = try format.layout(files)
        var pace = Pace(from: now())
        let parts = try layout.read(image: image ?? [], classes: nil) { done, total in
            if pace.isDue(at: now()) { report("read \(done) of \(total) pictures so far") }
        }
        for remark in parts.remarks { report(remark) }
        let (mean, deviation) = parts.training.moments
        let reference = DatasetReference(
            name: folder, digest: try layout.digest(), validation: 0,
            description: DatasetDescription(
                format: format, folder: folder, image: parts.training.shape, classes: parts.classNames.count,
                mean: mean, deviation: deviation))
        try reference.checkDescription()
        var content = Content(
            training: parts.training, test: parts.test,
            normalization: Normalization(scale: 255, mean: mean, deviation: deviation), classNames: parts.classNames)
        try content.take(reference)
        report("training: " + parts.training.summary(parts.classNames))
        report("test: " + parts.test.summary(parts.classNames))
        return reference
    }
}

extension DatasetDescription.Format {
    fileprivate init(tellingFrom files: DatasetFiles) throws {
        let present = try files.names(in: "")
        self =
            if present.contains(CIFAR.hundred.trainingNames[0]) {
                .cifar100
            } else if present.contains(CIFAR.ten.trainingNames[0]) {
                .cifar10
            } else if DatasetFiles.isDirectory(files.path("train")) {
                .imageFolder
            } else if present.contains(where: { $0.contains("idx") }) {
                .idx
            } else {
                throw DatasetError(
                    "\(files.folder.path) holds no data set in a format that is read: neither folders train and test, nor "
                        + "IDX files, nor the binary files of CIFAR-10 or CIFAR-100; see `espalier-engine dataset --help`"
                )
            }
    }
}

/// When to say how far a reading is: after a second, then every ten.
private struct Pace {
    private var next: ContinuousClock.Instant

    init(from start: ContinuousClock.Instant) {
        next = start + .seconds(1)
    }

    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard now >= next else { return false }
        next = now + .seconds(10)
        return true
    }
}

extension RawImages {
    /// How many images there are of each class; of many classes, of the smallest and the largest.
    fileprivate func summary(_ classNames: [String]) -> String {
        var counts = [Int](repeating: 0, count: classNames.count)
        for label in labels { counts[Int(label)] += 1 }
        let classes =
            counts.count <= 20
            ? zip(classNames, counts).map { "\($0): \($1)" }.joined(separator: ", ")
            : "\(counts.min() ?? 0) to \(counts.max() ?? 0) in each of \(counts.count) classes"
        return "\(labels.count) images (\(classes))"
    }

    /// Mean and deviation of each channel over all images, where a byte of 255 is 1, to four decimals.
    fileprivate var moments: (mean: [Double], deviation: [Double]) {
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
