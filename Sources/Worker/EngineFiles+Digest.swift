internal import Crypto
internal import Foundation
package import Sweep

extension EngineFiles {
    /// Of one file: what is hashed before an engine starts must not take long.
    package static let maximumBytes = 512 << 20

    /// The SHA-256 of a file's content; nil where it is larger than ``maximumBytes``.
    package static func digest(of path: String) throws -> String? {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var hash = SHA256()
        var size = 0
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            size += part.count
            guard size <= maximumBytes else { return nil }
            hash.update(data: part)
        }
        return hash.finalize().hexadecimal
    }
}

extension EngineLaunch {
    /// Why the engine's results would not be those its stage key stands for: a file is not the one that was submitted.
    var changedFile: String? {
        for (word, found) in zip(engine?.command ?? [], command) {
            guard let submitted = engine?.digests[word], let start = OwnEngine.valueStart(of: found) else { continue }
            let path = String(found[start...])
            guard let digest = try? EngineFiles.digest(of: path) else {
                return "'\(path)' cannot be read on this machine; put it where the sweep was submitted from"
            }
            guard digest == submitted else {
                return "'\(path)' is not the file that the sweep was submitted with; submit the sweep again"
            }
        }
        return nil
    }
}
