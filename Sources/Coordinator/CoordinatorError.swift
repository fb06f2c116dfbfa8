/// Why a coordinator, its state directory or its keys cannot be used.
package struct CoordinatorError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        /// `espalier init` was not run there.
        package static let notInitialised = Code(name: "not-initialised")
        /// `espalier init` was, or the directory holds something else.
        package static let exists = Code(name: "exists")
        package static let locked = Code(name: "locked")
        package static let unreadable = Code(name: "unreadable")
        package static let unwritable = Code(name: "unwritable")
        package static let malformed = Code(name: "malformed")
        package static let invalidName = Code(name: "invalid-name")
        package static let nameTaken = Code(name: "name-taken")
        package static let unknownName = Code(name: "unknown-name")
    }

    package let code: Code
    /// One sentence with the place and the remedy.
    package let message: String
    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
