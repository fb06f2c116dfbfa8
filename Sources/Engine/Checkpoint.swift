internal import Crypto
internal import Foundation
internal import Networks
internal import Pruning
internal import Sweep
internal import Torch

/// The file a finished stage leaves: the network as it stands, its values, and masks where single weights were pruned.
///
/// Tensors are the values by name and, under "<parameter>.mask", uint8 masks (1: left). The network is in the metadata, as
/// data: it may be smaller than the one the sweep names. Nothing in the file depends on when, where or in how many attempts
/// the stage ran, so equal stages have equal bytes.
enum Checkpoint {
    private static let format = "espalier-checkpoint-2"

    /// - Parameter epochs: Of training behind the values, those of parents included.
    static func write(_ model: Model, epochs: Int = 0, stage: StageKey, to path: String) throws {
        var metadata = try metadata(of: model)
        metadata["format"] = format
        metadata["stage"] = stage.hex
        metadata["epochs"] = "\(epochs)"
        try save(SafeTensors(tensors: tensors(of: model), metadata: metadata), to: path)
    }

    /// Loads a checkpoint of the network or of what pruning left of it, and the epochs of training behind it.
    ///
    /// - Parameter dense: The network before anything was removed.
    static func read(_ dense: Network, from path: String) throws -> (model: Model, epochs: Int) {
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
        let epochs = file.metadata["epochs"].flatMap { Int($0) } ?? 0
        return (try model(of: dense, file, path: path), (0...1 << 40).contains(epochs) ? epochs : 0)
    }

    // MARK: - What all files of a model have in common

    static func metadata(of model: Model) throws -> [String: String] { ["network": try model.network.json] }

    /// What a file holds of a model.
    static func tensors(of model: Model) throws -> [String: Tensor] {
        var tensors = try model.parameters.mapValues { try $0.detach() }
        for (name, mask) in model.masks?.tensors ?? [:] { tensors["\(name).mask"] = try mask.to(.uint8) }
        return tensors
    }

    /// The model in a file; tensors with other names are left alone.
    static func model(of dense: Network, _ file: SafeTensors, path: String) throws -> Model {
        let network: Network
        do {
            network = try Network(json: file.metadata["network"] ?? "")
        } catch {
            throw EngineError(.artifact, "\(path) cannot be used: \(error)")
        }
        guard network.name == dense.name, network.inputShape == dense.inputShape,
            network.outputShape.first.map({ $0 >= dense.outputShape.first ?? 0 }) == true
        else {
            throw EngineError(
                .artifact,
                "\(path) holds \(network.name) for images \(network.inputShape) where \(dense.name) for images "
                    + "\(dense.inputShape) is needed; use a checkpoint of the same network and data set")
        }
        var parameters: [String: Tensor] = [:]
        var masks: [String: Tensor] = [:]
        for parameter in network.values {
            guard let tensor = file.tensors[parameter.name] else {
                throw EngineError(
                    .artifact, "\(path) has no parameter \(parameter.name); it is no checkpoint of \(network.name)")
            }
            let mask = file.tensors["\(parameter.name).mask"]
            for found in [tensor, mask].compactMap(\.self) where found.shape != parameter.shape {
                throw EngineError(
                    .artifact,
                    "\(path) holds \(parameter.name) with shape \(found.shape) where its network has "
                        + "\(parameter.shape); fetch it again")
            }
            guard try tensor.dtype == .float32, try mask.map({ try $0.dtype == .uint8 }) ?? true else {
                throw EngineError(
                    .artifact,
                    "\(path) holds \(parameter.name) in another element type than float32, or its mask in another than "
                        + "uint8; fetch it again")
            }
            parameters[parameter.name] = tensor
            masks[parameter.name] = try mask?.to(.bool)
        }
        return try Model(
            network: network, dense: dense, parameters: parameters,
            masks: masks.isEmpty ? nil : Masks(masks, of: network))
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
