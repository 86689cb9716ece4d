import Foundation
import MLSKit
import Testing

private let hex = "884704bd421671e01c13f854d2ce23ce2a5bfe9562f4f297ad2bc921ba30c3a6"
private let otherSuite = Ciphersuite.x25519ChaCha20Poly1305Ed25519

/// Packages that keep Marmot's rules, whoever asks for what.
extension Scenarios.MarmotProtocol {
    @Suite(.serialized) struct Packages {
        @Test("a nostr key is 32 bytes or 64 lowercase digits")
        func readsKeys() throws {
            let pubkey = try NostrPublicKey(hex: hex)
            #expect(pubkey.bytes.prefix(4) == Data([0x88, 0x47, 0x04, 0xBD]))
            #expect(pubkey.hex == hex && pubkey.description == hex)
            #expect(try NostrPublicKey(pubkey.bytes) == pubkey)
            #expect(pubkey.clientID == ClientID(pubkey.bytes))
            for length in [0, 31, 33, 64] {
                #expect(throws: MLSError.marmot(.wrongPublicKeyLength(found: UInt64(length)))) {
                    try NostrPublicKey(Data(repeating: 1, count: length))
                }
            }
            let wrong = [
                "", String(hex.dropFirst(2)), hex.uppercased(), hex + "00", "+" + hex.dropFirst(), "npub1xyz",
            ]
            for text in wrong {
                #expect(throws: MLSError.marmot(.wrongPublicKeyText(length: UInt64(text.utf8.count)))) {
                    try NostrPublicKey(hex: text)
                }
            }
        }

        /// "Capabilities": what `ensureMarmotCapabilities` adds, and what RFC 9420 and MIP-00 forbid.
        @Test("capabilities get what marmot asks for and keep the rest")
        func ensuresCapabilities() throws {
            let defaults = try Marmot.defaultCapabilities()
            #expect(defaults.versions == [1] && defaults.ciphersuites == [Marmot.ciphersuite])
            #expect(defaults.extensions == [Marmot.groupDataExtension, Marmot.lastResortExtension])
            #expect(defaults.extensions.map(\.rawValue) == [0xF2EE, 0x000A])
            #expect(defaults.proposals.isEmpty && defaults.credentials == [.basic])
            #expect(try Marmot.ensureCapabilities(defaults) == defaults)

            let own = ExtensionType(rawValue: 0xFF01)
            let (add, selfRemove): (UInt16, UInt16) = (1, 0x000A)
            let mine = Capabilities(
                ciphersuites: [otherSuite],
                extensions: [own, .requiredCapabilities, .lastResort],
                proposals: [add, selfRemove],
                credentials: [.x509]
            )
            let ensured = try Marmot.ensureCapabilities(mine)
            #expect(ensured.ciphersuites == [otherSuite, Marmot.ciphersuite])
            #expect(ensured.extensions == [own, .lastResort, Marmot.groupDataExtension])
            #expect(ensured.proposals == [selfRemove] && ensured.credentials == [.x509, .basic])
        }

        /// "Generating Key Packages", with its 7776000 seconds, although the client's limit is 84 days; "Marmot
        /// Requirements", "Key Package References" and "Default Extensions".
        @Test("a generated package keeps every rule")
        func generates() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                let keypackage = try await bob.generate(lifetime: .seconds(7_776_000))
                // Each window begins an hour ago, for peers whose clocks are behind.
                #expect(keypackage.ref.lifetime.duration == .seconds(7_776_000 + 3600))
                let usual = try await bob.generate()
                #expect(usual.ref.lifetime.duration == KeypackageConfig.defaultLifetime + .seconds(3600))

                let info = try keypackage.info()
                #expect(info.ciphersuite == Marmot.ciphersuite)
                #expect(info.credential == .basic(identity: bob.pubkey.clientID))
                #expect(try NostrPublicKey(of: info.credential) == bob.pubkey)
                #expect(try Marmot.defaultCapabilities() == info.capabilities)
                #expect(Marmot.keypackageDefaultExtensions == [.lastResort])
                #expect(info.extensions.map(\.type) == [Marmot.lastResortExtension] && info.isLastResort)

                #expect(keypackage.ref.hashRef.bytes.count == 32)
                #expect(try KeypackageRef(ofKeypackage: keypackage.bytes) == keypackage.ref)
                let peer = try await User(in: world, name: "peer")
                #expect(try await peer.client.importKeypackage(keypackage.bytes) == keypackage)
            }
        }

        @Test("a lifetime over 90 days is refused")
        func refusesLongLifetimes() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                #expect(Marmot.maxLifetime == .days(90))
                let asked = Marmot.maxLifetime + .seconds(1)
                let tooLong = MLSError.marmot(.lifetimeTooLong(asked: asked, limit: .days(90)))
                try await expect(tooLong) { try await bob.generate(lifetime: asked) }
                #expect(throws: tooLong) { try Marmot.keypackageConfig(for: bob.pubkey, lifetime: asked) }

                // Nor by the way around.
                var config = try Marmot.keypackageConfig(for: bob.pubkey)
                config.lifespan = .lasting(asked)
                try await expect(.keypackage(.lifetimeTooLong(asked: asked, limit: .days(90)))) {
                    try await bob.generate(config)
                }

                // Outside of Marmot the client's own limit holds.
                try await expect(.keypackage(.lifetimeTooLong(asked: .days(90), limit: .days(84)))) {
                    try await bob.generate(KeypackageConfig(lifespan: .lasting(.days(90))))
                }
            }
        }

        @Test("a client whose packages live shortly makes short lived ones by default")
        func livesShortly() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob", options: ClientOptions(maxLifetime: .days(30)))
                let keypackage = try await bob.generate()
                #expect(keypackage.ref.lifetime.duration == .days(30) + .seconds(3600))
                let config = try Marmot.keypackageConfig(for: bob.pubkey)
                #expect(try await bob.generate(config).ref.lifetime.duration == .days(30) + .seconds(3600))
            }
        }

        @Test("a package for another suite or another kind of credential is refused")
        func refusesOtherCredentials() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                let (client, id) = (bob.client, bob.client.id)
                let (other, x509) = try await client.transaction { tx in
                    (
                        try await tx.addCredential(.basic(otherSuite, identity: id)),
                        try await tx.addCredential(Certificates.credential())
                    )
                }
                func generate(_ credential: CredentialRef) async throws -> Keypackage {
                    try await client.transaction { tx in try await tx.generateMarmotKeypackage(for: credential) }
                }
                try await expect(.marmot(.wrongCiphersuite(found: otherSuite))) { try await generate(other) }
                try await expect(.marmot(.notBasic(found: .x509))) { try await generate(x509) }
                #expect(throws: MLSError.marmot(.notBasic(found: .x509))) { try NostrPublicKey(of: x509.credential) }

                // Nor by the way around.
                let config = try Marmot.keypackageConfig(for: bob.pubkey)
                func configured(_ credential: CredentialRef) async throws -> Keypackage {
                    try await client.transaction { tx in
                        try await tx.generateKeypackage(for: credential, config: config)
                    }
                }
                let suite = CredentialError.unsupportedCiphersuite(found: otherSuite, supported: [Marmot.ciphersuite])
                try await expect(.credential(suite)) { try await configured(other) }
                let refused = try await failure { try await configured(x509) }
                guard case .credential(.differentIdentity(_, found: "none")) = refused else { throw refused }
            }
        }

        /// A key in hexadecimal digits, as some clients had it, is not what a peer compares with.
        @Test("an identity that is no raw key is refused")
        func refusesDigits() async throws {
            try await scenario { world in
                let client = try await world.open("bob", id: ClientID(hex))
                let credential = try await client.transaction { tx in
                    try await tx.addCredential(.basic(Marmot.ciphersuite, identity: client.id))
                }
                try await expect(.marmot(.wrongPublicKeyLength(found: 64))) {
                    try await client.transaction { tx in try await tx.generateMarmotKeypackage(for: credential) }
                }
            }
        }

        /// A life cycle's policy asks for single-use packages too, and an app for capabilities of its own.
        @Test("a configuration may be changed and keeps the rules")
        func keepsTheRules() async throws {
            try await scenario { world in
                let (bob, peer) = (try await User(in: world, name: "bob"), try await User(in: world, name: "peer"))
                let plain = try Marmot.keypackageConfig(for: bob.pubkey, lifetime: .days(30))
                var config = plain
                #expect(config == plain)
                #expect(try Marmot.keypackageConfig(for: peer.pubkey, lifetime: .days(30)) != config)
                config.isLastResort = false
                config.capabilities = Capabilities(
                    ciphersuites: [otherSuite], extensions: [ExtensionType(rawValue: 0xFF01)])
                let changed = config
                let batch = try await bob.client.transaction { tx in
                    try await tx.generateKeypackages(for: bob.credential, count: 3, config: changed)
                }
                // So they are when a policy makes them.
                let outgoing = try await bob.client.maintainKeypackages(
                    for: bob.credential, policy: KeypackagePolicy(target: 1, lastResort: false, config: changed))
                let managed = try #require(try await bob.client.keypackage(outgoing.publish[0].ref))
                for keypackage in batch + [managed] {
                    #expect(!keypackage.ref.isLastResort)
                    let declared = try keypackage.info().capabilities.extensions.map(\.rawValue)
                    #expect(declared == [0xFF01, 0xF2EE, 0x000A])
                    let event = try Marmot.createKeypackageEvent(with: keypackage, options: .usual)
                    #expect(try event.values("mls_extensions") == ["0xff01", "0xf2ee", "0x000a"])
                    #expect(try await peer.client.importKeypackageEvent(event) == keypackage)
                }
                let refused = try await failure { try await peer.generate(changed) }
                guard case .credential(.differentIdentity) = refused else { throw refused }
            }
        }

        /// GREASE is not a feature of anybody's, so no tag speaks of it.
        @Test("an event of a greased package lists what is meant")
        func listsNoGrease() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob")
                var config = try Marmot.keypackageConfig(for: bob.pubkey)
                config.grease = true
                let keypackage = try await bob.generate(config)
                #expect(try keypackage.info().capabilities.extensions.count == 3)
                let event = try Marmot.createKeypackageEvent(with: keypackage, options: .usual)
                #expect(try event.values("mls_extensions") == ["0xf2ee", "0x000a"])
            }
        }

        /// A client that makes packages for other protocols too may have raised its own limit.
        @Test("no event is made of a package that lives for longer than 90 days")
        func makesNoEventOfALongLife() async throws {
            try await scenario { world in
                let bob = try await User(in: world, name: "bob", options: ClientOptions(maxLifetime: .days(365)))
                let capabilities = try Marmot.defaultCapabilities()
                let keypackage = try await bob.generate(
                    KeypackageConfig(lifespan: .lasting(.days(91)), capabilities: capabilities))
                let hour = Duration.seconds(3600)
                let tooLong = MarmotError.lifetimeTooLong(asked: .days(91) + hour, limit: .days(90) + hour)
                #expect(throws: MLSError.marmot(tooLong)) {
                    try Marmot.createKeypackageEvent(with: keypackage, options: .usual)
                }
            }
        }
    }
}
