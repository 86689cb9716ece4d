import Foundation
import MLSKit
import Testing

/// A leaf of "alice" and its root, with keys for Ed25519, valid from 2020 to 2120.
enum Certificates {
    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIHNMIGAAgECMAUGAytlcDAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwIBcNMjAwMTAx
        MDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBAxDjAMBgNVBAMMBWFsaWNlMCowBQYD
        K2VwAyEAbEX4aT8OBPPvRB8tNtIRjzb9bbY6Y4kYqgaCD4TtR+IwBQYDK2VwA0EA
        OAxu4YC7n0nzzy3eg4TnW9y6xwVOt0yx8nGl7ucLz40vSUHytog+qMNQtbwLWnqo
        mAsNvOgOSJDjF42SHGA6Dg==
        -----END CERTIFICATE-----
        """

    static let root = """
        -----BEGIN CERTIFICATE-----
        MIHRMIGEAgEBMAUGAytlcDAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwIBcNMjAwMTAx
        MDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCVRlc3QgUm9vdDAq
        MAUGAytlcAMhAFWdWpeMoOfPD6vvjW4IkhCX/5g8dStBPgae5ZbJOKoKMAUGAytl
        cANBAEJD8R+eVo9avaVkJkgex59VGC19C/MQh0rJdbeI/tOIkSugtcHV3vEKFAWC
        hzhpDfoG6I2LTsr4oriecDqglQk=
        -----END CERTIFICATE-----
        """

    /// The leaf's.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEILAba/Gbz0KL6L+GxdMeUiMG9yf1pBIXia32lWBHip0q
        -----END PRIVATE KEY-----
        """

    /// Nobody's.
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEILEFkNVOC8SuTce0z5a60PEUh38PDe7RihdwkoAYBIK9
        -----END PRIVATE KEY-----
        """

    /// One for Ed448, from 2026 to 2126.
    static let ed448 = """
        -----BEGIN CERTIFICATE-----
        MIIBgjCCAQKgAwIBAgIUduI+aVwoWkCMXULcHlpkcs8eRQwwBQYDK2VxMBAxDjAM
        BgNVBAMMBWFsaWNlMCAXDTI2MTEyMTE3NTMwM1oYDzIxMjYxMDI4MTc1MzAzWjAQ
        MQ4wDAYDVQQDDAVhbGljZTBDMAUGAytlcQM6AJViQeiKNrsZRcXgi8mP3yuf268b
        8gwKzX6hCL47LpOQwx1T6EYR5YNpMdC6Bz2FXg3OP5fHA9NmAKNTMFEwHQYDVR0O
        BBYEFODx0nn1kmQRIlwpAmHkZfQElXaYMB8GA1UdIwQYMBaAFODx0nn1kmQRIlwp
        AmHkZfQElXaYMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VxA3MAG/xEZP7t22z8K8SF
        XfsQI29TwOj7RQOhl+W/zKO3JPZHUbeqpQBIYIO5sz1lFLOO8A+wcM08JACAbT/f
        1IBxU2XIBJKTt+k2RQFbmXZD9ab5mY3JUs9hJFVO7/PcrwZdAxRbfPuUp43vMpDx
        ybDanjEA
        -----END CERTIFICATE-----
        """

    /// One for P-256, from 2026 to 2126.
    static let p256 = """
        -----BEGIN CERTIFICATE-----
        MIIBeDCCAR2gAwIBAgIUR9w7CNZxGzjf3GShT8AWPg7vWyYwCgYIKoZIzj0EAwIw
        EDEOMAwGA1UEAwwFYWxpY2UwIBcNMjYxMTIxMTc1MzAzWhgPMjEyNjEwMjgxNzUz
        MDNaMBAxDjAMBgNVBAMMBWFsaWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        foloEA4F3Pv6VQRqMD5q1A9vr31edeI/UPPJkoRkgFYxPQtPXwQkMZMuFhErMkIo
        l2h7CABUNoBO8jY9WRiRU6NTMFEwHQYDVR0OBBYEFOSwYN5XjlMmGuzlfoSyGlfs
        1c4kMB8GA1UdIwQYMBaAFOSwYN5XjlMmGuzlfoSyGlfs1c4kMA8GA1UdEwEB/wQF
        MAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKqmsCf1OqsuWvdbTfdS8+r7jwVxzVlC
        rOU9LRm0dVMvAiEAhZCkl2tIk8dzV2BherUVRN3NPEu98dQiw+QUqesWiPw=
        -----END CERTIFICATE-----
        """

    /// Its key.
    static let p256Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSIPAilgFe9YTq0qt
        v/VLD9Ugr0lfIsRgskPPmI/ghz2hRANCAAR+iWgQDgXc+/pVBGowPmrUD2+vfV51
        4j9Q88mShGSAVjE9C09fBCQxky4WESsyQiiXaHsIAFQ2gE7yNj1ZGJFT
        -----END PRIVATE KEY-----
        """

