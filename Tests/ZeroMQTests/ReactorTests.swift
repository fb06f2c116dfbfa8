import Foundation
import Glibc
import Synchronization
import Testing
import ZeroMQ

/// How often the handler of ``ReactorTests/signalsDoNotEndAWait()`` ran.
private let signalsSeen = Atomic(0)

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
        let receipts = (0..<senders).map { _ in AsyncStream.makeStream(of: Void.self) }
        reactor.start { loop in
            defer { for receipt in receipts { receipt.continuation.finish() } }
            let deadline = loop.now + .seconds(20)
            var received = 0
            while received < senders * each, loop.now < deadline {
                let posts = mailbox.drain()
                received += posts.count
                for sender in posts { receipts[sender].continuation.yield() }
                // A lost wake-up lasts until the deadline.
                if posts.isEmpty { try loop.wait(for: [], until: deadline) }
            }
        }
        let answered = await withTaskGroup { group in
            for sender in 0..<senders {
                group.addTask {
                    var answers = receipts[sender].stream.makeAsyncIterator()
                    for answered in 0..<each {
                        mailbox.post(sender)
                        guard await answers.next() != nil else { return answered }
                    }
                    return each
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await reactor.joinOrStop()
        #expect(answered == [Int](repeating: each, count: senders))
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
        let (endpoints, endpoint) = AsyncStream.makeStream(of: String.self)
        coordinator.start { loop in
            defer { endpoint.finish() }
            var options = SocketOptions.router(.plain)
            options.receiveHighWater = 1
            let router = try loop.router(bind: "tcp://127.0.0.1:*", options)
            endpoint.yield(router.boundEndpoint)
            while !loop.isStopping { try loop.wait(for: [], until: nil) }
        }
        let address = try #require(await endpoints.first { _ in true })
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
        action.__sigaction_handler.sa_handler = { _ in signalsSeen.add(1, ordering: .relaxed) }
        sigaction(SIGUSR1, &action, nil)
        let before = signalsSeen.load(ordering: .relaxed)
        let reactor = try Reactor(name: "test")
        let early = Atomic(0)
        reactor.start { loop in
            // Threads started from a task inherit a mask that blocks everything.
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGUSR1)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            // A timer that signals this thread again and again while it waits.
            var event = sigevent()
            event.sigev_signo = SIGUSR1
            event.sigev_notify = Int32(SIGEV_THREAD_ID)
            event._sigev_un._tid = try threadID()
            var timer: timer_t?
            timer_create(CLOCK_MONOTONIC, &event, &timer)
            defer { timer_delete(timer) }
            let pace = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            var times = itimerspec(it_interval: pace, it_value: pace)
            timer_settime(timer, 0, &times, nil)
            let deadline = loop.now + .milliseconds(300)
            try loop.wait(for: [], until: deadline)
            if loop.now < deadline { early.store(1, ordering: .relaxed) }
        }
        try await reactor.joinOrStop()
        #expect(signalsSeen.load(ordering: .relaxed) > before + 10)
        #expect(early.load(ordering: .relaxed) == 0)
    }
}

/// The kernel's number of the calling thread: "PID/task/NUMBER" is where the link leads.
private func threadID() throws -> pid_t {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    let number = path.split(separator: "/").last
    return try #require(number.flatMap { pid_t($0) })
}
