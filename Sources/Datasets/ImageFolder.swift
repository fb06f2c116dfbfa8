internal import Foundation

/// A folder {train,test}/CLASS/*.{jpg,jpeg,png}; a class's label is its place among the sorted names.
///
/// Every picture is brought to one shape when it is read: scaled (bilinear) until it covers the shape, its middle cut out.
struct ImageFolder {
    private let files: DatasetFiles
    let classes: [String]
    /// Paths relative to the folder, with the label, in the order of their names.
    private let training: [(name: String, label: Int)]
    private let test: [(name: String, label: Int)]

    private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

    init(_ files: DatasetFiles) throws {
        self.files = files
        func classes(_ part: String) throws -> [String] {
            let names = try files.names(in: part).filter {
                DatasetFiles.isDirectory(files.path("\(part)/\($0)"))
            }
            guard names.count >= 2 else {
                throw DatasetError(
                    "\(files.path(part)) has \(names.count) class folders; it needs at least two, one for each class")
            }
            return names
        }
        let names = try classes("train")
        let tested = try classes("test")
        if let odd = Set(names).symmetricDifference(tested).min() {
            throw DatasetError(
                "the class \(odd) is in only one of \(files.path("train")) and \(files.path("test")); give both one folder a "
                    + "class")
        }
        func pictures(_ part: String) throws -> [(name: String, label: Int)] {
            try names.enumerated().flatMap { label, name in
                try files.names(in: "\(part)/\(name)")
                    .filter { Self.extensions.contains(($0 as NSString).pathExtension.lowercased()) }
                    .map { ("\(part)/\(name)/\($0)", label) }
            }
        }
        self.classes = names
        training = try pictures("train")
        test = try pictures("test")
    }

    var names: [String] { (training + test).map(\.name) }

    func read(image: [Int], classes: Int) throws -> (training: RawImages, test: RawImages) {
        guard self.classes.count == classes else {
            throw DatasetError(
                "\(files.folder.path) has \(self.classes.count) class folders, not \(classes) as described; correct "
                    + "`classes` in the sweep file")
        }
        try RawImages.checkFit(training.count + test.count, image)
        return (try read(training, image), try read(test, image))
    }

    private func read(_ pictures: [(name: String, label: Int)], _ image: [Int]) throws -> RawImages {
        var images = RawImages(shape: image, pixels: [], labels: [])
        images.pixels.reserveCapacity(pictures.count * image.reduce(1, *))
        for (name, label) in pictures {
            let picture = try Picture(
                decoding: files.contents(name), channels: image[0], name: files.path(name))
            images.pixels += picture.covering(height: image[1], width: image[2])
            images.labels.append(Int64(label))
        }
        return images
    }
}
