import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Keypackages {
        @Test("generating stores a package with the default and one with an own lifetime")
        func lifetimes() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let (usual, short) = try await client.transaction { tx in
                    (
                        try await tx.generateKeypackage(for: credential),
                        try await tx.generateKeypackage(for: credential, lifetime: .days(30))
                    )
                }
                // Each window begins an hour ago, for peers whose clocks are behind.
                #expect(usual.ref.lifetime.duration == .days(84) + .seconds(3600))
                #expect(short.ref.lifetime.duration == .days(30) + .seconds(3600))
                #expect(usual.isValid && short.isValid)
                #expect(try await client.keypackageRefs() == [usual.ref, short.ref])
            }
        }

        @Test("a lifetime longer than the limit or shorter than a second is refused")
        func refusesLifetimes() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(options: ClientOptions(maxLifetime: .days(10)))
                try await client.transaction { tx in
                    let long = try await failure {
                        try await tx.generateKeypackage(for: credential, lifetime: .days(11))
                    }
                    #expect(long == .keypackage(.lifetimeTooLong(asked: .days(11), limit: .days(10))))
                    for none in [Duration.zero, .milliseconds(999), .seconds(-5)] {
                        let short = try await failure {
                            try await tx.generateKeypackage(for: credential, lifetime: none)
                        }
                        #expect(short == .keypackage(.lifetimeTooShort(asked: .zero)))
                    }
                }
                try await expectStored(0, in: client)
            }
        }

        @Test("who asks for no lifetime gets the default or the limit of the client if that is shorter")
        func limitsTheDefault() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(options: ClientOptions(maxLifetime: .days(10)))
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }
                #expect(keypackage.ref.lifetime.duration == .days(10) + .seconds(3600))
            }
        }

        @Test("counting and removing the expired leaves the valid ones")
        func removesTheExpired() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential, lifetime: .days(1))
                    _ = try await tx.generateKeypackage(for: credential)
                }
                let later = Date().addingTimeInterval(2 * 24 * 60 * 60)
                try await client.transaction { tx in
                    let refs = try await tx.keypackageRefs()
                    #expect(refs.filter(\.isValid).count == 2)
                    #expect(refs.filter { $0.isValid(at: later) }.count == 1)
                    for ref in refs where ref.isExpired(at: later) {
                        try await tx.removeKeypackage(ref)
                    }
                }
                let left = try await client.keypackageRefs()
                #expect(left.map { $0.isExpired(at: later) } == [false])
            }
        }

        @Test("removing takes one package and succeeds when it is gone")
        func removesOne() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let (one, other) = try await client.transaction { tx in
                    (
                        try await tx.generateKeypackage(for: credential),
                        try await tx.generateKeypackage(for: credential)
                    )
                }
                for _ in 0..<2 {
                    try await client.transaction { tx in try await tx.removeKeypackage(one.ref) }
                }
                #expect(try await client.keypackageRefs() == [other.ref])
                #expect(try await client.keypackage(one.ref) == nil)
                #expect(try await client.keypackage(other.ref) == other)
            }
        }

        @Test("removing for a credential takes its packages and no others")
        func removesForACredential() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let other = try await client.transaction { tx in
                    let other = try await tx.addCredential(.basic(.p256AES128GCM, identity: client.id))
                    for _ in 0..<3 { _ = try await tx.generateKeypackage(for: credential) }
                    return try await tx.generateKeypackage(for: other)
                }
                for _ in 0..<2 {
                    try await client.transaction { tx in try await tx.removeKeypackages(for: credential) }
                }
                #expect(try await client.keypackageRefs() == [other.ref])
            }
        }

        @Test("a removal that is rolled back leaves credential and key packages")
        func rollsARemovalBack() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                _ = try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                try? await client.transaction { tx in
                    try await tx.removeKeypackages(for: credential)
                    #expect(try await tx.keypackageRefs().isEmpty)
                    throw OwnError()
                }
                try await expectStored(1, in: client)
                #expect(try await client.credentials() == [credential])
            }
        }

        @Test("a reference of another client is foreign")
        func refusesForeignCredentials() async throws {
            try await scenario { world in
                let (alice, _) = try await world.client("alice")
                let (_, credential) = try await world.client("bob")
                let error = try await failure {
                    try await alice.transaction { tx in try await tx.generateKeypackage(for: credential) }
                }
                #expect(error == .credential(.foreignCredential(expected: "alice", found: "bob")))
            }
        }

        @Test("a reference whose transaction was rolled back names nothing")
        func refusesLostCredentials() async throws {
            try await scenario { world in
                let client = try await world.open()
                var lost: CredentialRef?
                try? await client.transaction { tx in
                    lost = try await tx.addCredential(.basic(.usual, identity: client.id))
                    throw OwnError()
                }
                let credential = try #require(lost)
                let error = try await failure {
                    try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                }
                #expect(error == .credential(.credentialNotFound))
            }
        }

        @Test("a basic credential with another identity is refused")
        func refusesOtherIdentities() async throws {
            try await scenario { world in
                let client = try await world.open()
                let error = try await failure {
                    try await client.transaction { tx in
                        try await tx.addCredential(.basic(.usual, identity: "mallory"))
                    }
                }
                #expect(error == .credential(.differentIdentity(expected: "alice", found: "mallory")))
            }
        }

        @Test("a suite that the client lacks is refused")
        func refusesUnknownSuites() async throws {
            try await scenario { world in
                let client = try await world.open()
                for number: UInt16 in [7, 0x4D4D] {
                    let suite = Ciphersuite(rawValue: number)
                    let error = try await failure {
                        try await client.transaction { tx in
                            try await tx.addCredential(.basic(suite, identity: client.id))
                        }
                    }
                    guard case .credential(.unsupportedCiphersuite(suite, let supported)) = error else {
                        Issue.record("\(error)")
                        return
                    }
                    #expect(Set(supported) == Set(Ciphersuite.supported))
                }
            }
        }

        @Test("a basic credential of each suite makes key packages before and after a restart")
        func worksWithEachSuite() async throws {
            try await scenario { world in
                let client = try await world.open()
                for suite in Ciphersuite.supported {
                    let keypackage = try await client.transaction { tx in
                        let credential = try await tx.addCredential(.basic(suite, identity: client.id))
                        #expect(credential.ciphersuite == suite)
                        return try await tx.generateKeypackage(for: credential)
                    }
                    #expect(keypackage.ref.ciphersuite == suite)
                    #expect(keypackage.ref.credentialType == .basic)
                    #expect(keypackage.credential.identity == client.id)
                }
                await client.shutdown()

                let again = try await world.open()
                for credential in try await again.credentials() {
                    _ = try await again.transaction { tx in try await tx.generateKeypackage(for: credential) }
                }
                try await expectStored(6, in: again)
            }
        }

        @Test("a client may make longer lived packages if told to")
        func raisesTheLimit() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client(options: ClientOptions(maxLifetime: .days(365)))
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential, lifetime: .days(365))
                }
                #expect(keypackage.ref.lifetime.duration == .days(365) + .seconds(3600))
            }
        }

        @Test("the default lifetime is eighty four days")
        func knowsTheDefault() {
            #expect(KeypackageConfig.defaultLifetime == .days(84))
        }

        @Test("a lifetime begins an hour ago and ends after the time asked for")
        func beginsAnHourAgo() async throws {
            try await scenario { world in
                let now = Date(timeIntervalSince1970: 1_800_000_000)
                let (client, credential) = try await world.client(options: ClientOptions(clock: ManualClock(now)))
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential, lifetime: .days(2))
                }
                #expect(keypackage.ref.lifetime.notBefore == now.addingTimeInterval(-3600))
                #expect(keypackage.ref.lifetime.notAfter == now.addingTimeInterval(2 * 86400))
            }
        }

        @Test("a time that can not be stored is refused")
        func refusesEternity() async throws {
            try await scenario { world in
                let eternity = Duration.seconds(Int64.max)
                let (client, credential) = try await world.client(options: ClientOptions(maxLifetime: eternity))
                let error = try await failure {
                    try await client.transaction { tx in
                        try await tx.generateKeypackage(for: credential, lifetime: eternity)
                    }
                }
                guard case .keypackage(.lifetimeOutOfRange) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.localizedDescription.contains("has to lie between 1970 and"))
            }
        }

        @Test("a client has as many credentials as it likes")
        func keepsManyCredentials() async throws {
            try await scenario { world in
                let client = try await world.open()
                var made: [CredentialRef] = []
                for _ in 0..<5 {
                    made.append(
                        try await client.transaction { tx in
                            try await tx.addCredential(.basic(.usual, identity: client.id))
                        }
                    )
                }
                #expect(Set(made.map(\.signatureKey)).count == 5)
                #expect(try await client.credentials() == made)
            }
        }
    }
}
