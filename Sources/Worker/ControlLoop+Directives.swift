internal import Artifacts
internal import Foundation
internal import Logging
internal import Scheduling
internal import Sweep
internal import Wire
internal import ZeroMQ

// What the session says, done.
extension ControlLoop {
    func obey(_ directive: WorkerDirective) {
        switch directive {
        case .connect: connect()
        case .disconnect:
            control?.close()
            control = nil
        case .send(let message): send(message)
        case .fetch(let artifact): transfers.fetch(artifact)
        case .upload(let artifact):
            transfers.upload(artifact, fileAt: artifact.digest.map(cache.path) ?? "")
        case .startEngine(let slot, let assignment):
            logger.info(
                "stage started",
                metadata: [
                    "stage.epoch": "\(assignment.lease.epoch)", "stage.key": "\(assignment.lease.stage)",
                    "stage.label": "\(assignment.label)", "worker.slot": "\(slot)",
                ])
            do {
                try seats.start(assignment, in: slot)
            } catch {
                feed(.failed(assignment.lease.stage, error.failure))
            }
        case .stopEngine(let slot): seats.stop(slot)
        case .killEngine(let slot): seats.kill(slot)
        case .spool(let result):
            do {
                try results.write(result)
                logger.info("stage finished", metadata: ["stage.key": "\(result.lease.stage)"])
                feed(.spooled(result.lease))
            } catch {
                feed(.spoolFailed(result.lease, message: "\(error)"))
            }
        case .forget(let lease):
            // A file that stays is handed in again after the next start, and acknowledged as a replica.
            try? results.remove(lease)
            logger.info("stage handed in", metadata: ["stage.key": "\(lease.stage)"])
        case .discardWork(let stage): spool.removeWork(of: stage)
        case .exit(let code, let sentence): exit = WorkerExit(code: code, sentence: sentence)
        }
    }

    private func connect() {
        control?.close()
        do {
            control = try loop.dealer(connect: configuration.coordinator, .dealer(security))
        } catch {
            // An address that cannot even be tried does not become better by waiting.
            control = nil
            feed(.received(.refused(retry: false, sentence: error.description)))
        }
    }

    private func send(_ message: WorkerMessage) {
        if case .failure(let lease, let failure) = message {
            logger.warning(
                "stage failed",
                metadata: [
                    "stage.cause": "\(failure.cause.rawValue)", "stage.key": "\(lease.stage)",
                    "worker.reason": "\(failure.message)",
                ])
        }
        guard let control else { return }
        do {
            let frame = try WireToCoordinator(message, identity: identity).frame
            if try control.send([frame]) != .sent { feed(.disconnected) }
        } catch {
            logger.error("a message could not be sent", metadata: ["worker.reason": "\(error)"])
            feed(.disconnected)
        }
    }

    // MARK: - Artifacts

    /// On the coordinator's host, at the port it named; opened afresh with every welcome.
    func openArtifacts(port: UInt32) throws {
        artifacts?.close()
        artifacts = nil
        guard let colon = configuration.coordinator.lastIndex(of: ":") else { return }
        let endpoint = "\(configuration.coordinator[..<colon]):\(port)"
        artifacts = try loop.dealer(connect: endpoint, .dealer(security))
    }

    func takeArtifacts() throws {
        guard let artifacts else { return }
        // What was sent before the handshake is lost. A connection that is lost is opened afresh by the next welcome.
        for case .handshakeSucceeded in artifacts.events() { transfers.reconnected(at: .now) }
        while let message = try artifacts.receive() { transfers.handle(message.parts.last ?? [], at: .now) }
    }

    func pumpTransfers() {
        // What ends one transfer may begin another, which has something to send too.
        while true {
            for frame in transfers.tick(at: .now) {
                // A frame that cannot be queued is asked for again by the transfer.
                _ = try? artifacts?.send([frame])
            }
            let events = transfers.takeEvents()
            if events.isEmpty { return }
            for event in events {
                switch event {
                case .fetched(let sha256, _): feed(.fetched(sha256: sha256))
                case .uploaded(let sha256): feed(.uploaded(sha256: sha256))
                case .failed(let sha256, let message, let isLost):
                    feed(.transferFailed(sha256: sha256, message: message, isLost: isLost))
                }
            }
        }
    }
}
