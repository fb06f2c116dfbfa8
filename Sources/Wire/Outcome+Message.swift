package import Sweep
internal import SwiftProtobuf

// Outcomes and artifacts as messages, and back. Reading checks: what comes out holds what its type promises.

extension WireArtifact {
    /// - Parameter path: Where the file lies, between engine and worker; empty on the network.
    package init(_ reference: ArtifactReference, path: String = "") {
        self.init()
        role = reference.role
        sha256 = reference.sha256
        size = reference.size
        self.path = path
    }
}

extension ArtifactReference {
    package init(_ artifact: WireArtifact) throws(Malformed) {
        try Check.digest(artifact.sha256, "an artifact's sha256")
        try Check.count(artifact.size, "an artifact's size")
        try Check.name(artifact.role, "an artifact's role")
        self.init(role: artifact.role, sha256: artifact.sha256, size: artifact.size)
    }
}

extension WireOutcome {
    /// The artifacts without paths.
    package init(_ outcome: Outcome) {
        self.init()
        status = outcome.status.rawValue
        note = outcome.note
        measures = outcome.measures
        artifacts = outcome.artifacts.map { WireArtifact($0) }
        layers = outcome.layers.map { layer in
            .with {
                $0.parameter = layer.parameter
                $0.total = layer.total
                $0.nonzero = layer.nonzero
            }
        }
        epochs = outcome.epochs.map { epoch in
            .with {
                $0.phase = epoch.phase
                $0.epoch = UInt32(clamping: epoch.epoch)
                $0.learningRate = epoch.learningRate
                $0.trainingLoss = epoch.trainingLoss
                $0.validationLoss = epoch.validationLoss
                $0.validationAccuracy = epoch.validationAccuracy
            }
        }
        seconds = outcome.seconds
        environment = outcome.environment
    }
}

extension Outcome {
    /// What a worker reports: whole, and acceptable.
    package init(_ outcome: WireOutcome) throws(Malformed) {
        var artifacts: [ArtifactReference] = []
        for artifact in outcome.artifacts { artifacts.append(try ArtifactReference(artifact)) }
        try self.init(measured: outcome, artifacts: artifacts)
    }

    /// What an engine measured, where it is acceptable.
    ///
    /// - Parameters:
    ///   - artifacts: In place of the message's own, which an engine knows by their paths.
    ///   - kind: Of the stage, where it is known.
    package init(
        measured outcome: WireOutcome, artifacts: [ArtifactReference] = [], of kind: Stage.Kind? = nil
    ) throws(Malformed) {
        guard let status = Status(rawValue: outcome.status) else {
            let known = Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(reason: "\(Check.quoted(outcome.status)) is not one of the statuses \(known)")
        }
        self = try Outcome(
            status: status, note: outcome.note, measures: outcome.measures, artifacts: artifacts,
            layers: outcome.layers.map { Layer(parameter: $0.parameter, total: $0.total, nonzero: $0.nonzero) },
            epochs: outcome.epochs.map {
                EpochRecord(
                    phase: $0.phase, epoch: Int($0.epoch), learningRate: $0.learningRate, trainingLoss: $0.trainingLoss,
                    validationLoss: $0.validationLoss, validationAccuracy: $0.validationAccuracy)
            }, seconds: outcome.seconds, environment: outcome.environment
        ).accepted(of: kind)
    }
}
