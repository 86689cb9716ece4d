import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct LifeOfAClient {
        @Test("a key package survives closing and opening again")
        func survivesReopening() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }
                await client.shutdown()

                let again = try await world.open()
                #expect(try await again.credentials() == [credential])
                #expect(try await again.keypackageRefs() == [keypackage.ref])
                #expect(try await again.keypackage(keypackage.ref) == keypackage)
                _ = try await again.transaction { tx in try await tx.generateKeypackage(for: credential) }
                try await expectStored(2, in: again)
            }
        }

        @Test("the default file lies in a folder of its own")
        func hasADefaultPlace() async throws {
            try await scenario { world in
                let file = try MLSClient.defaultFile(in: world.folder)
                #expect(file == world.folder.appendingPathComponent("MLSKit/mls.db"))
                let client = try await MLSClient.open(at: file, key: world.key, id: "alice")
                #expect(FileManager.default.fileExists(atPath: file.path))
                await client.shutdown()
                #expect(try MLSClient.defaultFile(named: "mls.db", in: world.folder) == file)
                #expect(try MLSClient.defaultFile().path.hasSuffix("/MLSKit/mls.db"))
            }
        }

        @Test("another key does not open the file and leaves it as it was")
        func refusesAnotherKey() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                _ = try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                await client.shutdown()

                let error = try await failure { try await world.open(key: .random()) }
                #expect(error == .storage(.wrongKeyOrDamaged(path: world.file("alice").path)))
                #expect(error.localizedDescription.contains("the key is wrong"))
                try await expectStored(1, in: try await world.open())
            }
        }

        @Test("the file stays with the client that opened it first")
        func staysWithItsClient() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                await client.shutdown()
                let error = try await failure {
                    try await MLSClient.open(at: world.file("alice"), key: world.key, id: "mallory")
                }
                #expect(error == .credential(.differentClient(expected: "alice", found: "mallory")))
            }
        }

        @Test("an empty id is refused before there is a file")
        func refusesAnEmptyID() async throws {
            try await scenario { world in
                let error = try await failure { try await world.open("") }
                #expect(error == .credential(.emptyClientID))
                #expect(!FileManager.default.fileExists(atPath: world.file("").path))
            }
        }

        @Test("what is no file or no database is refused")
        func refusesOtherFiles() async throws {
            try await scenario { world in
                let notes = Data(String(repeating: "This is no database.\n", count: 500).utf8)
                try notes.write(to: world.file("notes"))
                guard case .storage(.notADatabase) = try await failure(of: { try await world.open("notes") }) else {
                    Issue.record("a text is no database")
                    return
                }
                #expect(try Data(contentsOf: world.file("notes")) == notes)
                let folder = try await failure {
                    try await MLSClient.open(at: world.folder, key: world.key, id: "alice")
                }
                #expect(folder == .storage(.notAFile(path: world.folder.path)))
                let address = try #require(URL(string: "https://example.com/mls.db"))
                let web = try await failure { _ = try await MLSClient.open(at: address, key: .random(), id: "alice") }
                #expect(web == .storage(.notAFile(path: "https://example.com/mls.db")))
            }
        }

        @Test("a key of the wrong length is refused")
        func checksKeys() async throws {
            let error = try await failure { try DatabaseKey(Data(repeating: 7, count: 31)) }
            #expect(error == .storage(.invalidKeyLength(expected: 32, found: 31)))
        }

        @Test("a database key is never printed")
        func hidesKeys() throws {
            let key = try DatabaseKey(Data(repeating: 0xAB, count: 32))
            for shown in ["\(key)", String(reflecting: key), "\(Mirror(reflecting: key).children.map(\.value))"] {
                #expect(!shown.lowercased().contains("ab, ab"))
                #expect(!shown.contains("171"))
                #expect(!shown.contains("32 bytes"))
            }
            #expect(DatabaseKey.random().bytes != DatabaseKey.random().bytes)
        }

        @Test("neither identities nor keys nor packages stand in clear")
        func encryptsTheFile() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client("alice-in-clear")
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }
                await client.shutdown()
                let stored = try Data(contentsOf: world.file("alice-in-clear"))
                #expect(stored.count > 1000)
                let (signatureKey, hashRef) = (credential.signatureKey.bytes, keypackage.ref.hashRef.bytes)
                for secret in [Data("alice-in-clear".utf8), signatureKey, hashRef] {
                    #expect(stored.range(of: secret) == nil)
                }
            }
        }

        @Test("a temporary client is a file that goes when it is shut down")
        func cleansUp() async throws {
            try await scenario { world in
                let client = try await MLSClient.temporary(id: "alice", in: world.folder)
                #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder.path).count == 1)
                try await expectStored(0, in: client)
                await client.shutdown()
                #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder.path).isEmpty)
            }
        }

        @Test("changing the key opens the file with the new one only")
        func changesItsKey() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let fresh = DatabaseKey.random()
                try await client.changeKey(to: fresh)
                _ = try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                await client.shutdown()
                try await expect(.storage(.wrongKeyOrDamaged(path: world.file("alice").path))) {
                    try await world.open()
                }
                try await expectStored(1, in: try await world.open(key: fresh))
            }
        }

        @Test("damage is found by a check of integrity")
        func findsDamage() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                _ = try await client.transaction { tx in
                    try await tx.generateKeypackages(for: credential, count: 50)
                }
                try await client.checkIntegrity()
                await client.shutdown()
                var stored = try Data(contentsOf: world.file("alice"))
                stored[stored.count - 2000] ^= 1
                try stored.write(to: world.file("alice"))

                let damaged = try await world.open()
                try await expect(.storage(.corrupt)) { try await damaged.checkIntegrity() }
            }
        }

        @Test("credentials are found by each condition")
        func findsCredentials() async throws {
            try await scenario { world in
                let (client, one) = try await world.client()
                let other = try await client.transaction { tx in
                    let other = try await tx.addCredential(.basic(.p256AES128GCM, identity: client.id))
                    #expect(try await tx.credentials() == [one, other])
                    #expect(try await tx.credentials(matching: CredentialFilter(ciphersuite: .usual)) == [one])
                    return other
                }
                let found: [(CredentialFilter, [CredentialRef])] = [
                    (CredentialFilter(), [one, other]),
                    (CredentialFilter(ciphersuite: .p256AES128GCM), [other]),
                    (CredentialFilter(credentialType: .basic), [one, other]),
                    (CredentialFilter(credentialType: .x509), []),
                    (CredentialFilter(signatureKey: one.signatureKey), [one]),
                    (CredentialFilter(identity: "alice"), [one, other]),
                    (CredentialFilter(identity: "bob"), []),
                    (CredentialFilter(ciphersuite: .usual, signatureKey: other.signatureKey), []),
                    (CredentialFilter(ciphersuite: .usual, inForce: true), [one]),
                ]
                for (filter, expected) in found {
                    #expect(try await client.credentials(matching: filter) == expected)
                }
            }
        }

        @Test("removing a credential takes exactly its key packages along")
        func removesCredentials() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let kept = try await client.transaction { tx in
                    let other = try await tx.addCredential(.basic(.usual, identity: client.id))
                    _ = try await tx.generateKeypackage(for: credential)
                    let kept = try await tx.generateKeypackage(for: other)
                    try await tx.removeCredential(credential)
                    return kept
                }
                #expect(try await client.keypackageRefs() == [kept.ref])
                #expect(try await client.credentials().map(\.signatureKey) == [kept.signatureKey])
                try await expect(.credential(.credentialNotFound)) {
                    try await client.transaction { tx in try await tx.removeCredential(credential) }
                }
            }
        }

        @Test("another client of the file is told of the new key")
        func tellsOfANewKey() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                let other = try await world.open()
                try await client.changeKey(to: .random())
                try await expect(.storage(.keyChanged)) { try await other.transaction { _ in } }
                try await expect(.storage(.keyChanged)) { try await other.keypackageRefs() }
            }
        }

        @Test("closing twice is closing once and does not wait")
        func closesOnce() async throws {
            try await scenario { world in
                let (client, _) = try await world.client()
                await client.shutdown()
                await client.shutdown()
                try await expect(.storage(.closed)) { try await client.credentials() }
                // The id is not in the file.
                #expect(client.id == "alice")
            }
        }

        @Test("a group survives closing and opening again")
        func keepsGroups() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let members = try await pair.alice.members(of: pair.groupID)
                await pair.alice.shutdown()
                let alice = try await world.open("alice")
                #expect(try await alice.groups() == [pair.groupID])
                #expect(try await alice.members(of: pair.groupID) == members)
                #expect(try await pair.bob.hear(try await alice.say("I am back.", in: pair.groupID)) == "I am back.")
                #expect(try await alice.hear(try await pair.bob.say("Good.", in: pair.groupID)) == "Good.")
            }
        }

        @Test("a folder that can not be made is told in the systems words")
        func tellsTheSystemsWords() async throws {
            try await scenario { world in
                try Data().write(to: world.file("occupied"))
                let error = try await failure {
                    try await MLSClient.temporary(id: "alice", in: world.file("occupied"))
                }
                guard case .storage(.io(_, let reason)) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.localizedDescription.contains(reason) && reason.contains("occupied"))
            }
        }
    }
}
