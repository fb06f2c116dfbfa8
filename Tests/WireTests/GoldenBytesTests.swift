import Foundation
import SwiftProtobuf
import Testing
import Wire

/// Messages as they have always been on the wire: a change here breaks the peers and spools that are out there.
@Suite struct GoldenBytesTests {
    private static let hello = WireToCoordinator.with {
        $0.protocolVersion = 1
        $0.hello = .with {
            $0.worker = "ada"
            $0.session = "s1"
            $0.slots = 2
            $0.devices = ["cpu", "cuda:0"]
            $0.running = [
                .with {
                    $0.stageKey = "ab"
                    $0.epoch = 3
                }
            ]
            $0.remainingSeconds = 1.5
        }
    }
    private static let helloFrame =
        "0801" + "5229" + "0a03616461" + "12027331" + "1802" + "2203637075" + "2206637564613a30" + "52060a0261621003"
        + "59000000000000f83f"

    private static let lease = WireFromCoordinator.with {
        $0.protocolVersion = 1
        $0.lease = .with {
            $0.stageKey = "ab"
            $0.epoch = 300
            $0.stage = "{}"
            $0.inputs = [
                .with {
                    $0.role = "checkpoint"
                    $0.sha256 = "cd"
                    $0.size = 7
                }
            ]
            $0.engine = ["e"]
        }
    }
    private static let leaseFrame =
        "0801" + "6222" + "0a026162" + "10ac02" + "1a027b7d" + "22120a0a636865636b706f696e741202636418" + "07"
        + "2a0165"

    private static let chunk = WireArtifactRequest.with {
        $0.protocolVersion = 1
        $0.put = .with {
            $0.sha256 = "cd"
            $0.offset = 128
            $0.data = Data([0xff])
        }
    }
    private static let chunkFrame = "0801" + "220a" + "0a026364" + "108001" + "1a01ff"

    private static let credit = WireArtifactReply.with {
        $0.protocolVersion = 1
        $0.credit = .with {
            $0.sha256 = "cd"
            $0.received = 1
            $0.limit = 2
        }
    }
    private static let creditFrame = "0801" + "1a08" + "0a026364" + "1001" + "1802"

    @Test func framesKeepTheirBytes() throws {
        #expect(try Self.hello.frame.hex == Self.helloFrame)
        #expect(try Self.lease.frame.hex == Self.leaseFrame)
        #expect(try Self.chunk.frame.hex == Self.chunkFrame)
        #expect(try Self.credit.frame.hex == Self.creditFrame)
    }

    @Test func framesAreRead() throws {
        #expect(try WireToCoordinator(frame: Self.hello.frame) == Self.hello)
        #expect(try WireFromCoordinator(frame: Self.lease.frame) == Self.lease)
        #expect(try WireArtifactRequest(frame: Self.chunk.frame) == Self.chunk)
        #expect(try WireArtifactReply(frame: Self.credit.frame) == Self.credit)
    }

    /// What an engine written in any language reads and writes.
    @Test func engineLinesKeepTheirText() throws {
        let request = WireEngineRequest.with {
            $0.run = .with {
                $0.stageKey = "ab"
                $0.workDirectory = "/w"
            }
        }
        #expect(try request.line == #"{"run":{"stageKey":"ab","workDirectory":"/w"}}"#)
        let event = WireEngineEvent.with {
            $0.stageKey = "ab"
            $0.failure = .with {
                $0.cause = .outOfMemory
                $0.message = "full"
            }
        }
        let line = #"{"stageKey":"ab","failure":{"cause":"FAILURE_CAUSE_OUT_OF_MEMORY","message":"full"}}"#
        #expect(try event.line == line)
        #expect(try WireEngineEvent(line: line) == event)
    }

    /// A message of any version says which one, in the same place of every socket's messages.
    @Test func theProtocolVersionIsFieldOneEverywhere() throws {
        let frame: [UInt8] = [0x08, 0x07]
        #expect(try WireToCoordinator(frame: frame).protocolVersion == 7)
        #expect(try WireFromCoordinator(frame: frame).protocolVersion == 7)
        #expect(try WireArtifactRequest(frame: frame).protocolVersion == 7)
        #expect(try WireArtifactReply(frame: frame).protocolVersion == 7)
        #expect(WireProtocol.version == 1)
    }

    @Test func fieldsFromTheFutureAreIgnored() throws {
        let frame = try Self.hello.frame + [0xf8, 0x3f, 0x01]
        #expect(try WireToCoordinator(frame: frame).hello == Self.hello.hello)
        #expect(try WireEngineEvent(line: #"{"stageKey":"ab","mood":"fine"}"#).stageKey == "ab")
    }

    @Test(arguments: [[0xff], [0x52, 0x05, 0x01], Array("hello".utf8)] as [[UInt8]])
    func garbageIsRefused(frame: [UInt8]) {
        #expect(throws: (any Error).self) { try WireToCoordinator(frame: frame) }
    }
}

extension [UInt8] {
    fileprivate var hex: String { map { String(format: "%02x", $0) }.joined() }
}
