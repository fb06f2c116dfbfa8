internal import Glibc

/// What the text of an address says about where its bytes travel.
package enum Endpoint {
    private static let tcp = "tcp://"

    /// Whether libzmq can make sense of it. Connecting, it accepts any host and port and then tries for ever.
    package static func isWellFormed(_ endpoint: String) -> Bool {
        guard endpoint.hasPrefix(tcp) else { return endpoint.contains("://") }
        let address = endpoint.dropFirst(tcp.count)
        guard let colon = address.lastIndex(of: ":"), colon > address.startIndex else { return false }
        let port = address[address.index(after: colon)...]
        let isHost = address[..<colon].allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:%/*;[]".contains($0))
        }
        return isHost && (port == "*" || UInt16(port) != nil)
    }

    /// Whether the endpoint stays on this machine: inproc, ipc, or TCP to a literal loopback address.
    static func isLocal(_ endpoint: String) -> Bool {
        if endpoint.hasPrefix("inproc://") || endpoint.hasPrefix("ipc://") { return true }
        guard endpoint.hasPrefix(tcp) else { return false }
        let address = endpoint.dropFirst(tcp.count)
        guard let colon = address.lastIndex(of: ":") else { return false }
        return isLoopback(String(address[..<colon]))
    }

    /// A literal, so that no name server decides what is local; `localhost` is every machine's own.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
    }

    /// An IPv4 peer of an IPv6 socket reads `::ffff:10.0.0.1`; everyone else calls it `10.0.0.1`.
    static func normalised(address: String) -> String {
        let mapped = "::ffff:"
        guard address.hasPrefix(mapped), address.contains(".") else { return address }
        return String(address.dropFirst(mapped.count))
    }
}
