internal import Foundation

/// What a program is started with: arguments, and variables and a folder that paths are made of.
enum CommandLineText {
    private static let variables = ["ESPALIER_STATE", "ESPALIER_DATA", "ESPALIER_KEY", "HOME", "XDG_CACHE_HOME"]

    /// Refuses bytes that are not text: read as text they would name another file than the one meant. Refuses an empty
    /// argument, mostly a shell variable that is not set, because as a path it would mean the current folder; only a shell
    /// that asks what can stand there has nothing typed yet.
    static func check() throws(CommandError) {
        let arguments = (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
        var previous = ""
        var isCompletion = false
        for (index, bytes) in arguments.enumerated().dropFirst() {
            let argument = try text(bytes, "the argument")
            if index == 1 { isCompletion = argument == "---completion" }
            if isCompletion { continue }
            if argument.isEmpty || (argument.hasPrefix("--") && argument.hasSuffix("=")) {
                let option = argument.isEmpty ? previous : String(argument.dropLast())
                throw CommandError.invalid(
                    option.hasPrefix("-")
                        ? "the value of \(option) is empty: write one, or leave \(option) out"
                        : "an argument\(option.isEmpty ? "" : " after '\(option)'") is empty: write its value, or leave it out"
                )
            }
            previous = argument
        }
        for name in variables {
            if let bytes = getenv(name) { _ = try text(bytes, "the environment variable \(name)") }
        }
        if let folder = getcwd(nil, 0) {
            defer { free(folder) }
            _ = try text(folder, "the current folder")
        }
    }

    private static func text(_ bytes: UnsafePointer<CChar>, _ what: String) throws(CommandError) -> String {
        if let text = String(validatingCString: bytes) { return text }
        throw CommandError.invalid(
            "\(what) '\(String(cString: bytes))' is not valid UTF-8, so no file can be found by it: rename the file or folder"
        )
    }
}
