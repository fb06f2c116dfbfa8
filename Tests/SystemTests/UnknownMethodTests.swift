import Foundation
import Testing

/// A sweep that no connected worker's engine can finish says so wherever its progress is looked at.
@Suite(.serialized, .timeLimit(.minutes(2))) struct UnknownMethodTests {
    /// An engine that knows `random` alone, and never ends what it begins.
    private static let engine = """
        #!/bin/sh
        read -r request
        echo '{"description": {"name": "small", "version": "1", "methods": ["random"]}}'
        exec cat > /dev/null
        """

    @Test func isSaidWithTheRemedy() async throws {
        try await withCluster { cluster in
            let engine = cluster.directory.appendingPathComponent("small-engine")
            try Self.engine.write(to: engine, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine.path)
            try await cluster.startCoordinator()
            let sweep = try await cluster.submit(
                "{network: lenet-300-100, dataset: digits, methods: [random, snip], sparsities: [0.5, 0.9], seeds: [0]}"
            )
            let watch = try Program(["watch", sweep, "--state", cluster.state])
            try await watch.said("waiting for a worker")
            #expect(!watch.log.contains("engine"))

            try await cluster.startWorker("small", arguments: ["--engine", engine.path])
            let sentence =
                "\(sweep): no connected worker's engine knows the method snip, which 2 stages need; start a worker whose "
                + "engine does"
            try await watch.said(sentence)
            #expect(try await cluster.espalier("status", sweep).contains("\n\(sentence)\n"))
            #expect(try await cluster.espalier("status", "--json").contains("\"obstacle\" : \"no connected worker's"))

            // Another worker's engine knows everything: the obstacle is gone.
            try await cluster.startWorker("large")
            #expect(await watch.ended() == 1)
            #expect(watch.log.components(separatedBy: sentence).count == 2, "once")
        }
    }
}
