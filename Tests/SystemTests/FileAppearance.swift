import Foundation

/// Waiting for a file that another process makes, by inotify(7).
enum FileAppearance {
    static func of(_ file: URL) async throws {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard inotify_add_watch(descriptor, file.deletingLastPathComponent().path, UInt32(IN_CREATE)) >= 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setCancelHandler { close(descriptor) }
        let (events, event) = AsyncStream.makeStream(of: Void.self)
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            event.yield()
        }
        source.resume()
        defer { source.cancel() }
        // Looked at once the watch is on, so that it cannot appear in between.
        event.yield()
        for await _ in events where FileManager.default.fileExists(atPath: file.path) { return }
        throw CancellationError()
    }
}
