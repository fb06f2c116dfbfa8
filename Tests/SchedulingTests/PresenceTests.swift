import EspalierTestKit
import Sweep
import Testing

@testable import Scheduling

/// Who is there, who was, and what the log is told of both.
@Suite struct PresenceTests {
    @Test func aWorkerThatLeftIsNotForgotten() {
        var bench = Bench()
        #expect(bench.hello("A", slots: 2).news == [.joined(worker: "A", host: "node-A", slots: 2)])
        bench.pass(5)
        #expect(bench.beat("A", draining: true).news == [.draining(worker: "A")])
        #expect(bench.beat("A", draining: true).news == [], "said once")
        #expect(bench.handle(.bye(from: .of("A", nil))).news == [.left(worker: "A", abandoned: 0)])
        bench.pass(90)
        let statuses = bench.coordinator.workerStatuses(at: bench.now)
        #expect(statuses.map(\.state) == [.left])
        #expect(statuses.map { bench.now - $0.lastSeen } == [.seconds(90)])
        // Back under its name, it is listed once.
        bench.hello("A", session: "b")
        #expect(bench.coordinator.workerStatuses(at: bench.now).map(\.state) == [.connected])
    }

    @Test func onlyTheLatestDeparturesAreRemembered() {
        var bench = Bench()
        for number in 10..<60 {
            bench.hello("w\(number)")
            bench.handle(.bye(from: .of("w\(number)", nil)))
        }
        let names = bench.coordinator.workerStatuses(at: bench.now).map(\.name)
        #expect(names.count == 32)
        #expect(names.last == "w59")
    }

    @Test func anIdleWorkerIsLostByTheClockAlone() throws {
        var bench = Bench()
        let wake = try #require(bench.hello("A").compactMap { if case .wake(let at) = $0 { at } else { nil } }.first)
        #expect(wake == Instant(nanoseconds: 0) + .seconds(60))
        bench.pass(30)
        bench.beat("A")
        bench.pass(59)
        #expect(bench.handle(.tick).news == [], "it was heard of meanwhile")
        bench.pass(1)
        #expect(bench.handle(.tick).news == [.lost(worker: "A", reason: "it was not heard of for 60 s")])
        bench.pass(60)
        #expect(bench.handle(.tick).news == [], "said once")
        #expect(bench.beat("A").news == [.returned(worker: "A")])
        bench.pass(60)
        #expect(bench.handle(.tick).news == [.lost(worker: "A", reason: "it was not heard of for 60 s")])
    }

    @Test func aLostWorkersLeasesExpire() {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        bench.beat("A", running: [lease])
        bench.pass(60)
        #expect(
            bench.handle(.tick).news == [
                .lost(worker: "A", reason: "it was not heard of for 60 s"), .expired(lease, worker: "A"),
            ])
    }

    @Test func aSecondProcessIsTurnedAwayAsOftenAsItTriesAndSpokenOfOnce() {
        var bench = Bench()
        bench.hello("A")
        for attempt in 1...3 {
            let answer = bench.hello("A", session: "b", peer: 2)
            #expect(answer.messages.contains { if case .refused = $0 { true } else { false } })
            #expect(answer.news.count == (attempt == 1 ? 1 : 0))
        }
    }

    @Test func aStageThatGetsNoFurtherIsSilent() throws {
        var bench = Bench()
        bench.submit(.sample())
        let lease = bench.join("A").grants[0].lease
        func report(_ step: UInt64, loss: Double = .nan) {
            let progress = Progress(step: step, totalSteps: 9, phase: "training", loss: loss)
            bench.handle(
                .heartbeat(
                    credit: 0, running: [LeaseStatus(lease: lease, progress: progress)], draining: false,
                    from: .of("A", nil)))
        }
        func ages() throws -> [Duration] {
            let stage = try #require(bench.coordinator.workerStatuses(at: bench.now)[0].running.first)
            return [bench.now - stage.since, bench.now - stage.advanced]
        }
        bench.pass(5)
        report(1)
        #expect(try ages() == [.seconds(5), .zero])
        for _ in 1...7 {
            bench.pass(5)
            report(1)
        }
        #expect(try ages() == [.seconds(40), .seconds(35)], "a loss that is not a number is not progress")
        report(2)
        #expect(try ages() == [.seconds(40), .zero])
    }

    @Test func failuresAreGroupedByTheirReason() {
        var bench = Bench()
        bench.submit(.sample(levels: 2, seeds: 3))
        bench.hello("A", slots: 3)
        while let lease = bench.beat("A", credit: 1).grants.first?.lease { bench.fail(lease, .invalidStage, from: "A") }
        bench.pass(61)
        while let lease = bench.beat("A", credit: 1).grants.first?.lease { bench.fail(lease, .invalidStage, from: "A") }
        let reasons = bench.coordinator.failedStages()
        #expect(reasons.map(\.failure.message) == ["made up"])
        #expect(reasons.map { [$0.stages, $0.tasks] } == [[9, 6]])
    }
}
