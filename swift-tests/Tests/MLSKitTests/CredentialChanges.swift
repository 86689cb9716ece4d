import Foundation
import MLSKit
import Testing

extension Scenarios {
    @Suite(.serialized) struct CredentialChanges {
        @Test("a member moves to a new credential and the old one can go")
        func movesToANewCredential() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await expect(.credential(.credentialInUse(groupID: pair.groupID))) {
                    try await pair.bob.transaction { tx in try await tx.removeCredential(pair.bobCredential) }
                }
                let fresh = try await pair.bob.transaction { tx in
                    let fresh = try await tx.addCredential(.basic(.usual, identity: pair.bob.id))
                    try await tx.updateKeys(in: pair.groupID, movingTo: fresh)
                    return fresh
                }
                let commit = try #require(try await pair.bob.flush().first).bytes
                try await pair.alice.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                    #expect(commit.groupID == pair.groupID)
                    #expect(commit.updated.map(\.before.id.signatureKey) == [pair.bobCredential.signatureKey])
                    #expect(commit.updated.map(\.after.signatureKey) == [fresh.signatureKey])
                    #expect(commit.sender == .member(commit.updated[0].before))
                    #expect(commit.added.isEmpty && commit.removed.isEmpty && !commit.selfRemoved)
                    #expect(commit.externalSenders == nil)
                    #expect(try await tx.accept(commit).epoch == 2)
                    try await expect(.group(.spent)) { try await tx.accept(commit) }
                }
                try await pair.bob.transaction { tx in try await tx.removeCredential(pair.bobCredential) }
                #expect(try await pair.bob.credentials() == [fresh])
                try await pair.expectTalk()
            }
        }

        @Test("a credential that does not fit the group is refused")
        func checksTheSuite() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in
                    let other = try await tx.addCredential(.basic(.p256AES128GCM, identity: pair.alice.id))
                    try await expect(.group(.differentCiphersuite(expected: .usual, found: .p256AES128GCM))) {
                        try await tx.updateKeys(in: pair.groupID, movingTo: other)
                    }
                }
            }
        }

        @Test("nobody moves to a type of credential that a member does not know")
        func asksWhatMembersKnow() async throws {
            try await scenario { world in
                let (alice, credential) = try await world.client("alice")
                let (bob, other) = try await world.client("bob")
                let groupID = try await alice.transaction { tx in try await tx.createGroup(with: credential) }
                let simple = KeypackageConfig(capabilities: Capabilities(credentials: [.basic]))
                _ = try await alice.add(try await bob.offer(other, config: simple), to: groupID)
                try await alice.transaction { tx in
                    let certified = try await tx.addCredential(Certificates.credential())
                    try await expect(.group(.credentialTypeNotSupported(credentialType: .x509, leafIndex: 1))) {
                        try await tx.updateKeys(in: groupID, movingTo: certified)
                    }
                }
            }
        }

        @Test("a rejected change of credential is undone")
        func undoesARejectedChange() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let fresh = try await another(of: pair.alice)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID, movingTo: fresh) }
                try await expect(.credential(.credentialInUse(groupID: pair.groupID))) {
                    try await pair.alice.transaction { tx in try await tx.removeCredential(fresh) }
                }
                try await pair.alice.transaction { tx in
                    try await tx.commitRejected(in: pair.groupID)
                    try await tx.removeCredential(fresh)
                }
                #expect(try await pair.alice.credentials() == [pair.aliceCredential])
                try await pair.expectTalk()
            }
        }

        @Test("a superseded change of credential is undone and told")
        func tellsASupersededChange() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let fresh = try await another(of: pair.alice)
                try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID, movingTo: fresh) }
                try await pair.bob.transaction { tx in try await tx.updateKeys(in: pair.groupID) }
                let change = try await pair.alice.follow(try #require(try await pair.bob.flush().first).bytes)
                #expect(change.superseded?.credential == fresh)
                try await pair.alice.transaction { tx in try await tx.removeCredential(fresh) }
                try await pair.expectTalk()
            }
        }

        @Test("the same credential again only gets new keys")
        func keepsItsCredential() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                try await pair.alice.transaction { tx in
                    try await tx.updateKeys(in: pair.groupID, movingTo: pair.aliceCredential)
                }
                #expect(try await pair.bob.follow(try #require(try await pair.alice.flush().first).bytes).epoch == 2)
                let own = try await pair.alice.members(of: pair.groupID).filter(\.isSelf)
                #expect(own.map(\.id.signatureKey) == [pair.aliceCredential.signatureKey])
                try await pair.expectTalk()
            }
        }

        @Test("from x509 to basic everybody sees before and after")
        func showsBeforeAndAfter() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let certified = try await pair.alice.transaction { tx in
                    try await tx.addCredential(Certificates.credential())
                }
                for next in [certified, try await another(of: pair.alice)] {
                    let before = try #require(try await pair.bob.members(of: pair.groupID).first).credential
                    try await pair.alice.transaction { tx in try await tx.updateKeys(in: pair.groupID, movingTo: next) }
                    let commit = try #require(try await pair.alice.flush().first).bytes
                    try await pair.bob.transaction { tx in
                        guard case .commit(let commit) = try await tx.processMessage(commit) else { throw OwnError() }
                        #expect(commit.updated.map(\.before.credential) == [before])
                        #expect(commit.updated.map(\.after.credential) == [next.credential])
                        _ = try await tx.accept(commit)
                    }
                    try await pair.expectTalk()
                }
            }
        }

        private func another(of client: MLSClient) async throws -> CredentialRef {
            try await client.transaction { tx in try await tx.addCredential(.basic(.usual, identity: client.id)) }
        }
    }
}
