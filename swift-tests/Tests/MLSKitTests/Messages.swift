import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Messages {
        @Test("a message that was processed before is a duplicate")
        func knowsDuplicates() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                _ = try await pair.bob.hear(said)
                try await expect(.message(.duplicate)) { try await pair.bob.hear(said) }
                try await pair.expectTalk()
            }
        }

        @Test("a message whose processing was rolled back can be processed again")
        func forgetsWhatWasRolledBack() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                try? await pair.bob.transaction { tx in
                    _ = try await tx.processMessage(said)
                    throw OwnError()
                }
                #expect(try await pair.bob.hear(said) == "Hello!")
            }
        }

        @Test("many messages are encrypted in one call and come back in their order")
        func encryptsMany() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let messages = (0..<100).map { number in
                    PlainMessage(Data("text \(number)".utf8), aad: Data("number \(number)".utf8))
                }
                var lost: [SealedMessage] = []
                try? await pair.alice.transaction { tx in
                    #expect(try await tx.encryptMessages([], in: pair.groupID).isEmpty)
                    lost = try await tx.encryptMessages(messages, in: pair.groupID)
                    try await expect(.group(.notCommitted)) { try #require(lost.last).open() }
                    throw OwnError()
                }
                #expect(lost.count == 100)
                for message in lost { try await expect(.group(.notCommitted)) { try message.open() } }

                let sealed = try await pair.alice.transaction { tx in
                    try await tx.encryptMessages(messages, in: pair.groupID)
                }
                var heard: [PlainMessage] = []
                for message in sealed {
                    let bytes = try message.open()
                    let received = try await pair.bob.transaction { tx in try await tx.processMessage(bytes) }
                    guard case .application(let text) = received else { throw OwnError() }
                    heard.append(PlainMessage(text.plaintext, aad: text.aad))
                }
                #expect(heard == messages)
                #expect("\(messages[0])" == "PlainMessage(6 bytes, 8 in clear)")
            }
        }

        @Test("messages out of order are all read once")
        func readsInAnyOrder() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                var said: [Data] = []
                for number in 0..<5 { said.append(try await pair.alice.say("\(number)", in: pair.groupID)) }
                for number in [3, 0, 4, 2, 1] {
                    #expect(try await pair.bob.hear(said[number]) == "\(number)")
                }
            }
        }

        @Test("a message of the next epoch waits for its commit")
        func waitsForACommit() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let commit = try #require(try await pair.alice.flush().first).bytes
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                try await expect(.message(.futureEpoch(epoch: 2, current: 1))) { try await pair.bob.hear(said) }
                try await pair.bob.follow(commit)
                #expect(try await pair.bob.hear(said) == "Hello!")
            }
        }

        @Test("a message is read as long as its epoch is kept")
        func keepsPastEpochs() async throws {
            try await scenario { world in
                let config = GroupConfig(pastEpochs: 1)
                let pair = try await Pair(in: world, config: config)
                let (one, other) = (
                    try await pair.alice.say("one", in: pair.groupID),
                    try await pair.alice.say("other", in: pair.groupID)
                )
                for _ in 0..<2 {
                    try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                    try await pair.bob.follow(try #require(try await pair.alice.flush().first).bytes)
                    if try await pair.bob.epoch(of: pair.groupID) == 2 {
                        #expect(try await pair.bob.hear(one) == "one")
                    }
                }
                try await expect(.message(.tooOld(epoch: 1, current: 3))) { try await pair.bob.hear(other) }
            }
        }

        @Test("a message of an unknown group says so")
        func knowsItsGroups() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let carol = try await world.open("carol")
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                try await expect(.message(.unknownGroup(groupID: pair.groupID))) { try await carol.hear(said) }
                try await expect(.group(.unknownGroup(groupID: pair.groupID))) {
                    try await carol.epoch(of: pair.groupID)
                }
            }
        }

        @Test("garbage of every length is malformed")
        func rejectsGarbage() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                for length in [0, 1, 2, 3, 4, 50, 500] {
                    let error = try await failure { try await pair.bob.hear(Data(repeating: 0xEE, count: length)) }
                    guard case .message(.malformed) = error else {
                        Issue.record("\(length) bytes: \(error)")
                        return
                    }
                }
                try await pair.expectTalk()
            }
        }

        @Test("a bad signature or tag is not authentic")
        func rejectsForgeries() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let said = try await pair.alice.say("Hello!", in: pair.groupID)
                var forged = said
                forged[forged.count - 1] ^= 1
                let error = try await failure { try await pair.bob.hear(forged) }
                guard case .message(.rejected(.notAuthentic)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(try await pair.bob.hear(said) == "Hello!")
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

        @Test("who was removed is in the group no more")
        func removesMembers() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let bob = try #require(try await pair.alice.members(of: pair.groupID).last)
                let stranger = MemberID(leafIndex: bob.id.leafIndex, signatureKey: Data([1]))
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

        @Test("numbers out of bounds are refused")
        func checksSettings() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client()
                for config in [GroupConfig(pastEpochs: 65), GroupConfig(padding: 65_537)] {
                    let error = try await failure {
                        try await alice.transaction { tx in
                            try await tx.createGroup(with: credential, config: config)
                        }
                    }
                    guard case .group(.settingTooLarge(_, let limit, let found)) = error, found == limit + 1 else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
        }

        @Test("who lacks a required extension is not added and who knows it joins")
        func requiresCapabilities() async throws {
            try await scenario { world in
                let own = ExtensionType(rawValue: 0xF2EE)
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let config = GroupConfig(contextExtensions: [
                    .requiredCapabilities(extensions: [own], proposals: [], credentials: [.basic])
                ])
                let groupID = try await alice.transaction { tx in
                    try await tx.createGroup(with: credential, config: config)
                }
                let plain = try await alice.importKeypackage(try await bob.offer(other))
                let error = try await failure {
                    try await alice.transaction { tx in try await tx.addMembers([plain], to: groupID) }
                }
                guard case .group(.refused) = error else {
                    Issue.record("\(error)")
                    return
                }
                let able = try await bob.offer(other, config: KeypackageConfig(supportedExtensions: [own]))
                let (_, welcome) = try await alice.add(able, to: groupID)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(try await bob.hear(try await alice.say("Hello!", in: groupID)) == "Hello!")
            }
        }

        @Test("an extension that can not stand in a context is refused")
        func checksContextExtensions() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client()
                try await alice.transaction { tx in
                    let misplaced = GroupConfig(contextExtensions: [.lastResort])
                    try await expect(.group(.extensionMisplaced(found: .lastResort))) {
                        try await tx.createGroup(with: credential, config: misplaced)
                    }
                    let own = MLSExtension.other(ExtensionType(rawValue: 0xF2EE), Data())
                    try await expect(.group(.duplicateExtension(found: ExtensionType(rawValue: 0xF2EE)))) {
                        try await tx.createGroup(with: credential, config: GroupConfig(contextExtensions: [own, own]))
                    }
                    let demanding = GroupConfig(contextExtensions: [
                        .requiredCapabilities(extensions: [], proposals: [0xF003], credentials: [])
                    ])
                    let error = try await failure { try await tx.createGroup(with: credential, config: demanding) }
                    guard case .group(.capabilityNotSupported) = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
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

        @Test("a package that expires soon is not added")
        func refusesShortLives() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let config = KeypackageConfig(lifespan: .lasting(.seconds(3600)))
                let offered = try await pair.alice.importKeypackage(
                    try await pair.bob.offer(pair.bobCredential, config: config)
                )
                let error = try await failure {
                    try await pair.alice.transaction { tx in try await tx.addMembers([offered], to: pair.groupID) }
                }
                guard case .keypackage(.expiresTooSoon(let remaining, .days(1))) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(remaining <= .seconds(3600) && remaining > .seconds(3000))
            }
        }

        @Test("a credential that does not fit the group is refused")
        func checksTheSuite() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in
                    let other = try await tx.addCredential(.basic(.p256AES128GCM, identity: pair.alice.id))
                    try await expect(.group(.differentCiphersuite(expected: .usual, found: .p256AES128GCM))) {
                        try await tx.updateKeys(in: pair.groupID, movingTo: other)
                    }
                }
            }
        }

        @Test("one bad message does not poison a batch")
        func goesOnAfterABadMessage() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let one = try await pair.alice.say("one", in: pair.groupID)
                let other = try await pair.alice.say("other", in: pair.groupID)
                try await pair.bob.transaction { tx in
                    for bytes in [one, Data([1, 2, 3]), one, other] {
                        do {
                            guard case .application = try await tx.processMessage(bytes) else { throw OwnError() }
                        } catch MLSError.message {
                            continue
                        }
                    }
                }
                try await expect(.message(.duplicate)) { try await pair.bob.hear(other) }
                try await pair.expectTalk()
            }
        }

        @Test("a sealed message opens after its commit and as often as asked")
        func opensAsOftenAsAsked() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let sealed = try await pair.alice.transaction { tx in
                    try await tx.encryptMessage(Data("Hello!".utf8), in: pair.groupID)
                }
                let bytes = try sealed.open()
                #expect(try sealed.open() == bytes)
                #expect(try await pair.bob.hear(bytes) == "Hello!")
            }
        }

        @Test("a group that is unknown is told by every call")
        func knowsNoStrangers() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                let group = GroupID(Data([1, 2, 3]))
                let unknown = MLSError.group(.unknownGroup(groupID: group))
                #expect("\(group)" == "010203")
                try await expect(unknown) { try await client.members(of: group) }
                try await expect(unknown) { try await client.epoch(of: group) }
                try await expect(unknown) { try await client.ratchetTree(of: group) }
                try await client.transaction { tx in
                    try await expect(unknown) { try await tx.members(of: group) }
                    try await expect(unknown) { try await tx.epoch(of: group) }
                    try await expect(unknown) { try await tx.addMembers([], to: group) }
                    try await expect(unknown) { try await tx.removeMembers([], from: group) }
                    try await expect(unknown) { try await tx.updateKeys(in: group) }
                    try await expect(unknown) { try await tx.commitProposals(in: group) }
                    try await expect(unknown) { try await tx.dropProposals(in: group) }
                    try await expect(unknown) { try await tx.leaveGroup(group) }
                    try await expect(unknown) { try await tx.commitAccepted(in: group) }
                    try await expect(unknown) { try await tx.commitRejected(in: group) }
                    try await expect(unknown) { try await tx.encryptMessage(Data(), in: group) }
                    try await expect(unknown) {
                        try await tx.exportSecret(in: group, label: "app", context: Data(), length: 32)
                    }
                    try await expect(unknown) { try await tx.groupInfo(of: group) }
                    try await expect(unknown) { try await tx.deleteGroup(group) }
                }
            }
        }

        @Test("a message far ahead of others of its sender is rejected")
        func rejectsWhatIsFarAhead() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let sealed = try await pair.alice.transaction { tx in
                    var sealed: [SealedMessage] = []
                    for number in 0...1001 {
                        sealed.append(try await tx.encryptMessage(Data("\(number)".utf8), in: pair.groupID))
                    }
                    return sealed
                }
                let last = try #require(sealed.last).open()
                try await expect(.message(.rejected(.tooFarAhead))) { try await pair.bob.hear(last) }
                #expect(try await pair.bob.hear(try sealed[500].open()) == "500")
                #expect(try await pair.bob.hear(last) == "1001")
            }
        }

        @Test("a commit of a proposal that is missing can be followed once it is there")
        func asksForAMissingProposal() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let (added, welcome) = try await pair.alice.add(try await carol.offer(credential), to: pair.groupID)
                try await pair.bob.follow(added)
                _ = try await carol.transaction { tx in try await tx.joinGroup(welcome) }

                try await carol.transaction { tx in try await tx.leaveGroup(pair.groupID) }
                let leave = try #require(try await carol.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.commitProposals(in: pair.groupID)
                }
                let commit = try #require(try await pair.alice.flush().first).bytes
                try await expect(.message(.rejoin(.missingProposal))) { try await pair.bob.follow(commit) }
                try await pair.bob.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                }
                #expect(try await pair.bob.follow(commit).epoch == 3)
                try await pair.expectTalk()
            }
        }

        @Test("nobody moves to a type of credential that a member does not know")
        func asksWhatMembersKnow() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let simple = KeypackageConfig(capabilities: Capabilities(credentials: [.basic]))
                _ = try await alice.add(try await bob.offer(other, config: simple), to: groupID)
                try await alice.transaction { tx in
                    let certified = try await tx.addCredential(Certificates.credential())
                    try await expect(.group(.credentialTypeNotSupported(credentialType: .x509, leafIndex: 1))) {
                        try await tx.updateKeys(in: groupID, movingTo: certified)
                    }
                }
            }
        }

        @Test("a commit that another client has processed is foreign")
        func refusesForeignCommits() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let (added, welcome) = try await pair.alice.add(try await carol.offer(credential), to: pair.groupID)
                try await pair.bob.follow(added)
                _ = try await carol.transaction { tx in try await tx.joinGroup(welcome) }

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

        @Test("what belongs to another call is named")
        func tellsWhereThingsBelong() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                let offered = try await carol.transaction { tx in try await tx.generateKeypackage(for: credential) }
                let (_, welcome) = try await pair.alice.add(offered.bytes, to: pair.groupID)
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                try await expect(.message(.misplacedWelcome)) { try await carol.hear(welcome) }
                try await expect(.message(.misplacedGroupInfo)) { try await carol.hear(info) }
                try await expect(.message(.misplacedKeypackage)) { try await carol.hear(offered.mlsMessage) }
                _ = try await carol.transaction { tx in try await tx.joinGroup(welcome) }
            }
        }
    }
}