    static let chain = CertificateChain.pem(leaf + "\n" + root)

    /// What a PEM block holds.
    static func der(_ pem: String) throws -> Data {
        let lines = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }
        return try #require(Data(base64Encoded: lines.joined()))
    }

    static func credential(_ chain: CertificateChain = chain, key: String = key) -> Credential {
        .x509(.usual, chain: chain, privateKey: Data(key.utf8))
    }
}

extension Scenarios {
    @Suite(.serialized) struct X509 {
        private func refusal(
            of credential: Credential,
            options: ClientOptions = ClientOptions()
        ) async throws -> MLSError {
            let client = try await MLSClient.temporary(id: "alice", options: options)
            let error = try await failure {
                try await client.transaction { tx in try await tx.addCredential(credential) }
            }
            await client.shutdown()
            return error
        }

        @Test("an x509 credential of each suite makes key packages before and after a restart")
        func makesKeypackages() async throws {
            try await scenario { world in
                let client = try await world.open()
                let (leaf, root) = (try Certificates.der(Certificates.leaf), try Certificates.der(Certificates.root))
                let credential = try await client.transaction { tx in
                    try await tx.addCredential(Certificates.credential())
                }
                #expect(credential.credentialType == .x509)
                #expect(credential.credential == .x509(certificates: [leaf, root]))
                #expect(credential.signatureScheme == .ed25519)
                await client.shutdown()

                let again = try await world.open()
                #expect(try await again.credentials() == [credential])
                let found = try await again.credentials(matching: CredentialFilter(leafCertificate: leaf))
                #expect(found == [credential])
                #expect(try await again.credentials(matching: CredentialFilter(leafCertificate: root)).isEmpty)
                let keypackage = try await again.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }
                #expect(keypackage.credential.credentialType == .x509)
                #expect(try keypackage.info().capabilities.credentials.contains(.x509))
            }
        }

        @Test("a chain is the same from der and from pem")
        func takesBothForms() async throws {
            try await scenario { world in
                let (alice, bob) = (try await world.open("alice"), try await world.open("bob"))
                let chain = CertificateChain.der([
                    try Certificates.der(Certificates.leaf), try Certificates.der(Certificates.root),
                ])
                let one = try await alice.transaction { tx in try await tx.addCredential(Certificates.credential()) }
                let other = try await bob.transaction { tx in
                    try await tx.addCredential(
                        .x509(.usual, chain: chain, privateKey: try Certificates.der(Certificates.key))
                    )
                }
                #expect(one.credential == other.credential)
                #expect(one.signatureKey == other.signatureKey)
            }
        }

        @Test("the same certificate twice is refused")
        func refusesARepetition() async throws {
            try await scenario { world in
                let client = try await world.open()
                try await client.transaction { tx in
                    _ = try await tx.addCredential(Certificates.credential())
                    try await expect(.credential(.credentialExists)) {
                        try await tx.addCredential(Certificates.credential())
                    }
                }
            }
        }

        @Test("a certificate of another key is refused")
        func refusesAnotherKey() async throws {
            let error = try await refusal(of: Certificates.credential(key: Certificates.otherKey))
            guard case .credential(.certificate(.differentKey(let certificate, let signatureKey))) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(certificate.bytes.count == 32 && signatureKey.bytes.count == 32 && certificate != signatureKey)
        }

