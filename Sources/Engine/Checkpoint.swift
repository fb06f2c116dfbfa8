internal import Crypto
internal import Foundation
internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// The file a finished stage leaves: weights, and masks where it was pruned.
///
/// Tensors are the parameters by name and, under "<parameter>.mask", uint8 masks (1: left). Nothing in the file depends on
/// when, where or in how many attempts the stage ran, so equal stages have equal bytes.
enum Checkpoint {
    private static let format = "espalier-checkpoint-1"

    static func write(_ model: Model, stage: StageKey, to path: String) throws {
        let metadata = [
            "format": format,
            "network": model.network.name,
            "stage": stage.hex,
            "input_shape": model.network.inputShape.map(String.init).joined(separator: ","),
        ]
        try save(SafeTensors(tensors: tensors(of: model), metadata: metadata), to: path)
    }

    /// Loads a checkpoint of the network, which must have exactly its parameters.
    static func read(_ network: Network, from path: String) throws -> Model {
        let file: SafeTensors
        do {
            file = try SafeTensors(contentsOf: path)
        } catch {
            throw EngineError(.artifact, "cannot use the checkpoint \(error.description); fetch it again")
        }
        guard file.metadata["format"] == format else {
            throw EngineError(
                .artifact,
                "\(path) is not a checkpoint of this version of Espalier; train the dense network again")
        }
        return try model(of: network, file.tensors, path: path)
    }

    /// What a file holds of a model.
    static func tensors(of model: Model) throws -> [String: Tensor] {
        var tensors = try model.parameters.mapValues { try $0.detach() }
        for (name, mask) in model.masks?.tensors ?? [:] { tensors["\(name).mask"] = try mask.to(.uint8) }
        return tensors
    }

    /// The model in a file's tensors; those with other names are left alone.
    static func model(of network: Network, _ tensors: [String: Tensor], path: String) throws -> Model {
        var parameters: [String: Tensor] = [:]
        var masks: [String: Tensor] = [:]
        for parameter in network.values {
            guard let tensor = tensors[parameter.name] else {
                throw EngineError(
                    .artifact, "\(path) has no parameter \(parameter.name); it is no checkpoint of \(network.name)")
            }
            let mask = tensors["\(parameter.name).mask"]
            for found in [tensor, mask].compactMap(\.self) where found.shape != parameter.shape {
                throw EngineError(
                    .artifact,
                    "\(path) holds \(parameter.name) with shape \(found.shape) where \(network.name) has "
                        + "\(parameter.shape); use a checkpoint of the same network and data set")
            }
            parameters[parameter.name] = tensor
            masks[parameter.name] = try mask?.to(.bool)
        }
        return try Model(
            network: network, parameters: parameters, masks: masks.isEmpty ? nil : Masks(masks, of: network))
    }

    /// Writes a file whole or not at all.
    static func save(_ file: SafeTensors, to path: String) throws {
        do {
            try file.write(to: path)
        } catch {
            throw EngineError(
                .storage, "cannot write \(error.description); free space or make the work directory writable")
        }
    }
}

extension ArtifactReference {
    /// A file by its content.
    init(role: String, path: String) throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
            throw EngineError(.storage, "cannot read \(path) back after writing it; check the disk")
        }
        let digest = SHA256.hash(data: data).hexadecimal
        self.init(role: role, sha256: digest, size: UInt64(data.count))
    }
}
