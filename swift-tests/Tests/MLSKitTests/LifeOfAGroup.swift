import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct LifeOfAGroup {
        @Test("a package opens its welcome and both talk")
        func joins() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let offered = try await bob.offer(other)
                let ref = try KeypackageRef(ofKeypackage: offered)
                let (_, welcome) = try await alice.add(offered, to: groupID)

                #expect(try await bob.welcomeRefs(welcome) == [ref])
                let joined = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(joined.id == groupID)
                #expect(joined.epoch == 1)
                #expect(joined.members.map(\.credential.identity) == ["alice", "bob"])
                #expect(joined.members.map(\.isSelf) == [false, true])
                #expect(joined.addedBy == joined.members[0])
                #expect(joined.keypackageRef == ref)
                #expect(joined.externalSenders.isEmpty)
                #expect(try await bob.keypackageRefs().isEmpty)

                #expect(try await alice.groups() == [groupID])
                #expect(try await bob.groups() == [groupID])
                #expect(try await alice.epoch(of: groupID) == 1)
                #expect(try await alice.members(of: groupID).map(\.id) == joined.members.map(\.id))
                #expect(try await bob.hear(try await alice.say("Hello!", in: groupID)) == "Hello!")
                #expect(try await alice.hear(try await bob.say("Hi!", in: groupID)) == "Hi!")
            }
        }

        @Test("a message tells who says it and what was authenticated along with it")
        func tellsTheSender() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (text, aad) = (Data("Hello!".utf8), Data("in clear".utf8))
                let sealed = try await pair.alice.transaction { tx in
                    try await tx.encryptMessage(text, in: pair.groupID, aad: aad)
                }
                let bytes = try sealed.open()
                #expect(bytes.range(of: text) == nil)
                #expect(bytes.range(of: aad) != nil)
                let received = try await pair.bob.transaction { tx in try await tx.processMessage(bytes) }
                guard case .application(let message) = received else {
                    Issue.record("\(received)")
                    return
                }
                #expect(message.plaintext == text)
                #expect(message.aad == aad)
                #expect(message.epoch == 1)
                #expect(message.sender.credential == .basic(identity: "alice"))
                #expect(message.sender.id.signatureKey == pair.aliceCredential.signatureKey)
            }
        }

        @Test("a message that was rolled back stays sealed and its key is not used twice")
        func keepsMessagesSealed() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                var kept: SealedMessage?
                try? await pair.alice.transaction { tx in
                    kept = try await tx.encryptMessage(Data("never".utf8), in: pair.groupID)
                    throw OwnError()
                }
                let sealed = try #require(kept)
                try await expect(.group(.notCommitted)) { try sealed.open() }
                try await pair.alice.transaction { tx in
                    let message = try await tx.encryptMessage(Data("early".utf8), in: pair.groupID)
                    try await expect(.group(.notCommitted)) { try message.open() }
                }
                try await pair.expectTalk()
            }
        }

        @Test("a rejected commit changes nothing and drops its welcome")
        func takesACommitBack() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let offered = try await pair.alice.importKeypackage(try await carol.offer(credential))
                try await pair.alice.transaction { tx in try await tx.addMembers([offered], to: pair.groupID) }
                #expect(try await pair.alice.outgoing().map(\.kind) == [.commit])
                try await expect(.group(.commitPending)) {
                    try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                }
                let isGone = try await pair.alice.transaction { tx in try await tx.commitRejected(in: pair.groupID) }
                #expect(!isGone)
                #expect(try await pair.alice.outgoing().isEmpty)
                #expect(try await pair.alice.epoch(of: pair.groupID) == 1)
                try await expect(.group(.noPendingCommit)) {
                    try await pair.alice.transaction { tx in try await tx.commitAccepted(in: pair.groupID) }
                }
                try await pair.expectTalk()
            }
        }

        @Test("a member leaves by a proposal that another commits")
        func leaves() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                try await expect(.group(.leaving)) { try await pair.bob.say("one more thing", in: pair.groupID) }
                let leave = try #require(try await pair.bob.flush().first)
                #expect(leave.kind == .leave)

                try await pair.alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave.bytes) else {
                        throw OwnError()
                    }
                    guard case .remove(let member) = proposal.change else { throw OwnError() }
                    #expect(member.credential == .basic(identity: "bob"))
                    #expect(proposal.sender == .member(member))
                    #expect(proposal.groupID == pair.groupID)
                    try await tx.accept(proposal)
                    try await expect(.group(.spent)) { try await tx.accept(proposal) }
                    try await expect(.group(.proposalsPending)) {
                        try await tx.encryptMessage(Data(), in: pair.groupID)
                    }
                    try await tx.commitProposals(in: pair.groupID)
                }
                let commit = try #require(try await pair.alice.flush().first).bytes
                let change = try await pair.bob.follow(commit)
                #expect(change.selfRemoved && change.superseded == nil)
                try await expect(.group(.removed)) { try await pair.bob.say("still here?", in: pair.groupID) }
                try await pair.bob.transaction { tx in try await tx.deleteGroup(pair.groupID) }
                try await expect(.group(.unknownGroup(groupID: pair.groupID))) {
                    try await pair.bob.members(of: pair.groupID)
                }
                #expect(try await pair.alice.members(of: pair.groupID).count == 1)
            }
        }

        @Test("who was removed is in the group no more")
        func removesMembers() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let bob = try #require(try await pair.alice.members(of: pair.groupID).last)
                let stranger = MemberID(leafIndex: bob.id.leafIndex, signatureKey: SignatureKey(Data([1])))
                try await expect(.group(.unknownMember(leafIndex: bob.id.leafIndex))) {
                    try await pair.alice.transaction { tx in
                        try await tx.removeMembers([stranger], from: pair.groupID)
                    }
                }
                try await pair.alice.transaction { tx in try await tx.removeMembers([bob.id], from: pair.groupID) }
                let commit = try #require(try await pair.alice.flush().first).bytes
                try await pair.bob.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    #expect(commit.selfRemoved && commit.removed.map(\.isSelf) == [true])
                    #expect(try await tx.accept(commit).selfRemoved)
                }
                try await expect(.group(.removed)) { try await pair.bob.say("Hello?", in: pair.groupID) }
                #expect(try await pair.alice.members(of: pair.groupID).map(\.isSelf) == [true])
            }
        }

        @Test("both members derive the same secret and it changes with the epoch")
        func exportsSecrets() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                var secrets: [Data] = []
                for client in [pair.alice, pair.bob] {
                    secrets.append(
                        try await client.transaction { tx in
                            try await tx.exportSecret(in: pair.groupID, label: "app", context: Data([1]), length: 40)
                        }
                    )
                }
                #expect(secrets[0] == secrets[1] && secrets[0].count == 40)
                let other = try await pair.alice.transaction { tx in
                    try await tx.exportSecret(in: pair.groupID, label: "app", context: Data([2]), length: 40)
                }
                #expect(other != secrets[0])
                let later = try await pair.alice.transaction { tx in
                    try await tx.updateKeys(in: pair.groupID)
                    _ = try await tx.commitAccepted(in: pair.groupID)
                    return try await tx.exportSecret(in: pair.groupID, label: "app", context: Data([1]), length: 40)
                }
                #expect(later != secrets[0])
                let error = try await failure {
                    try await pair.alice.transaction { tx in
                        try await tx.exportSecret(in: pair.groupID, label: "app", context: Data(), length: 1_000_000)
                    }
                }
                guard case .group(.refused) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }

        @Test("who was removed is added again without deleting what is left of the group")
        func comesBackInvited() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let bobID = try #require(try await pair.alice.members(of: pair.groupID).last).id
                try await pair.alice.transaction { tx in try await tx.removeMembers([bobID], from: pair.groupID) }
                try await pair.bob.follow(try #require(try await pair.alice.flush().first).bytes)
                try await expect(.group(.removed)) { try await pair.bob.say("hello?", in: pair.groupID) }
                let (_, welcome) = try await pair.alice.add(
                    try await pair.bob.offer(pair.bobCredential), to: pair.groupID)
                _ = try await pair.bob.transaction { tx in try await tx.joinGroup(welcome) }
                try await pair.expectTalk()
            }
        }

        @Test("two clients on one file speak and hear in turn")
        func sharesAFile() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let twin = try await world.open("alice")
                for client in [pair.alice, twin, pair.alice, twin] {
                    #expect(try await pair.bob.hear(try await client.say("to bob", in: pair.groupID)) == "to bob")
                    #expect(try await client.hear(try await pair.bob.say("from bob", in: pair.groupID)) == "from bob")
                }
            }
        }
    }
}
