internal import Crypto
internal import Foundation
internal import Sweep

/// The files of a data set, read only when their content is what the catalogue says.
struct DatasetFiles {
    let entry: DatasetCatalogue.Entry
    let folder: URL

    /// - Parameter dataDirectory: Where data sets lie as folders; empty when none was given.
    init(_ entry: DatasetCatalogue.Entry, dataDirectory: String) throws {
        self.entry = entry
        guard let name = entry.folder else {
            guard let resources = Bundle.module.url(forResource: "Resources", withExtension: nil) else {
                throw DatasetError("the bundled data set \(entry.name) is missing next to the engine; install it again")
            }
            folder = resources
            return
        }
        guard !dataDirectory.isEmpty else {
            throw DatasetError(
                "the data set \(entry.name) needs a data directory and none was given; start with --data DIR, where "
                    + "DIR/\(name) holds its files")
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: dataDirectory, isDirectory: &isDirectory), isDirectory.boolValue
        else {
            throw DatasetError("there is no data directory \(dataDirectory); name an existing one with --data DIR")
        }
        folder = URL(fileURLWithPath: dataDirectory).appendingPathComponent(name)
    }

    /// The unpacked bytes of a gzip file of the catalogue entry, verified before unpacking.
    ///
    /// - Parameter limit: The most bytes it may unpack to.
    func unpacked(_ name: String, limit: Int) throws -> [UInt8] {
        let path = folder.appendingPathComponent(name).path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DatasetError(
                "cannot read \(path), a file of the data set \(entry.name); put the original file there")
        }
        let expected = entry.files.first { $0.name == name }?.sha256
        let found = SHA256.hash(data: data).hexadecimal
        guard found == expected else {
            throw DatasetError(
                "\(path) is not the file of the data set \(entry.name): its SHA-256 is \(found) instead of "
                    + "\(expected ?? "one in the catalogue"); put the original file there")
        }
        return try Gzip.decompress(Array(data), limit: limit, name: path)
    }
}
