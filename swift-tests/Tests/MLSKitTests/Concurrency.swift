import Foundation
import MLSKit
import Testing

/// Who came when.
private final class Order: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [Int] = []

    var numbers: [Int] { lock.withLock { all } }

    func add(_ number: Int) {
        lock.withLock { all.append(number) }
    }
}

/// One thread at a time for all askers, so that each has asked before the next begins to.
@available(macOS 15, iOS 18, *)
private final class Askers: TaskExecutor {
    private let queue = DispatchQueue(label: "askers")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension Scenarios {
    @Suite(.serialized) struct Concurrency {
        @Test("two hundred transactions of one client all succeed in the order of asking")
        func twoHundredAtOnce() async throws {
            guard #available(macOS 15, iOS 18, *) else { return }
            try await scenario { world in
                let (client, credential) = try await world.client(
                    options: ClientOptions(busyTimeout: .seconds(100))
                )
                let order = Order()
                let askers = Askers()
                let asked = try await client.transaction { _ in
                    let asked = (0..<200).map { number in
                        Task.detached(executorPreference: askers) {
                            try await client.transaction { tx in
                                order.add(number)
                                let before = try await tx.keypackageRefs().count
                                await Task.yield()
                                let ref = try await tx.generateKeypackage(for: credential).ref
                                #expect(try await tx.keypackageRefs().count == before + 1)
                                return ref
                            }
                        }
                    }
                    try await eventually("all wait") { LiveObjects.count().cancelTokens >= 200 }
                    return asked
                }
                var refs: [KeypackageRef] = []
                for task in asked { refs.append(try await task.value) }
                #expect(order.numbers == Array(0..<200))
                #expect(try await client.keypackageRefs() == refs)
            }
        }

        @Test("who stops waiting is passed over and the others keep their order")
        func cancelsWhileQueued() async throws {
            guard #available(macOS 15, iOS 18, *) else { return }
            try await scenario { world in
                let (client, _) = try await world.client(options: ClientOptions(busyTimeout: .seconds(100)))
                let order = Order()
                let askers = Askers()
                let patient = try await client.transaction { _ in
                    let asked = (0..<12).map { number in
                        Task.detached(executorPreference: askers) {
                            try await client.transaction { _ in order.add(number) }
                        }
                    }
                    try await eventually("all wait") { LiveObjects.count().cancelTokens >= 12 }
                    for (number, task) in asked.enumerated() where number % 3 != 0 {
                        task.cancel()
                        // This block still holds the turn, so only giving up can end the waiting.
                        await #expect(throws: CancellationError.self) { try await task.value }
                    }
                    return asked.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
                }
                for task in patient { try await task.value }
                #expect(order.numbers == [0, 3, 6, 9])
            }
        }

        @Test("who is cancelled before asking begins nothing")
        func beginsNothing() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                let entered = Signal()
                let go = Signal()
                let task = Task {
                    try? await go.wait()
                    try await client.transaction { _ in entered.give() }
                }
                task.cancel()
                go.give()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(!entered.wasGiven)
            }
        }

        @Test("tasks cancelled anywhere leave no lock and nothing half done")
        func cancelsAnywhere() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(
                    options: ClientOptions(busyTimeout: .seconds(100))
                )
                var stored = 0
                for round in 0..<300 {
                    let task = Task {
                        try await client.transaction { tx in
                            _ = try await tx.generateKeypackage(for: credential)
                            await Task.yield()
                            _ = try await tx.generateKeypackage(for: credential)
                        }
                    }
                    if round % 3 > 0 {
                        try await Task.sleep(for: .microseconds(Int.random(in: 0..<4000)))
                    }
                    task.cancel()
                    do {
                        try await task.value
                        stored += 2
                    } catch is CancellationError {
                    }
                    if round % 50 == 49 {
                        try await expectStored(stored, in: client)
                    }
                }
                #expect(LiveObjects.count().transactions == 0)
                #expect(LiveObjects.count().cancelTokens == 0)
                try await expectStored(stored, in: client)
            }
        }

        @Test("closing ends the waiting of all who wait")
        func endsTheWaiting() async throws {
            try await scenario { world in
                let (client, _) = try await world.client(options: ClientOptions(busyTimeout: .seconds(100)))
                let waiting = try? await client.transaction { _ in
                    let waiting = (0..<3).map { _ in
                        Task.detached { try await failure { try await client.transaction { _ in } } }
                    }
                    try await eventually("three wait") { LiveObjects.count().cancelTokens >= 3 }
                    await client.shutdown()
                    for task in waiting {
                        let error = try await task.value
                        #expect(error == .storage(.closed))
                    }
                    return waiting.count
                }
                #expect(waiting == nil)
            }
        }

        @Test("two clients of one file see what the other committed and wait a bounded time")
        func sharesTheFile() async throws {
            try await scenario { world in
                let (one, credential) = try await world.client()
                let other = try await world.open(options: ClientOptions(busyTimeout: .milliseconds(200)))
                try await one.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    let error = try await failure { try await other.transaction { _ in } }
                    guard case .storage(.databaseBusy(let waited)) = error else {
                        Issue.record("\(error)")
                        return
                    }
                    #expect(waited >= .milliseconds(200))
                    #expect(try await other.keypackageRefs().isEmpty)
                }
                try await expectStored(1, in: other)
            }
        }

        @Test("who is cancelled while waiting stops at once")
        func stopsAtOnce() async throws {
            try await scenario { world in
                let (client, _) = try await world.client(options: ClientOptions(busyTimeout: .seconds(100)))
                try await client.transaction { _ in
                    let waiting = Task.detached { try await client.transaction { _ in } }
                    try await eventually("it waits") { LiveObjects.count().cancelTokens >= 1 }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { try await waiting.value }
                }
            }
        }

        @Test("tasks cancelled while they wait for each other leave no lock and no object")
        func cancelsAmongOthers() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(options: ClientOptions(busyTimeout: .seconds(100)))
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<300 {
                        let task = Task {
                            try await client.transaction { tx in _ = try await tx.generateKeypackage(for: credential) }
                        }
                        group.addTask { _ = await task.result }
                        if Bool.random() {
                            group.addTask {
                                try? await Task.sleep(for: .microseconds(Int.random(in: 0..<20_000)))
                                task.cancel()
                            }
                        }
                    }
                }
                #expect(LiveObjects.count().transactions == 0)
                #expect(LiveObjects.count().cancelTokens == 0)
                try await client.transaction { _ in }
            }
        }
    }
}
