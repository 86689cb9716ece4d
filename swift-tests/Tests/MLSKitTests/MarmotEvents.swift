import Foundation
import MLSKit
import Testing

/// The events that packages travel in, and what they lead to.
extension Scenarios.MarmotProtocol {
    @Suite(.serialized) struct Events {
        /// "Example: Full Workflow", to the end: from the package to a message in the group.
        @Test("the full workflow leads into a group")
        func leadsIntoAGroup() async throws {
            try await scenario { world in
                // 1. and 3. The private keys are stored already.
                let bob = try await User(in: world, name: "bob")
                let keypackage = try await bob.generate()
                // 2.
                #expect(try await bob.client.keypackageRefs() == [keypackage.ref])
                // 4. The app signs it and publishes it.
                let event = try Marmot.createKeypackageEvent(with: keypackage, options: .usual)

                // 5. Someone adds me to a group using this key package
                let alice = try await User(in: world, name: "alice")
                let received = UnsignedEvent(
                    kind: event.kind, pubkey: event.pubkey, createdAt: event.createdAt, tags: event.tags,
                    content: event.content)
                #expect(received == event)
                let fetched = try await alice.client.importKeypackageEvent(received)
                #expect(fetched == keypackage)
                let groupID = try await alice.group()
                let (_, welcome) = try await alice.client.add(fetched.bytes, to: groupID)

                // 6.
                let joined = try await bob.join(welcome)
                #expect(joined.keypackageRef == keypackage.ref)
                let adder = try #require(joined.addedBy)
                #expect(try NostrPublicKey(of: adder.credential) == alice.pubkey)
                #expect(try await bob.client.hear(try await alice.client.say("hello", in: groupID)) == "hello")
            }
        }

        /// "Publish: Share public package via Nostr (kind 443 event)": each field as MIP-00 has it.
        @Test("an event has every field of mip 00")
        func hasEveryField() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                let keypackage = try await bob.generate()
                var options = EventOptions.usual
                options.client = "mlskit's tests"
                options.createdAt = Date(timeIntervalSince1970: 1_693_876_543)
                let event = try Marmot.createKeypackageEvent(with: keypackage, options: options)
                #expect(event.kind == 443 && event.kind == Marmot.keypackageEventKind)
                #expect(event.createdAt == options.createdAt && event.pubkey == bob.pubkey.hex)
                #expect(try event.values("mls_protocol_version") == ["1.0"])
                #expect(try event.values("mls_ciphersuite") == ["0x0001"])
                #expect(try event.values("mls_extensions") == ["0xf2ee", "0x000a"])
                #expect(try event.values("encoding") == ["base64"])
                #expect(try event.values("relays") == options.relays)
                #expect(event.relays == options.relays)
                #expect(try event.values("client") == ["mlskit's tests"])
                #expect(event.tags.count == 6)
                // The bare package in base64 with padding.
                #expect(event.content == keypackage.bytes.base64EncodedString())

