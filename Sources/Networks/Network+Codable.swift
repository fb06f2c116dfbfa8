internal import Foundation

// A network as data is what a checkpoint holds of a network that was shrunk or rewritten. Shapes are not written: they
// follow from the layers, so reading builds the graph anew and checks it.

extension Network: Codable {
    private enum Key: String, CodingKey {
        case name, inputShape, nodes
    }

    /// One node as it is written; inputs by position.
    private struct Entry: Codable {
        var name: String
        var layer: Layer
        var inputs: [Int]
    }

    /// What a file may ask for; building takes time that grows with the square.
    private static let mostNodes = 10_000

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(inputShape, forKey: .inputShape)
        try container.encode(
            nodes.map { Entry(name: $0.name, layer: $0.layer, inputs: $0.inputs) }, forKey: .nodes)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .name)
        let inputShape = try container.decode([Int].self, forKey: .inputShape)
        guard (1...3).contains(inputShape.count), inputShape.allSatisfy((1...Int(Int16.max)).contains) else {
            throw NetworkError("network \(name) cannot take images of shape \(inputShape)")
        }
        self.init(name: name, inputShape: inputShape)
        let entries = try container.decode([Entry].self, forKey: .nodes)
        guard entries.count <= Self.mostNodes else {
            throw NetworkError("network \(name) has more than \(Self.mostNodes) layers; make it smaller")
        }
        for entry in entries {
            guard entry.inputs.allSatisfy(nodes.indices.contains) else {
                throw NetworkError("network \(name), layer \(entry.name) reads a layer that does not come before it")
            }
            try append(entry.name, entry.layer, inputs: entry.inputs)
        }
    }

    /// The network in one line of JSON; equal networks have equal text.
    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads what ``json`` wrote. Throws ``NetworkError`` for anything else.
    package init(json: String) throws {
        do {
            self = try JSONDecoder().decode(Network.self, from: Data(json.utf8))
        } catch let error as NetworkError {
            throw error
        } catch {
            throw NetworkError("the text describes no network of this version of Espalier; train the stage again")
        }
    }
}
