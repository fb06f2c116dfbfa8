internal import Crypto
internal import Foundation

/// The data sets by name, the shape of their images and the files they consist of.
package enum DatasetCatalogue {
    /// One file with the content it must have.
    package struct File: Hashable, Sendable {
        package var name: String
        /// 64 lower-case hexadecimal digits.
        package var sha256: String

        package init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// One data set.
    package struct Entry: Hashable, Sendable {
        package var name: String
        /// One line, lower case, without a full stop.
        package var summary: String
        package var channels: Int
        package var height: Int
        package var width: Int
        package var classes: Int
        /// Images before the validation split is carved out.
        package var trainingImages: Int
        package var testImages: Int
        /// The folder below the data directory that holds the files; `nil` for a data set bundled with the engine.
        package var folder: String?
        package var files: [File]

        /// What a stage says its data are: ``DatasetCatalogue/digest(of:)`` of the files.
        package var digest: String { DatasetCatalogue.digest(of: files) }
    }

    /// SHA-256, in hexadecimal, of one line "NAME SHA256\n" a file, in the order of the names.
    package static func digest(of files: [File]) -> String {
        let lines = files.sorted { $0.name < $1.name }.map { "\($0.name) \($0.sha256)\n" }.joined()
        return SHA256.hash(data: Data(lines.utf8)).hexadecimal
    }

    package static let entries: [Entry] = [
        Entry(
            name: "digits",
            summary:
                "8x8 handwritten digits, 16 grey levels (Alpaydin and Kaynak 1998); bundled, every fifth image is test",
            channels: 1, height: 8, width: 8, classes: 10, trainingImages: 1438, testImages: 359, folder: nil,
            files: [
                File(
                    name: "digits.csv.gz",
                    sha256: "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22")
            ]),
        Entry(
            name: "mnist",
            summary: "28x28 handwritten digits (LeCun et al. 1998), four gzipped IDX files in the folder mnist",
            channels: 1, height: 28, width: 28, classes: 10, trainingImages: 60000, testImages: 10000, folder: "mnist",
            files: [
                File(
                    name: "t10k-images-idx3-ubyte.gz",
                    sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                File(
                    name: "t10k-labels-idx1-ubyte.gz",
                    sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
                File(
                    name: "train-images-idx3-ubyte.gz",
                    sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                File(
                    name: "train-labels-idx1-ubyte.gz",
                    sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            ]),
        // The checksums are not those of the authors' archive: of its 60,000 images 98 were only to be had as JPEG copies
        // (labels and positions exact). A key stands for one content, so the archive's own files are not taken for these:
        // describe them in the sweep file, with the format cifar-10 and their digest.
        Entry(
            name: "cifar-10",
            summary:
                "32x32 colour photographs (Krizhevsky 2009), 98 of 60,000 images JPEG-recompressed; binary files in cifar-10",
            channels: 3, height: 32, width: 32, classes: 10, trainingImages: 50000, testImages: 10000,
            folder: "cifar-10",
            files: [
                File(
                    name: "cifar-10-batches-bin/data_batch_1.bin",
                    sha256: "0def081c410489f98b3935c2d405fc7436d23377894a5d6a710ce1fad8082588"),
                File(
                    name: "cifar-10-batches-bin/data_batch_2.bin",
                    sha256: "69cda47c0145e3c217e9d41887b354db05bc67d8e824a0007c909625de6c9935"),
                File(
                    name: "cifar-10-batches-bin/data_batch_3.bin",
                    sha256: "1a4d0920ea06101641902b09fdac800cad7b5105963deee31ddff8e83fbabe6c"),
                File(
                    name: "cifar-10-batches-bin/data_batch_4.bin",
                    sha256: "7f8e9534c4aa91fa34cb7cb4561b126eac16e9a5aff31f1fdb6b38d83f3b92d6"),
                File(
                    name: "cifar-10-batches-bin/data_batch_5.bin",
                    sha256: "ace578a129b1d9695ee4254afb079a7573b408a36f818d5d96062484607c1619"),
                File(
                    name: "cifar-10-batches-bin/test_batch.bin",
                    sha256: "b7a8afae140bbcc0153185efcbd5d6b73bc11a49943288e23ba94c44c391c169"),
            ]),
    ]

    package static var names: [String] { entries.map(\.name) }

    /// The entry of that name.
    package static subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
