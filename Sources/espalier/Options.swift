internal import ArgumentParser
internal import Foundation
internal import Terminal

/// Where the coordinator keeps its keys, database and artifacts.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "The coordinator's state directory.",
            discussion: "Default: $ESPALIER_STATE, else espalier-state in the current directory.", valueName: "DIR"),
        completion: .directory)
    var given: String?

    var path: String {
        given ?? environmentVariable("ESPALIER_STATE") ?? "espalier-state"
    }
}

struct JSONFlag: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON for scripts instead of text.")
    var isSet = false
}

/// Which sweep a command is about.
struct SweepArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("A sweep's id; without it, the last one submitted.", valueName: "SWEEP"),
        completion: .sweep)
    var reference = "last"
}

struct DataOption: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "The directory that holds the data sets (DIR/mnist/...). Not needed for digits.",
            discussion: "Default: $ESPALIER_DATA.", valueName: "DIR"),
        completion: .directory)
    var given: String?

    /// An absolute path, or nil where none was given. Fails when the directory does not exist.
    func resolve() throws -> String? {
        guard let path = given ?? environmentVariable("ESPALIER_DATA") else { return nil }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw CommandError.invalid(
                "the data directory '\(path)' does not exist: --data names the directory that holds mnist/ and the like"
            )
        }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
