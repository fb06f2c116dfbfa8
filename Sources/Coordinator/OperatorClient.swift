internal import Foundation
package import Report
package import Sweep
internal import SwiftProtobuf
internal import Synchronization
package import Wire
package import ZeroMQ

/// Why a request to the coordinator has no answer.
package struct OperatorError: Error, Hashable, CustomStringConvertible {
    /// What kind of failure it is, for callers that treat some of them apart.
    package struct Code: Hashable, Sendable {
        private let name: String
        /// Nobody answered in time.
        package static let noAnswer = Code(name: "no-answer")
        /// The coordinator does not know the key (ZAP 400).
        package static let unknownKey = Code(name: "unknown-key")
        /// Something else than this key's coordinator listens there.
        package static let handshake = Code(name: "handshake")
        /// The coordinator does not hear this key: revoked, the wrong role, another protocol version.
        package static let refused = Code(name: "refused")
        /// The request itself is wrong: exit code 2.
        package static let invalid = Code(name: "invalid")
        package static let failed = Code(name: "failed")
    }

    package let code: Code
    /// What is wrong and what to do; for an invalid sweep file one line per fault.
    package let message: String
    package var description: String { message }
}

/// The command line's connection to a coordinator: requests and replies, each with a time limit.
package final class OperatorClient: SweepReading {
    private struct Pending {
        var bytes: [UInt8]
        var isSent: Bool
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<WireFromCoordinator.OneOf_Body, any Error>
    }

    private struct Question: Sendable {
        var id: UInt64
        var bytes: [UInt8]
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<WireFromCoordinator.OneOf_Body, any Error>
    }

    package let endpoint: String
    private let timeout: Duration
    private let reactor: Reactor
    private let questions: Mailbox<Question>
    private let lastID = Mutex<UInt64>(0)

    /// Connects in the background; whether anyone answers shows at the first request.
    package init(keyFile: KeyFile, endpoint: String, timeout: Duration = .seconds(10)) throws {
        self.endpoint = endpoint
        self.timeout = timeout
        reactor = try Reactor(name: "espalier-operator")
        questions = Mailbox(waking: reactor)
        var options = SocketOptions.dealer(.client(try keyFile.keypair, server: try keyFile.coordinator))
        options.linger = .zero
        reactor.start { [endpoint, questions, options] loop in
            do {
                var conversation = Conversation(endpoint: endpoint, options: options)
                try conversation.run(loop, questions)
            } catch {
                // Whoever still asks hears why there will be no answer.
                while !loop.isStopping {
                    for question in questions.drain() { question.continuation.resume(throwing: error) }
                    try loop.wait(for: [], until: nil)
                }
                throw error
            }
        }
    }

    deinit { reactor.stop() }

    /// Ends the connection. Requests under way fail.
    package func close() async {
        reactor.stop()
        try? await reactor.join()
    }

    /// Asks and waits for the answer; throws an ``OperatorError``.
    package func request(_ body: WireToCoordinator.OneOf_Body) async throws -> WireFromCoordinator.OneOf_Body {
        let id = lastID.withLock { id in
            id += 1
            return id
        }
        let envelope = WireToCoordinator.with {
            $0.protocolVersion = WireProtocol.version
            $0.requestID = id
            $0.body = body
        }
        let bytes: [UInt8] = try envelope.serializedBytes()
        guard bytes.count <= WireProtocol.maximumFrame else {
            throw OperatorError(
                code: .invalid, message: "the request has \(bytes.count) bytes, more than a message holds")
        }
        let answer = try await withCheckedThrowingContinuation { continuation in
            questions.post(Question(id: id, bytes: bytes, deadline: .now + timeout, continuation: continuation))
        }
        switch answer {
        case .refused(let refused): throw OperatorError(code: .refused, message: refused.message)
        case .failed(let failed):
            throw OperatorError(code: failed.invalid ? .invalid : .failed, message: failed.message)
        default: return answer
        }
    }

    // MARK: - Requests

    /// Submits a sweep file; the reply has the id the sweep was given, or had already, and the size of its plan.
    ///
    /// - Parameters:
    ///   - fileName: For messages about faults in the file.
    ///   - engine: What the command line of the user's own engine names on this machine.
    ///   - isFresh: Whether every stage runs again, whatever earlier sweeps have done.
    package func submit(
        yaml: String, fileName: String, engine: EngineFiles? = nil, isFresh: Bool = false
    ) async throws -> WireSubmitted {
        let submit = WireSubmit.with {
            $0.yaml = yaml
            $0.fileName = fileName
            if let engine { $0.engine = WireEngineFiles(engine) }
            $0.fresh = isFresh
        }
        guard case .submitted(let reply) = try await request(.submit(submit)) else { throw unexpected }
        return reply
    }

    /// - Parameter sweep: An id, a name, or "last", here and below.
    package func cancel(_ sweep: String) async throws -> WireCancelled {
        guard case .cancelled(let reply) = try await request(.cancel(.with { $0.sweep = sweep })) else {
            throw unexpected
        }
        return reply
    }

    /// All sweeps, in the order in which they were submitted last.
    package func sweeps() async throws -> [WireSweepSummary] {
        guard case .sweeps(let reply) = try await request(.list(WireListSweeps())) else { throw unexpected }
        return reply.sweeps
    }

    /// Empty for the coordinator as a whole.
    package func status(of sweep: String = "") async throws -> WireStatus {
        guard case .status(let reply) = try await request(.status(.with { $0.sweep = sweep })) else { throw unexpected }
        return reply
    }

    /// All pages of one reading, put together.
    package func results(of sweep: String) async throws -> SweepResults {
        var json = Data()
        var digest = ""
        while true {
            let ask = WireGetResults.with {
                $0.sweep = sweep
                $0.offset = UInt64(json.count)
                $0.digest = digest
            }
            guard case .results(let page) = try await request(.results(ask)), page.offset == json.count,
                !page.json.isEmpty
            else { throw unexpected }
            json.append(page.json)
            digest = page.digest
            if json.count >= page.total { break }
        }
        return try JSONDecoder().decode(SweepResults.self, from: json)
    }

    private var unexpected: OperatorError {
        OperatorError(
            code: .failed,
            message:
                "the coordinator at \(endpoint) gave an answer this command does not know; run the same version of "
                + "Espalier on both ends")
    }

    // MARK: - The reactor's side

    private struct Conversation {
        let endpoint: String
        let options: SocketOptions
        var pending: [UInt64: Pending] = [:]

        mutating func run(_ loop: Loop, _ questions: Mailbox<Question>) throws {
            let socket = try loop.dealer(connect: endpoint, options)
            defer {
                let gone = failure(.noAnswer, "the connection to the coordinator at \(endpoint) was closed")
                for question in questions.drain() { question.continuation.resume(throwing: gone) }
                fail(gone)
            }
            while !loop.isStopping {
                // A dealer without a connection takes nothing: what is not sent yet is tried again soon.
                let retry = pending.values.contains { !$0.isSent } ? loop.now + .milliseconds(50) : nil
                let deadline = [retry, pending.values.map(\.deadline).min()].compactMap(\.self).min()
                try loop.wait(for: [socket], until: deadline)
                for question in questions.drain() {
                    pending[question.id] = Pending(
                        bytes: question.bytes, isSent: false, deadline: question.deadline,
                        continuation: question.continuation)
                }
                for event in socket.events() { note(event) }
                for (id, question) in pending where !question.isSent {
                    if try socket.send([question.bytes]) == .sent { pending[id]?.isSent = true }
                }
                while let message = try socket.receive() { receive(message) }
                expire(at: loop.now)
            }
        }

        private mutating func receive(_ message: ReceivedMessage) {
            guard message.parts.count == 1, let reply = try? WireFromCoordinator(serializedBytes: message.parts[0]),
                let body = reply.body
            else { return }
            pending.removeValue(forKey: reply.requestID)?.continuation.resume(returning: body)
        }

        private mutating func note(_ event: SocketEvent) {
            switch event {
            case .refused(let status) where status == 400:
                fail(
                    failure(
                        .unknownKey,
                        "the coordinator at \(endpoint) does not know this key; use the key file that 'espalier init' or "
                            + "'espalier keys add' of that coordinator wrote"))
            case .refused(let status):
                fail(failure(.handshake, "the coordinator at \(endpoint) refused the connection (status \(status))"))
            case .handshakeFailed:
                fail(
                    failure(
                        .handshake,
                        "what listens at \(endpoint) is not the coordinator of this key file; check the address and the "
                            + "key file"))
            default: break
            }
        }

        private mutating func expire(at now: ContinuousClock.Instant) {
            let late = failure(
                .noAnswer,
                "no answer from a coordinator at \(endpoint); check the address, and that 'espalier coordinator' runs there"
            )
            for (id, question) in pending where question.deadline <= now {
                pending[id] = nil
                question.continuation.resume(throwing: late)
            }
        }

        private mutating func fail(_ error: OperatorError) {
            for question in pending.values { question.continuation.resume(throwing: error) }
            pending = [:]
        }

        private func failure(_ code: OperatorError.Code, _ message: String) -> OperatorError {
            OperatorError(code: code, message: message)
        }
    }
}
