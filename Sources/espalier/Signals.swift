internal import Dispatch
internal import Foundation

/// SIGINT and SIGTERM as a stream, in place of the process's death.
enum Signals {
    /// Each signal once, in order of arrival, for as long as the stream is read.
    static func stream() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
            }
        }
    }
}
