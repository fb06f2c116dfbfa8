internal import Files

// One coordinator at a time.
extension StateDirectory {
    /// A command that opens the directory for a moment, such as `espalier cancel`, is waited for this long.
    private static let patience = Duration.seconds(1)

    /// Takes the directory for this process alone.
    func lock() throws -> FileLock {
        do throws(FileLock.Failure) {
            let lock = try FileLock(lockFile, patience: Self.patience)
            // Where a coordinator that was killed listened; nobody must look for this one there.
            withdrawEndpoints()
            return lock
        } catch {
            switch error {
            case .file(let error): throw error
            case .held(let holder):
                throw CoordinatorError(
                    .locked,
                    "another coordinator (\(holder)) uses the state directory '\(path)'; stop that one first, "
                        + "or choose another directory")
            }
        }
    }

    /// Whether a coordinator holds the directory; one that is starting may not listen yet.
    package var hasCoordinator: Bool { FileLock.isHeld(lockFile) }
}
