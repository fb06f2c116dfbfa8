import EspalierTestKit
import Foundation
import Testing

/// Whatever an engine says costs its own stage and nothing else.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MisbehaviourTests {
    private struct Failed: Decodable {
        let label, cause, message: String
        let attempts: Int
    }

    /// One sweep through a coordinator and two workers: seed n shows the misbehaviour n where it prunes; the last seeds
    /// behave.
    @Test("every misbehaviour of an engine ends in a sentence and costs its own stage; the sweep goes on to its end")
    func everyMisbehaviourCostsItsOwnStage() async throws {
        try await withCluster { cluster in
            let victim = cluster.directory.appendingPathComponent("thesis.txt")
            try "three years of work".write(to: victim, atomically: true, encoding: .utf8)
            try await cluster.startCoordinator()
            let workers = [
                try await cluster.startWorker("ada", slots: 2, arguments: ["--stall-after", "4s"]),
                try await cluster.startWorker("bob", slots: 2, arguments: ["--stall-after", "4s"]),
            ]
            let count = Misbehaviour.all.count
            let sweep = try await cluster.submit(Self.sweep(seeds: count + 2, victim: victim))
            let watch = try Program(["watch", sweep, "--state", cluster.state])
            #expect(await watch.ended() == 1)

            let (states, failures) = try await outcome(of: sweep, in: cluster)
            for (seed, misbehaviour) in Misbehaviour.all.enumerated() {
                let complaint = Self.complaint(about: misbehaviour, failures[seed], state: states[seed])
                #expect(complaint == nil, "\(misbehaviour.name): \(complaint ?? "")")
            }
            #expect(states[count] == "measured" && states[count + 1] == "measured")
            #expect(failures.count == Misbehaviour.all.count { $0.words != nil })
            // The negative control: the same questions about a stage that behaved.
            #expect(
                Misbehaviour.all.filter { $0.words != nil }.allSatisfy {
                    Self.complaint(about: $0, failures[count], state: states[count]) != nil
                })

            #expect(try String(contentsOf: victim, encoding: .utf8) == "three years of work")
            for worker in workers {
                #expect(!worker.hasEnded)
                worker.signal(SIGTERM)
                #expect(await worker.ended() == 0)
            }
            for name in ["ada", "bob"] {
                let spool = cluster.directory.appendingPathComponent("spool-\(name)/results").path
                #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
            }
            #expect(cluster.coordinator?.hasEnded == false)
        }
    }

    private static func sweep(seeds: Int, victim: URL) -> String {
        let engine = Program.directory.appendingPathComponent("espalier-fake-engine").path
        return """
            name: misbehaving
            network: lenet-300-100
            dataset: digits
            seeds: [\((0..<seeds).map(String.init).joined(separator: ", "))]
            sparsities: [0.5]
            methods: [magnitude-global]
            controls: false
            engine: ["\(engine)", "--steps", "1", "--victim", "\(victim.path)"]
            """
    }

    /// By seed: how the task ended, and the failure of its prune stage.
    private func outcome(
        of sweep: String, in cluster: Cluster
    ) async throws -> (states: [Int: String], failures: [Int: Failed]) {
        struct Document: Decodable { let failures: [Failed] }
        let json = try await cluster.espalier("status", sweep, "--json")
        var failures: [Int: Failed] = [:]
        for failure in try JSONDecoder().decode(Document.self, from: Data(json.utf8)).failures {
            let seed = try #require(failure.label.firstMatch(of: /prune .*, seed (\d+)$/)?.1, "\(failure.label)")
            failures[try #require(Int(seed))] = failure
        }
        let rows = try await cluster.report(sweep, file: "results.csv").split(whereSeparator: \.isNewline)
        let header = rows[0].split(separator: ",", omittingEmptySubsequences: false)
        let (seed, state) = (
            try #require(header.firstIndex(of: "seed")), try #require(header.firstIndex(of: "state"))
        )
        var states: [Int: String] = [:]
        for row in rows.dropFirst() where row.hasPrefix("task,") {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            states[try #require(Int(cells[seed]))] = String(cells[state])
        }
        return (states, failures)
    }

    /// What is wrong with how a misbehaviour ended; nil when nothing is.
    private static func complaint(about misbehaviour: Misbehaviour, _ failure: Failed?, state: String?) -> String? {
        guard let words = misbehaviour.words else {
            return failure == nil && state == "measured" ? nil : "no result: \(state ?? ""), \(failure?.message ?? "")"
        }
        guard let failure else { return "no failure, \(state ?? "")" }
        guard failure.message.contains(words) else { return failure.message }
        return failure.cause == "engine-crash" && failure.attempts == 3
            ? nil : "\(failure.attempts) attempts, \(failure.cause)"
    }
}
