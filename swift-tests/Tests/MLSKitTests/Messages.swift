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

        @Test("a message with any bit flipped is a typed refusal and leaves the right one readable")
        func refusesFlippedBits() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let good = try await pair.alice.say("right", in: pair.groupID)
                for place in stride(from: 0, to: good.count, by: 9) {
                    var bad = good
                    bad[place] ^= 1
                    guard case .message = try await failure(of: { try await pair.bob.hear(bad) }) else {
                        Issue.record("at \(place)")
                        return
                    }
                }
                #expect(try await pair.bob.hear(good) == "right")
            }
        }

        @Test("a message tells its group before and after it is processed")
        func tellsItsGroup() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let message = try await pair.alice.say("here", in: pair.groupID)
                #expect(try GroupID(ofMessage: message) == pair.groupID)
                try await pair.bob.transaction { tx in
                    guard case .application(let heard) = try await tx.processMessage(message) else { throw OwnError() }
                    #expect(heard.groupID == pair.groupID)
                }
                let error = try await failure { try GroupID(ofMessage: Data([1, 2, 3])) }
                guard case .message(.malformed) = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }

        @Test("a message that is logged shows its length and not what is said")
        func hidesWhatIsSaid() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let message = try await pair.alice.say("a secret", in: pair.groupID)
                let received = try await pair.bob.transaction { tx in try await tx.processMessage(message) }
                for shown in ["\(received)", String(reflecting: received)] {
                    #expect(shown.contains("8 bytes") && !shown.contains("a secret") && !shown.contains("97, 32"))
                }
                var dumped = ""
                dump(received, to: &dumped)
                #expect(!dumped.contains("a secret") && !dumped.contains("97"))
            }
        }
    }
}
