internal import Files
internal import Foundation

/// A file of named tensors: the safetensors format.
///
/// Layout: 8 bytes little-endian length of the header; the header, JSON from each name to element type, shape and
/// byte range, padded with spaces to a multiple of 8; the elements, little-endian, without gaps. Equal contents give
/// equal bytes: tensors lie by element size (largest first, so that all are aligned), then name; the header is sorted.
package struct SafeTensors {
    package var tensors: [String: Tensor]
    /// Text beside the tensors, under `__metadata__`.
    package var metadata: [String: String]

    package init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Writes the file whole or not at all, and durably.
    package func write(to path: String) throws(SafeTensorsError) {
        let (header, order) = try layOut(path: path)
        do {
            var file = try FileDraft(of: path)
            try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.append($0) }
            try file.append(header)
            for tensor in order { try file.append(tensor.rawBytes()) }
            try file.commit()
        } catch let error as FileError {
            throw SafeTensorsError(path: path, problem: "cannot \(error.operation) it: \(error.reason)")
        } catch {
            throw SafeTensorsError(path: path, problem: "\(error)")
        }
    }

    /// Reads and checks a file; every tensor is a copy of its own.
    ///
    /// The file is not trusted: a wrong length, overlapping or missing ranges, sizes that do not match their shapes
    /// and oversized headers are refused before a tensor is made.
    package init(contentsOf path: String) throws(SafeTensorsError) {
        let file: Data
        do {
            file = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let reason = access(path, R_OK) == 0 ? error.localizedDescription : String(cString: strerror(errno))
            throw SafeTensorsError(path: path, problem: "cannot read it: \(reason)")
        }
        let header = try SafeTensorsHeader(parsing: file, path: path)
        tensors = [:]
        metadata = header.metadata
        for (name, entry) in header.entries {
            let bytes = file[(header.dataStart + entry.begin)..<(header.dataStart + entry.end)]
            guard entry.dtype != .bool || bytes.allSatisfy({ $0 <= 1 }) else {
                throw SafeTensorsError(path: path, problem: "tensor '\(name)' is BOOL but has bytes other than 0 and 1")
            }
            do {
                tensors[name] = try bytes.withUnsafeBytes {
                    try Tensor.fromBytes($0, shape: entry.shape, dtype: entry.dtype)
                }
            } catch {
                throw SafeTensorsError(path: path, problem: "tensor '\(name)': \(error)")
            }
        }
    }

    /// The padded header, and the tensors in the order their elements follow it.
    private func layOut(path: String) throws(SafeTensorsError) -> (header: [UInt8], order: [Tensor]) {
        do {
            var named: [(name: String, dtype: DType, tensor: Tensor)] = []
            for (name, tensor) in tensors { named.append((name, try tensor.dtype, tensor)) }
            named.sort { ($1.dtype.size, $0.name) < ($0.dtype.size, $1.name) }
            var lines: [(name: String, json: String)] = []
            var offset = 0
            for (name, dtype, tensor) in named {
                let end = offset + tensor.count * dtype.size
                let shape = tensor.shape.map(String.init).joined(separator: ",")
                let json =
                    "\(try quoted(name)):{\"dtype\":\"\(dtype.safeTensorsName)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}"
                lines.append((name, json))
                offset = end
            }
            if !metadata.isEmpty {
                let pairs = try metadata.sorted { $0.key < $1.key }.map { "\(try quoted($0)):\(try quoted($1))" }
                let name = SafeTensorsHeader.metadataName
                lines.append((name, "\(try quoted(name)):{\(pairs.joined(separator: ","))}"))
            }
            lines.sort { $0.name < $1.name }
            var header = Array("{\(lines.map(\.json).joined(separator: ","))}".utf8)
            header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
            return (header, named.map(\.tensor))
        } catch {
            throw SafeTensorsError(path: path, problem: "cannot describe its tensors: \(error)")
        }
    }
}

/// A file that is not what it should be, or that could not be read or written.
package struct SafeTensorsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    package var problem: String

    package var description: String { "\(path): \(problem)" }
}

private func quoted(_ text: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: try encoder.encode(text), as: UTF8.self)
}
