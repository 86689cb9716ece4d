import Foundation
import MLSKit
import Testing

/// The fuzzer's key packages, one of each kind that is wrong on purpose.
private enum Corpus {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fuzz/corpus/import_keypackage")

    static func file(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    /// Why a package of the corpus is rejected, whose times and limits don't matter.
    static func rejection(of name: String) async throws -> RejectedKeypackage? {
        let error = try await failure {
            try Keypackage.check(try file(name), maxAcceptedLifetime: .seconds(Int64.max))
        }
        guard case .keypackage(.rejected(let reason)) = error else { return nil }
        #expect(!error.localizedDescription.isEmpty && error.localizedDescription == reason.description)
        return reason
    }
}

extension Scenarios {
    @Suite(.serialized) struct Importing {
        @Test("what a client makes another imports")
        func importsWhatAnotherMakes() async throws {
            try await scenario { world in
                let bob = try await world.open("bob")
                let (alice, _) = try await world.client("alice")
                for suite in Ciphersuite.supported {
                    let made = try await alice.transaction { tx in
                        let credential = try await tx.addCredential(.basic(suite, identity: alice.id))
                        return try await tx.generateKeypackage(for: credential)
                    }
                    for bytes in [made.bytes, made.mlsMessage] {
                        let imported = try await bob.importKeypackage(bytes, of: "alice")
                        #expect(imported == made)
                        #expect(try KeypackageRef(ofKeypackage: bytes) == made.ref)
                        #expect(try Keypackage.check(bytes) == made)
                    }
                    #expect(made.mlsMessage.count == made.bytes.count + 4)
                    #expect(try await bob.importKeypackage(made.mlsMessage).mlsMessage == made.mlsMessage)
                }
                try await expectStored(0, in: bob)
            }
        }

        @Test("someone elses package is rejected")
        func rejectsAnotherOwner() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let offered = try await alice.offer(credential)
                let other = RejectedKeypackage.otherClient(expected: "bob", found: "alice")
                try await expect(.keypackage(.rejected(other))) {
                    try await alice.importKeypackage(offered, of: "bob")
                }
                let certified = try await alice.transaction { tx in
                    try await tx.addCredential(Certificates.credential())
                }
                let unnamed = try await alice.offer(certified)
                try await expect(.keypackage(.rejected(.noClientID(credentialType: .x509)))) {
                    try await alice.importKeypackage(unnamed, of: "alice")
                }
                _ = try await alice.importKeypackage(unnamed)
            }
        }

        @Test("an expired package is rejected with both times")
        func rejectsTheExpired() async throws {
            try await scenario { world in
                let clock = ManualClock(Date())
                let (alice, credential) = try await world.client("alice")
                let bob = try await world.open("bob", options: ClientOptions(clock: clock))
                let made = try await alice.transaction { tx in
                    try await tx.generateKeypackage(for: credential, lifetime: .days(1))
                }
                let end = made.ref.lifetime.notAfter
                clock.set(end.addingTimeInterval(-1))
                _ = try await bob.importKeypackage(made.bytes)
                clock.set(end)
                let error = try await failure { try await bob.importKeypackage(made.bytes) }
                #expect(error == .keypackage(.rejected(.expired(notAfter: end, now: end))))
                #expect(error.localizedDescription.contains("expired at"))
            }
        }

        @Test("a package that is not yet valid is rejected with both times")
        func rejectsTheFuture() async throws {
            try await scenario { world in
                let clock = ManualClock(Date())
                let (alice, credential) = try await world.client("alice")
                let bob = try await world.open("bob", options: ClientOptions(clock: clock))
                let made = try await alice.transaction { tx in try await tx.generateKeypackage(for: credential) }
                let begin = made.ref.lifetime.notBefore
                let early = begin.addingTimeInterval(-1)
                clock.set(early)
                try await expect(.keypackage(.rejected(.notYetValid(notBefore: begin, now: early)))) {
                    try await bob.importKeypackage(made.bytes)
                }
                clock.set(begin)
                _ = try await bob.importKeypackage(made.bytes)
            }
        }

