internal import Coordinator
internal import Foundation
internal import Sweep
internal import Terminal
internal import Wire
internal import Worker

/// A sweep file on this machine's disk, read and checked, with what its engine's command line names.
struct SweepSource {
    let path: String
    let plan: Plan
    private let yaml: String
    /// Nil for `espalier-engine`.
    private let engine: EngineFiles?

    /// Fails with every problem of the file, one sentence each, and exit code 2.
    init(path: String) throws {
        let (yaml, folder) = try Self.read(path)
        self.path = path
        self.yaml = yaml
        let file = try SweepFile(yaml: yaml, fileName: path)
        engine = try file.engine.map { engine throws(CommandError) in
            try EngineFinder(sweepFile: path, folder: folder).files(of: engine)
        }
        plan = try Plan(file, engine: engine)
    }

    /// Submits the sweep; says so where an edited engine makes earlier results useless.
    func submit(to client: OperatorClient, isFresh: Bool = false) async throws -> WireSubmitted {
        let submitted = try await client.submit(yaml: yaml, fileName: path, engine: engine, isFresh: isFresh)
        let running = submitted.stages - min(submitted.cached, submitted.stages)
        if !isFresh, !submitted.engineChanges.isEmpty, running > 0 {
            Terminal.say(
                "engine changed since the last sweep with this command line (\(submitted.engineChanges.joined(separator: ", "))): "
                    + "\(running) of \(submitted.stages) stages run again")
        }
        return submitted
    }

    /// For a worker on this machine: refuses an engine whose program it does not find.
    func requireProgram() async throws(CommandError) {
        guard let program = engine?.command.first, await !EngineCommand.isFound(program) else { return }
        let places = environmentVariable("PATH").map { " or on PATH (\($0))" } ?? ""
        throw .invalid(
            "\(path): engine: there is no program '\(program)' beside espalier\(places): install it, or correct its name"
        )
    }

    /// The text of a file, pipe or device, and the folder that relative paths in it mean: the file's, else the current.
    private static func read(_ path: String) throws(CommandError) -> (text: String, folder: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw .invalid("'\(path)' is a directory: name a sweep file (YAML)")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= SweepFile.maximumBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        guard bytes.count <= SweepFile.maximumBytes else {
            throw .invalid("'\(path)' has more than \(SweepFile.maximumBytes) bytes: name a sweep file (YAML)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalid("'\(path)' is not UTF-8 text: save it in that encoding, or name another file")
        }
        let here = FileManager.default.currentDirectoryPath
        guard status.st_mode & S_IFMT == S_IFREG, let slash = path.lastIndex(of: "/") else { return (text, here) }
        let folder = String(path[...slash])
        return (text, folder.hasPrefix("/") ? folder : "\(here)/\(folder)")
    }

    /// What errno says of the file.
    private static func unreadable(_ path: String) -> CommandError {
        switch errno {
        case ENOENT, ENOTDIR: .invalid("there is no sweep file '\(path)': see deploy/sweeps for examples")
        default:
            .invalid(
                "'\(path)' cannot be read: \(String(cString: strerror(errno))); correct its permissions, or name another file"
            )
        }
    }
}
