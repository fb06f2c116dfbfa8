package import Sweep

extension WireEngineFiles {
    package init(_ files: EngineFiles) {
        self.init()
        command = files.command
        digests = files.digests
    }
}

extension EngineFiles {
    /// What a submission says of its sweep file's engine.
    package init(_ files: WireEngineFiles, of engine: OwnEngine) throws(Malformed) {
        guard files.command.count == engine.command.count else {
            throw Malformed(
                reason: "the engine's command has \(files.command.count) words, not \(engine.command.count)")
        }
        guard engine.version == nil || files.digests.isEmpty else {
            throw Malformed(reason: "an engine has a declared version or digests, not both")
        }
        for (word, digest) in files.digests {
            guard engine.command.contains(word) else {
                throw Malformed(reason: "\(Check.quoted(word)) is not a word of the engine's command")
            }
            try Check.digest(digest, "the digest of \(Check.quoted(word))")
        }
        self.init(command: files.command, digests: files.digests)
    }
}
