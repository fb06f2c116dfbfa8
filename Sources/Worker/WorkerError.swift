/// A worker that cannot start or go on, in one sentence with the remedy.
package struct WorkerError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        /// A configuration that cannot work.
        package static let invalidConfiguration = Code(name: "invalid configuration")
        /// The engine cannot be started or does not speak the protocol.
        package static let engine = Code(name: "engine")
        /// The spool directory cannot be used.
        package static let spool = Code(name: "spool")
        /// Another worker uses the spool directory.
        package static let spoolInUse = Code(name: "spool in use")
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
