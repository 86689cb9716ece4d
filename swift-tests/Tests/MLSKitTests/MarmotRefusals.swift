import Foundation
import MLSKit
import Testing

/// Events of strangers, with one thing wrong in each.
extension Scenarios.MarmotProtocol {
    @Suite(.serialized) struct Refusals {
        /// A good event, and somebody who gets it spoilt.
        private struct Given {
            let world: World
            let bob: User
            let peer: User
            let keypackage: Keypackage
            let event: UnsignedEvent

            init(in world: World) async throws {
                self.world = world
                bob = try await User(in: world, name: "bob")
                peer = try await User(in: world, name: "peer")
                keypackage = try await bob.generate()
                event = try Marmot.createKeypackageEvent(with: keypackage, options: .usual)
            }

            func refusal(of event: UnsignedEvent) async throws -> MarmotError {
                let error = try await failure { try await peer.client.importKeypackageEvent(event) }
                guard case .marmot(let reason) = error else { throw error }
                return reason
            }
        }

        @Test("an event of another kind is refused")
        func refusesOtherKinds() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                for kind in [0, 444, 30443] as [UInt16] {
                    var other = given.event
                    other.kind = kind
                    #expect(try await given.refusal(of: other) == .wrongKind(found: kind))
                }
            }
        }

        @Test("an event lacks no tag and repeats none")
        func lacksNoTag() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                for tag in ["mls_protocol_version", "mls_ciphersuite", "mls_extensions", "encoding", "relays"] {
                    #expect(try await given.refusal(of: given.event.without(tag)) == .missingTag(tag: tag))
                    var twice = given.event
                    twice.tags.append([tag] + (try twice.values(tag)))
                    #expect(try await given.refusal(of: twice) == .repeatedTag(tag: tag))
                }
            }
        }

        @Test("a tag says what mip 00 says")
        func saysWhatItShould() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                let wrong: [(String, [String])] = [
                    ("mls_protocol_version", ["2.0"]),
                    ("mls_protocol_version", ["1.0", "1.0"]),
                    ("mls_ciphersuite", ["0x0002"]),
                    ("mls_ciphersuite", ["1"]),
                    ("mls_ciphersuite", []),
                    ("mls_extensions", ["0xf2ee", "10"]),
                    ("mls_extensions", ["0xf2ee", "0x000a", "0x+00a"]),
                    ("mls_extensions", ["0xf2ee", "0x000a", "0x0000a"]),
                    ("encoding", ["hex"]),
                    ("relays", []),
                ]
                for (name, values) in wrong {
                    let refused = try await given.refusal(of: given.event.with(name, values))
                    guard case .wrongTag(name, _, _) = refused else {
                        Issue.record("\(name) \(values): \(refused)")
                        continue
                    }
                }
                let unreachable = given.event.with("relays", ["wss://relay.example.com", "relay"])
                #expect(try await given.refusal(of: unreachable) == .wrongRelay(found: "relay"))
            }
        }

        @Test("the listed extensions are marmots no default ones and declared")
        func listsTheRightExtensions() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                func refusal(of values: [String]) async throws -> MarmotError {
                    try await given.refusal(of: given.event.with("mls_extensions", values))
                }
                #expect(try await refusal(of: ["0x000a"]) == .notListed(missing: Marmot.groupDataExtension))
                #expect(try await refusal(of: ["0xf2ee"]) == .notListed(missing: Marmot.lastResortExtension))
                for (type, value) in [(1, "0x0001"), (3, "0x0003"), (5, "0x0005")] as [(UInt16, String)] {
                    let refused = try await refusal(of: ["0xf2ee", "0x000a", value])
                    #expect(refused == .defaultListed(found: ExtensionType(rawValue: type)))
                }
                let more = try await refusal(of: ["0xf2ee", "0x000a", "0xff01"])
                #expect(more == .listedOnly(found: ExtensionType(rawValue: 0xFF01)))
                let other = given.event.with("mls_extensions", ["0x000A", "0xF2EE"])
                #expect(try await given.peer.client.importKeypackageEvent(other) == given.keypackage)
            }
        }

        @Test("the content is one package in base64")
        func carriesOnePackage() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                let trimmed = given.event.content.prefix { $0 != "=" }.dropFirst()
                for content in ["AAEA!", "AAE", " ", String(trimmed)] {
                    let refused = try await given.refusal(of: given.event.carrying(content))
                    guard case .notBase64 = refused else {
                        Issue.record("\(content): \(refused)")
                        continue
                    }
                }
                try await expect(.keypackage(.rejected(.empty))) {
                    try await given.peer.client.importKeypackageEvent(given.event.carrying(""))
                }
                let framed = given.event.carrying(given.keypackage.mlsMessage.base64EncodedString())
                #expect(try await given.peer.client.importKeypackageEvent(framed) == given.keypackage)
            }
        }

        /// Mallory signs an event with her own key, and puts Bob's package into it.
        @Test("an event with the package of another is refused")
        func refusesStolenPackages() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                var stolen = given.event
                stolen.pubkey = given.peer.pubkey.hex
                let expected = MarmotError.otherPublicKey(expected: stolen.pubkey, found: given.bob.pubkey.hex)
                #expect(try await given.refusal(of: stolen) == expected)
                var nobodys = given.event
                nobodys.pubkey = "A" + nobodys.pubkey.dropFirst()
                #expect(try await given.refusal(of: nobodys) == .wrongPublicKeyText(length: 64))
            }
        }

        /// The later MIP-00 has the tag, and some clients write it into events of kind 443 too.
        @Test("a reference in the event is the packages")
        func refersToThePackage() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                let ref = given.keypackage.ref.description
                let right = given.event.with("i", [ref])
                #expect(try await given.peer.client.importKeypackageEvent(right) == given.keypackage)
                let zeros = String(repeating: "00", count: 32)
                let refused = try await given.refusal(of: given.event.with("i", [zeros]))
                #expect(refused == .otherKeypackage(expected: ref, found: zeros))
            }
        }

        @Test("an error shows no more than the beginning of what a stranger wrote")
        func showsTheBeginning() async throws {
            try await scenario { world in
                let given = try await Given(in: world)
                let long = String(repeating: "é", count: 100_000)
                let refused = try await given.refusal(of: given.event.with("encoding", [long]))
                #expect(refused.description.utf8.count < 400)
            }
        }
    }
}
