import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct BrokenFiles {
        @Test("a newer schema is refused")
        func refusesNewerFiles() async throws {
            try await scenario { world in
                let before = try Data(contentsOf: World.handedOver.appendingPathComponent("newer-schema.db"))
                let error = try await failure { try await world.handedOver("newer-schema") }
                guard case .storage(.newerSchema(1_000_000, let supported)) = error, supported >= 2 else {
                    Issue.record("\(error)")
                    return
                }
                #expect(try Data(contentsOf: world.file("newer-schema")) == before)
            }
        }

        @Test("an unknown codec is refused before any blob is read")
        func refusesOtherCodecs() async throws {
            try await scenario { world in
                try await expect(.storage(.unknownBlobCodec(found: 77, supported: 1))) {
                    try await world.handedOver("unknown-codec")
                }
            }
        }

        @Test("a read only folder is refused")
        func refusesReadOnlyFolders() async throws {
            // Where nobody, root included, makes files: on Linux, on macOS, and where Swift's own folder is all of Linux.
            let folder = try #require(
                ["/sys", "/System", "/usr"].first { FileManager.default.fileExists(atPath: $0) }
            )
            try await expect(.storage(.readOnly)) {
                try await MLSClient.open(at: URL(fileURLWithPath: "\(folder)/alice.db"), key: .random(), id: "alice")
            }
        }

        @Test("a full disk undoes the transaction and spares reading")
        func survivesAFullDisk() async throws {
            try await scenario { world in
                let bob = try await world.handedOver("broken")
                let groupID = try #require(try await bob.groups().first)
                // The file has no number left for what goes out, which is to SQLite as a disk without space.
                let full = MLSError.storage(.diskFull)
                try await expect(full) { try await bob.transaction { tx in try await tx.updateKeys(in: groupID) } }
                #expect(try await bob.outgoing().isEmpty)
                try await expect(.transaction(.transactionUndone)) {
                    try await bob.transaction { tx in try await expect(full) { try await tx.leaveGroup(groupID) } }
                }
                #expect(try await bob.members(of: groupID).count == 3)
            }
        }

        @Test("what is stored and can not be decoded says what it is")
        func tellsWhatIsDamaged() async throws {
            try await scenario { world in
                let bob = try await world.handedOver("broken")
                let ref = try #require(try await bob.keypackageRefs().first)
                let package = try await failure { try await bob.keypackage(ref) }
                guard case .keypackage(.notDecoded) = package else { throw package }
                let credentials = try await bob.credentials()
                let signer = try await failure {
                    try await bob.transaction { tx in try await tx.generateKeypackage(for: credentials[1]) }
                }
                guard case .credential(.notDecoded) = signer else { throw signer }
                let groups = try await bob.groups()
                let group = try await failure { try await bob.members(of: groups[1]) }
                guard case .storage(.codec) = group else { throw group }
                _ = try await bob.transaction { tx in try await tx.generateKeypackage(for: credentials[0]) }
            }
        }

        @Test("a transaction that the database undid says so and stores nothing")
        func tellsWhatWasUndone() async throws {
            try await scenario { world in
                let bob = try await world.handedOver("broken")
                let ref = try #require(try await bob.keypackageRefs().first)
                let credential = try #require(try await bob.credentials().first)
                let undone = MLSError.transaction(.transactionUndone)
                try await expect(undone) {
                    try await bob.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        let undoing = try await failure { try await tx.removeKeypackage(ref) }
                        guard case .storage(.sqlite(_, let reason)) = undoing else { throw undoing }
                        #expect(reason.contains("constraint"))
                        try await expect(undone) { try await tx.generateKeypackage(for: credential) }
                    }
                }
                try await expectStored(1, in: bob)
            }
        }
    }
}
