internal import ArgumentParser
internal import Coordinator
internal import Crypto
internal import Foundation
internal import Report
internal import Sweep
internal import Terminal
internal import Wire
internal import Worker
internal import ZeroMQ

/// `espalier doctor`: what this machine has and what it lacks.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this machine: libraries, engine, data sets, state directory, coordinator.",
        discussion: "Exit code 1 when a check fails. Warnings name what some uses need and this machine lacks.")

    @OptionGroup var data: DataOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var json: JSONFlag

    struct Check: Encodable {
        enum Verdict: String, Encodable {
            case ok, warning, failed
        }
        let name: String
        let verdict: Verdict
        /// What was found, or what is wrong with the remedy.
        let finding: String
    }

    func run() async throws {
        var checks = [Self.zeroMQ, Self.processor, await Self.engine()]
        checks += try dataSets()
        checks.append(stateDirectory())
        if let artifacts { checks.append(artifacts) }
        checks.append(await coordinator())
        if json.isSet {
            try Terminal.printJSON(checks)
        } else {
            let table = TextTable(
                columns: [.init("check", .left), .init("", .left), .init("finding", .left)],
                rows: checks.map {
                    .init([$0.name, $0.verdict.rawValue, $0.finding], isEmphasised: $0.verdict == .failed)
                })
            try Terminal.print(table.forTerminal)
        }
        if checks.contains(where: { $0.verdict == .failed }) { throw ExitCode(1) }
    }

    private static var zeroMQ: Check {
        let library = ZeroMQLibrary.current
        return Check(
            name: "libzmq", verdict: library.hasCurve ? .ok : .failed,
            finding: library.hasCurve
                ? "\(library.version), with CURVE"
                : "\(library.version) without CURVE: install a libzmq built with libsodium, such as Debian's libzmq5")
    }

    private static var processor: Check {
        Check(
            name: "processor", verdict: .ok,
            finding:
                "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(ProcessInfo.processInfo.physicalMemory >> 30) GiB"
        )
    }

    private static func engine() async -> Check {
        do {
            let description = try await EngineDescription.ask(command: ["espalier-engine"])
            return Check(
                name: "engine", verdict: .ok,
                finding: "\(description.name) \(description.version): \(description.methods.count) methods, "
                    + "\(description.networks.count) networks, \(description.datasets.count) data sets")
        } catch {
            return Check(
                name: "engine", verdict: .warning,
                finding: "\(error) (a head node needs none)")
        }
    }

    private func dataSets() throws -> [Check] {
        guard let directory = try data.resolve() else {
            return [Check(name: "data sets", verdict: .ok, finding: "digits (bundled); for others: --data DIR")]
        }
        return DatasetCatalogue.entries.compactMap { entry in
            guard let folder = entry.folder else { return nil }
            for file in entry.files {
                let path = "\(directory)/\(folder)/\(file.name)"
                guard let content = FileManager.default.contents(atPath: path) else {
                    return Check(name: entry.name, verdict: .warning, finding: "'\(path)' is missing")
                }
                let found = SHA256.hash(data: content).hexadecimal
                guard found == file.sha256 else {
                    return Check(
                        name: entry.name, verdict: .failed,
                        finding: "'\(path)' has SHA-256 \(found), not \(file.sha256): fetch it again")
                }
            }
            return Check(
                name: entry.name, verdict: .ok,
                finding: "\(entry.files.count) files in '\(directory)/\(folder)', checksums right")
        }
    }

    private func stateDirectory() -> Check {
        do {
            let directory = try StateDirectory.open(connection.state.path)
            _ = try KeyRing(directory)
            return Check(name: "state", verdict: .ok, finding: "'\(directory.path)'")
        } catch  where error.code == .notInitialised {
            return Check(name: "state", verdict: .warning, finding: "\(error) (only the head node needs it)")
        } catch {
            return Check(name: "state", verdict: .failed, finding: "\(error)")
        }
    }

    /// The files that finished stages left; nil without a state directory.
    private var artifacts: Check? {
        guard let directory = try? StateDirectory.open(connection.state.path) else { return nil }
        do {
            var nextWord = ContinuousClock.now + .seconds(1)
            let audit = try ArtifactAudit(of: directory) { count, total in
                guard ContinuousClock.now >= nextWord, count < total else { return }
                Terminal.say("artifacts: \(count) of \(total) are read")
                nextWord = .now + .seconds(5)
            }
            guard !audit.losses.isEmpty else {
                return Check(
                    name: "artifacts", verdict: .ok,
                    finding: audit.count == 0 ? "no stage has left any yet" : "\(audit.count), all sound")
            }
            let named = audit.losses.prefix(3).map { loss in
                "the \(loss.artifact.role) \(loss.artifact.sha256.prefix(12)) of '\(loss.label)' is \(loss.condition)"
            }
            let others = audit.losses.count - named.count
            return Check(
                name: "artifacts", verdict: .failed,
                finding: "\(audit.losses.count) of \(audit.count) are lost: \(named.joined(separator: ", "))"
                    + (others > 0 ? " and \(others) more" : "")
                    + "; a stage whose checkpoint a sweep still needs runs again by itself, its results stay; check the disk "
                    + "of '\(directory.artifacts)'")
        } catch {
            return Check(name: "artifacts", verdict: .failed, finding: "\(error)")
        }
    }

    private func coordinator() async -> Check {
        do {
            let status = try await connection.connect().status(of: "")
            let connected = status.workers.count(where: \.isConnected)
            return Check(
                name: "coordinator", verdict: .ok,
                finding: "version \(status.version), workers connected: \(connected), sweeps: \(status.sweeps.count)")
        } catch {
            return Check(name: "coordinator", verdict: .warning, finding: "\(error)")
        }
    }
}
