internal import Crypto
internal import Foundation
internal import Sweep

/// The files of a data set, read only when their content is what it should be.
struct DatasetFiles {
    /// The data set, for messages.
    let dataset: String
    let folder: URL
    /// SHA-256 by file name, for a data set of the catalogue; empty for one whose files are verified together.
    private let checksums: [String: String]

    /// The files of a catalogue entry.
    ///
    /// - Parameter dataDirectory: Where data sets lie as folders; empty when none was given.
    init(_ entry: DatasetCatalogue.Entry, dataDirectory: String) throws {
        dataset = entry.name
        checksums = Dictionary(entry.files.map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first })
        if let name = entry.folder {
            folder = try Self.folder(name, of: entry.name, in: dataDirectory)
        } else {
            guard let resources = Bundle.module.url(forResource: "Resources", withExtension: nil) else {
                throw DatasetError("the bundled data set \(entry.name) is missing next to the engine; install it again")
            }
            folder = resources
        }
    }

    /// The files of a data set of the user's own, below the data directory.
    init(dataset: String, folder name: String, dataDirectory: String) throws {
        self.dataset = dataset
        checksums = [:]
        folder = try Self.folder(name, of: dataset, in: dataDirectory)
    }

    private static func folder(_ name: String, of dataset: String, in dataDirectory: String) throws -> URL {
        guard !dataDirectory.isEmpty else {
            throw DatasetError(
                "the data set \(dataset) needs a data directory and none was given; start with --data DIR, where "
                    + "DIR/\(name) holds its files")
        }
        guard isDirectory(dataDirectory) else {
            throw DatasetError("there is no data directory \(dataDirectory); name an existing one with --data DIR")
        }
        return URL(fileURLWithPath: dataDirectory).appendingPathComponent(name)
    }

    static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    // MARK: - Content

    /// What a folder of the data set's holds, sorted, without hidden files; "" is the data set's own folder.
    func names(in part: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path(part)) else {
            throw DatasetError(
                "cannot read the folder \(path(part)) of the data set \(dataset); put the data set's files there")
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What lies at a path, links followed.
    enum Kind: Hashable {
        case folder(device: UInt64, inode: UInt64)
        case file
        /// A pipe, a socket, a device.
        case special
    }

    func kind(of name: String) throws -> Kind {
        var status = stat()
        guard stat(path(name), &status) == 0 else {
            // Foundation puts the replacement character where a name is not UTF-8.
            throw unreadable(
                name, name.contains("\u{FFFD}") ? "its name is not UTF-8" : String(cString: strerror(errno)))
        }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        case S_IFREG: .file
        default: .special
        }
    }

    /// The first bytes of a file, at most `count`.
    func start(of name: String, count: Int) throws -> Data {
        let descriptor = open(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(name, String(cString: strerror(errno))) }
        do {
            return try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).read(upToCount: count) ?? Data()
        } catch {
            throw unreadable(name, "an input or output error")
        }
    }

    private func unreadable(_ name: String, _ reason: String) -> DatasetError {
        DatasetError(
            "cannot read \(path(name)), a file of the data set \(dataset) (\(reason)); correct its name, its link or "
                + "its permissions, or remove it")
    }

    /// The bytes of a file; those of a catalogue entry are verified.
    func contents(_ name: String) throws -> [UInt8] {
        let data = try data(name)
        if let expected = checksums[name] {
            let found = SHA256.hash(data: data).hexadecimal
            guard found == expected else {
                throw DatasetError(
                    "\(path(name)) is not the file of the data set \(dataset): its SHA-256 is \(found) instead of "
                        + "\(expected); put the original file there")
            }
        }
        return Array(data)
    }

    /// The bytes of a file, unpacked where its name ends in ".gz".
    ///
    /// - Parameter limit: The most bytes it may unpack to.
    func unpacked(_ name: String, limit: Int) throws -> [UInt8] {
        let bytes = try contents(name)
        guard name.hasSuffix(".gz") else { return bytes }
        guard bytes.count <= Int(UInt32.max) else {
            throw DatasetError("\(path(name)) has \(bytes.count) bytes, too many for a gzip file here; unpack it")
        }
        return try Gzip.decompress(bytes, limit: limit, name: path(name))
    }

    /// The files of those names with the SHA-256 of their content.
    func checksums(of names: [String]) throws -> [DatasetCatalogue.File] {
        try names.map { name in
            DatasetCatalogue.File(name: name, sha256: SHA256.hash(data: try data(name)).hexadecimal)
        }
    }

    private func data(_ name: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path(name)) else {
            throw DatasetError(
                "cannot read \(path(name)), a file of the data set \(dataset); put the original file there")
        }
        return data
    }
}
