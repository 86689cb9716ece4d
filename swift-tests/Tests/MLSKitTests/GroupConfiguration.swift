import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct GroupConfiguration {
        @Test("numbers out of bounds are refused")
        func checksSettings() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client()
                for config in [
                    GroupConfig(pastEpochs: 65), GroupConfig(padding: 65_537), GroupConfig(lateMessages: 1025),
                    GroupConfig(skippedMessages: 65_537),
                ] {
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
                }
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

        @Test("capabilities that this client lacks can not be required")
        func requiresWhatItKnows() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client()
                let demanding = GroupConfig(contextExtensions: [
                    .requiredCapabilities(extensions: [], proposals: [0xF003], credentials: [])
                ])
                let error = try await failure {
                    try await alice.transaction { tx in try await tx.createGroup(with: credential, config: demanding) }
                }
                guard case .group(.capabilityNotSupported) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }

        @Test("groups are listed in the order in which they were made")
        func keepsTheirOrder() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client()
                var made: [GroupID] = []
                for _ in 0..<5 {
                    made.append(try await alice.transaction { tx in try await tx.createGroup(with: credential) })
                }
                #expect(try await alice.groups() == made)
                #expect(try await alice.transaction { tx in try await tx.groups() } == made)
            }
        }

        @Test("what a group is configured to do holds at once and after opening again")
        func configures() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let (carol, credential) = try await world.client("carol")
                try await pair.alice.transaction { tx in
                    try await tx.configureGroup(pair.groupID, to: GroupConfig(externalJoins: true))
                }
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: pair.groupID) }
                await pair.alice.shutdown()
                let again = try await world.open("alice")
                _ = try await carol.transaction { tx in try await tx.joinByExternalCommit(info, with: credential) }
                try await again.follow(try #require(try await carol.flush().first).bytes)
                #expect(try await carol.hear(try await again.say("come in", in: pair.groupID)) == "come in")
                let error = try await failure {
                    try await again.transaction { tx in
                        try await tx.configureGroup(pair.groupID, to: GroupConfig(pastEpochs: 65))
                    }
                }
                guard case .group(.settingTooLarge) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }

        @Test("who creates and who joins say how many messages may be missing")
        func limitsWhatIsMissing() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(skippedMessages: 2))
                var sent: [Data] = []
                for number in 0..<4 { sent.append(try await pair.alice.say("\(number)", in: pair.groupID)) }
                try await expect(.message(.rejected(.tooFarAhead))) { try await pair.bob.hear(sent[3]) }
                #expect(try await pair.bob.hear(sent[2]) == "2")
            }
        }

        @Test("where none may be late the order is strict")
        func keepsToTheOrder() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(lateMessages: 0))
                let first = try await pair.alice.say("first", in: pair.groupID)
                let second = try await pair.alice.say("second", in: pair.groupID)
                #expect(try await pair.bob.hear(second) == "second")
                try await expect(.message(.tooOld(epoch: 1, current: 1))) { try await pair.bob.hear(first) }
                try await pair.expectTalk()
            }
        }

        @Test("by default a burst that is turned around is read")
        func readsATurnedBurst() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                var sent: [Data] = []
                for number in 0..<33 { sent.append(try await pair.alice.say("\(number)", in: pair.groupID)) }
                for number in sent.indices.reversed() {
                    #expect(try await pair.bob.hear(sent[number]) == "\(number)")
                }
            }
        }

        @Test("who creates and who joins say how many messages may overtake one and it stays so")
        func limitsWhatOvertakes() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world, config: GroupConfig(lateMessages: 2))
                await pair.bob.shutdown()
                let again = try await world.open("bob")
                for (from, to) in [(pair.alice, again), (again, pair.alice)] {
                    var sent: [Data] = []
                    for number in 0..<4 { sent.append(try await from.say("\(number)", in: pair.groupID)) }
                    #expect(try await to.hear(sent[3]) == "3")
                    try await expect(.message(.tooOld(epoch: 1, current: 1))) { try await to.hear(sent[0]) }
                    #expect(try await to.hear(sent[1]) == "1")
                    #expect(try await to.hear(sent[2]) == "2")
                }
            }
        }
    }
}
