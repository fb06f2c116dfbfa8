internal import Glibc

/// Writes a file whole or not at all: temporary beside it, fsync, rename, fsync of the directory.
///
/// - Parameter body: hands the pieces of the file, in order, to the function it is given.
func writeWhole(
    path: String, _ body: ((UnsafeRawBufferPointer) throws(SafeTensorsError) -> Void) throws(SafeTensorsError) -> Void
) throws(SafeTensorsError) {
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SafeTensorsError(path: path, cannot: "create", errno) }
    var finished = false
    defer {
        close(descriptor)
        if !finished { unlink(temporary) }
    }
    try body { (bytes) throws(SafeTensorsError) in
        var rest = bytes
        while !rest.isEmpty {
            let written = write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SafeTensorsError(path: path, cannot: "write", errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }
    guard fsync(descriptor) == 0 else { throw SafeTensorsError(path: path, cannot: "write", errno) }
    guard rename(temporary, path) == 0 else { throw SafeTensorsError(path: path, cannot: "replace", errno) }
    finished = true
    let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SafeTensorsError(path: path, cannot: "flush the directory of", errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw SafeTensorsError(path: path, cannot: "flush the directory of", errno) }
}

extension SafeTensorsError {
    init(path: String, cannot action: String, _ code: CInt) {
        self.init(path: path, problem: "cannot \(action) it: \(String(cString: strerror(code)))")
    }
}
