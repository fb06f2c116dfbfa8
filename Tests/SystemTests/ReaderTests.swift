import Foundation
import Testing

/// Those who look do not disturb those who work, whatever they look at and when.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReaderTests {
    @Test("25 coordinators start while everything is looked at without a pause")
    func coordinatorsStartBesideReaders() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            _ = try await cluster.submit("\(BadInput.good)methods: [random]")
            let state = cluster.state
            let out = cluster.directory.appendingPathComponent("report").path
            try await cluster.stopCoordinator(SIGTERM)
            let commands = [
                ["list"], ["status"], ["frontier"], ["report", "--out", out], ["watch"],
            ].map { $0 + ["--state", state] }
            let failures = await withTaskGroup(of: [String].self) { readers in
                for command in commands {
                    readers.addTask {
                        var failures: [String] = []
                        while !Task.isCancelled {
                            guard let program = try? Program(command) else { return failures + ["\(command)"] }
                            // What watches goes on until the sweep ends: it is only to get in the way.
                            if command[0] == "watch" {
                                await program.wrote()
                                program.signal(SIGTERM)
                                await program.ended()
                            } else if await program.ended() != 0 {
                                failures.append(program.log)
                            }
                        }
                        return failures
                    }
                }
                var failures: [String] = []
                for start in 1...25 {
                    do {
                        try await cluster.startCoordinator()
                        try await cluster.stopCoordinator(start.isMultiple(of: 2) ? SIGKILL : SIGTERM)
                    } catch {
                        failures.append("\(error)")
                    }
                }
                readers.cancelAll()
                for await more in readers { failures += more }
                return failures
            }
            #expect(failures == [])
        }
    }

    /// What a reader did that opened the directory as a coordinator does.
    @Test("a program that holds the lock does keep a coordinator from starting")
    func theLockDisturbs() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let second = try Program(["coordinator", "--state", cluster.state])
            #expect(await second.ended() == 1)
            #expect(second.log.contains("another coordinator (process "))
        }
    }

    /// Its sweep file was edited, and the name on its own is still the first sweep's id.
    @Test("whoever names the first of several sweeps of a name is told of the latest")
    func laterSweepsOfTheSameName() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let first = try await cluster.submit("\(BadInput.good)methods: [random]")
            let second = try await cluster.submit("\(BadInput.good)methods: [magnitude-global]")
            #expect(second == "\(first)-2")
            let out = cluster.directory.appendingPathComponent("report").path
            let news = "'\(first)' is the first sweep of that name; the latest is '\(second)'\n"
            for command in [["status"], ["frontier"], ["report", "--out", out], ["cancel"], ["watch"]] {
                for (sweep, expected) in [(first, true), (second, false), ("last", false)] {
                    let program = try Program(command + [sweep, "--state", cluster.state])
                    await program.ended()
                    #expect(program.log.contains(news) == expected, "\(command) \(sweep): \(program.log)")
                }
            }
        }
    }

    @Test("after kill -9 nobody waits for the coordinator that is gone")
    func staleEndpoint() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let sweep = try await cluster.submit("\(BadInput.good)methods: [random]")
            try await cluster.stopCoordinator(SIGKILL)
            // Its number may by now be that of another process.
            let file = URL(fileURLWithPath: cluster.state + "/endpoint.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing(/"pid" : [0-9]+/, with: "\"pid\" : \(getpid())").write(
                to: file, atomically: true, encoding: .utf8)
            let begin = ContinuousClock.now
            #expect(try await cluster.status(sweep).state == "running")
            let status = try await cluster.espalier("status")
            #expect(status.contains("no coordinator runs on this state directory"))
            // A request that nobody answers takes 10 s.
            #expect(ContinuousClock.now - begin < .seconds(8))
        }
    }

    @Test(
        "a state directory that may only be read", .enabled(if: Disk.canMount, "needs root, to mount a disk"),
        arguments: [SIGTERM, SIGKILL])
    func readOnlyFileSystem(signal: Int32) async throws {
        try await withCluster { cluster in
            let disk = try Disk(at: cluster.directory.appendingPathComponent("state-disk"), kilobytes: 4096)
            defer { disk.unmount() }
            try await cluster.startCoordinator()
            let sweep = try await cluster.submit("\(BadInput.good)methods: [random]")
            let frontier = try await cluster.espalier("frontier", sweep, "--csv")
            try await cluster.stopCoordinator(signal)
            let copy = "\(disk.path)/state"
            try FileManager.default.copyItem(atPath: cluster.state, toPath: copy)
            try disk.makeReadOnly()
            for command in [["list"], ["status"], ["frontier", "--csv"]] {
                let program = try Program(command + ["--state", copy])
                #expect(await program.ended() == 0, "\(program.log)")
                if command[0] == "frontier" { #expect(program.output == frontier) }
            }
            let out = cluster.directory.appendingPathComponent("report").path
            #expect(try await Program(["report", "--state", copy, "--out", out]).ended() == 0)
        }
    }

    @Test("a state directory of another user", .enabled(if: geteuid() == 0, "needs root, to be another user"))
    func anotherUser() async throws {
        try await withCluster { cluster in
            try await cluster.startCoordinator()
            let sweep = try await cluster.submit("\(BadInput.good)methods: [random]")
            for path in [cluster.directory.path, cluster.state] { chmod(path, 0o755) }
            for name in ["espalier.sqlite", "espalier.sqlite-wal", "espalier.sqlite-shm"] {
                chmod("\(cluster.state)/\(name)", 0o644)
            }
            let expected = try await cluster.espalier("frontier", sweep, "--csv")
            // While the coordinator runs and after it stopped: its key is not this user's to read.
            for isRunning in [true, false] {
                if !isRunning { try await cluster.stopCoordinator(SIGTERM) }
                let program = try Program(
                    ["--clear-groups", "--reuid", "65534", Program.directory.appendingPathComponent("espalier").path]
                        + ["frontier", sweep, "--csv", "--state", cluster.state], executable: "/usr/bin/setpriv")
                #expect(await program.ended() == 0, "\(program.log)")
                #expect(program.output == expected)
            }
            // The owner is not disturbed.
            try await cluster.startCoordinator()
        }
    }
}
