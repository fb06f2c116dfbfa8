import Foundation
import Sweep
import Testing

/// A running espalier-engine, spoken to line by line.
final class EngineProcess {
    let process = Process()
    private let input = Pipe()
    private var lines: AsyncStream<String>.Iterator

    /// The executable that was built beside these tests.
    static var executable: URL {
        var folder = Bundle.main.bundleURL
        while folder.pathComponents.count > 1 {
            let candidate = folder.appendingPathComponent("espalier-engine")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return URL(fileURLWithPath: "espalier-engine")
    }

    /// - Parameter device: What standard output is connected to instead of these tests.
    init(_ arguments: [String] = [], output device: String? = nil) throws {
        let output = Pipe()
        // Other processes that tests start must not inherit these ends: they would keep the pipes open.
        for handle in [
            input.fileHandleForReading, input.fileHandleForWriting, output.fileHandleForReading,
            output.fileHandleForWriting,
        ] {
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        process.executableURL = Self.executable
        process.arguments = arguments
        process.standardInput = input
        if let device {
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: device))
            try output.fileHandleForWriting.close()
        } else {
            process.standardOutput = output
        }
        process.standardError = FileHandle.nullDevice
        let (stream, continuation) = AsyncStream<String>.makeStream()
        lines = stream.makeAsyncIterator()
        try process.run()
        let handle = output.fileHandleForReading
        Thread.detachNewThread {
            var rest = Data()
            while case let data = handle.availableData, !data.isEmpty {
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[(end + 1)...])
                }
            }
            continuation.finish()
        }
    }

    deinit { if process.isRunning { process.terminate() } }

    func send(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8)) }

    func closeInput() throws { try input.fileHandleForWriting.close() }

    /// A run request for a stage on the bundled digits.
    func run(_ stage: Stage, in directory: String, checkpoint: String? = nil) throws {
        var run: [String: Any] = [
            "stageKey": try stage.key.hex, "stage": try stage.canonicalJSON, "workDirectory": directory,
        ]
        if let checkpoint { run["inputs"] = [["role": "checkpoint", "path": checkpoint]] }
        let request = try JSONSerialization.data(withJSONObject: ["run": run])
        try send(String(decoding: request, as: UTF8.self))
    }

    /// The next event's fields; nil when the engine has ended.
    func next() async throws -> [String: Any]? {
        guard let line = await lines.next() else { return nil }
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// The next event that is not progress.
    func answer() async throws -> [String: Any] {
        while let event = try await next() {
            if event["progress"] == nil { return event }
        }
        return [:]
    }

    /// Everything after the engine was told to end.
    func drained() async -> Int32 {
        while await lines.next() != nil {}
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
