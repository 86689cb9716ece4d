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

        @Test("a file opens under no other key and stays as it was")
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

        @Test("an empty client id is refused")
        func refusesAnEmptyID() async throws {
            try await scenario { world in
                let error = try await failure { try await world.open("") }
                #expect(error == .credential(.emptyClientID))
            }
        }

        @Test("what is no database is refused and left as it is")
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
            }
        }

        @Test("a database key has thirty two bytes and shows none of them")
        func checksKeys() async throws {
            let error = try await failure { try DatabaseKey(Data(repeating: 7, count: 31)) }
            #expect(error == .storage(.invalidKeyLength(expected: 32, found: 31)))
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
                for secret in [Data("alice-in-clear".utf8), credential.signatureKey, keypackage.ref.hashRef] {
                    #expect(stored.range(of: secret) == nil)
                }
            }
        }

        @Test("a temporary client is gone when it is shut down")
        func cleansUp() async throws {
            try await scenario { world in
                let client = try await MLSClient.temporary(id: "alice", in: world.folder)
                #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder.path).count == 1)
                try await expectStored(0, in: client)
                await client.shutdown()
                #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder.path).isEmpty)
            }
        }
    }
}
