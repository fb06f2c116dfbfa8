internal import Foundation
internal import Sweep

/// Labelled images as their file holds them: one byte per value.
struct RawImages {
    /// Channels, height, width.
    var shape: [Int]
    /// `labels.count` images one after another, each channel by channel, row by row.
    var pixels: [UInt8]
    var labels: [Int64]

    /// The images at the given positions.
    func selecting(_ isChosen: (Int) -> Bool) -> RawImages {
        let size = shape.reduce(1, *)
        var chosen = RawImages(shape: shape, pixels: [], labels: [])
        for index in labels.indices where isChosen(index) {
            chosen.pixels += pixels[index * size..<(index + 1) * size]
            chosen.labels.append(labels[index])
        }
        return chosen
    }

    /// `count` of the images, as many of each class as possible, in their own order.
    ///
    /// The same for every seed, and part of every larger selection: each class gives its images in one fixed random
    /// order, and the classes take turns.
    func selecting(balanced count: Int) -> RawImages {
        var stream = RandomStream(seed: 0, purpose: "subset")
        var seen: [Int64: Int] = [:]
        let turns = stream.permutation(labels.count).map { position in
            let turn = seen[labels[Int(position)], default: 0]
            seen[labels[Int(position)]] = turn + 1
            return (turn: turn, position: Int(position))
        }
        let inTurn = turns.enumerated().sorted { ($0.element.turn, $0.offset) < ($1.element.turn, $1.offset) }
        let chosen = Set(inTurn.prefix(count).map(\.element.position))
        return selecting { chosen.contains($0) }
    }

    /// The images of both, one after the other; they have one shape.
    mutating func append(_ other: RawImages) {
        pixels += other.pixels
        labels += other.labels
    }

    /// Refuses more images than fit: they are there twice while tensors are made of them.
    static func checkFit(_ count: Int, _ shape: [Int]) throws {
        let (bytes, overflow) = (2 * UInt64(count)).multipliedReportingOverflow(by: UInt64(shape.reduce(1, *)))
        let memory = ProcessInfo.processInfo.physicalMemory
        guard !overflow, bytes < memory else {
            throw DatasetError(
                "\(count) images of shape \(shape) do not fit into the \(memory >> 20) MiB of this machine while they are "
                    + "loaded; choose a smaller `image` or fewer images")
        }
    }
}
