import Foundation
import Testing

@testable import Torch

@Suite struct SafeTensorsTests {
    /// Gives `body` a path in a folder of its own, removed afterwards.
    func withPath(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("safetensors-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("file.safetensors").path)
    }

    func example() throws -> SafeTensors {
        SafeTensors(
            tensors: [
                "conv1.weight": try ramp([2, 3]).to(.float32), "mask \"1\"/ü": try Tensor([true, false, true]),
                "labels": try Tensor([UInt8(3), 255]), "steps": try Tensor([-5] as [Int], shape: []),
                "empty": try Tensor([Double](), shape: [0, 4]), "transposed": try ramp([2, 3]).transposed(),
            ], metadata: ["network": "lenet-5", "note": "line\nbreak"])
    }

    @Test func roundTrip() throws {
        try withPath { path in
            let written = try example()
            try written.write(to: path)
            let read = try SafeTensors(contentsOf: path)
            #expect(read.metadata == written.metadata)
            #expect(read.tensors.keys.sorted() == written.tensors.keys.sorted())
            for (name, tensor) in written.tensors {
                let other = try #require(read.tensors[name])
                #expect(other.shape == tensor.shape)
                #expect(try other.dtype == tensor.dtype)
                #expect(try other.rawBytes() == tensor.rawBytes(), "\(name)")
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent)
                    == ["file.safetensors"])
        }
    }

    /// The format, byte by byte: length, sorted header padded to 8, elements by size and name.
    @Test func bytesAreFixed() throws {
        try withPath { path in
            let tensors = ["b": try Tensor([1] as [Float]), "a": try Tensor([UInt8(7)]), "c": try Tensor([2] as [Int])]
            try SafeTensors(tensors: tensors, metadata: ["k": "v"]).write(to: path)
            let text =
                #"{"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[1],"data_offsets":[12,13]},"#
                + #""b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"#
                + #""c":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
            let padded = text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
            var expected: [UInt8] = [UInt8(padded.utf8.count % 256), UInt8(padded.utf8.count / 256), 0, 0, 0, 0, 0, 0]
            expected += Array(padded.utf8) + [2, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0x80, 0x3f] + [7]
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == expected)
        }
    }

    @Test func equalContentsGiveEqualBytes() throws {
        try withPath { path in
            try example().write(to: path)
            let first = try Data(contentsOf: URL(fileURLWithPath: path))
            try example().write(to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
        }
    }

    static let entry = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    static let hostile: [(header: String, dataBytes: Int, reason: String)] = [
        ("not json", 0, "not a JSON object"), ("[]", 0, "not a JSON object"), ("", 0, "not a JSON object"),
        (#"{"a":5}"#, 0, "lacks a type"), (#"{"a":{"dtype":"F32"}}"#, 0, "lacks a type"),
        (#"{"a":\#(entry)}"#, 4, "truncated"), (#"{"a":\#(entry)}"#, 9, "belong to no tensor"),
        (#"{"a":\#(entry),"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "overlaps"),
        (#"{"a":\#(entry),"b":\#(entry)}"#, 8, "overlaps"),
        (#"{"a":\#(entry),"b":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}}"#, 10, "gap"),
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "takes 12 bytes"),
        (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "lacks"),
        (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}"#, 6, "lacks"),
        (#"{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#, 8, "lacks"),
        (#"{"a":{"dtype":"U8","shape":[true],"data_offsets":[0,1]}}"#, 1, "lacks"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "takes 8 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "lacks"),
        (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}"#, 0, "too large"),
        (#"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#, 8, "truncated"),
        (#"{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,2]}}"#, 2, "element type 'F8'"),
        (#"{"__metadata__":{"a":1}}"#, 0, "metadata"),
        (#"{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#, 2, "other than 0 and 1"),
    ]

    @Test(arguments: hostile)
    func hostileHeadersAreRefused(header: String, dataBytes: Int, reason: String) throws {
        try withPath { path in
            var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
            bytes += Array(header.utf8) + [UInt8](repeating: 0xEE, count: dataBytes)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: path) }
            #expect(error?.path == path)
            #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
        }
    }

    @Test(
        arguments: [
            ([], "fewer than the 8"), ([1, 2, 3], "fewer than the 8"),
            ([255, 255, 255, 255, 255, 255, 255, 255], "is the most"), ([0, 0, 0, 0, 1, 0, 0, 0], "is the most"),
            ([9, 0, 0, 0, 0, 0, 0, 0, 123], "truncated"),
        ] as [([UInt8], String)])
    func hostileBeginningsAreRefused(bytes: [UInt8], reason: String) throws {
        try withPath { path in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: path) }
            #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
        }
    }

    /// A file cut anywhere is refused, not read in part.
    @Test func everyTruncationIsRefused() throws {
        try withPath { path in
            try example().write(to: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in 0..<whole.count {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: path) }
            }
        }
    }

    @Test func unreadableAndUnwritablePathsAreNamed() throws {
        try withPath { path in
            let missing = #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: path) }
            #expect(missing?.description == "\(path): cannot read it: No such file or directory")
            let nowhere = path + "/below/file"
            let unwritable = #expect(throws: SafeTensorsError.self) { try example().write(to: nowhere) }
            #expect(unwritable?.problem.contains("cannot write it") == true)
        }
    }

    @Test func aFailedWriteLeavesNothingBehind() throws {
        try withPath { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let error = #expect(throws: SafeTensorsError.self) { try example().write(to: path) }
            #expect(error?.problem == "cannot replace it: Is a directory")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent)
                    == ["file.safetensors"])
        }
    }
}
