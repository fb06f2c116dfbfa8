import Files
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct DescriptorWriterTests {
    /// A terminal that another program has made non-blocking takes a little at a time.
    @Test func waitsForANonBlockingReader() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        _ = fcntl(writer, F_SETFL, O_NONBLOCK)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        Thread.detachNewThread {
            #expect(bytes.withUnsafeBytes { DescriptorWriter.write($0, to: writer) } == 0)
            close(writer)
        }
        var read: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(reader, &buffer, buffer.count), count > 0 { read += buffer.prefix(count) }
        close(reader)
        #expect(read == bytes)
    }

    @Test func saysWhyItCannot() {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        #expect([UInt8(1)].withUnsafeBytes { DescriptorWriter.write($0, to: ends[1]) } == EPIPE)
        close(ends[1])
        #expect(
            OutputError(number: EPIPE).description
                == "standard output cannot be written: Broken pipe; send it elsewhere")
    }
}
