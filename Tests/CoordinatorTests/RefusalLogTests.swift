import Testing
import ZeroMQ

@testable import Coordinator

@Suite struct RefusalLogTests {
    @Test func aFloodOfRefusalsIsNotAFloodOfLines() throws {
        var lines: [String] = []
        let log = RefusalLog { lines.append("\($0) \($1)") }
        let key = try CurveKeypair.generate().publicKey
        let start = ContinuousClock.now
        for _ in 0..<1000 { log.refused(key, known: nil, from: "10.0.0.7", at: start) }
        #expect(lines.count == RefusalLog.limit)
        let line = try #require(lines.first)
        for part in ["not one of this coordinator's", "espalier keys add", key.z85, "10.0.0.7"] {
            #expect(line.contains(part))
        }

        log.handshakeFailed(at: start + .seconds(61))
        #expect(lines.count == RefusalLog.limit + 2)
        #expect(lines[RefusalLog.limit].hasPrefix("980 more connections were refused before"))
        #expect(lines[RefusalLog.limit + 1].hasPrefix("connection refused: the other end has no key"))
    }
}
