import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Outbox {
        @Test("after a restart the same bytes go out and the welcome after acceptance")
        func survivesARestart() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let offered = try await alice.importKeypackage(try await bob.offer(other))
                let groupID = try await alice.transaction { tx in
                    let groupID = try await tx.createGroup(with: credential)
                    try await tx.addMembers([offered], to: groupID)
                    return groupID
                }
                let before = try await alice.outgoing()
                #expect(before.map(\.kind) == [.commit])
                #expect(before.map(\.groupID) == [groupID])
                #expect(before.map(\.recipients) == [[]])
                await alice.shutdown()

                let again = try await world.open("alice")
                #expect(try await again.outgoing() == before)
                _ = try await again.transaction { tx in try await tx.commitAccepted(in: groupID) }
                let welcomes = try await again.outgoing()
                #expect(welcomes.map(\.kind) == [.welcome])
                #expect(welcomes.map(\.recipients) == [[.basic(identity: "bob")]])
                #expect(try #require(before.first).id < #require(welcomes.first).id)
                #expect(!"\(welcomes[0])".contains("bob"))
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcomes[0].bytes) }
            }
        }

        @Test("what was rolled back is never in the outbox")
        func forgetsWhatWasRolledBack() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try? await pair.alice.transaction { tx in
                    try await tx.updateKeys(in: pair.groupID)
                    throw OwnError()
                }
                #expect(try await pair.alice.outgoing().isEmpty)
                try await pair.expectTalk()
            }
        }

        @Test("marking a commit as sent is refused and then nothing is marked")
        func refusesToMarkACommit() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let offered = try await pair.alice.importKeypackage(try await carol.offer(credential))
                try await pair.alice.transaction { tx in
                    try await tx.addMembers([offered], to: pair.groupID)
                    _ = try await tx.commitAccepted(in: pair.groupID)
                    try await tx.updateKeys(in: pair.groupID)
                }
                let outgoing = try await pair.alice.outgoing()
                #expect(Set(outgoing.map(\.kind)) == [.welcome, .commit])
                let commit = try #require(outgoing.first { $0.kind == .commit })
                let error = try await failure {
                    try await pair.alice.transaction { tx in try await tx.markSent(outgoing.map(\.id)) }
                }
                guard case .group(.notMarkable(commit.id, _)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(try await pair.alice.outgoing() == outgoing)
            }
        }

        @Test("a superseded commit tells what it was for and leaves the outbox")
        func tellsWhatWasSuperseded() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let offered = try await pair.alice.importKeypackage(try await carol.offer(credential))
                try await pair.alice.transaction { tx in try await tx.addMembers([offered], to: pair.groupID) }
                try await pair.bob.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let first = try #require(try await pair.bob.flush().first).bytes

                let change = try await pair.alice.follow(first)
                let superseded = try #require(change.superseded)
                #expect(superseded.added == [offered])
                #expect(superseded.removed.isEmpty && superseded.credential == nil && !superseded.left)
                #expect(try await pair.alice.outgoing().isEmpty)
                // The same package can be added again: its Welcome was never sent.
                try await pair.alice.transaction { tx in
                    try await tx.addMembers(superseded.added, to: pair.groupID)
                }
                let sent = try await pair.alice.flush()
                try await pair.bob.follow(sent[0].bytes)
                _ = try await carol.transaction { tx in try await tx.joinGroup(sent[1].bytes) }
                try await pair.expectTalk()
            }
        }

        @Test("deleting a group keeps what others wait for")
        func keepsWelcomes() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let offered = try await alice.importKeypackage(try await bob.offer(other))
                try await alice.transaction { tx in
                    let groupID = try await tx.createGroup(with: credential)
                    try await tx.addMembers([offered], to: groupID)
                    _ = try await tx.commitAccepted(in: groupID)
                    try await tx.updateKeys(in: groupID)
                    try await tx.deleteGroup(groupID)
                    #expect(try await tx.groups().isEmpty)
                }
                #expect(try await alice.outgoing().map(\.kind) == [.welcome])
            }
        }

        @Test("new keys are due when the old ones are old enough")
        func tellsWhatIsDue() async throws {
            try await scenario { world in
                let clock = ManualClock(Date())
                let (alice, credential) = try await world.client(options: ClientOptions(clock: clock))
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                #expect(try await alice.groupsDueForUpdate(olderThan: .days(7)).isEmpty)
                clock.set(Date().addingTimeInterval(8 * 24 * 60 * 60))
                #expect(try await alice.groupsDueForUpdate(olderThan: .days(7)) == [groupID])
                try await alice.transaction { tx in
                    try await tx.updateKeys(in: groupID)
                    _ = try await tx.commitAccepted(in: groupID)
                }
                #expect(try await alice.groupsDueForUpdate(olderThan: .days(7)).isEmpty)
            }
        }

        @Test("a leave that others did not commit is superseded")
        func supersedesALeave() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.bob.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                #expect(try await pair.bob.outgoing().map(\.kind) == [.leave])
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let change = try await pair.bob.follow(try #require(try await pair.alice.flush().first).bytes)
                #expect(change.superseded?.left == true && !change.selfRemoved)
                #expect(try await pair.bob.outgoing().isEmpty)
                try await pair.expectTalk()
            }
        }

        @Test("an outgoing message shows its length and not its bytes")
        func showsItsLength() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let message = try #require(try await pair.alice.outgoing().first)
                #expect("\(message)" == "message \(message.id), a commit of \(message.bytes.count) bytes")
            }
        }

        @Test("a second commit waits for the answer to the first")
        func commitsOneByOne() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in
                    try await tx.updateKeys(in: pair.groupID)
                    try await expect(.group(.commitPending)) { try await tx.updateKeys(in: pair.groupID) }
                    try await expect(.group(.commitPending)) { try await tx.leaveGroup(pair.groupID) }
                    #expect(try await tx.commitAccepted(in: pair.groupID).epoch == 2)
                    try await tx.updateKeys(in: pair.groupID)
                }
                #expect(try await pair.alice.outgoing().count == 1)
            }
        }

        @Test("a commit that carries anothers add names whom its welcome is for")
        func namesItsRecipients() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                var offered: [Keypackage] = []
                for name in ["carol", "dave"] {
                    let (client, credential) = try await world.client(name)
                    offered.append(try await pair.alice.importKeypackage(try await client.offer(credential)))
                }
                try await pair.alice.transaction { tx in
                    try await tx.addMembers(offered, to: pair.groupID)
                    _ = try await tx.commitAccepted(in: pair.groupID)
                }
                let welcome = try #require(try await pair.alice.outgoing().first)
                #expect(welcome.recipients == [.basic(identity: "carol"), .basic(identity: "dave")])
            }
        }
    }
}
