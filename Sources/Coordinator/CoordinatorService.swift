internal import Artifacts
internal import Files
internal import Foundation
package import Logging
package import Scheduling
internal import Store
internal import Wire
internal import ZeroMQ

/// A coordinator: sockets, store and clock around the decisions of `Scheduling.Coordinator`.
///
/// Two reactor threads: one loop decides, commits and answers; one moves artifacts.
///
/// ```swift
/// let service = try CoordinatorService(.init(stateDirectory: "/var/lib/espalier"))
/// let endpoints = try await service.start()
/// // ... service.stop() from a signal handler
/// try await service.join()
/// ```
package final class CoordinatorService: Sendable {
    /// Everything a coordinator is told at its start.
    package struct Configuration: Sendable {
        /// Made by ``StateDirectory/create(at:)``.
        package var stateDirectory: String
        package var controlEndpoint = "tcp://*:\(WireProtocol.controlPort)"
        package var artifactEndpoint = "tcp://*:\(WireProtocol.artifactPort)"
        package var settings = Scheduling.Coordinator.Settings()
        /// Keeps the database on NFS and the like all the same.
        package var allowNetworkFileSystem = false
        /// Espalier's, for `espalier status`.
        package var version = ""
        package var logger = Logger(label: "espalier.coordinator")

        package init(stateDirectory: String) { self.stateDirectory = stateDirectory }
    }

    let parts: CoordinatorParts
    private let control: Reactor
    private let artifacts: Reactor

    /// Opens the state directory for this process alone and checks everything in it.
    ///
    /// Throws a ``CoordinatorError``, `FileError`, `StoreError` or `KeyFileError`, each one sentence with the remedy.
    package init(_ configuration: Configuration) throws {
        let directory = try StateDirectory.open(configuration.stateDirectory)
        let lock = try directory.lock()
        parts = CoordinatorParts(
            directory: directory, lock: lock, keypair: try KeyFile.load(directory.coordinatorKey).keypair,
            keys: try KeyRing(directory),
            store: try Store(
                path: directory.database, allowNetworkFileSystem: configuration.allowNetworkFileSystem),
            artifacts: try ArtifactStore(directory: directory.artifacts), pages: ResultPages(),
            settings: configuration.settings, controlEndpoint: configuration.controlEndpoint,
            artifactEndpoint: configuration.artifactEndpoint, version: configuration.version,
            logger: configuration.logger)
        control = try Reactor(name: "espalier-control")
        artifacts = try Reactor(name: "espalier-files")
    }

    /// Listens, recalls what the store holds and begins to answer. Returns where it can be reached on this machine.
    ///
    /// Throws a `ZeroMQError` naming the endpoint when it is taken or malformed.
    package func start() async throws -> Endpoints {
        do { return try await startLoops() } catch {
            // Whatever was opened is closed before the error is reported, so that a next attempt finds nothing in its way.
            control.stop()
            artifacts.stop()
            _ = (await control.end(), await artifacts.end())
            parts.lock.release()
            throw error
        }
    }

    private func startLoops() async throws -> Endpoints {
        let (artifactEndpoint, artifactPort) = try await artifacts.start { [parts, control] loop in
            let artifacts = try ArtifactLoop(parts, loop: loop)
            let place = (artifacts.endpoint, artifacts.port)
            return Prepared(place) {
                // Neither half is of use without the other.
                defer { control.stop() }
                try artifacts.run()
            }
        }
        let chores = Chores(waking: control)
        return try await control.start { [parts, artifacts] loop in
            let control = try ControlLoop(parts, loop: loop, chores: chores, artifactPort: artifactPort)
            let endpoints = Endpoints(
                control: control.endpoint.onThisMachine, artifacts: artifactEndpoint.onThisMachine, pid: getpid())
            try parts.directory.publish(endpoints)
            parts.logger.info(
                "coordinator listening",
                metadata: [
                    "coordinator.control": "\(control.endpoint)", "coordinator.artifacts": "\(artifactEndpoint)",
                    "coordinator.state": "\(parts.directory.path)", "coordinator.epoch": "\(control.core.epoch)",
                ])
            return Prepared(endpoints) {
                defer {
                    parts.directory.withdrawEndpoints()
                    parts.lock.release()
                    artifacts.stop()
                }
                try control.run()
                try parts.store.close()
                parts.logger.info("coordinator stopped")
            }
        }
    }

    /// Asks both loops to end in order; returns at once. Any thread.
    package func stop() {
        control.stop()
    }

    /// Returns when the coordinator has stopped; throws what stopped it, if that was not ``stop()``.
    package func join() async throws {
        let ends: [Result<Void, any Error>] = [await control.end(), await artifacts.end()]
        for end in ends { try end.get() }
    }
}

/// A reactor's body between its two halves: what the first found out, and the second.
private struct Prepared<Value: Sendable> {
    let value: Value
    let run: () throws -> Void
    init(_ value: Value, run: @escaping () throws -> Void) {
        self.value = value
        self.run = run
    }
}

extension Reactor {
    /// Prepares on the reactor's thread and goes on there with what the preparation returned; resumes in between.
    fileprivate func start<Value: Sendable>(
        _ prepare: @escaping @Sendable (Loop) throws -> Prepared<Value>
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            start { loop in
                let run: () throws -> Void
                do {
                    let prepared = try prepare(loop)
                    run = prepared.run
                    continuation.resume(returning: prepared.value)
                } catch {
                    continuation.resume(throwing: error)
                    throw error
                }
                try run()
            }
        }
    }

    fileprivate func end() async -> Result<Void, any Error> {
        do { return .success(try await join()) } catch { return .failure(error) }
    }
}

extension String {
    /// A bound endpoint as this machine reaches it: for a wildcard address, the loopback one.
    fileprivate var onThisMachine: String {
        for wildcard in ["tcp://0.0.0.0:", "tcp://[::]:", "tcp://*:"] where hasPrefix(wildcard) {
            return "tcp://127.0.0.1:" + dropFirst(wildcard.count)
        }
        return self
    }
}
