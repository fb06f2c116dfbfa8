/// A data set that cannot be read: one sentence with the file, what is wrong, and the remedy.
package struct DatasetError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
