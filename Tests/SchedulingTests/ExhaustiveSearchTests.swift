import EspalierTestKit
import Scheduling
import Testing

/// Every order of events in a world small enough: one or two stages, two workers, a fault or two.
@Suite(.timeLimit(.minutes(1)))
struct ExhaustiveSearchTests {
    struct Findings {
        var states = 0
        /// States in which all is done.
        var ends = 0
        /// Whether every state was seen, not only the nearest ones.
        var isComplete = false
        var violations: [String] = []
    }

    /// Breadth first, so that the first broken promise comes with the fewest steps.
    private static func search(_ start: SmallWorld, limit: Int = 6000) -> Findings {
        var findings = Findings()
        var seen: Set<Int> = [start.fingerprint]
        var frontier = [start]
        while !frontier.isEmpty {
            var next: [SmallWorld] = []
            for world in frontier {
                if world.isOver {
                    findings.ends += 1
                    continue
                }
                for successor in world.successors where seen.insert(successor.fingerprint).inserted {
                    findings.states = seen.count
                    findings.violations = successor.history.violations
                    if !findings.violations.isEmpty || seen.count == limit { return findings }
                    next.append(successor)
                }
            }
            frontier = next
        }
        findings.isComplete = true
        return findings
    }

    /// One stage, every state.
    @Test(arguments: [
        SmallWorld.Budget(losses: 1, duplicates: 1), .init(silences: 1), .init(workerCrashes: 1),
        .init(coordinatorCrashes: 1),
    ])
    func noOrderOfEventsBreaksAPromise(budget: SmallWorld.Budget) {
        let findings = Self.search(SmallWorld(levels: 0, isPatient: true, budget: budget), limit: 30_000)
        #expect(findings.violations == [])
        #expect(findings.isComplete)
        #expect(findings.ends > 0)
    }

    /// Two stages, with messages that cross: the states nearest to the start.
    @Test(arguments: [
        SmallWorld.Budget(losses: 1, duplicates: 1), .init(duplicates: 1, silences: 1),
        .init(workerCrashes: 1, silences: 1), .init(coordinatorCrashes: 1, silences: 1),
    ])
    func noOrderOfEventsNearbyBreaksAPromise(budget: SmallWorld.Budget) {
        let findings = Self.search(SmallWorld(levels: 1, budget: budget))
        #expect(findings.violations == [])
        #expect(findings.states == 6000)
    }

    /// A checkpoint is lost when its stage is done: on the coordinator's disk, or on every disk. Every state where nothing
    /// else happens, and with a second fault the states nearest to the start.
    @Test(arguments: [
        (SmallWorld.Budget(artifactLosses: 1), true), (.init(duplicates: 1, artifactLosses: 1), false),
        (.init(silences: 1, artifactLosses: 1), false), (.init(coordinatorCrashes: 1, artifactLosses: 1), false),
    ])
    func noLossBreaksAPromise(budget: SmallWorld.Budget, seesEveryState: Bool) {
        var world = SmallWorld(levels: 1, isPatient: true, budget: budget)
        world.finishFirstStage()
        let findings = Self.search(world, limit: 12_000)
        #expect(findings.violations == [])
        #expect(findings.ends > 0)
        #expect(findings.isComplete == seesEveryState)
    }

    // MARK: - Negative controls

    @Test func aForgottenReopeningIsFound() {
        var world = SmallWorld(
            levels: 1, isPatient: true, budget: .init(artifactLosses: 1), storeDefect: .forgetsReopenings)
        world.finishFirstStage()
        #expect(Self.search(world, limit: 12_000).violations != [])
    }

    @Test func aForgottenLeaseIsFound() {
        let world = SmallWorld(levels: 1, budget: .init(coordinatorCrashes: 1), storeDefect: .losesLeases)
        #expect(Self.search(world).violations != [])
    }

    @Test func aForgottenResultIsFound() {
        let world = SmallWorld(levels: 1, budget: .init(coordinatorCrashes: 1), storeDefect: .losesResults)
        #expect(Self.search(world).violations != [])
    }

    @Test func sendingBeforePersistingIsFound() {
        let world = SmallWorld(levels: 1, budget: .init(coordinatorCrashes: 1), sendsBeforePersisting: true)
        #expect(Self.search(world).violations != [])
    }
}
