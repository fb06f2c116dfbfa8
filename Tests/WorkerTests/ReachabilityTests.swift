import Testing

@testable import Worker

/// What a worker without a conversation says in its log, and what it does not.
@Suite struct ReachabilityTests {
    private let start = ContinuousClock.now

    @Test func aCoordinatorThatRefusesIsNotSaidToBeAway() {
        var reachability = Reachability()
        func report(_ seconds: Int) -> String? {
            reachability.report(isEstablished: false, endpoint: "tcp://head:7733", at: start + .seconds(seconds))
        }
        func refused(_ seconds: Int) -> String? {
            reachability.refused(
                "a worker named 'w1' is connected", retryAfter: .seconds(20), at: start + .seconds(seconds))
        }
        #expect(report(0) == nil)
        let sentence = refused(1)
        #expect(
            sentence
                == "the coordinator refuses this worker: a worker named 'w1' is connected. Trying again every 20 s")
        for second in 2...20 { #expect(report(second) == nil) }
        #expect(refused(21) == nil, "the same again, soon")
        for second in 22...43 { #expect(report(second) == nil) }
        // Now it is away: it should have answered at second 41.
        #expect(report(44)?.hasPrefix("no coordinator at tcp://head:7733 for 3 s: check that it runs") == true)
        #expect(refused(400) != nil, "the same again, after long")
    }

    @Test func aCoordinatorThatIsAwayIsSaidToBe() {
        var reachability = Reachability()
        func report(_ seconds: Int, isEstablished: Bool = false) -> String? {
            reachability.report(
                isEstablished: isEstablished, endpoint: "tcp://head:7733", at: start + .seconds(seconds))
        }
        #expect(report(0) == nil)
        #expect(report(3)?.contains("for 3 s") == true)
        #expect(report(20) == nil)
        #expect(report(33)?.contains("for 33 s") == true)
        #expect(report(40, isEstablished: true) == nil)
        #expect(report(41) == nil)
    }
}
