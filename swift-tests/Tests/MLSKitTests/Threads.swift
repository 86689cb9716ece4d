import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Threads {
        @Test("nothing native runs on the thread of the caller")
        func leavesTheThreadAlone() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let caller = Caller()
                // Were the thread held, the actor's other tasks could not go on while the batch is made.
                #expect(try await caller.ticks(while: client, generates: credential) >= 3)
                caller.end()
            }
        }

        @Test("the thread of the caller spends no time on what is native")
        func worksElsewhere() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let offered = try await client.offer(credential)
                let caller = Caller()
                let (own, all) = try await caller.costs(of: client, generating: credential)
                #expect(own * 5 < all, "the caller's thread worked for \(own) of \(all)")
                // So it would look: a function that checks signatures where it is called.
                let (here, everywhere) = try await caller.costs(ofChecking: offered)
                #expect(here * 4 > everywhere, "the caller's thread worked for \(here) of \(everywhere)")
                caller.end()
            }
        }

        @Test("a block runs where its caller runs")
        func keepsTheActor() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let caller = Caller()
                try await caller.generate(credential, by: client)
                try await expectStored(1, in: client)
                caller.end()
            }
        }
    }
}

/// An actor with a thread of its own, as a UI has one.
private actor Caller {
    private let executor = OneThread()

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    nonisolated func end() {
        executor.end()
    }

    func generate(_ credential: CredentialRef, by client: MLSClient) async throws {
        try await client.transaction { tx in
            #expect(executor.isHere)
            _ = try await tx.generateKeypackage(for: credential)
            #expect(executor.isHere)
        }
        #expect(executor.isHere)
    }

    /// How often another of its tasks has gone on while a batch was made, which takes a second.
    func ticks(while client: MLSClient, generates credential: CredentialRef) async throws -> Int {
        let clock = Task { await tick() }
        _ = try await client.transaction { tx in try await tx.generateKeypackages(for: credential, count: 500) }
        clock.cancel()
        return await clock.value
    }

    private func tick() async -> Int {
        var count = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(1))
            #expect(executor.isHere)
            count += 1
        }
        return count
    }

    /// How many nanoseconds this thread, and all threads together, have worked for a batch.
    func costs(
        of client: MLSClient,
        generating credential: CredentialRef
    ) async throws -> (own: UInt64, all: UInt64) {
        let (own, all) = (nanoseconds(CLOCK_THREAD_CPUTIME_ID), nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
        _ = try await client.transaction { tx in try await tx.generateKeypackages(for: credential, count: 300) }
        #expect(executor.isHere)
        return (nanoseconds(CLOCK_THREAD_CPUTIME_ID) - own, nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - all)
    }

    /// The same for checking a key package again and again.
    func costs(ofChecking keypackage: Data) throws -> (own: UInt64, all: UInt64) {
        let (own, all) = (nanoseconds(CLOCK_THREAD_CPUTIME_ID), nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
        for _ in 0..<300 { _ = try Keypackage.check(keypackage) }
        return (nanoseconds(CLOCK_THREAD_CPUTIME_ID) - own, nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - all)
    }
}

/// What a clock shows.
private func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Runs jobs one after the other on a thread of its own.
private final class OneThread: SerialExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var hasEnded = false
    private var thread: Thread?

    /// Whether this is that thread.
    var isHere: Bool { Thread.current === thread }

    init() {
        let thread = Thread { [unowned self] in self.run() }
        self.thread = thread
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    func end() {
        condition.lock()
        hasEnded = true
        condition.signal()
        condition.unlock()
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    private func run() {
        while let job = next() {
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    private func next() -> UnownedJob? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty && !hasEnded { condition.wait() }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }
}
