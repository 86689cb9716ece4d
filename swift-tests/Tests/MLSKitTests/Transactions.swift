import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Transactions {
        @Test("what a block did is stored when it returns")
        func commits() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }
                #expect(try await client.keypackageRefs() == [keypackage.ref])
                try await expectStored(1, in: client)
            }
        }

        @Test("a block that fails leaves nothing and its own error comes back")
        func rollsBackOnThrow() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                await #expect(throws: OwnError()) {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        throw OwnError()
                    }
                }
                try await expectStored(0, in: client)
            }
        }

        @Test("an error of a call that the block lets through comes back as it is")
        func letsErrorsThrough() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let error = try await failure {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        _ = try await tx.generateKeypackage(for: credential, lifetime: .zero)
                    }
                }
                #expect(error == .keypackage(.lifetimeTooShort(asked: .zero)))
                try await expectStored(0, in: client)
            }
        }

        @Test("a call that fails leaves the transaction as it was")
        func survivesAFailedCall() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    _ = try? await tx.generateKeypackage(for: credential, lifetime: .zero)
                }
                try await expectStored(1, in: client)
            }
        }

        @Test("a block that is cancelled leaves nothing and is rolled back before the caller goes on")
        func rollsBackOnCancellation() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let inside = Signal()
                let task = Task {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        inside.give()
                        try await Task.sleep(for: .seconds(3600))
                    }
                }
                try await inside.wait()
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(LiveObjects.count().transactions == 0)
                try await expectStored(0, in: client)
            }
        }

        @Test("a cancelled block that returns all the same leaves nothing")
        func rollsBackWhatWasCancelledUnnoticed() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let inside = Signal()
                let cancelled = Signal()
                let task = Task {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        inside.give()
                        while !cancelled.wasGiven { await Task.yield() }
                    }
                }
                try await inside.wait()
                task.cancel()
                cancelled.give()
                await #expect(throws: CancellationError.self) { try await task.value }
                try await expectStored(0, in: client)
            }
        }

        @Test("a block that times out leaves nothing and is rolled back before the caller goes on")
        func rollsBackOnTimeout() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                await #expect(throws: TimedOut.self) {
                    try await withTimeout(.milliseconds(50)) {
                        try await client.transaction { tx in
                            _ = try await tx.generateKeypackage(for: credential)
                            try await Task.sleep(for: .seconds(3600))
                        }
                    }
                }
                #expect(LiveObjects.count().transactions == 0)
                try await expectStored(0, in: client)
            }
        }

        @Test("the first error of a block wins over a rollback that fails")
        func firstErrorWins() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                await #expect(throws: OwnError()) {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        await client.shutdown()
                        throw OwnError()
                    }
                }
                try await expectStored(0, in: try await world.open())
            }
        }

        /// Asserts that every call on a context kept beyond its block says that it is finished.
        private func expectFinished(_ kept: TransactionContext?, _ credential: CredentialRef) async throws {
            let tx = try #require(kept)
            let finished = MLSError.transaction(.transactionFinished)
            try await expect(finished) { try await tx.keypackageRefs() }
            try await expect(finished) { try await tx.credentials() }
            try await expect(finished) { try await tx.generateKeypackage(for: credential) }
            try await expect(finished) { try await tx.removeKeypackages(for: credential) }
            try await expect(finished) { try await tx.createGroup(with: credential) }
            try await expect(finished) { try await tx.groups() }
        }

        @Test("after finish every call says so")
        func knowsACommittedContext() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let kept = try await client.transaction { tx in tx }
                try await expectFinished(kept, credential)
                try await expectStored(0, in: client)
            }
        }

        @Test("after abort every call says so although another transaction is open")
        func knowsAnAbortedContext() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var kept: TransactionContext?
                try? await client.transaction { tx in
                    kept = tx
                    throw OwnError()
                }
                let leaked = kept
                try await client.transaction { tx in
                    try await expectFinished(leaked, credential)
                    _ = try await tx.generateKeypackage(for: credential)
                }
                try await expectStored(1, in: client)
            }
        }

        @Test("reading outside of an open transaction sees what is committed and waits for nothing")
        func readsWhatIsCommitted() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    #expect(try await tx.keypackageRefs().count == 1)
                    #expect(try await client.keypackageRefs().isEmpty)
                }
                #expect(try await client.keypackageRefs().count == 1)
            }
        }

        @Test("closing rolls back what is open and every later call says closed")
        func closes() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let closed = MLSError.storage(.closed)
                let error = try await failure {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        await client.shutdown()
                        _ = try await tx.generateKeypackage(for: credential)
                    }
                }
                #expect(error == closed)
                try await expect(closed) { try await client.keypackageRefs() }
                try await expect(closed) { try await client.transaction { _ in } }
                await client.shutdown()
                try await expectStored(0, in: try await world.open())
            }
        }

        @Test("a block may use what the task owns and borrows")
        func usesWhatTheCallerHas() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var made: [Keypackage] = []
                try await client.transaction { tx in
                    made.append(try await tx.generateKeypackage(for: credential))
                }
                #expect(try await client.keypackageRefs() == made.map(\.ref))
            }
        }
    }
}

struct TimedOut: Error {}

/// As apps do it: whoever is first, the work or the clock.
func withTimeout<T: Sendable>(
    _ duration: Duration,
    _ work: @escaping @Sendable () async throws -> T
) async throws -> T {
    try await withThrowingTaskGroup(of: T.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: duration)
            throw TimedOut()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TimedOut() }
        return first
    }
}
