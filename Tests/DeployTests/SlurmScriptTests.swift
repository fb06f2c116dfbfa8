import Foundation
import Subprocess
import Testing

/// `deploy/slurm/worker.sbatch` with a `squeue` and an `espalier` of the test's own on the PATH.
@Suite struct SlurmScriptTests {
    /// What the script did: its exit code, the worker's arguments, and what was said.
    struct Outcome {
        var code: TerminationStatus
        var output: String
    }

    static let script = deployFolder.appending(path: "slurm/worker.sbatch").path
    static let now = Int(Date().timeIntervalSince1970)
    static let keyed = ["ESPALIER_COORDINATOR": "tcp://head:7733", "SLURM_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2"]

    func submit(
        _ settings: [String: String], squeue: String = "exit 1", worker: String = "echo \"worker $*\""
    ) async throws -> Outcome {
        try await withTemporaryFolder { folder in
            for (name, body) in ["squeue": squeue, "espalier": worker] {
                let file = folder.appending(path: name)
                try "#!/usr/bin/env bash\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
            }
            try Data().write(to: folder.appending(path: "slurm-2.key"))
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            var environment: [Environment.Key: String] = [
                "PATH": "\(folder.path):\(path)", "ESPALIER_KEYS": folder.path, "HOME": folder.path,
            ]
            for (name, value) in settings { environment[.init(stringLiteral: name)] = value }
            let result = try await run(
                .name("bash"), arguments: [Self.script], environment: .custom(environment),
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            let output = result.standardOutput + result.standardError
            return Outcome(code: result.terminationStatus, output: output.replacing(folder.path, with: "DIR"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func startsOneWorkerWithTheKeyOfItsArrayTask() async throws {
        let outcome = try await submit(Self.keyed.merging(["SLURM_CPUS_PER_TASK": "4"]) { $1 })
        #expect(outcome.code.isSuccess)
        #expect(
            outcome.output == "worker worker --coordinator tcp://head:7733 --key DIR/slurm-2.key --slots 4\n")
    }

    /// The job's end as Slurm tells it, what squeue says, the user's own limit, and the end the worker works towards.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (now + 3600, "exit 1", "", now + 3600), (now + 3600, "echo 2000-01-01T00:00:00", "4h", now + 3600),
            (nil, "date --date @\(now + 7200) +%Y-%m-%dT%H:%M:%S", "", now + 7200), (nil, "echo N/A", "", nil),
            (nil, "true", "", nil), (nil, "exit 1", "", nil),
        ] as [(Int?, String, String, Int?)])
    func theWorkerKnowsItsTime(slurmEnd: Int?, squeue: String, own: String, end: Int?) async throws {
        var settings = Self.keyed
        settings["SLURM_JOB_END_TIME"] = slurmEnd.map(String.init)
        settings["ESPALIER_TIME_LIMIT"] = own.isEmpty ? nil : own
        let start = Int(Date().timeIntervalSince1970)
        let output = try await submit(settings, squeue: squeue).output
        let given = output.firstMatch(of: /--time-limit ([0-9]+)s/).flatMap { Int($0.1) }
        if let end {
            // Three minutes are kept for checkpoints; the script looks at the clock at some time during the run.
            let atStart = end - 180 - start
            let atEnd = end - 180 - Int(Date().timeIntervalSince1970)
            #expect(given.map((atEnd...atStart).contains) == true, "\(output)")
        } else {
            #expect(output.contains("worker worker") && !output.contains("--time-limit"))
        }
    }

    /// Asked for the job id of an array's last task, squeue answers for all of them.
    @Test(.timeLimit(.minutes(1))) func squeueIsAskedForTheArrayTask() async throws {
        let squeue = "[[ $* == *--jobs\\ 7_2* ]] && date --date @\(Self.now + 7200) +%Y-%m-%dT%H:%M:%S"
        let output = try await submit(Self.keyed.merging(["SLURM_ARRAY_JOB_ID": "7"]) { $1 }, squeue: squeue).output
        #expect(output.contains(/--time-limit [0-9]+s/))
    }

    @Test(.timeLimit(.minutes(1))) func theUsersLimitCountsWhereSlurmSaysNothing() async throws {
        let output = try await submit(Self.keyed.merging(["ESPALIER_TIME_LIMIT": "4h"]) { $1 }).output
        #expect(output.contains("--time-limit 4h"))
    }

    @Test(.timeLimit(.minutes(1))) func beginsNothingInTheLastMinutes() async throws {
        let outcome = try await submit(Self.keyed.merging(["SLURM_JOB_END_TIME": "\(Self.now + 60)"]) { $1 })
        #expect(outcome.code.isSuccess)
        #expect(outcome.output.contains("too soon to begin anything") && !outcome.output.contains("worker worker"))
    }

    /// The worker tells the batch shell what Slurm would tell it, and waits to be told in turn.
    @Test(.timeLimit(.minutes(1))) func theWarningReachesTheWorkerAndItsDrainIsAwaited() async throws {
        let outcome = try await submit(
            Self.keyed,
            worker: """
                trap 'echo drained; exit 0' TERM
                kill -USR1 $PPID
                for i in {1..600}; do sleep 0.05; done
                """)
        #expect(outcome.code.isSuccess)
        #expect(outcome.output == "drained\n")
    }

    /// Slurm has told the worker already: a second SIGTERM would make it leave without its checkpoint.
    @Test(.timeLimit(.minutes(1))) func terminationIsAwaitedButNotPassedOn() async throws {
        let outcome = try await submit(
            Self.keyed,
            worker: """
                trap 'echo told twice' TERM
                kill -TERM $PPID
                sleep 0.3
                echo drained
                """)
        #expect(outcome.code.isSuccess)
        #expect(outcome.output == "drained\n")
    }

    @Test(.timeLimit(.minutes(1))) func theWorkersExitCodeIsTheJobs() async throws {
        #expect(try await submit(Self.keyed, worker: "exit 3").code == .exited(3))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("ESPALIER_COORDINATOR", "export the endpoint of the coordinator"), ("SLURM_JOB_ID", "submit this script"),
            ("SLURM_ARRAY_TASK_ID", "no key file DIR/slurm-0.key: make one with espalier keys add worker slurm-0"),
        ])
    func aMissingSettingIsNamed(setting: String, sentence: String) async throws {
        let outcome = try await submit(Self.keyed.filter { $0.key != setting })
        #expect(!outcome.code.isSuccess)
        #expect(outcome.output.contains(sentence))
    }

    @Test(.enabled(if: isInstalled("shellcheck"), "shellcheck is not installed"), .timeLimit(.minutes(1)))
    func shellcheckFindsNothing() async throws {
        let result = try await run(
            .name("shellcheck"), arguments: [Self.script], output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\result.standardOutput")
    }
}
