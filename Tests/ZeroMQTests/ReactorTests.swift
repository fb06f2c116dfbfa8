import Glibc
import Synchronization
import Testing
import ZeroMQ

/// The thread's life: woken, stopped, interrupted, ended.
@Suite(.timeLimit(.minutes(1)))
struct ReactorTests {
    @Test func manyWakesAreOneReturn() async throws {
        let reactor = try Reactor(name: "test")
        for _ in 0..<1000 { reactor.wake() }
        let returns = Mutex<[Bool]>([])
        reactor.start { loop in
            for _ in 0..<2 {
                let deadline = loop.now + .milliseconds(50)
                try loop.wait(for: [], until: deadline)
                returns.withLock { $0.append(loop.now < deadline) }
            }
        }
        try await reactor.joinOrStop()
        #expect(returns.withLock { $0 } == [true, false], "woken once, then the deadline")
    }

    /// Every sender waits until its post was received before the next, so that posts meet a loop about to sleep.
    @Test func noPostIsLost() async throws {
        let reactor = try Reactor(name: "test")
        let mailbox = Mailbox<Int>(waking: reactor)
        let senders = 4
        let each = 2000
        let tally = Tally(senders: senders)
        reactor.start { loop in
            defer { tally.isOver.store(true, ordering: .releasing) }
            let deadline = loop.now + .seconds(20)
            while tally.counts.reduce(0, +) < senders * each, loop.now < deadline {
                let posts = mailbox.drain()
                tally.add(posts)
                // A lost wake-up lasts until the deadline.
                if posts.isEmpty { try loop.wait(for: [], until: deadline) }
            }
        }
        await withTaskGroup { group in
            for sender in 0..<senders {
                group.addTask {
                    for number in 1...each where !tally.isOver.load(ordering: .acquiring) {
                        mailbox.post(sender)
                        while tally.counts[sender] < number, !tally.isOver.load(ordering: .acquiring) {
                            await Task.yield()
                        }
                    }
                }
            }
        }
        try await reactor.joinOrStop()
        #expect(tally.counts == [Int](repeating: each, count: senders))
    }

    @Test func postsStayInOrder() throws {
        let mailbox = Mailbox<Int>(waking: try Reactor(name: "test"))
        for number in 0..<100 { mailbox.post(number) }
        #expect(mailbox.drain() == Array(0..<100))
        #expect(mailbox.drain() == [])
    }

    @Test func stopEndsAWaitWithoutDeadline() async throws {
        let reactor = try Reactor(name: "test")
        reactor.start { loop in
            while !loop.isStopping { try loop.wait(for: [], until: nil) }
            // Waiting still works, for good-byes.
            let deadline = loop.now + .milliseconds(20)
            while loop.now < deadline { try loop.wait(for: [], until: deadline) }
        }
        reactor.stop()
        try await reactor.joinOrStop()
        try await reactor.joinOrStop()
    }

    @Test func aReactorNeverStartedIsJoinedAtOnce() async throws {
        try await Reactor(name: "test").join()
    }

    @Test func theBodysErrorReachesEveryJoin() async throws {
        let reactor = try Reactor(name: "test")
        reactor.start { _ in throw TimedOut() }
        await #expect(throws: TimedOut.self) { try await reactor.join() }
        await #expect(throws: TimedOut.self) { try await reactor.joinOrStop() }
    }

    @Test func socketsLeftOpenAreClosed() async throws {
        let endpoint = try await onReactor { loop in
            try loop.router(bind: "tcp://127.0.0.1:*", .router(.plain)).boundEndpoint
        }
        try await onReactor { loop in _ = try loop.router(bind: endpoint, .router(.plain)) }
    }

    @Test func aClosedSocketSaysSo() async throws {
        let error = try await onReactor { loop in
            let dealer = try loop.dealer(connect: "tcp://127.0.0.1:1", .dealer(.plain))
            dealer.close()
            dealer.close()
            do throws(ZeroMQError) {
                _ = try dealer.receive()
                return ZeroMQError?.none
            } catch {
                return error
            }
        }
        #expect(error?.code == .terminated)
    }

    /// A peer that stopped reading must not hold the process back for longer than the linger time.
    @Test func endingWithQueuedMessagesDoesNotHang() async throws {
        let coordinator = try Reactor(name: "coordinator")
        let endpoint = Mutex<String?>(nil)
        coordinator.start { loop in
            var options = SocketOptions.router(.plain)
            options.receiveHighWater = 1
            let router = try loop.router(bind: "tcp://127.0.0.1:*", options)
            endpoint.withLock { $0 = router.boundEndpoint }
            while !loop.isStopping { try loop.wait(for: [], until: nil) }
        }
        while endpoint.withLock({ $0 }) == nil { await Task.yield() }
        let address = try #require(endpoint.withLock { $0 })
        let start = ContinuousClock.now
        let queued = try await onReactor { loop in
            var options = SocketOptions.dealer(.plain)
            options.linger = .milliseconds(300)
            let dealer = try loop.dealer(connect: address, options)
            try loop.deliver([bytes("hello")], from: dealer)
            var queued = 0
            while try dealer.send([[UInt8](repeating: 0, count: 1 << 20)]) == .sent { queued += 1 }
            return queued
        }
        let elapsed = start.duration(to: .now)
        coordinator.stop()
        try await coordinator.join()
        #expect(queued > 10)
        #expect(elapsed > .milliseconds(300) && elapsed < .seconds(5), "took \(elapsed)")
    }

    @Test func signalsDoNotEndAWait() async throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
        let reactor = try Reactor(name: "test")
        let thread = Mutex<pthread_t?>(nil)
        let early = Atomic(0)
        reactor.start { loop in
            // Threads started from a task inherit a mask that blocks everything.
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGUSR1)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            thread.withLock { $0 = pthread_self() }
            defer { thread.withLock { $0 = nil } }
            let deadline = loop.now + .milliseconds(300)
            try loop.wait(for: [], until: deadline)
            if loop.now < deadline { early.store(1, ordering: .relaxed) }
        }
        var signals = 0
        while signals == 0 || thread.withLock({ $0 }) != nil {
            thread.withLock {
                guard let thread = $0 else { return }
                pthread_kill(thread, SIGUSR1)
                signals += 1
            }
            await Task.yield()
        }
        try await reactor.joinOrStop()
        #expect(early.load(ordering: .relaxed) == 0)
    }
}

/// Posts received from each sender.
private final class Tally: Sendable {
    let isOver = Atomic(false)
    private let received: Mutex<[Int]>

    init(senders: Int) { received = Mutex([Int](repeating: 0, count: senders)) }

    var counts: [Int] { received.withLock { $0 } }

    func add(_ posts: [Int]) { received.withLock { for sender in posts { $0[sender] += 1 } } }
}
