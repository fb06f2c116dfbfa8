import EspalierTestKit
import Scheduling
import Testing

/// Every order of events in a world small enough: two stages, two workers, a few faults.
@Suite(.timeLimit(.minutes(1)))
struct ExhaustiveSearchTests {
    static let budgets: [SmallWorld.Budget] = [
        .init(losses: 1, duplicates: 1),
        .init(duplicates: 1, silences: 1),
        .init(workerCrashes: 1, silences: 1),
        .init(coordinatorCrashes: 1),
        .init(coordinatorCrashes: 1, silences: 1),
    ]

    /// Breadth first, so that the first broken promise comes with the fewest steps.
    private static func search(_ start: SmallWorld, states limit: Int) -> (states: Int, finished: Int, broken: [String])
    {
        var seen: Set<SmallWorld> = [start]
        var frontier = [start]
        var finished = 0
        while !frontier.isEmpty {
            var next: [SmallWorld] = []
            for world in frontier {
                if world.isFinished { finished += 1 }
                for successor in world.successors where seen.insert(successor).inserted {
                    if !successor.history.violations.isEmpty {
                        return (seen.count, finished, successor.history.violations)
                    }
                    if seen.count == limit { return (seen.count, finished, []) }
                    next.append(successor)
                }
            }
            frontier = next
        }
        return (seen.count, finished, [])
    }

    @Test(arguments: budgets)
    func noOrderOfEventsBreaksAPromise(budget: SmallWorld.Budget) {
        let clock = ContinuousClock()
        let begin = clock.now
        let (states, finished, broken) = Self.search(SmallWorld(budget: budget), states: 12_000)
        print("searched \(states) states, \(finished) of them finished, in \(clock.now - begin): \(budget)")
        #expect(broken == [])
        #expect(finished > 0)
    }

    // MARK: - Negative controls

    @Test func aForgottenLeaseIsFound() {
        let world = SmallWorld(budget: .init(coordinatorCrashes: 1), storeDefect: .losesLeases)
        #expect(Self.search(world, states: 12_000).broken != [])
    }

    @Test func aForgottenResultIsFound() {
        let world = SmallWorld(budget: .init(coordinatorCrashes: 1), storeDefect: .losesResults)
        #expect(Self.search(world, states: 12_000).broken != [])
    }

    @Test func sendingBeforePersistingIsFound() {
        let world = SmallWorld(budget: .init(coordinatorCrashes: 1), sendsBeforePersisting: true)
        #expect(Self.search(world, states: 12_000).broken != [])
    }
}
