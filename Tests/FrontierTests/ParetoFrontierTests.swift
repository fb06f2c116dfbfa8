import EspalierTestKit
import Frontier
import Testing

@Suite struct ParetoFrontierTests {
    @Test("agrees with brute force on random points, ties included", arguments: 0..<200)
    func bruteForce(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        // Coarse coordinates, so that ties and equal points are common.
        let points = (0..<(seed % 40)).map { _ in
            Point(
                reduction: Double(Int.random(in: 0...9, using: &generator)) / 10,
                accuracy: Double(Int.random(in: 0...9, using: &generator)) / 10)
        }
        let frontier = ParetoFrontier(of: points)
        let expected = points.indices.filter { i in !points.contains { $0.dominates(points[i]) } }
        #expect(Set(frontier.members) == Set(expected))
        #expect(frontier.members.count == expected.count)
        #expect(Set(frontier.points) == Set(expected.map { points[$0] }))
        for (a, b) in zip(frontier.points, frontier.points.dropFirst()) {
            #expect(a.reduction < b.reduction && a.accuracy > b.accuracy)
        }
        // The grid has cells of side 0.1: count those that some point dominates.
        let cells = (1...9).flatMap { x in (1...9).map { y in (Double(x) / 10, Double(y) / 10) } }
        let covered = cells.count { x, y in points.contains { $0.reduction >= x && $0.accuracy >= y } }
        let area = frontier.hypervolume(reference: Point(reduction: 0, accuracy: 0))
        #expect(abs(area - Double(covered) / 100) < 1e-12)
    }

    @Test func equalPointsDoNotDominateEachOther() {
        let point = Point(reduction: 0.9, accuracy: 0.8)
        #expect(!point.dominates(point))
        #expect(ParetoFrontier(of: [point, point]).members == [0, 1])
        #expect(point.dominates(Point(reduction: 0.9, accuracy: 0.7)))
        #expect(!point.dominates(Point(reduction: 0.95, accuracy: 0.7)))
    }

    @Test func stepsFallAtMembersAndRunLevelBetween() {
        let frontier = ParetoFrontier(of: [
            Point(reduction: 0.9, accuracy: 0.8), Point(reduction: 0.5, accuracy: 0.95),
            Point(reduction: 0.6, accuracy: 0.7),
        ])
        #expect(
            frontier.steps(from: 0.4) == [
                Point(reduction: 0.4, accuracy: 0.95), Point(reduction: 0.5, accuracy: 0.95),
                Point(reduction: 0.5, accuracy: 0.8), Point(reduction: 0.9, accuracy: 0.8),
            ])
        #expect(ParetoFrontier(of: []).steps(from: 0).isEmpty)
    }

    @Test func hypervolumeIgnoresWhatTheReferenceBeats() {
        let frontier = ParetoFrontier(of: [
            Point(reduction: 0.5, accuracy: 0.9), Point(reduction: 0.9, accuracy: 0.05),
        ])
        #expect(abs(frontier.hypervolume(reference: Point(reduction: 0, accuracy: 0.1)) - 0.4) < 1e-12)
    }
}
