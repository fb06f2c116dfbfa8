import Logging
import SwiftProtobuf
import Synchronization
import Testing
import Wire

@testable import Coordinator

/// The log of a small sweep reads as what happened.
@Suite(.timeLimit(.minutes(1))) struct TimelineTests {
    /// Keeps what a logger was told.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }

        struct Handler: LogHandler {
            let lines: Lines
            var logLevel = Logger.Level.info
            var metadata: Logger.Metadata = [:]
            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }
            func log(event: LogEvent) {
                let subjects = ["worker.name", "stage.label", "sweep.id", "failure.message", "lease.epoch"]
                let fields = subjects.compactMap { event.metadata?[$0].map { "\($0)" } }
                lines.lines.withLock { $0.append((["\(event.message)"] + fields).joined(separator: " | ")) }
            }
        }

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
    }

    @Test func aSweepWithAFailureIsATimeline() async throws {
        let fixture = try Fixture()
        let lines = Lines()
        var configuration = fixture.configuration
        configuration.logger = lines.logger
        let service = try CoordinatorService(configuration)
        let endpoints = try await service.start()
        let client = try OperatorClient(keyFile: try fixture.operatorKey, endpoint: endpoints.control)
        let worker = try ScriptedWorker(try fixture.key("ada"), endpoints.control)
        try worker.hello()
        try await worker.welcome()
        _ = try await client.submit(yaml: sweepYAML, fileName: "small.yaml")
        try worker.heartbeat(credit: 1)
        let first = try await worker.lease()
        try worker.send(
            .failure(
                .with {
                    $0.stageKey = first.stageKey
                    $0.epoch = first.epoch
                    $0.cause = .engineCrash
                    $0.message = "the engine fell over"
                }))
        for _ in 0..<3 {
            try worker.heartbeat(credit: 1)
            let lease = try await worker.lease()
            try worker.result(of: lease)
            _ = try await worker.ack()
        }
        try worker.send(.bye(.with { $0.reason = "done" }))
        while try await client.status().workers.first?.state != "left" {}
        await client.close()
        try await worker.close()
        service.stop()
        try await service.join()

        let dense = "train lenet-300-100 on digits, seed 0"
        #expect(
            lines.all == [
                "coordinator listening", "worker joined | ada", "sweep submitted | small",
                "lease granted | ada | \(dense) | 1", "stage failed | ada | \(dense) | the engine fell over | 1",
                "lease granted | ada | \(dense) | 2", "stage done | ada | \(dense) | 2",
                "lease granted | ada | prune random 0.5, seed 0 | 1",
                "stage done | ada | prune random 0.5, seed 0 | 1",
                "lease granted | ada | prune random 0.9, seed 0 | 1",
                "stage done | ada | prune random 0.9, seed 0 | 1", "sweep finished | small", "worker left | ada",
                "coordinator stopped",
            ])
    }
}
