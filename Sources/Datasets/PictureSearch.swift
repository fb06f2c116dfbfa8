internal import Foundation

/// Finds the pictures of an image folder by their content, and counts what else lies there.
///
/// Links are followed, hidden files passed over.
struct PictureSearch {
    private let files: DatasetFiles
    private(set) var leftOut = LeftOut()

    /// Files of these names are meant to be pictures: one with other content is refused, not left out.
    private static let extensions: Set<String> = ["jpg", "jpeg", "jpe", "jfif", "png"]

    init(_ files: DatasetFiles) {
        self.files = files
    }

    /// The class folders of a part, sorted.
    mutating func classes(of part: String) throws -> [String] {
        var names: [String] = []
        for name in try files.names(in: part) {
            if case .folder = try files.kind(of: "\(part)/\(name)") {
                names.append(name)
            } else {
                leftOut.add(name, .outsideClasses)
            }
        }
        guard names.count >= 2 else {
            throw DatasetError(
                "\(files.path(part)) has \(names.count) class folders; it needs at least two, one for each class")
        }
        return names
    }

    /// The pictures of a folder and its sub-folders, in the order of their names.
    mutating func pictures(in folder: String) throws -> [String] {
        try pictures(in: folder, inside: [files.kind(of: folder)])
    }

    private mutating func pictures(in folder: String, inside parents: [DatasetFiles.Kind]) throws -> [String] {
        var found: [String] = []
        for entry in try files.names(in: folder) {
            let name = "\(folder)/\(entry)"
            let kind = try files.kind(of: name)
            switch kind {
            case .folder:
                guard !parents.contains(kind) else {
                    throw DatasetError("\(files.path(name)) links to a folder that it lies in; remove the link")
                }
                found += try pictures(in: name, inside: parents + [kind])
            case .file:
                if try isPicture(name) { found.append(name) } else { leftOut.add(entry, .otherContent) }
            case .special:
                leftOut.add(entry, .special)
            }
        }
        return found
    }

    private func isPicture(_ name: String) throws -> Bool {
        let start = try files.start(of: name, count: Picture.Format.signatureLength)
        if Picture.Format(start) != nil { return true }
        guard !Self.extensions.contains((name as NSString).pathExtension.lowercased()) else {
            throw Picture.unknownFormat(start, name: files.path(name))
        }
        return false
    }

    /// Counts what lies in the data set's folder besides its parts.
    mutating func leaveOut(beside parts: Set<String>) throws {
        for name in try files.names(in: "") where !parts.contains(name) {
            if DatasetFiles.isDirectory(files.path(name)) {
                leftOut.add(folder: name, .outsideParts)
            } else {
                leftOut.add(name, .outsideParts)
            }
        }
    }
}
