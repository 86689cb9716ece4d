import Foundation
import MLSKit
import Testing

extension Scenarios {
    /// The README's examples, which stand in `Readme.swift` while the tests run, and those of the documentation.
    @Suite(.serialized) struct QuickStart {
        @Test("the quick start works")
        func starts() async throws {
            try await scenario { world in
                let bytes = try await publish(at: world.file("alice@example.com"), key: world.key)
                let client = try await world.open("alice@example.com")
                #expect(try await client.importKeypackage(bytes, of: client.id).isValid)
                try await tidyUp(client)
                let valid = try await client.keypackageRefs().filter(\.isValid)
                let published = try KeypackageRef(ofKeypackage: bytes)
                #expect(valid == [published])
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
