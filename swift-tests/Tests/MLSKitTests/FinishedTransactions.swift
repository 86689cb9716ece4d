import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct FinishedTransactions {
        @Test("a block may finish its transaction itself")
        func finishes() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    try await tx.finish()
                    #expect(try await client.keypackageRefs().count == 1)
                    let error = try await failure { _ = try await tx.generateKeypackage(for: credential) }
                    #expect(error == .transaction(.transactionFinished))
                }
                try await expectStored(1, in: client)
            }
        }

        @Test("what a block finished stays although it fails afterwards")
        func finishesAndFails() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                await #expect(throws: OwnError()) {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        try await tx.finish()
                        throw OwnError()
                    }
                }
                try await expectStored(1, in: client)
            }
        }

        @Test("a block may abort its transaction and return a value")
        func abortsAndReturns() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let returned = try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    try await tx.abort()
                    return "of no use"
                }
                #expect(returned == "of no use")
                try await expectStored(0, in: client)
            }
        }

        @Test("a cancelled block can not commit by itself")
        func staysCancelled() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let task = Task {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        withUnsafeCurrentTask { $0?.cancel() }
                        try await tx.finish()
                    }
                }
                await #expect(throws: CancellationError.self) { try await task.value }
                try await expectStored(0, in: client)
            }
        }

        @Test("what outlives a block may begin a transaction of its own")
        func outlives() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let (gate, opener) = AsyncStream<Void>.makeStream()
                let later = try await client.transaction { _ in
                    Task {
                        for await _ in gate {}
                        try await client.transaction { tx in _ = try await tx.generateKeypackage(for: credential) }
                    }
                }
                opener.finish()
                try await later.value
                try await expectStored(1, in: client)
            }
        }
    }
}