        @Test("a lifetime over the limit and an hour is rejected")
        func rejectsLongLives() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let bob = try await world.open("bob", options: ClientOptions(maxAcceptedLifetime: .days(30)))
                let (long, short) = try await alice.transaction { tx in
                    (
                        try await tx.generateKeypackage(for: credential, lifetime: .days(31)),
                        try await tx.generateKeypackage(for: credential, lifetime: .days(30))
                    )
                }
                let hour = Duration.seconds(3600)
                let tooLong = RejectedKeypackage.lifetimeTooLong(found: .days(31) + hour, limit: .days(30) + hour)
                try await expect(.keypackage(.rejected(tooLong))) { try await bob.importKeypackage(long.bytes) }
                _ = try await bob.importKeypackage(short.bytes)
            }
        }

        @Test("no bytes are reported as empty")
        func rejectsNothing() async throws {
            try await expect(.keypackage(.rejected(.empty))) { try Keypackage.check(Data()) }
            try await expect(.keypackage(.rejected(.empty))) { try KeypackageRef(ofKeypackage: Data()) }
            try await expect(.keypackage(.rejected(.empty))) { try KeypackageInfo(reading: Data()) }
        }

        @Test("every truncation is reported as truncated")
        func rejectsTruncations() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let offered = try await alice.offer(credential)
                for length in 4..<offered.count {
                    let error = try await failure { try Keypackage.check(offered.prefix(length)) }
                    guard case .keypackage(.rejected(.truncated(_, let missing))) = error, missing > 0 else {
                        Issue.record("\(length) bytes: \(error)")
                        return
                    }
                }
            }
        }

        @Test("trailing bytes are counted")
        func countsTrailingBytes() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let offered = try await alice.offer(credential)
                try await expect(.keypackage(.rejected(.trailingBytes(count: 3)))) {
                    try Keypackage.check(offered + Data([1, 2, 3]))
                }
            }
        }

        @Test("an altered package is rejected for its signature whatever else is wrong")
        func rejectsForgeries() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                var offered = try await alice.offer(credential)
                offered[offered.count - 1] ^= 1
                try await expect(.keypackage(.rejected(.wrongSignature))) {
                    try await alice.importKeypackage(offered)
                }
            }
        }

        @Test("each kind of wrong package is rejected for its own reason")
        func tellsTheReasons() async throws {
            let reasons: [(String, (RejectedKeypackage) -> Bool)] = [
                ("another-version", { if case .unknownVersion = $0 { true } else { false } }),
                (
                    "suite-5",
                    {
                        if case RejectedKeypackage.unsupportedCiphersuite(Ciphersuite(rawValue: 5), _) = $0 {
                            true
                        } else {
                            false
                        }
                    }
                ),
                ("unknown-suite", { if case RejectedKeypackage.unsupportedCiphersuite = $0 { true } else { false } }),
                ("made-for-update", { $0 == .wrongLeafSource(found: 2) }),
                ("made-for-commit", { $0 == .wrongLeafSource(found: 3) }),
                ("wrong-signature", { $0 == .wrongSignature }),
                ("wrong-leaf-signature", { $0 == .wrongLeafSignature }),
                ("inverted", { if case .invertedLifetime = $0 { true } else { false } }),
                ("expired", { if case .expired = $0 { true } else { false } }),
                ("not-yet-valid", { if case .notYetValid = $0 { true } else { false } }),
                ("short-init-key", { if case .wrongKeyLength = $0 { true } else { false } }),
                ("init-key-of-low-order", { if case .unusableKey = $0 { true } else { false } }),
                ("init-key-is-encryption-key", { $0 == .initKeyIsEncryptionKey }),
                ("repeated-extension", { if case .repeatedExtension = $0 { true } else { false } }),
                ("forbidden-extension", { if case .forbiddenExtension = $0 { true } else { false } }),
                ("forbidden-leaf-extension", { if case .forbiddenLeafExtension = $0 { true } else { false } }),
                (
                    "undeclared-extension",
                    { if case RejectedKeypackage.undeclaredExtension = $0 { true } else { false } }
                ),
                ("undeclared-leaf-extension", { if case .undeclaredLeafExtension = $0 { true } else { false } }),
                ("grease-extension", { if case RejectedKeypackage.greaseExtension = $0 { true } else { false } }),
                ("undeclared-suite", { if case .undeclaredCiphersuite = $0 { true } else { false } }),
                ("undeclared-version", { if case .undeclaredVersion = $0 { true } else { false } }),
                ("undeclared-credential-type", { if case .undeclaredCredentialType = $0 { true } else { false } }),
                (
                    "unreadable-certificates",
                    { if case RejectedKeypackage.certificate(.notAList) = $0 { true } else { false } }
                ),
                ("unreadable-extension", { if case RejectedKeypackage.malformed = $0 { true } else { false } }),
            ]
            for (name, isRight) in reasons {
                for framing in ["bare", "message"] {
                    let found = try await Corpus.rejection(of: "\(name)-\(framing)")
                    #expect(found.map(isRight) == true, "\(name)-\(framing): \(String(describing: found))")
                }
            }
            #expect(try await Corpus.rejection(of: "empty") == .empty)
            guard case .truncated = try await Corpus.rejection(of: "truncated"),
                case .trailingBytes = try await Corpus.rejection(of: "trailing-bytes"),
                case .notAKeypackage = try await Corpus.rejection(of: "noise")
            else {
                Issue.record("noise, truncated or trailing-bytes was rejected for another reason")
                return
            }
        }

        @Test("the info shows every field")
        func showsEverything() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let config = KeypackageConfig(
                    lifespan: .lasting(.days(7)),
                    extensions: [.other(ExtensionType(rawValue: 0xF2EE), Data([1, 2, 3]))],
                    leafNodeExtensions: [.applicationID(Data("app".utf8))],
                    isLastResort: true
                )
                let made = try await alice.transaction { tx in
                    try await tx.generateKeypackage(for: credential, config: config)
                }
                let info = try made.info()
                #expect(info.framing == .bare)
                #expect(try KeypackageInfo(reading: made.mlsMessage).framing == .mlsMessage)
                #expect(info.size == made.bytes.count)
                #expect(info.version == 1)
                #expect(info.ciphersuite == .usual)
                #expect(info.hashRef == made.ref.hashRef)
                #expect(info.initKey.count == 32 && info.encryptionKey.count == 32)
                #expect(info.initKey != info.encryptionKey)
                #expect(info.signatureKey == credential.signatureKey)
                #expect(info.credential == .basic(identity: "alice"))
                #expect(info.lifetime == made.ref.lifetime)
                #expect(info.isLastResort)
                #expect(info.signature.count == 64 && info.leafSignature.count == 64)
                #expect(info.leafExtensions.map(\.type) == [.applicationID])
                #expect(Set(info.extensions.map(\.type)) == [.lastResort, ExtensionType(rawValue: 0xF2EE)])
                #expect(info.extensions.first { $0.type.rawValue == 0xF2EE }?.data == Data([1, 2, 3]))
                #expect(info.description.split(separator: "\n").count > 10)
            }
        }

        @Test("the info shows packages that are not accepted")
        func showsWrongPackages() throws {
            #expect(try KeypackageInfo(reading: Corpus.file("made-for-update-bare")).leafSource == .update)
            #expect(try KeypackageInfo(reading: Corpus.file("made-for-update-bare")).lifetime == nil)
            let suite = try KeypackageInfo(reading: Corpus.file("suite-5-bare")).ciphersuite
            #expect(suite == Ciphersuite(rawValue: 5) && suite.description == "0x0005")
            #expect(try KeypackageInfo(reading: Corpus.file("unknown-suite-bare")).hashRef == nil)
        }

        @Test("importing heeds the options of the client")
        func heedsTheOptions() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client(
                    "alice", options: ClientOptions(maxLifetime: .days(200)))
                let made = try await alice.transaction { tx in
                    try await tx.generateKeypackage(for: credential, lifetime: .days(200))
                }
                let usual = try await world.open("bob")
                let generous = try await world.open("carol", options: ClientOptions(maxAcceptedLifetime: .days(200)))
                let hour = Duration.seconds(3600)
                let tooLong = RejectedKeypackage.lifetimeTooLong(found: .days(200) + hour, limit: .days(100) + hour)
                try await expect(.keypackage(.rejected(tooLong))) { try await usual.importKeypackage(made.bytes) }
                #expect(try await generous.importKeypackage(made.bytes) == made)
                #expect(try Keypackage.check(made.bytes, maxAcceptedLifetime: .days(200)) == made)
            }
        }

        @Test("both framings are one package")
        func knowsBothFramings() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let made = try await alice.transaction { tx in try await tx.generateKeypackage(for: credential) }
                #expect(made.mlsMessage != made.bytes)
                #expect(try KeypackageRef(ofKeypackage: made.mlsMessage) == made.ref)
                #expect(try Keypackage.check(made.mlsMessage) == made)
            }
        }

        @Test("bytes that are no package have no reference")
        func refusesReferences() async throws {
            let error = try await failure { try KeypackageRef(ofKeypackage: Data("certainly no key package".utf8)) }
            guard case .keypackage(.rejected(.notAKeypackage)) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }
}
