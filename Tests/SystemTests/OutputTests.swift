import Foundation
import Testing

/// What every command prints: JSON in one style, and tables that fit the terminal.
@Suite(.serialized, .timeLimit(.minutes(3))) struct OutputTests {
    private static let sweepKeys = [
        "finished_at", "id", "name", "stages", "stages_cached", "stages_done", "stages_failed", "stages_running",
        "state",
        "submitted_at", "tasks", "tasks_done", "tasks_failed",
    ]

    /// The keys of the document, or of the first in a list of documents.
    private static let documents: [(command: [String], keys: [String])] = [
        (["list"], sweepKeys),
        (["status"], ["failures", "incarnation", "sweeps", "uptime_seconds", "version", "workers"]),
        (["watch", "sample"], sweepKeys),
        (
            ["frontier"],
            ["answer", "answers", "conventions", "dense", "hypervolume", "impossible_values", "points", "sweep"]
        ),
        (["report", "--out", "@/report"], ["answer", "files"]),
        (["keys", "list"], ["created", "name", "public_key", "role"]),
        (["keys", "add", "viewer", "eve"], ["file", "name", "role"]),
        (["keys", "revoke", "eve"], ["revoked"]),
        (["doctor"], ["finding", "name", "verdict"]),
        (["submit", "@/sweep.yaml"], ["cached", "stages", "sweep", "tasks"]),
    ]
    private static let local: [(command: [String], keys: [String])] = [
        (
            ["plan", "@/sweep.yaml"],
            [
                "dataset", "epochs", "epochs_alone", "methods", "name", "network", "prune_stages", "seeds",
                "shared_stages", "stages", "stages_alone", "tasks", "train_stages",
            ]
        ),
        (
            ["methods", "nnrelief"],
            [
                "allocations", "course", "iterations", "knobs", "level_knob", "name", "needs_data", "paper", "start",
                "structure", "summary",
            ]
        ),
        (["methods"], []), (["networks"], ["name", "summary"]), (["datasets"], ["name", "summary"]),
    ]

    @Test func everyDocumentIsJSONInSnakeCase() async throws {
        try await withCluster { cluster in
            try await finishSample(cluster)
            for (command, keys) in Self.documents {
                try await check(command + ["--state", cluster.state], keys, in: cluster)
            }
            for (command, keys) in Self.local { try await check(command, keys, in: cluster) }
            try await check(["init", "--state", "@/new"], ["operator_key", "state"], in: cluster)
            let inReport = try await cluster.report("sample", file: "frontier.json")
            #expect(try await cluster.espalier("frontier", "sample", "--json") == inReport)
            #expect(inReport.contains("Student’s t") && inReport.contains("Pruned share"))
            // What went wrong is not in the document.
            let failed = try Program(["cancel", "sample", "--json", "--state", cluster.state])
            #expect(await failed.ended() == 1)
            #expect(failed.output == "" && failed.log.hasPrefix("espalier: the sweep 'sample' is finished already"))
        }
    }

    /// What only a coordinator that runs can say is left out, not made up.
    @Test func theStatusWhereNoCoordinatorRuns() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            _ = try await cluster.submit("\(BadInput.good)methods: [random]")
            try await cluster.stopCoordinator(SIGTERM)
            try await check(
                ["status", "--state", cluster.state], ["failures", "incarnation", "sweeps", "workers"], in: cluster)
            let status = try await cluster.espalier("status")
            #expect(status.contains("no coordinator runs on this state directory: start one with espalier coordinator"))
            #expect(!status.contains("espalier worker"))
        }
    }

    @Test func everyTableFitsEightyColumns() async throws {
        try await withCluster { cluster in
            try await finishSample(cluster)
            for command in Self.documents.map(\.command).filter({ !["watch", "report"].contains($0[0]) }) {
                let lines = try await lines(command + ["--state", cluster.state], in: cluster)
                // A path is one word, and a program prints it as it is.
                let tooLong = lines.filter { $0.count > 80 && !$0.contains(cluster.directory.path) }
                #expect(tooLong.isEmpty, "\(command)")
            }
            for command in Self.local.map(\.command) {
                #expect(try await lines(command, in: cluster).allSatisfy { $0.count <= 80 }, "\(command)")
            }
        }
    }

    /// One sweep that has ended, of the name `sample`.
    private func finishSample(_ cluster: Cluster) async throws {
        try await cluster.startCoordinator()
        try await cluster.startWorker("a-worker-with-quite-a-long-name", slots: 2)
        let yaml = SampleSweep.fake(log: cluster.directory.appendingPathComponent("engine.log"), milliseconds: 1)
        try await cluster.espalier("watch", try await cluster.submit(yaml))
    }

    private func check(_ command: [String], _ keys: [String], in cluster: Cluster) async throws {
        let program = try Program(command.map(cluster.filled) + ["--json"])
        #expect(await program.ended() == 0, "\(command): \(program.log)")
        let text = command[0] == "watch" ? program.output.split(separator: "\n").map(String.init).last : program.output
        let document = try JSONSerialization.jsonObject(with: Data((text ?? "").utf8))
        let first = (document as? [Any])?.first ?? document
        let found = try #require(first as? [String: Any], "\(command): \(program.output)")
        if !keys.isEmpty { #expect(found.keys.sorted() == keys, "\(command)") }
        #expect(names(in: document).allSatisfy { $0.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil }, "\(command)")
        for (key, value) in found where key.hasSuffix("_at") || key == "created" {
            let time = try #require(value as? String)
            #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, "\(command): \(key)")
        }
    }

    /// Every key of a document but those under which a user's or a method's own names stand.
    private func names(in document: Any) -> [String] {
        if let list = document as? [Any] { return list.flatMap(names) }
        guard let object = document as? [String: Any] else { return [] }
        return object.flatMap { [$0] + (["level", "by_label", "conventions"].contains($0) ? [] : names(in: $1)) }
    }

    private func lines(_ command: [String], in cluster: Cluster) async throws -> [Substring] {
        let program = try Program(command.map(cluster.filled), environment: ["COLUMNS": "80"])
        #expect(await program.ended() == 0, "\(command): \(program.log)")
        let lines = program.output.split(separator: "\n")
        #expect(!lines.isEmpty)
        return lines
    }
}
