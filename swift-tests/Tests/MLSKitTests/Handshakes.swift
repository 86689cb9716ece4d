import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Handshakes {
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

        @Test("a commit taken back that comes back asks to rejoin")
        func asksToRejoin() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.alice.outgoing().first).bytes
                _ = try await pair.alice.transaction { tx in try await tx.commitRejected(in: pair.groupID) }
                let error = try await failure { try await pair.alice.follow(commit) }
                #expect(error == .message(.rejoin(.ownCommitLost)))
                #expect(error.localizedDescription.hasSuffix("Join again."))
            }
        }

        @Test("a commit of a proposal that is missing can be followed once it is there")
        func asksForAMissingProposal() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await pair.third(in: world)

                try await carol.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await carol.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.commitProposals(in: pair.groupID)
                }
                let commit = try #require(try await pair.alice.flush().first).bytes
                try await expect(.message(.rejoin(.missingProposal))) { try await pair.bob.follow(commit) }
                try await pair.bob.transaction { tx in _ = try await tx.processMessage(leave) }
                #expect(try await pair.bob.follow(commit).epoch == 3)
                try await pair.expectTalk()
            }
        }

        @Test("a commit that another client has processed is foreign")
        func refusesForeignCommits() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await pair.third(in: world)

                try await pair.bob.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.bob.flush().first).bytes
                try? await pair.alice.transaction { tx in
                    guard case .commit(let staged) = try await tx.processMessage(commit) else { throw OwnError() }
                    try await carol.transaction { tx in
                        try await expect(.group(.foreignCommit)) { try await tx.accept(staged) }
                    }
                    throw OwnError()
                }
                try await pair.alice.follow(commit)
                try await pair.expectTalk()
            }
        }

        @Test("echoes of ones own are told apart")
        func tellsEchoes() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.alice.outgoing().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .ownMessage = try await tx.processMessage(said) else { throw OwnError() }
                    guard case .ownCommit = try await tx.processMessage(commit) else { throw OwnError() }
                    #expect(try await tx.commitAccepted(in: pair.groupID).epoch == 2)
                }
                try await pair.bob.follow(commit)
                try await pair.expectTalk()
            }
        }

        @Test("a commit that was processed and not accepted says so when it comes again")
        func remembersWhatWasNotAccepted() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.alice.flush().first).bytes
                try await pair.bob.transaction { tx in
                    guard case .commit = try await tx.processMessage(commit) else { throw OwnError() }
                }
                try await expect(.message(.rejoin(.commitNotAccepted))) { try await pair.bob.follow(commit) }
            }
        }

        @Test("a commit of an epoch that has passed is stale")
        func refusesStaleCommits() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await pair.third(in: world)
                var commits: [Data] = []
                for client in [pair.bob, carol] {
                    try await client.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                    commits.append(try #require(try await client.outgoing().first).bytes)
                }
                try await pair.alice.transaction { tx in
                    guard case .commit(let first) = try await tx.processMessage(commits[0]),
                        case .commit(let second) = try await tx.processMessage(commits[1])
                    else { throw OwnError() }
                    _ = try await tx.accept(first)
                    try await expect(.group(.staleCommit(epoch: 2, current: 3))) { try await tx.accept(second) }
                }
            }
        }

        @Test("who drops a proposal follows anothers commit of it and speaks until then")
        func followsWhatWasDropped() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await pair.third(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.outgoing().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal = try await tx.processMessage(leave) else { throw OwnError() }
                }
                #expect(try await carol.hear(try await pair.alice.say("meanwhile", in: pair.groupID)) == "meanwhile")
                try await carol.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.commitProposals(in: pair.groupID)
                }
                try await pair.alice.follow(try #require(try await carol.flush().first).bytes)
                let names = try await pair.alice.members(of: pair.groupID).map(\.credential.identity)
                #expect(names == ["alice", "carol"])
                #expect(try await carol.hear(try await pair.alice.say("alone", in: pair.groupID)) == "alone")
            }
        }

        @Test("an add shows who comes before it counts")
        func showsNewcomers() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let (added, _) = try await pair.alice.add(try await carol.offer(credential), to: pair.groupID)
                try await pair.bob.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(added) else { throw OwnError() }
                    #expect(commit.added.map(\.credential) == [.basic(identity: "carol")])
                    #expect(commit.added.map(\.signatureKey) == [credential.signatureKey])
                    #expect(try await tx.members(of: pair.groupID).count == 2)
                    _ = try await tx.accept(commit)
                    #expect(try await tx.members(of: pair.groupID).count == 3)
                }
            }
        }

        @Test("a dropped proposal is in no commit of ones own")
        func commitsNothingThatWasDropped() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.outgoing().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal = try await tx.processMessage(leave) else { throw OwnError() }
                }
                try await pair.alice.transaction { tx in
                    try await expect(.group(.noProposals)) { try await tx.commitProposals(in: pair.groupID) }
                    try await tx.updateKeys(in: pair.groupID)
                    _ = try await tx.commitAccepted(in: pair.groupID)
                }
                #expect(try await pair.alice.members(of: pair.groupID).count == 2)
            }
        }

        @Test("proposals are kept over a restart")
        func keepsProposals() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.outgoing().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                }
                await pair.alice.shutdown()
                let again = try await world.open("alice")
                try await again.transaction { tx in try await tx.commitProposals(in: pair.groupID) }
                let change = try await pair.bob.follow(try #require(try await again.flush().first).bytes)
                #expect(change.selfRemoved)
            }
        }

        @Test("a proposal whose processing was rolled back is missing until it is processed again")
        func forgetsProposalsRolledBack() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await pair.third(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await pair.bob.outgoing().first).bytes
                try await carol.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.commitProposals(in: pair.groupID)
                }
                let commit = try #require(try await carol.flush().first).bytes
                try? await pair.alice.transaction { tx in
                    _ = try await tx.processMessage(leave)
                    throw OwnError()
                }
                try await expect(.message(.rejoin(.missingProposal))) { try await pair.alice.follow(commit) }
                try await pair.alice.transaction { tx in _ = try await tx.processMessage(leave) }
                #expect(try await pair.alice.follow(commit).epoch == 3)
            }
        }
    }
}
