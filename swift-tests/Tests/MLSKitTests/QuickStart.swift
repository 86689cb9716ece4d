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

                let directory = MemoryDirectory()
                let shelf = directory.shelf(of: client.id)
                let server = Server { method, path, body in
                    guard method == "PUT", let body else { throw OwnError() }
                    let ref = try KeypackageRef(ofKeypackage: body)
                    #expect(path == "keypackages/\(ref)")
                    try await shelf.publish(ref, bytes: body)
                    return Data()
                }
                let credential = try #require(try await client.credentials().first)
                let next = try #require(try await supply(server, for: credential, of: client))
                #expect(next > Date().addingTimeInterval(48 * 86400))
                #expect(await directory.served(of: client.id).count == 21)

                let isRefusal = [
                    (400, true), (413, true), (401, false), (403, false), (408, false), (429, false), (503, false),
                ]
                for (status, expected) in isRefusal {
                    #expect(server.isRefusal(ServerError(status: status)) == expected, "\(status)")
                }
                #expect(!server.isRefusal(OwnError()))
            }
        }

        @Test("the quick start's second start adds no second credential")
        func startsAgain() async throws {
            try await scenario { world in
                let file = world.file("alice@example.com")
                for _ in 0..<2 { _ = try await publish(at: file, key: world.key) }
                let client = try await world.open("alice@example.com")
                #expect(try await client.credentials().count == 1)
                #expect(try await client.keypackageRefs().count == 2)
            }
        }

        @Test("the group of the documentation talks and says what becomes of a message")
        func talks() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                var sent: [OutgoingMessage] = []
                let offered = try await bob.offer(other)
                let groupID = try await begin(as: alice, with: credential, inviting: offered, of: "bob") { message in
                    sent.append(message)
                    return true
                }
                #expect(sent.map(\.kind) == [.commit, .welcome])
                let joined = try await join(as: bob, by: sent[1].bytes)
                #expect(joined.id == groupID)
                var heard: [String] = []
                func receives(_ message: Data) async throws -> Next {
                    try await receive(message, as: bob) { heard.append(String(decoding: $0.plaintext, as: UTF8.self)) }
                }
                let hello = try await say("Hello.", in: groupID, as: alice)
                #expect(try await receives(hello) == .done)
                #expect(try await receives(hello) == .done)
                try await alice.transaction { tx in try await tx.updateKeys(in: groupID) }
                try await sendOutbox(of: alice) { message in
                    sent.append(message)
                    return true
                }
                let early = try await say("After the commit.", in: groupID, as: alice)
                #expect(try await receives(early) == .later)
                #expect(try await receives(sent[2].bytes) == .done)
                #expect(try await receives(early) == .done)
                #expect(heard == ["Hello.", "After the commit."])
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
