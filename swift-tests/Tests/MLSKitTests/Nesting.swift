import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Nesting {
        private static let nested = MLSError.transaction(.nestedTransaction)

        @Test("a transaction inside a block is refused at once in every form")
        func refusesAtOnce() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                try await client.transaction { _ in
                    try await expect(Self.nested) { try await client.transaction { _ in } }
                    async let child: Void = expect(Self.nested) { try await client.transaction { _ in } }
                    try await child
                    try await Task { try await expect(Self.nested) { try await client.transaction { _ in } } }.value
                }
            }
        }

        @Test("a refused transaction costs the block nothing")
        func costsNothing() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    _ = try await failure { try await client.transaction { _ in } }
                    _ = try await tx.generateKeypackage(for: credential)
                }
                try await expectStored(2, in: client)
            }
        }

        @Test("the key is not changed and nothing is checked inside a block")
        func refusesOtherTurns() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                try await client.transaction { _ in
                    try await expect(Self.nested) { try await client.changeKey(to: .random()) }
                    try await expect(Self.nested) { try await client.checkIntegrity() }
                }
                try await client.checkIntegrity()
            }
        }

        @Test("reading inside a block is no transaction")
        func readsInside() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { _ in
                    #expect(try await client.credentials() == [credential])
                    #expect(try await client.groups().isEmpty)
                    _ = try await client.keypackageRefs()
                }
            }
        }

        @Test("a transaction in a task that a block waits for ends as busy")
        func waitsForItself() async throws {
            try await scenario { world in
                let (client, _) = try await world.client(options: ClientOptions(busyTimeout: .milliseconds(200)))
                try await client.transaction { _ in
                    // A detached task inherits nothing, so nobody can tell that it waits for itself.
                    let error = try await Task.detached {
                        try await failure { try await client.transaction { _ in } }
                    }.value
                    guard case .transaction(.transactionBusy(let waited, let openFor)) = error else {
                        Issue.record("\(error)")
                        return
                    }
                    #expect(waited >= .milliseconds(200) && openFor >= waited)
                }
                try await client.transaction { _ in }
            }
        }

        @Test("a transaction of another client inside a block is not nested")
        func allowsAnotherClient() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                try await alice.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    try await bob.transaction { tx in
                        _ = try await tx.generateKeypackage(for: other)
                        try await expect(Self.nested) { try await alice.transaction { _ in } }
                    }
                }
                try await expectStored(1, in: alice)
                try await expectStored(1, in: bob)
            }
        }

        @Test("a block that ended in any way leaves no mark")
        func leavesNoMark() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                try await client.transaction { _ in }
                try? await client.transaction { _ in throw OwnError() }
                try await client.transaction { _ in }

                // What a block has started may outlive it, and then it may begin a transaction of its own.
                let over = Signal()
                let heir = try await client.transaction { _ in
                    Task {
                        try await over.wait()
                        try await client.transaction { _ in }
                    }
                }
                over.give()
                try await heir.value
            }
        }

        @Test("two transactions side by side in one task are not nested")
        func allowsNeighbours() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                async let one = client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                async let other = client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                #expect(try await one.ref != other.ref)
                try await expectStored(2, in: client)
            }
        }
    }
}
