/// A value that an engine or a peer reported and that is refused: the reason, as half a sentence.
package struct Malformed: Error, Hashable {
    package let reason: String
    package init(reason: String) { self.reason = reason }
}
