import EspalierTestKit
import Foundation
import Scheduling
import Sweep
import SwiftProtobuf
import Testing
import Wire
import ZeroMQ

@testable import Coordinator

@Suite(.timeLimit(.minutes(1))) struct HostileInputTests {
    /// Whatever an authorised key sends, the coordinator answers or drops it, and goes on serving others.
    @Test func garbageLeavesItServing() async throws {
        let fixture = try Fixture()
        try await fixture.withCoordinator { _, endpoints, client in
            let hostile = try ScriptedWorker(try fixture.key("mallory"), endpoints.control)
            var random = SeededGenerator(seed: 7)
            let result = WireToCoordinator.with {
                $0.protocolVersion = WireProtocol.version
                $0.result = .with {
                    $0.stageKey = String(repeating: "a", count: 64)
                    $0.outcome.measures = ["accuracy": .infinity]
                    $0.outcome.artifacts = [.with { $0.sha256 = "../../etc/passwd" }]
                }
            }
            let valid: [UInt8] = try result.serializedBytes()
            for round in 0..<300 {
                let count = Int.random(in: 0...200, using: &random)
                hostile.send(raw: [(0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }])
                hostile.send(raw: [Array(valid.prefix(Int.random(in: 0..<valid.count, using: &random)))])
                var flipped = valid
                flipped[Int.random(in: 0..<valid.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                hostile.send(raw: [flipped])
                // Replies beyond what its connection queues are dropped: hear them before going on.
                if round.isMultiple(of: 10) {
                    try hostile.hello(as: "somebody-else")
                    while try await hostile.refused().reason != .wrongName {}
                }
            }
            hostile.send(raw: Array(repeating: [1], count: 50))
            hostile.send(raw: [[], valid])
            hostile.send(raw: [valid, valid, valid])
            try hostile.hello()
            try await hostile.welcome()
            try hostile.send(.submit(WireSubmit()))
            #expect(try await hostile.refused().reason == .wrongRole)
            let sweeps = try await client.sweeps()
            #expect(sweeps.isEmpty)
            try await hostile.close()
        }
    }

    private static let key = String(repeating: "a", count: 64)
    private static let faults: [(reason: String, body: WireToCoordinator.OneOf_Body)] = [
        ("stage_key", .result(.with { $0.stageKey = "A" + key.dropFirst() })),
        ("stage_key", .failure(.with { $0.stageKey = "../x" })),
        (
            "epoch",
            .result(
                .with {
                    $0.stageKey = key
                    $0.epoch = .max
                })
        ),
        ("cause", .failure(.with { $0.stageKey = key })),
        ("session", .hello(.with { $0.worker = "ada" })),
        (
            "slots",
            .hello(
                .with {
                    $0.worker = "ada"
                    $0.session = "s"
                })
        ),
        ("worker", .hello(.with { $0.worker = String(repeating: "x", count: 65) })),
        ("credit", .heartbeat(.with { $0.credit = .max })),
        ("running", .heartbeat(.with { $0.running = Array(repeating: WireLeaseStatus(), count: 5000) })),
        (
            "remaining_seconds",
            .hello(
                .with {
                    $0.worker = "ada"
                    $0.session = "s"
                    $0.slots = 1
                    $0.remainingSeconds = .nan
                })
        ),
        (
            "sha256",
            .release(
                .with {
                    $0.stageKey = key
                    $0.resume.sha256 = "x"
                })
        ),
    ]

    @Test(arguments: faults.indices) func everyFieldIsChecked(_ index: Int) {
        let fault = Self.faults[index]
        let error = #expect(throws: Malformed.self) { try WireDecoding.event(fault.body, from: .init(routingID: [])) }
        #expect(error?.reason.contains(fault.reason) == true, "\(error?.reason ?? "")")
    }

    @Test(arguments: [
        ("status", WireOutcome.with { $0.status = "fine" }),
        (
            "a is nan",
            .with {
                $0.status = "ok"
                $0.measures = ["a": .nan]
            }
        ),
        (
            "training_loss of epoch",
            .with {
                $0.status = "ok"
                $0.epochs = [.with { $0.trainingLoss = .infinity }]
            }
        ),
        (
            "layer",
            .with {
                $0.status = "ok"
                $0.layers = [.with { $0.nonzero = 1 }]
            }
        ),
        (
            "seconds",
            .with {
                $0.status = "ok"
                $0.seconds = -1
            }
        ),
    ]) func everyOutcomeIsChecked(reason: String, outcome: WireOutcome) {
        let error = #expect(throws: Malformed.self) { try Outcome(outcome) }
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    /// A worker that lacks the rules, as one of an earlier release: its stage pays, and nobody else.
    @Test func aResultThatCannotBeIsAFailureOfItsStage() async throws {
        let fixture = try Fixture()
        try await fixture.withCoordinator { _, endpoints, client in
            let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
            try worker.hello()
            try await worker.welcome()
            _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
            for epoch in 1...3 {
                try worker.heartbeat(credit: 1)
                let lease = try await worker.lease()
                #expect(lease.epoch == UInt64(epoch))
                try worker.result(of: lease, accuracy: .nan)
                let ack = try await worker.ack()
                #expect(ack.verdict == "refused" && ack.stageKey == lease.stageKey && ack.epoch == lease.epoch)
            }
            let status = try await client.status(of: "last")
            #expect(status.workers.map(\.name) == ["ada"])
            #expect(status.sweeps.map(\.state) == ["failed"])
            let failure = try #require(status.failures.first)
            #expect(failure.cause == "engine-crash" && failure.attempts == 3)
            #expect(failure.message.contains("test_accuracy is nan, which is not a finite number"))
            try await worker.close()
        }
    }

    @Test func aDivergedOutcomeKeepsWhatIsFinite() throws {
        let outcome = try Outcome(
            WireOutcome.with {
                $0.status = "diverged"
                $0.measures = ["test_loss": .nan, "sparsity": 0.5]
                $0.epochs = [.with { $0.trainingLoss = 1 }, .with { $0.trainingLoss = .infinity }]
            })
        #expect(outcome.measures == ["sparsity": 0.5])
        #expect(outcome.epochs.count == 1)
    }
}
