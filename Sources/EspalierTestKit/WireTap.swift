internal import Foundation
internal import Glibc
internal import Synchronization

/// A plain TCP connection to a loopback port.
package func connectTCP(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return descriptor
}

/// Stands on the wire between two peers: records every byte, and can stop passing them on.
package final class WireTap: Sendable {
    package let port: Int
    private let listener: Int32
    private let target: Int
    private let recorded = Mutex<[UInt8]>([])
    private let isFrozen = Atomic(false)

    /// - Parameters:
    ///   - target: The port on 127.0.0.1 that it passes everything on to.
    ///   - address: Where it listens: another loopback address may have the target's own port.
    ///   - port: 0 lets the system choose.
    package init(target: Int, address host: String = "127.0.0.1", port wanted: Int = 0) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.target = target
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(wanted).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard result else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { self.accept() }
    }

    /// Everything that passed, both ways.
    package var bytes: [UInt8] { recorded.withLock { $0 } }

    /// From now on everything sent is swallowed, both ways, as in a network partition.
    package func freeze() { isFrozen.store(true, ordering: .releasing) }

    /// Takes no more connections.
    package func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let near = Glibc.accept(listener, nil, nil)
            guard near >= 0, let far = try? connectTCP(port: target) else { break }
            Thread.detachNewThread { self.pass(from: near, to: far) }
            Thread.detachNewThread { self.pass(from: far, to: near) }
        }
        Glibc.close(listener)
    }

    private func pass(from source: Int32, to sink: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            recorded.withLock { $0 += buffer.prefix(count) }
            if isFrozen.load(ordering: .acquiring) { continue }
            guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(sink, Int32(SHUT_RDWR))
        Glibc.close(source)
    }
}
