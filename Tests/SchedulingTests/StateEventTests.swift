import EspalierTestKit
import Scheduling
import Sweep
import Testing

/// Every phase of a stage against everything worker "A" can say about the last lease it got on it.
@Suite struct StateEventTests {
    enum State: String, CaseIterable {
        /// Nobody ever had it.
        case ready
        case leasedToA
        /// A's lease ran out, B has the next.
        case leasedToB
        /// A's lease ran out, nobody took it.
        case lapsed
        /// Leased to A by the coordinator before.
        case orphaned
        case doneByA
        /// B was first.
        case doneByB
        case failed
        case cancelled
        /// Of no sweep this coordinator heard of.
        case unknown
    }

    enum Event: String, CaseIterable {
        case result, resultWithoutArtifacts, failure, release, heartbeat, hello
    }

    /// What is made durable and said, in order, acknowledgements of the heartbeat and the hello left out.
    static let table: [State: [Event: String]] = [
        .ready: [
            .result: "ack unknown", .resultWithoutArtifacts: "ack unknown", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
        .leasedToA: [
            .result: "result, ack accepted", .resultWithoutArtifacts: "", .failure: "failed", .release: "resume",
            .heartbeat: "", .hello: "",
        ],
        .leasedToB: [
            .result: "result, revoke from B, ack accepted", .resultWithoutArtifacts: "", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
        .lapsed: [
            .result: "result, ack accepted", .resultWithoutArtifacts: "", .failure: "", .release: "",
            .heartbeat: "", .hello: "",
        ],
        .orphaned: [
            .result: "result, ack accepted", .resultWithoutArtifacts: "", .failure: "failed", .release: "resume",
            .heartbeat: "", .hello: "",
        ],
        .doneByA: [
            .result: "ack accepted", .resultWithoutArtifacts: "ack accepted", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
        .doneByB: [
            .result: "replica, ack replica", .resultWithoutArtifacts: "replica, ack replica", .failure: "",
            .release: "", .heartbeat: "revoke", .hello: "drop",
        ],
        .failed: [
            .result: "result, ack accepted, sweep running", .resultWithoutArtifacts: "", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
        .cancelled: [
            .result: "ack unknown", .resultWithoutArtifacts: "ack unknown", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
        .unknown: [
            .result: "ack unknown", .resultWithoutArtifacts: "ack unknown", .failure: "", .release: "",
            .heartbeat: "revoke", .hello: "drop",
        ],
    ]

    @Test(arguments: State.allCases, Event.allCases)
    func answersAsTheTableSays(state: State, event: Event) throws {
        var (bench, lease) = try Self.arrange(state)
        let first = Self.tell(&bench, event, lease)
        #expect(Self.summary(first) == Self.table[state]?[event])
        #expect(bench.broken == [])
    }

    /// Every message may arrive twice: the second time nothing more is made durable.
    @Test(arguments: State.allCases, Event.allCases)
    func hearingItTwiceChangesNothing(state: State, event: Event) throws {
        var (bench, lease) = try Self.arrange(state)
        let first = Self.tell(&bench, event, lease)
        let second = Self.tell(&bench, event, lease)
        #expect(second.records == [])
        if event == .result { #expect(second.verdicts == first.verdicts) }
    }

    /// A message from a connection that never said hello changes nothing and is answered with one question.
    @Test(arguments: State.allCases, Event.allCases.filter { $0 != .hello })
    func strangersAreAskedToSayHello(state: State, event: Event) throws {
        var (bench, lease) = try Self.arrange(state)
        let answer = Self.tell(&bench, event, lease, peer: 9)
        #expect(answer.messages == [.helloAgain])
        #expect(answer.records == [])
    }

    // MARK: - Private

    private static let stage = StageKey(sample: "lenet-5 mnist train 0")

    private static func arrange(_ state: State) throws -> (Bench, LeaseID) {
        var bench = Bench()
        var lease = LeaseID(stage: stage, epoch: 1)
        if state != .unknown { bench.submit(.sample(levels: 1)) }
        bench.hello("A")
        bench.hello("B")
        guard state != .ready, state != .unknown else { return (bench, lease) }
        #expect(bench.beat("A", credit: 1).grants.map(\.lease) == [lease])
        bench.beat("A", running: [lease])
        switch state {
        case .lapsed:
            bench.pass(61)
            bench.handle(.tick)
        case .leasedToB, .doneByB:
            bench.pass(61)
            let next = LeaseID(stage: stage, epoch: 2)
            #expect(bench.beat("B", credit: 1).grants.map(\.lease) == [next])
            if state == .doneByB { bench.result(next, from: "B") }
        case .orphaned:
            bench.restartCoordinator()
            bench.hello("A")
            bench.hello("B")
        case .doneByA: bench.result(lease, from: "A")
        case .failed:
            bench.fail(lease, .outOfMemory, from: "A")
            bench.pass(61)
            lease.epoch = 2
            #expect(bench.beat("A", credit: 1).grants.map(\.lease) == [lease])
            #expect(bench.fail(lease, .outOfMemory, from: "A").states == [.failed])
        case .cancelled: bench.handle(.cancelled(SweepID("sweep-1")))
        case .ready, .leasedToA, .unknown: break
        }
        return (bench, lease)
    }

    private static func tell(_ bench: inout Bench, _ event: Event, _ lease: LeaseID, peer: UInt8? = nil) -> [Directive]
    {
        switch event {
        case .result: bench.result(lease, from: "A", peer: peer)
        case .resultWithoutArtifacts: bench.result(lease, from: "A", present: false, peer: peer)
        case .failure:
            bench.handle(.failure(lease, Failure(cause: .engineCrash, message: "made up"), from: .of("A", peer)))
        case .release:
            bench.handle(
                .released(
                    lease, resume: ArtifactReference(role: "resume", sha256: "ab", size: 1), from: .of("A", peer)))
        case .heartbeat: bench.beat("A", running: [lease], peer: peer)
        case .hello: bench.hello("A", running: [lease])
        }
    }

    private static func summary(_ directives: [Directive]) -> String {
        directives.compactMap { directive -> String? in
            switch directive {
            case .persist(.result): "result"
            case .persist(.replica): "replica"
            case .persist(.failed): "failed"
            case .persist(.resume): "resume"
            case .persist(.sweepState(_, let state)): "sweep \(state)"
            case .persist(let record): "\(record)"
            case .send(.resultAck(_, let verdict), _): "ack \(verdict)"
            case .send(.revoke, let peer): peer == .of("A", nil) ? "revoke" : "revoke from B"
            case .send(.helloOK(_, let dropped), _): dropped.isEmpty ? nil : "drop"
            case .send(.heartbeatAck, _), .wake, .tell: nil
            case .send(let message, _): "\(message)"
            }
        }.joined(separator: ", ")
    }
}
