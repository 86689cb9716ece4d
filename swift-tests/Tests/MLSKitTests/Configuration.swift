import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct Configuration {
        private static let own = ExtensionType(rawValue: 0xF2EE)

        /// What a package of this configuration is like.
        private func info(of config: KeypackageConfig) async throws -> KeypackageInfo {
            let client = try await MLSClient.temporary(id: "alice")
            let keypackage = try await client.transaction { tx in
                let credential = try await tx.addCredential(.basic(.usual, identity: "alice"))
                return try await tx.generateKeypackage(for: credential, config: config)
            }
            #expect(try await client.importKeypackage(keypackage.bytes) == keypackage)
            await client.shutdown()
            return try keypackage.info()
        }

        /// Why a package of this configuration can't be.
        private func refusal(of config: KeypackageConfig) async throws -> KeypackageError {
            let client = try await MLSClient.temporary(id: "alice")
            let error = try await failure {
                try await client.transaction { tx in
                    let credential = try await tx.addCredential(.basic(.usual, identity: "alice"))
                    _ = try await tx.generateKeypackage(for: credential, config: config)
                }
            }
            await client.shutdown()
            guard case .keypackage(let reason) = error else { throw error }
            #expect(reason.description.count > 20)
            return reason
        }

        @Test("the default is single use without extensions and offers all that the client can")
        func usual() async throws {
            let info = try await info(of: KeypackageConfig())
            #expect(!info.isLastResort && info.extensions.isEmpty && info.leafExtensions.isEmpty)
            #expect(info.capabilities == Capabilities())
            #expect(info.lifetime?.duration == KeypackageConfig.defaultLifetime + .seconds(3600))
        }

        @Test("an extension is in the package and declared")
        func takesExtensions() async throws {
            let config = KeypackageConfig(extensions: [.other(Self.own, Data([7]))])
            let info = try await info(of: config)
            #expect(info.extensions.map(\.type) == [Self.own] && info.extensions.map(\.data) == [Data([7])])
            #expect(info.capabilities.extensions == [Self.own])
        }

        @Test("a leaf node extension is in the leaf node and declared")
        func takesLeafNodeExtensions() async throws {
            let config = KeypackageConfig(leafNodeExtensions: [.other(Self.own, Data([7]))])
            let info = try await info(of: config)
            #expect(info.leafExtensions.map(\.type) == [Self.own] && info.extensions.isEmpty)
            #expect(info.capabilities.extensions == [Self.own])
        }

        @Test("an application id is in the leaf node and not declared")
        func takesAnApplicationID() async throws {
            let info = try await info(of: KeypackageConfig(leafNodeExtensions: [.applicationID(Data("app".utf8))]))
            #expect(info.leafExtensions.map(\.type) == [.applicationID])
            #expect(info.capabilities.extensions.isEmpty)
        }

        @Test("a last resort package says so and declares it")
        func takesTheLastResort() async throws {
            for config in [KeypackageConfig(isLastResort: true), KeypackageConfig(extensions: [.lastResort])] {
                let info = try await info(of: config)
                #expect(info.isLastResort)
                #expect(info.capabilities.extensions == [.lastResort])
            }
        }

        @Test("a supported extension is declared and not in the package")
        func declaresSupport() async throws {
            let info = try await info(of: KeypackageConfig(supportedExtensions: [Self.own, .applicationID]))
            #expect(info.extensions.isEmpty && info.leafExtensions.isEmpty)
            #expect(info.capabilities.extensions == [Self.own])
        }

        @Test("a given capability is declared and what the package uses is added")
        func takesCapabilities() async throws {
            let capabilities = Capabilities(
                ciphersuites: [.p256AES128GCM],
                extensions: [Self.own],
                proposals: [0xF003],
                credentials: [.x509]
            )
            let info = try await info(of: KeypackageConfig(capabilities: capabilities, isLastResort: true))
            #expect(Set(info.capabilities.ciphersuites) == [.p256AES128GCM, .usual])
            #expect(Set(info.capabilities.extensions) == [Self.own, .lastResort])
            #expect(info.capabilities.proposals == [0xF003])
            #expect(Set(info.capabilities.credentials) == [.x509, .basic])
        }

        @Test("grease is one meaningless value in each list")
        func greases() async throws {
            let info = try await info(of: KeypackageConfig(grease: true))
            let lists = [
                info.capabilities.ciphersuites.map(\.rawValue), info.capabilities.extensions.map(\.rawValue),
                info.capabilities.proposals, info.capabilities.credentials.map(\.rawValue),
            ]
            for list in lists {
                #expect(list.filter { $0 & 0x0F0F == 0x0A0A }.count == 1)
            }
        }

        @Test("a window is taken as it is")
        func takesAWindow() async throws {
            let begin = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
            let window = Lifetime(notBefore: begin.addingTimeInterval(-60), notAfter: begin.addingTimeInterval(86400))
            let info = try await info(of: KeypackageConfig(lifespan: .window(window)))
            #expect(info.lifetime == window)
            #expect(window.duration == .seconds(86460))
            #expect(window.contains(begin) && !window.contains(window.notAfter))
        }

        @Test("a window may lie ahead")
        func takesALaterWindow() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let begin = Date(timeIntervalSince1970: 4_000_000_000)
                let window = Lifetime(notBefore: begin, notAfter: begin.addingTimeInterval(86400))
                let config = KeypackageConfig(lifespan: .window(window))
                let ahead = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential, config: config)
                }
                #expect(ahead.ref.lifetime == window)
            }
        }

        @Test("the refusal of a misplaced extension says where it belongs")
        func saysWhereItBelongs() async throws {
            let homes: [(MLSExtension, String)] = [
                (.applicationID(Data()), "it belongs in a leaf node."),
                (.externalSenders([]), "it belongs in a group's context."),
                (
                    .requiredCapabilities(extensions: [], proposals: [], credentials: []),
                    "it belongs in a group's context."
                ),
            ]
            for (misplaced, home) in homes {
                let reason = try await refusal(of: KeypackageConfig(extensions: [misplaced]))
                #expect(reason.description.hasSuffix(home), "\(reason)")
            }
        }

        @Test("a package whose window has not begun is neither valid nor expired")
        func looksAhead() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let tomorrow = Date().addingTimeInterval(86400)
                let window = Lifetime(notBefore: tomorrow, notAfter: tomorrow.addingTimeInterval(86400))
                let ahead = try await client.transaction { tx in
                    try await tx.generateKeypackage(
                        for: credential, config: KeypackageConfig(lifespan: .window(window)))
                }
                #expect(!ahead.ref.isValid && !ahead.ref.isExpired)
                #expect(ahead.ref.isValid(at: tomorrow.addingTimeInterval(60)))
            }
        }

        @Test("a window that ends before it begins is refused")
        func refusesAnInvertedWindow() async throws {
            let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
            let window = Lifetime(notBefore: now, notAfter: now.addingTimeInterval(-5))
            #expect(
                try await refusal(of: KeypackageConfig(lifespan: .window(window)))
                    == .windowInverted(notBefore: window.notBefore, notAfter: window.notAfter)
            )
        }

        @Test("a window that is over is refused")
        func refusesAPastWindow() async throws {
            let window = Lifetime(
                notBefore: Date(timeIntervalSince1970: 1_700_000_000),
                notAfter: Date(timeIntervalSince1970: 1_700_000_100)
            )
            guard case .windowOver(window.notAfter, _) = try await refusal(of: .init(lifespan: .window(window))) else {
                Issue.record("it is over")
                return
            }
        }

        @Test("a window is as long at most as that of the longest lifetime")
        func refusesALongWindow() async throws {
            let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
            let window = Lifetime(notBefore: now, notAfter: now.addingTimeInterval(85 * 86400))
            #expect(
                try await refusal(of: KeypackageConfig(lifespan: .window(window)))
                    == .windowTooLong(asked: .days(85), limit: .days(84) + .seconds(3600))
            )
        }

        @Test("an extension that belongs elsewhere is refused")
        func refusesMisplacedExtensions() async throws {
            let inPackage = try await refusal(of: KeypackageConfig(extensions: [.applicationID(Data("app".utf8))]))
            #expect(inPackage == KeypackageError.extensionMisplaced(found: .applicationID, place: .keypackage))
            #expect(inPackage.description.contains("belongs in a leaf node"))
            #expect(
                try await refusal(of: KeypackageConfig(leafNodeExtensions: [.lastResort]))
                    == KeypackageError.extensionMisplaced(found: .lastResort, place: .leafNode)
            )
        }

        @Test("the same extension type twice is refused")
        func refusesRepetitions() async throws {
            let twice: [MLSExtension] = [.other(Self.own, Data()), .other(Self.own, Data([1]))]
            #expect(
                try await refusal(of: KeypackageConfig(extensions: twice))
                    == KeypackageError.duplicateExtension(found: Self.own, place: .keypackage)
            )
        }

        @Test("an extension with a grease value is refused")
        func refusesGreaseExtensions() async throws {
            let grease = ExtensionType(rawValue: 0x0A0A)
            #expect(
                try await refusal(of: KeypackageConfig(extensions: [.other(grease, Data())]))
                    == KeypackageError.greaseExtension(found: grease)
            )
        }

        @Test("bytes that are not what their type says are refused")
        func refusesMalformedExtensions() async throws {
            let config = KeypackageConfig(leafNodeExtensions: [.other(.applicationID, Data([0xFF, 0xFF]))])
            guard case .malformedExtension(.leafNode, _) = try await refusal(of: config) else {
                Issue.record("these bytes are no application id")
                return
            }
        }

        @Test("capabilities without a ciphersuite are refused")
        func refusesNoCiphersuites() async throws {
            let config = KeypackageConfig(capabilities: Capabilities(ciphersuites: []))
            guard case .noCiphersuites(let supported) = try await refusal(of: config) else {
                Issue.record("a package without a suite")
                return
            }
            #expect(Set(supported) == Set(Ciphersuite.supported))
        }

        @Test("a ciphersuite that the client lacks is refused")
        func refusesOtherCiphersuites() async throws {
            let other = Ciphersuite(rawValue: 7)
            let config = KeypackageConfig(capabilities: Capabilities(ciphersuites: [.usual, other]))
            guard case KeypackageError.unsupportedCiphersuite(other, _) = try await refusal(of: config) else {
                Issue.record("a package with a suite that nobody here has")
                return
            }
        }

        @Test("all keys of a batch differ and it is listed in its order")
        func makesBatches() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let batch = try await client.transaction { tx in
                    try await tx.generateKeypackages(for: credential, count: 100)
                }
                #expect(Set(batch.map(\.ref)).count == 100)
                #expect(Set(try batch.map { try $0.info().initKey }).count == 100)
                #expect(try await client.keypackageRefs() == batch.map(\.ref))
                #expect(batch.allSatisfy { $0.credential == .basic(identity: "alice") })
            }
        }

        @Test("an empty batch is nothing")
        func makesEmptyBatches() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                try await client.transaction { tx in
                    #expect(try await tx.generateKeypackages(for: credential, count: 0).isEmpty)
                    let (asked, limit) = (KeypackageConfig.maxBatch + 1, KeypackageConfig.maxBatch)
                    let tooMany = KeypackageError.batchTooLarge(asked: UInt64(asked), limit: UInt64(limit))
                    try await expect(.keypackage(tooMany)) {
                        try await tx.generateKeypackages(for: credential, count: asked)
                    }
                }
                try await expectStored(0, in: client)
            }
        }
    }
}
