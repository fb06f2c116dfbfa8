internal import Foundation
internal import Sweep
internal import Terminal
internal import Worker

/// Finds on this machine what the command line of an engine names, and refuses what is missing before anything runs.
///
/// | word | is |
/// |---|---|
/// | the program, without a slash | left to the worker, which looks on its PATH |
/// | the program, with a slash | a file that must be there, and executable |
/// | with the extension of a script, without a space | a file that must be there, unless it is the value of an option |
/// | behind the program, with a slash | a file or folder that must be there; elsewhere it may be the name of something else |
/// | beginning with `/`, `./` or `../` | a file or folder that must be there, unless it is the value of an option |
/// | any other, also the value in `--option=value` and `NAME=value` | a file where there is one, else a word |
struct EngineFinder {
    /// For messages.
    let sweepFile: String
    /// What relative paths start from.
    let folder: String

    private static let scripts: Set = [
        "bash", "cjs", "jar", "jl", "js", "lua", "mjs", "php", "pl", "py", "pyz", "r", "rb", "sh", "tcl", "ts", "zsh",
    ]

    func files(of engine: OwnEngine) throws(CommandError) -> EngineFiles {
        var files = EngineFiles(command: [], digests: [:])
        for (index, word) in engine.command.enumerated() {
            let found = try find(word, at: index, of: engine)
            files.command.append(found?.word ?? word)
            if let path = found?.file, engine.version == nil { files.digests[word] = try digest(of: path) }
        }
        return files
    }

    /// The word with the path of what it names, and that path where it is a file's; nil where it names nothing here.
    private func find(
        _ word: String, at index: Int, of engine: OwnEngine
    ) throws(CommandError) -> (word: String, file: String?)? {
        let isProgram = index == 0
        guard let start = isProgram ? word.startIndex : OwnEngine.valueStart(of: word) else { return nil }
        let name = String(word[start...])
        let hasSlash = name.contains("/")
        if name.isEmpty || (isProgram && !hasSlash) { return nil }
        let isScript =
            !name.contains(" ") && Self.scripts.contains((name as NSString).pathExtension.lowercased())
        let isPath = ["/", "./", "../"].contains { name.hasPrefix($0) }
        let isValue = start > word.startIndex || (index > 0 && engine.command[index - 1].hasPrefix("-"))
        let mustExist = isProgram || (!isValue && (isScript || isPath || (index == 1 && hasSlash)))
        let path = name.hasPrefix("/") ? name : (folder as NSString).appendingPathComponent(name)

        var status = stat()
        guard stat(path, &status) == 0 else {
            // With a declared version, a path may be the workers' own.
            if mustExist, engine.version == nil || !name.hasPrefix("/") { throw missing(name, path) }
            return isPath ? (word[..<start] + path, nil) : nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard !isProgram || access(path, X_OK) == 0 else {
                throw refusal("'\(path)' is not executable: chmod +x it, or put its interpreter before it")
            }
            return (word[..<start] + path, path)
        case S_IFDIR where !isProgram:
            guard hasSlash else { return nil }
            if mustExist, engine.version == nil {
                Terminal.say(
                    "\(sweepFile): engine: '\(name)' is a folder: edits of its files are not noticed; declare a version "
                        + "and change it with them")
            }
            return (word[..<start] + path, nil)
        default:
            if isProgram || isScript { throw refusal("'\(path)' is not a regular file: name another one") }
            return nil
        }
    }

    private func digest(of path: String) throws(CommandError) -> String {
        let digest: String?
        do { digest = try EngineFiles.digest(of: path) } catch {
            throw refusal("'\(path)' cannot be read: correct its permissions")
        }
        if let digest { return digest }
        throw refusal(
            "'\(path)' has more than \(EngineFiles.maximumBytes >> 20) MiB, too many to notice an edit: write engine as "
                + "{command: [...], version: ...} and change the version with the engine")
    }

    private func missing(_ name: String, _ path: String) -> CommandError {
        name.hasPrefix("/")
            ? refusal("there is no file '\(path)': correct its path, or declare a version where only workers have it")
            : refusal(
                "there is no file '\(name)' in '\(folder)', which relative paths start from: put it there, or correct its path"
            )
    }

    private func refusal(_ sentence: String) -> CommandError { .invalid("\(sweepFile): engine: \(sentence)") }
}
