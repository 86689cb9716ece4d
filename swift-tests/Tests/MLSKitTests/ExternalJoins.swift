import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct ExternalJoins {
        @Test("a member who lost track comes back by an external commit where that is allowed")
        func comesBack() async throws {
            try await scenario { world in
                let open = GroupConfig(externalJoins: true)
                let pair = try await Pair(in: world, config: open)
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                let joined = try await pair.bob.transaction { tx in
                    try await tx.joinByExternalCommit(
                        info,
                        with: pair.bobCredential,
                        options: JoinOptions(config: open, replace: true)
                    )
                }
                #expect(joined.id == pair.groupID && joined.addedBy == nil && joined.keypackageRef == nil)
                try await expect(.group(.joinPending)) { try await pair.bob.say("too early", in: pair.groupID) }
                let commit = try #require(try await pair.bob.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    guard case .newMember(let leaf) = commit.sender else { throw OwnError() }
                    #expect(leaf.credential == .basic(identity: "bob"))
                    _ = try await tx.accept(commit)
                }
                try await pair.expectTalk()
            }
        }

        @Test("a rejected external commit leaves no group")
        func forgetsARejectedJoin() async throws {
            try await scenario { world in
                let open = GroupConfig(externalJoins: true)
                let pair = try await Pair(in: world, config: open)
                let (carol, credential) = try await world.client("carol")
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                _ = try await carol.transaction { tx in try await tx.joinByExternalCommit(info, with: credential) }
                let isGone = try await carol.transaction { tx in try await tx.commitRejected(in: pair.groupID) }
                #expect(isGone)
                #expect(try await carol.groups().isEmpty)
                #expect(try await carol.outgoing().isEmpty)
            }
        }

        @Test("an external commit is refused where it is not allowed")
        func staysClosed() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                let open = JoinOptions(config: GroupConfig(externalJoins: true))
                _ = try await carol.transaction { tx in
                    try await tx.joinByExternalCommit(info, with: credential, options: open)
                }
                let commit = try #require(try await carol.outgoing().first).bytes
                try await expect(.message(.rejected(.externalJoin))) { try await pair.alice.follow(commit) }
                try await pair.expectTalk()
            }
        }

        @Test("nothing is processed while a join waits for its answer")
        func waitsForTheAnswer() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(externalJoins: true))
                let (carol, credential) = try await world.client("carol")
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                _ = try await carol.transaction { tx in try await tx.joinByExternalCommit(info, with: credential) }
                let said = try await pair.alice.say("hello", in: pair.groupID)
                try await expect(.message(.joinPending)) { try await carol.hear(said) }
                try await expect(.group(.joinPending)) { try await carol.say("hello?", in: pair.groupID) }
            }
        }

        @Test("the echo of an external commit is told too")
        func tellsItsEcho() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(externalJoins: true))
                let (carol, credential) = try await world.client("carol")
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                _ = try await carol.transaction { tx in try await tx.joinByExternalCommit(info, with: credential) }
                let commit = try #require(try await carol.outgoing().first).bytes
                try await carol.transaction { tx in
                    guard case .ownCommit = try await tx.processMessage(commit) else { throw OwnError() }
                    _ = try await tx.commitAccepted(in: pair.groupID)
                }
                try await pair.alice.follow(commit)
                #expect(try await carol.hear(try await pair.alice.say("welcome", in: pair.groupID)) == "welcome")
            }
        }

        @Test("who came in by an external commit lets others in by one")
        func letsOthersIn() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(externalJoins: true))
                var inside = [pair.alice, pair.bob]
                for name in ["carol", "dave"] {
                    let (newcomer, credential) = try await world.client(name)
                    let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                    _ = try await newcomer.transaction { tx in
                        try await tx.joinByExternalCommit(info, with: credential)
                    }
                    let commit = try #require(try await newcomer.flush().first).bytes
                    for client in inside { try await client.follow(commit) }
                    inside.append(newcomer)
                }
                #expect(try await inside[2].hear(try await inside[3].say("let in", in: pair.groupID)) == "let in")
            }
        }

        @Test("who joins under a members name is shown as a new member")
        func showsTheImpostor() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(externalJoins: true))
                let impostor = try await MLSClient.temporary(id: "bob")
                let credential = try await impostor.transaction { tx in
                    try await tx.addCredential(.basic(.usual, identity: "bob"))
                }
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                _ = try await impostor.transaction { tx in try await tx.joinByExternalCommit(info, with: credential) }
                let commit = try #require(try await impostor.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    guard case .newMember(let leaf) = commit.sender else { throw OwnError() }
                    #expect(leaf.credential == .basic(identity: "bob"))
                    #expect(leaf.signatureKey == credential.signatureKey && commit.removed.isEmpty)
                    _ = try await tx.accept(commit)
                }
                let names = try await pair.alice.members(of: pair.groupID).map(\.credential.identity)
                #expect(names == ["alice", "bob", "bob"])
                await impostor.shutdown()
            }
        }
    }
}
