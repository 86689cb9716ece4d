import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Welcomes {
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

        @Test("who outside of a group may propose is shown to who joins")
        func showsExternalSenders() async throws {
            try await scenario { world in
                let outsider = ExternalSender(
                    credential: .basic(identity: "directory"),
                    signatureKey: try await world.client("directory").credential.signatureKey
                )
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let config = GroupConfig(contextExtensions: [.externalSenders([outsider])])
                let groupID = try await alice.transaction { tx in
                    try await tx.createGroup(with: credential, config: config)
                }
                let (_, welcome) = try await alice.add(try await bob.offer(other), to: groupID)
                let joined = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(joined.externalSenders == [outsider])
            }
        }

        @Test("a welcome for another client is for no package of this one")
        func refusesAnothersWelcome() async throws {
            try await scenario { world in
                let (bob, welcome) = try await invited(in: world)
                let (carol, credential) = try await world.client("carol")
                _ = try await carol.offer(credential)
                try await expect(.group(.noMatchingKeypackage)) {
                    try await carol.transaction { tx in try await tx.joinGroup(welcome) }
                }
                try await expectStored(1, in: carol)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
            }
        }

        @Test("a truncated or lengthened welcome is malformed and leaves the package")
        func refusesCutWelcomes() async throws {
            try await scenario { world in
                let (bob, welcome) = try await invited(in: world)
                for bad in [welcome.prefix(welcome.count / 2), welcome.prefix(8), welcome + Data([1, 2, 3]), Data()] {
                    let error = try await failure { try await bob.transaction { tx in try await tx.joinGroup(bad) } }
                    guard case .message(.malformed) = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
                try await expectStored(1, in: bob)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
            }
        }

        @Test("a bare welcome is taken like one in an mls message")
        func takesBareWelcomes() async throws {
            try await scenario { world in
                let (bob, welcome) = try await invited(in: world)
                _ = try await bob.transaction { tx in try await tx.joinGroup(Data(welcome.dropFirst(4))) }
                #expect(try await bob.groups().count == 1)
            }
        }

        /// Bob with a Welcome of alice's.
        private func invited(in world: World) async throws -> (MLSClient, Data) {
            let (alice, credential) = try await world.client("alice")
            let (bob, other) = try await world.client("bob")
            let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
            return (bob, try await alice.add(try await bob.offer(other), to: groupID).welcome)
        }

        @Test("a replacement that fails leaves the old group")
        func keepsTheOldGroup() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let bobID = try #require(try await pair.alice.members(of: pair.groupID).last).id
                try await pair.alice.transaction { tx in try await tx.removeMembers([bobID], from: pair.groupID) }
                _ = try await pair.alice.flush()
                let (_, good) = try await pair.alice.add(try await pair.bob.offer(pair.bobCredential), to: pair.groupID)
                var bad = good
                bad[bad.count - 1] ^= 1
                let replacing = JoinOptions(replace: true)
                let error = try await failure {
                    try await pair.bob.transaction { tx in try await tx.joinGroup(bad, options: replacing) }
                }
                guard case .group(.badWelcome) = error else { throw error }
                #expect(try await pair.bob.epoch(of: pair.groupID) == 1)
                try await expectStored(1, in: pair.bob)
                _ = try await pair.bob.transaction { tx in try await tx.joinGroup(good, options: replacing) }
                try await pair.expectTalk()
            }
        }
    }
}
