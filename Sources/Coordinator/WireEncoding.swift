internal import Scheduling
internal import Store
internal import Sweep
internal import SwiftProtobuf
internal import Wire

// What the coordinator says, as protobuf.

extension WireFromCoordinator {
    init(_ body: OneOf_Body, requestID: UInt64 = 0) {
        self.init()
        protocolVersion = WireProtocol.version
        self.requestID = requestID
        self.body = body
    }
}

extension WireFromCoordinator.OneOf_Body {
    /// - Parameter description: The stage of a lease, from the store.
    init(
        _ message: Scheduling.Message, settings: Scheduling.Coordinator.Settings, artifactPort: Int,
        description: StageDescription?
    ) {
        switch message {
        case .helloOK(let epoch, let dropped):
            self = .helloOk(
                .with {
                    $0.coordinatorEpoch = epoch
                    $0.heartbeatSeconds = settings.heartbeatInterval.inSeconds
                    $0.leaseSeconds = settings.leaseDuration.inSeconds
                    $0.dropped = dropped.map { lease in
                        .with {
                            $0.stageKey = lease.stage.hex
                            $0.epoch = lease.epoch
                        }
                    }
                    $0.artifactPort = UInt32(artifactPort)
                })
        case .refused(let refusal):
            self = .refused(
                .with {
                    $0.reason = WireRefused.Reason(refusal.reason)
                    $0.message = refusal.message
                })
        case .lease(let grant):
            self = .lease(
                .with {
                    $0.stageKey = grant.lease.stage.hex
                    $0.epoch = grant.lease.epoch
                    $0.stage = description?.canonicalJSON ?? ""
                    $0.engine = description?.engine ?? []
                    $0.inputs = grant.inputs.map { WireArtifact($0) }
                    $0.sweep = grant.sweep.text
                    $0.label = grant.label
                    $0.anew = grant.isAnew
                })
        case .heartbeatAck(let epoch): self = .heartbeatAck(.with { $0.coordinatorEpoch = epoch })
        case .resultAck(let lease, let verdict):
            self = .resultAck(
                .with {
                    $0.stageKey = lease.stage.hex
                    $0.epoch = lease.epoch
                    $0.verdict = verdict.rawValue
                })
        case .revoke(let lease, let reason):
            self = .revoke(
                .with {
                    $0.stageKey = lease.stage.hex
                    $0.epoch = lease.epoch
                    $0.reason = reason
                })
        case .helloAgain: self = .helloAgain(WireHelloAgain())
        }
    }
}

extension WireRefused.Reason {
    fileprivate init(_ reason: Refusal.Reason) {
        switch reason {
        case .revoked: self = .revoked
        case .wrongName: self = .wrongName
        case .duplicateWorker: self = .duplicateWorker
        case .malformed: self = .malformed
        }
    }
}
