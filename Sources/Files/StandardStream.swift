internal import Foundation

/// Standard output and standard error, whatever they are connected to: a full disk, a terminal that is gone, a reader
/// that has left, or nothing at all.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Call it first in `main`, before anything is opened.
    ///
    /// No database and no socket gets the number of a stream that was closed at the start: it would receive what is
    /// printed. A reader that leaves makes a write fail; it does not end the process.
    package static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in 0...error.rawValue where fcntl(descriptor, F_GETFD) < 0 {
            // Opened in the wrong direction, so that using the stream fails as it does when it is closed.
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes all of the text.
    package func write(_ text: String) throws(OutputError) {
        var text = text
        let number = text.withUTF8 { DescriptorWriter.write(UnsafeRawBufferPointer($0), to: rawValue) }
        if number != 0 { throw OutputError(number: number) }
    }
}

/// Output that was asked for and could not be written.
package struct OutputError: Error, Hashable, CustomStringConvertible {
    /// errno.
    package let number: Int32

    package init(number: Int32) { self.number = number }

    package var description: String {
        "standard output cannot be written: \(String(cString: strerror(number))); send it elsewhere"
    }
}

/// write(2) until everything is written.
package enum DescriptorWriter {
    /// - Returns: 0, or the errno of the write that failed.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                continue
            }
            let number = count == 0 ? EIO : errno
            switch number {
            case EINTR: continue
            case EAGAIN:
                // Somebody who shares the stream has made it non-blocking.
                var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&polled, 1, -1)
            default: return number
            }
        }
        return 0
    }
}