                options.isProtected = true
                let protected = try Marmot.createKeypackageEvent(with: keypackage, options: options)
                #expect(try protected.values("-").isEmpty)
            }
        }

        /// An event without a name in it tells nobody which app made it.
        @Test("an event has nothing that nobody asked for")
        func hasNothingElse() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                let keypackage = try await bob.generate()
                let event = try Marmot.createKeypackageEvent(with: keypackage, options: .usual)
                let names = ["mls_protocol_version", "mls_ciphersuite", "mls_extensions", "encoding", "relays"]
                #expect(event.tags.map(\.[0]) == names)
                #expect(event.createdAt == keypackage.ref.lifetime.notBefore)
                #expect(try Marmot.createKeypackageEvent(with: keypackage, options: .usual) == event)
            }
        }

        @Test("an event is not made of what is not marmots nor without relays")
        func refuses() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                let keypackage = try await bob.generate()
                func refusal(of relays: [String]) throws -> MarmotError {
                    let options = EventOptions(relays: relays)
                    return try marmotFailure { try Marmot.createKeypackageEvent(with: keypackage, options: options) }
                }
                #expect(try refusal(of: []) == .noRelays)
                for found in ["https://relay.example.com", "wss://", "wss:///path", "relay.example.com", "wss://a b"] {
                    #expect(try refusal(of: ["wss://good.example.com", found]) == .wrongRelay(found: found))
                }
                let other = try await bob.generate(KeypackageConfig())
                let refused = try marmotFailure { try Marmot.createKeypackageEvent(with: other, options: .usual) }
                #expect(refused == .notDeclared(missing: Marmot.groupDataExtension))

                func deletion(of ids: [String]) throws -> MarmotError {
                    try marmotFailure { try Marmot.createDeletionEvent(of: ids, by: bob.pubkey) }
                }
                #expect(try deletion(of: []) == .nothingToDelete)
                #expect(try deletion(of: ["abc"]) == .wrongEventID(found: "abc"))
            }
        }

        /// "Rotate: Generate new key packages periodically or after use", and "Delete old private packages after use".
        @Test("a policy has a used package replaced first and withdrawn then")
        func rotates() async throws {
            try await scenario { world in
                let (alice, bob) = (try await User(in: world, name: "alice"), try await User(in: world, name: "bob"))
                let relay = Relay(user: bob)
                try await relay.rotate()
                try await relay.rotate()
                #expect(relay.events.count == 1 && relay.deletions.isEmpty)
                let (used, event) = relay.events[0]

                // Two people fetch it.
                let fetched = try await alice.client.importKeypackageEvent(event)
                #expect(fetched.ref.lifetime.duration == .days(90) + .seconds(3600) && fetched.ref.isLastResort)
                let first = try await alice.client.add(fetched.bytes, to: try await alice.group()).welcome
                let second = try await alice.client.add(fetched.bytes, to: try await alice.group()).welcome

                // A Welcome that can't be opened deletes nothing and replaces nothing (MIP-00).
                var bad = first
                bad[bad.index(before: bad.endIndex)] ^= 1
                _ = try await failure { try await bob.join(bad) }
                try await relay.rotate()
                #expect(relay.events.count == 1 && relay.deletions.isEmpty)

                #expect(try await bob.join(first).keypackageRef == used)
                // The replacement is published before anything is deleted.
                try await relay.rotate()
                #expect(relay.events.count == 2 && relay.deletions.isEmpty)
                try await relay.rotate()
                #expect(relay.events.count == 2 && relay.deletions.count == 1)
                let deletion = try #require(relay.deletions.first)
                #expect(deletion.kind == 5 && deletion.content.isEmpty && deletion.pubkey == bob.pubkey.hex)
                #expect(try deletion.values("e") == [Relay.id(of: used)] && deletion.values("k") == ["443"])

                // The Welcome that was under way is opened, and no Welcome twice.
                #expect(try await bob.join(second).keypackageRef == used)
                try await expect(.group(.welcomeReplayed)) { try await bob.join(first) }
            }
        }
    }
}

/// The app's part: publishes what a relay is to have, and remembers the events' ids.
private final class Relay {
    let user: User
    private(set) var events: [(ref: KeypackageRef, event: UnsignedEvent)] = []
    private(set) var deletions: [UnsignedEvent] = []

    init(user: User) { self.user = user }

    /// An event's id has as many digits as a reference, and is made when it is signed.
    static func id(of ref: KeypackageRef) -> String { String(ref.description.reversed()) }

    func rotate() async throws {
        let config = try Marmot.keypackageConfig(for: user.pubkey)
        let policy = KeypackagePolicy(target: 0, lifetime: .days(90), config: config)
        let outgoing = try await user.client.maintainKeypackages(for: user.credential, policy: policy)
        for ref in outgoing.publish.map(\.ref) {
            let keypackage = try #require(try await user.client.keypackage(ref))
            events.append((ref, try Marmot.createKeypackageEvent(with: keypackage, options: .usual)))
            try await user.client.transaction { tx in try await tx.confirmPublished([ref]) }
        }
        for ref in outgoing.withdraw {
            let deletion = try Marmot.createDeletionEvent(of: [Self.id(of: ref)], by: user.pubkey)
            deletions.append(deletion)
            try await user.client.transaction { tx in try await tx.confirmWithdrawn([ref]) }
        }
    }
}

/// Marmot's error that `work` throws.
private func marmotFailure<T>(of work: () throws -> T) throws -> MarmotError {
    do {
        _ = try work()
    } catch MLSError.marmot(let error) {
        return error
    }
    throw OwnError()
}
