internal import Foundation
internal import Wire

extension Misbehaviour {
    static let files: [Misbehaviour] = [
        path("a file that is not there", "cannot be opened: No such file or directory") { $0.path("none") },
        path("no path", "is not an absolute path") { _ in "" },
        path("a relative path", "is not an absolute path: checkpoint.safetensors") { _ in "checkpoint.safetensors" },
        path("a directory", "is a directory") { scene in
            mkdir(scene.path("folder"), 0o700)
            return scene.path("folder")
        },
        path("a link to the user's file", "is a symbolic link") { scene in
            symlink(scene.victim, scene.path("link"))
            return scene.path("link")
        },
        path("a link in the middle", "lies outside of") { scene in
            let victim = URL(fileURLWithPath: scene.victim)
            symlink(victim.deletingLastPathComponent().path, scene.path("way"))
            return scene.path("way/\(victim.lastPathComponent)")
        },
        path("the user's folder in place of the work directory", "lies outside of") { scene in
            let victim = URL(fileURLWithPath: scene.victim)
            try FileManager.default.removeItem(atPath: scene.run.workDirectory)
            symlink(victim.deletingLastPathComponent().path, scene.run.workDirectory)
            return scene.path(victim.lastPathComponent)
        },
        path("a pipe", "is not a regular file") { scene in
            mkfifo(scene.path("pipe"), 0o600)
            return scene.path("pipe")
        },
        path("a device", "is not a regular file") { _ in "/dev/zero" },
        path("a file of the kernel", "lies outside of") { _ in "/proc/self/environ" },
        path("the user's file", "lies outside of") { $0.victim },
        path("the user's file by a detour", "it holds '..'") { "\($0.run.workDirectory)/..\($0.victim)" },
        path("its own input", "lies outside of") { $0.run.inputs[0].path },
        path("a long path", "cannot be opened: File name too long") { $0.path(String(repeating: "x", count: 300)) },
        outcome("one file twice", "twice; every artifact needs a file") {
            $0.artifacts.append($0.artifacts[0])
            $0.artifacts[1].role = "masks"
        },
        outcome("another digest", "is not what the engine said: its SHA-256 is") {
            $0.artifacts[0].sha256 = String(repeating: "0", count: 64)
        },
        outcome("another size", "bytes, not 1 as the engine said") { $0.artifacts[0].size = 1 },
        lines("the user's file to resume from", "lies outside of") { scene in
            scene.say { $0.stopped.resume.path = scene.victim }
        },
    ]

    static let conversation: [Misbehaviour] = [
        lines("no stage", "wrote an event without a stageKey") { $0.say($0.outcome, about: "") },
        lines("another stage", "it reported on stage '0000") {
            $0.say($0.outcome, about: String(repeating: "0", count: 64))
        },
        lines("progress of no stage", "wrote an event without a stageKey") { scene in
            scene.say(stage: "") { $0.progress.step = 1 }
        },
        lines("a long phase", "the phase has 65 bytes") { scene in
            scene.say { $0.progress.phase = String(repeating: "x", count: 65) }
        },
        lines("a step beyond all steps", "the step is 18446744073709551615") { scene in
            scene.say { $0.progress.step = .max }
        },
        lines("the time limit blamed", "out of time") { scene in
            scene.say {
                $0.failure.cause = .timeLimit
                $0.failure.message = "out of time"
            }
        },
        lines("the disk blamed", "out of disk") { scene in
            scene.say {
                $0.failure.cause = .storage
                $0.failure.message = "out of disk"
            }
        },
        lines("no reason", "no reason was given") { scene in scene.say { $0.failure = WireEngineFailure() } },
        lines("a stop that nobody asked for", "although nobody asked it to") { scene in
            scene.say { $0.stopped = WireStopped() }
        },
        lines("silence", "the engine was silent for") { _ in while true { sleep(3600) } },
        lines("an empty event", "is no engine event: '{}'") { $0.say(line: "{}") },
        lines("no text", "is no engine event") { _ in FakeOutput.write([0xff, 0xfe, 0, 10]) },
        lines("exit in mid-stage", "exit code 0") { _ in exit(0) },
    ]

    static let harmless: [Misbehaviour] = [
        lines("a result twice", nil) { scene in
            scene.say(scene.outcome)
            scene.say(scene.outcome)
        },
        lines("progress after the result", nil) { scene in
            scene.say(scene.outcome)
            scene.say { $0.progress.step = 9 }
        },
        lines("a crash after the result", nil) { scene in
            scene.say(scene.outcome)
            exit(3)
        },
        outcome("rounding", nil) { $0.measures["test_top5_accuracy"] = 1 + 1e-12 },
        outcome("numbers of a network that diverged", nil) {
            $0.status = "diverged"
            $0.measures["test_loss"] = .nan
            $0.measures["test_accuracy"] = nil
            $0.epochs[0].trainingLoss = .infinity
        },
        path("another name of the user's file", nil) { scene in
            link(scene.victim, scene.path("own"))
            return scene.path("own")
        },
    ]
}
