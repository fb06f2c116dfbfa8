internal import Foundation

/// The checked description at the start of a safetensors file.
struct SafeTensorsHeader {
    struct Entry {
        var dtype: DType
        var shape: [Int]
        /// Bytes from the start of the data.
        var begin: Int
        var end: Int
    }

    static let metadataName = "__metadata__"
    /// The format's own bound on a header.
    static let largest = 100_000_000

    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    /// Where the data begins in the file.
    var dataStart = 8

    init(parsing file: Data, path: String) throws(SafeTensorsError) {
        func refuse(_ problem: String) -> SafeTensorsError {
            SafeTensorsError(path: path, problem: "not a usable safetensors file: \(problem)")
        }
        guard file.count >= 8 else { throw refuse("it has \(file.count) bytes, fewer than the 8 of the header length") }
        let announced = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard announced <= UInt64(Self.largest) else {
            throw refuse("it announces a header of \(announced) bytes; \(Self.largest) is the most the format allows")
        }
        let length = Int(announced)
        guard length <= file.count - 8 else {
            throw refuse("it announces a header of \(length) bytes and ends after \(file.count - 8); it is truncated")
        }
        dataStart += length
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: file.subdata(in: 8..<dataStart))
        } catch let error as EntryError {
            throw refuse(error.problem)
        } catch {
            throw refuse("its header is not a JSON object")
        }
        metadata = fields.metadata
        for (name, description) in fields.entries {
            do throws(EntryError) {
                entries[name] = try Self.entry(description)
            } catch {
                throw refuse("tensor '\(name)' \(error.problem)")
            }
        }
        try checkRanges(dataBytes: file.count - dataStart, refuse)
    }

    /// The ranges must tile the data: in order, without gap or overlap, to its very end.
    private func checkRanges(
        dataBytes: Int, _ refuse: (String) -> SafeTensorsError
    ) throws(SafeTensorsError) {
        var position = 0
        for (name, entry) in entries.sorted(by: { ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end) }) {
            guard entry.begin == position else {
                let fault = entry.begin < position ? "overlaps the tensor before it" : "leaves a gap before it"
                throw refuse("tensor '\(name)' begins at byte \(entry.begin) of the data and \(fault)")
            }
            guard entry.end <= dataBytes else {
                throw refuse("tensor '\(name)' ends at byte \(entry.end) of \(dataBytes) of data; it is truncated")
            }
            position = entry.end
        }
        guard position == dataBytes else {
            throw refuse("\(dataBytes - position) bytes at its end belong to no tensor")
        }
    }

    private struct EntryError: Error {
        var problem: String
    }

    /// The header as JSON has it.
    private struct Fields: Decodable {
        struct Description: Decodable {
            var dtype: String
            var shape: [Int]
            var data_offsets: [Int]
        }

        struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        var entries: [(name: String, description: Description)] = []
        var metadata: [String: String] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for name in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
                if name.stringValue == SafeTensorsHeader.metadataName {
                    guard let texts = try? container.decode([String: String].self, forKey: name) else {
                        throw EntryError(problem: "its metadata are not all text")
                    }
                    metadata = texts
                } else {
                    guard let description = try? container.decode(Description.self, forKey: name) else {
                        let parts = "a type, a shape of whole numbers or byte offsets"
                        throw EntryError(problem: "tensor '\(name.stringValue)' lacks \(parts)")
                    }
                    entries.append((name.stringValue, description))
                }
            }
        }
    }

    private static func entry(_ description: Fields.Description) throws(EntryError) -> Entry {
        let (type, shape, offsets) = (description.dtype, description.shape, description.data_offsets)
        guard offsets.count == 2, (shape + offsets).allSatisfy({ $0 >= 0 }) else {
            throw EntryError(problem: "lacks a shape of sizes from 0 on or two byte offsets")
        }
        guard let dtype = DType(safeTensorsName: type) else {
            let known = DType.allCases.map(\.safeTensorsName).joined(separator: ", ")
            throw EntryError(problem: "has element type '\(type)'; this reader knows \(known)")
        }
        var bytes = dtype.size
        for size in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow else { throw EntryError(problem: "has a shape too large to address: \(shape)") }
            bytes = product
        }
        guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == bytes else {
            throw EntryError(
                problem:
                    "of shape \(shape) and type \(type) takes \(bytes) bytes, but lies at \(offsets[0])..<\(offsets[1])"
            )
        }
        return Entry(dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
    }
}

extension DType {
    var safeTensorsName: String {
        switch self {
        case .uint8: "U8"
        case .int64: "I64"
        case .float32: "F32"
        case .float64: "F64"
        case .bool: "BOOL"
        }
    }

    init?(safeTensorsName name: String) {
        guard let match = DType.allCases.first(where: { $0.safeTensorsName == name }) else { return nil }
        self = match
    }
}
