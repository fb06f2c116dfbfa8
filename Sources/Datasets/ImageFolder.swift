internal import Foundation

/// A folder {train,test}/CLASS of JPEG and PNG pictures; a class's label is its place among the sorted names.
///
/// Every picture is brought to one shape when it is read: scaled (bilinear) until it covers the shape, its middle cut out.
struct ImageFolder: DatasetLayout {
    let files: DatasetFiles
    private let classes: [String]
    /// Paths relative to the folder, with the label, in the order of their names.
    private let training: [(name: String, label: Int)]
    private let test: [(name: String, label: Int)]
    private let leftOut: LeftOut

    /// The second: pictures in sub-folders and of any name, EXIF orientation, 16 bits, one grey for all kinds of files.
    let revision = 2

    init(_ files: DatasetFiles) throws {
        var search = PictureSearch(files)
        let names = try search.classes(of: "train")
        let tested = try search.classes(of: "test")
        if let odd = Set(names).symmetricDifference(tested).min() {
            throw DatasetError(
                "the class \(odd) is in only one of \(files.path("train")) and \(files.path("test")); give both one folder "
                    + "per class")
        }
        training = try names.enumerated().flatMap { label, name in
            try search.pictures(in: "train/\(name)").map { ($0, label) }
        }
        test = try names.enumerated().flatMap { label, name in
            try search.pictures(in: "test/\(name)").map { ($0, label) }
        }
        try search.leaveOut(beside: ["train", "test"])
        self.files = files
        classes = names
        leftOut = search.leftOut
    }

    var names: [String] { (training + test).map(\.name) }

    func read(image: [Int], classes: Int?, progress: (Int, Int) -> Void) throws -> LabelledParts {
        guard classes ?? self.classes.count == self.classes.count else {
            throw DatasetError(
                "\(files.folder.path) has \(self.classes.count) class folders, not \(classes ?? 0) as described; correct "
                    + "`classes` in the sweep file")
        }
        try RawImages.checkFit(training.count + test.count, image)
        var done = 0
        func read(_ pictures: [(name: String, label: Int)]) throws -> RawImages {
            var images = RawImages(shape: image, pixels: [], labels: [])
            images.pixels.reserveCapacity(pictures.count * image.reduce(1, *))
            for (name, label) in pictures {
                let picture = try Picture(
                    decoding: files.contents(name), channels: image[0], name: files.path(name))
                images.pixels += picture.covering(height: image[1], width: image[2])
                images.labels.append(Int64(label))
                done += 1
                progress(done, training.count + test.count)
            }
            return images
        }
        return LabelledParts(
            training: try read(training), test: try read(test), classNames: self.classes, remarks: leftOut.remarks)
    }
}
