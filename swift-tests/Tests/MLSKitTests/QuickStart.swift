import Foundation
import MLSKit
import Testing

extension Scenarios {
    /// The examples of the documentation, so that they compile and hold.
    @Suite(.serialized) struct QuickStart {
        @Test("the quick start works")
        func starts() async throws {
            try await scenario { world in
                let (file, key) = (world.file("alice@example.com"), DatabaseKey.random())
                var published: [Data] = []

                let client = try await MLSClient.open(at: file, key: key, id: "alice@example.com")
                let keypackage = try await client.transaction { tx in
                    let credential = try await tx.addCredential(.basic(.x25519AES128GCMEd25519, identity: client.id))
                    return try await tx.generateKeypackage(for: credential)
                }
                published.append(keypackage.bytes)

                try await client.transaction { tx in
                    for ref in try await tx.keypackageRefs() where ref.isExpired {
                        try await tx.removeKeypackage(ref)
                    }
                }
                let valid = try await client.keypackageRefs().filter(\.isValid)
                #expect(valid.count == published.count)
                await client.shutdown()
            }
        }

        @Test("the loop of the documentation sends and settles all")
        func sends() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let offered = try await client.importKeypackage(try await bob.offer(other), of: "bob")
                try await client.transaction { tx in
                    let groupID = try await tx.createGroup(with: credential)
                    try await tx.addMembers([offered], to: groupID)
                }
                var delivered: [OutgoingKind] = []
                for _ in 0..<2 {
                    for message in try await client.outgoing() {
                        delivered.append(message.kind)
                        let isTaken = true
                        try await client.transaction { tx in
                            switch message.kind {
                            case .commit where isTaken: _ = try await tx.commitAccepted(in: message.groupID)
                            case .commit: _ = try await tx.commitRejected(in: message.groupID)
                            case .welcome, .leave: try await tx.markSent([message.id])
                            }
                        }
                    }
                }
                #expect(delivered == [.commit, .welcome])
                #expect(try await client.outgoing().isEmpty)
            }
        }
    }
}