        @Test("each certificate of the chain has to be valid to the second")
        func checksTimes() async throws {
            let first = Date(timeIntervalSince1970: 1_577_836_800)
            let early = ManualClock(first.addingTimeInterval(-1))
            let error = try await refusal(of: Certificates.credential(), options: ClientOptions(clock: early))
            let notYet = CertificateError.notYetValid(position: 0, notBefore: first, now: first.addingTimeInterval(-1))
            #expect(error == .credential(.certificate(notYet)))
            #expect(error.localizedDescription.contains("2020-01-01T00:00:00Z"))

            let last = Date(timeIntervalSince1970: 4_733_510_400)
            let late = ManualClock(last.addingTimeInterval(1))
            let expired = CertificateError.expired(position: 0, notAfter: last, now: last.addingTimeInterval(1))
            #expect(
                try await refusal(of: Certificates.credential(), options: ClientOptions(clock: late))
                    == .credential(.certificate(expired))
            )
        }

        @Test("the leaf comes first and each is followed by its issuer")
        func checksTheOrder() async throws {
            let upsideDown = CertificateChain.pem(Certificates.root + "\n" + Certificates.leaf)
            let error = try await refusal(of: Certificates.credential(upsideDown))
            guard case .credential(.certificate(.outOfOrder(0, let issuer, let nextSubject))) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(issuer.contains("Test Root") && nextSubject.contains("alice"))
        }

        @Test("an empty chain is refused")
        func refusesNothing() async throws {
            #expect(
                try await refusal(of: Certificates.credential(.der([]))) == .credential(.certificate(.emptyChain))
            )
        }

        @Test("bytes that are no certificate are refused with their place")
        func refusesOtherBytes() async throws {
            let leaf = try Certificates.der(Certificates.leaf)
            let error = try await refusal(of: Certificates.credential(.der([leaf, Data("no".utf8)])))
            guard case .credential(.certificate(.notACertificate(1, _))) = error else {
                Issue.record("\(error)")
                return
            }
        }

        @Test("a pem block of another kind is named")
        func refusesOtherBlocks() async throws {
            let error = try await refusal(of: Certificates.credential(.pem(Certificates.key)))
            guard case .credential(.certificate(.notPEM(0, let reason))) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("PRIVATE KEY"))
        }

        @Test("bytes that are no private key are refused without being shown")
        func refusesOtherKeys() async throws {
            let error = try await refusal(of: Certificates.credential(key: "my secret"))
            guard case .credential(.notAPrivateKey) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!error.localizedDescription.contains("my secret"))
        }

        /// When all certificates above are valid.
        private static var clock: ClientOptions {
            ClientOptions(clock: ManualClock(Date(timeIntervalSince1970: 1_900_000_000)))
        }

        @Test("keys of another kind than the suite signs with are refused")
        func refusesOtherKinds() async throws {
            let certificate = CertificateError.differentKeyAlgorithm(expected: .ed25519, found: .ecdsaP256SHA256)
            let ofAnother = Certificates.credential(.pem(Certificates.p256))
            #expect(
                try await refusal(of: ofAnother, options: Self.clock) == .credential(.certificate(certificate))
            )
            let key = CredentialError.differentPrivateKeyAlgorithm(expected: .ed25519, found: .ecdsaP256SHA256)
            let withAnother = Certificates.credential(key: Certificates.p256Key)
            #expect(try await refusal(of: withAnother, options: Self.clock) == .credential(key))
        }

        @Test("a certificate for an unknown algorithm is refused by its name")
        func refusesUnknownAlgorithms() async throws {
            let error = try await refusal(of: Certificates.credential(.pem(Certificates.ed448)), options: Self.clock)
            guard case .credential(.certificate(.unknownKeyAlgorithm(let found))) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!found.isEmpty)
        }

        @Test("a credential shows whose it is")
        func showsNoKey() {
            let shown = [Certificates.credential()].map { "\($0)" + String(reflecting: $0) + String(describing: [$0]) }
            #expect(shown.allSatisfy { $0.contains("X.509") && $0.contains("redacted") })
            #expect("\(Credential.basic(.usual, identity: "alice"))".contains("alice"))
        }
    }
}
