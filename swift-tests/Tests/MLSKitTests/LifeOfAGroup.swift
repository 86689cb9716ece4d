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

        @Test("a welcome that can not be opened leaves its package")
        func survivesABadWelcome() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let (_, welcome) = try await alice.add(try await bob.offer(other), to: groupID)
                let refs = try await bob.keypackageRefs()

                var broken = welcome
                broken[broken.count - 1] ^= 1
                let error = try await failure {
                    try await bob.transaction { tx in try await tx.joinGroup(broken) }
                }
                guard case .group(.badWelcome(let reason)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.localizedDescription.contains(reason))
                // The block may go on, too.
                try await bob.transaction { tx in _ = try? await tx.joinGroup(broken) }
                #expect(try await bob.keypackageRefs() == refs)
                #expect(try await bob.groups().isEmpty)

                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(try await bob.hear(try await alice.say("Welcome!", in: groupID)) == "Welcome!")
            }
        }

        @Test("a join that is rolled back leaves the package to the same welcome")
        func rollsAJoinBack() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let (_, welcome) = try await alice.add(try await bob.offer(other), to: groupID)
                try? await bob.transaction { tx in
                    let joined = try await tx.joinGroup(welcome)
                    #expect(joined.addedBy?.credential == .basic(identity: "alice"))
                    throw OwnError()
                }
                #expect(try await bob.keypackageRefs().count == 1)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(try await bob.keypackageRefs().isEmpty)
            }
        }

        @Test("a replayed welcome finds its package gone")
        func refusesAReplay() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let (_, welcome) = try await alice.add(try await bob.offer(other), to: groupID)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                let gone = MLSError.group(.noMatchingKeypackage)
                try await expect(gone) { try await bob.transaction { tx in try await tx.joinGroup(welcome) } }
                try await expect(gone) { try await bob.welcomeRefs(welcome) }
            }
        }

        @Test("a last resort package opens a welcome once")
        func keepsTheLastResort() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let offered = try await bob.offer(other, config: KeypackageConfig(isLastResort: true))
                let refs = try await bob.keypackageRefs()
                #expect(refs.map(\.isLastResort) == [true])

                for _ in 0..<2 {
                    let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                    let (_, welcome) = try await alice.add(offered, to: groupID)
                    _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                    #expect(try await bob.keypackageRefs() == refs)
                    try await expect(.group(.welcomeReplayed)) {
                        try await bob.transaction { tx in
                            try await tx.joinGroup(welcome, options: JoinOptions(replace: true))
                        }
                    }
                }
                #expect(try await bob.groups().count == 2)
            }
        }

        @Test("who is in a group joins it again only if told to replace it")
        func replacesOnRequest() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let bobID = try #require(try await pair.alice.members(of: pair.groupID).last).id
                try await pair.alice.transaction { tx in try await tx.removeMembers([bobID], from: pair.groupID) }
                _ = try await pair.alice.flush()
                let offered = try await pair.bob.offer(pair.bobCredential)
                let (_, welcome) = try await pair.alice.add(offered, to: pair.groupID)
                try await expect(.group(.alreadyJoined(groupID: pair.groupID))) {
                    try await pair.bob.transaction { tx in try await tx.joinGroup(welcome) }
                }
                _ = try await pair.bob.transaction { tx in
                    try await tx.joinGroup(welcome, options: JoinOptions(replace: true))
                }
                try await pair.expectTalk()
            }
        }

        @Test("a tree out of band opens a welcome without one")
        func takesATree() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in
                    try await tx.createGroup(with: credential, config: GroupConfig(ratchetTreeInWelcome: false))
                }
                let (_, welcome) = try await alice.add(try await bob.offer(other), to: groupID)
                try await expect(.group(.ratchetTreeMissing)) {
                    try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                }
                let tree = try await alice.ratchetTree(of: groupID)
                _ = try await bob.transaction { tx in
                    try await tx.joinGroup(welcome, options: JoinOptions(ratchetTree: tree))
                }
                #expect(try await bob.hear(try await alice.say("Hello!", in: groupID)) == "Hello!")
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

        @Test("a member moves to a new credential and the old one can go")
        func movesToANewCredential() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await expect(.credential(.credentialInUse(groupID: pair.groupID))) {
                    try await pair.bob.transaction { tx in try await tx.removeCredential(pair.bobCredential) }
                }
                let fresh = try await pair.bob.transaction { tx in
                    let fresh = try await tx.addCredential(.basic(.usual, identity: pair.bob.id))
                    try await tx.updateKeys(in: pair.groupID, movingTo: fresh)
                    return fresh
                }
                let commit = try #require(try await pair.bob.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    #expect(commit.groupID == pair.groupID)
                    #expect(commit.updated.map(\.before.id.signatureKey) == [pair.bobCredential.signatureKey])
                    #expect(commit.updated.map(\.after.signatureKey) == [fresh.signatureKey])
                    #expect(commit.sender == .member(commit.updated[0].before))
                    #expect(commit.added.isEmpty && commit.removed.isEmpty && !commit.selfRemoved)
                    #expect(commit.externalSenders == nil)
                    #expect(try await tx.accept(commit).epoch == 2)
                    try await expect(.group(.spent)) { try await tx.accept(commit) }
                }
                try await pair.bob.transaction { tx in try await tx.removeCredential(pair.bobCredential) }
                #expect(try await pair.bob.credentials() == [fresh])
                try await pair.expectTalk()
            }
        }

        @Test("a commit is of use once and in its own transaction only")
        func dropsACommit() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.bob.flush().first).bytes
                var kept: StagedCommit?
                try? await pair.alice.transaction { tx in
                    if case .commit(let commit) = try await tx.processMessage(commit) { kept = commit }
                    throw OwnError()
                }
                let dropped = try #require(kept)
                #expect(try await pair.alice.epoch(of: pair.groupID) == 1)
                try await expect(.group(.spent)) {
                    try await pair.alice.transaction { tx in try await tx.accept(dropped) }
                }
                // What was rolled back can be processed again.
                try await pair.alice.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    #expect(try await tx.accept(commit).epoch == 2)
                    try await expect(.group(.spent)) { try await tx.accept(commit) }
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

        @Test("an accepted proposal can be dropped")
        func dropsProposals() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.dropProposals(in: pair.groupID)
                    try await expect(.group(.noProposals)) { try await tx.commitProposals(in: pair.groupID) }
                }
                #expect(try await pair.bob.hear(try await pair.alice.say("stay", in: pair.groupID)) == "stay")
            }
        }

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

        @Test("a proposal is of use in its own transaction only")
        func spendsProposals() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.flush().first).bytes
                var kept: ReceivedProposal?
                try? await pair.alice.transaction { tx in
                    if case .proposal(let proposal) = try await tx.processMessage(leave) { kept = proposal }
                    throw OwnError()
                }
                let dropped = try #require(kept)
                try await pair.alice.transaction { tx in
                    try await expect(.group(.spent)) { try await tx.accept(dropped) }
                    try await expect(.group(.noProposals)) { try await tx.commitProposals(in: pair.groupID) }
                }
            }
        }
    }
}
