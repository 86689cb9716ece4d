import Foundation
import MLSKit
import Testing

/// One credential takes another's place.
extension Scenarios.Lifecycle {
    @Suite(.serialized) struct Replacing {
        @Test("packages of a replaced credential are withdrawn one for one and never leave none published")
        func withdrawsOneForOne() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2).withLastResort)
                let oldCredential = alice.credential
                let old = try await alice.publishAll()
                let newCredential = try await alice.addCredential()
                let policy = alice.policy
                let left = try await alice.client.transaction { tx in
                    try await tx.replaceCredential(oldCredential, with: newCredential, policy: policy)
                }
                #expect(left.groups.isEmpty && left.keypackages == 3 && !left.isDone)

                alice.credential = newCredential
                try await alice.reopen()
                let outgoing = try await alice.maintain()
                let new = outgoing.refs
                #expect(new.count == 3 && outgoing.withdraw.isEmpty)
                for (index, ref) in new.enumerated() {
                    try await alice.confirmPublished([ref])
                    #expect(try await alice.maintain().withdraw.count == index + 1)
                }
                let withdraw = try await alice.maintain().withdraw
                #expect(Set(withdraw).isSubset(of: old))
                try await alice.confirmWithdrawn(withdraw)
                for _ in 0..<8 {
                    #expect(try await alice.client.credentialReplacement(of: oldCredential)?.isDone == false)
                    alice.advance(.days(1))
                    _ = try await alice.maintain()
                }
                let end = try #require(try await alice.client.credentialReplacement(of: oldCredential))
                #expect(end.isDone && end.successor == newCredential)
                try await alice.client.transaction { tx in try await tx.removeCredential(oldCredential) }
                #expect(try await alice.stored() == new)
                #expect(try await alice.maintain().withdraw.isEmpty)
            }
        }

        @Test("whoever maintains a replaced credential supplies the one in force")
        func suppliesTheOneInForce() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let old = try await alice.publishAll()
                let (oldCredential, newCredential) = (alice.credential, try await alice.addCredential())
                try await alice.client.transaction { tx in
                    try await tx.replaceCredential(oldCredential, with: newCredential, policy: .few(0))
                }
                let outgoing = try await alice.maintain()
                let new = outgoing.refs
                #expect(new.count == 2)
                #expect(
                    try await alice.client.maintainKeypackages(for: newCredential, policy: alice.policy) == outgoing)
                #expect(try await alice.status().pending == 2)
                try await alice.confirmPublished(new)
                #expect(try await alice.maintain().withdraw == old)
                for ref in new {
                    #expect(try await alice.package(ref).signatureKey == newCredential.signatureKey)
                }
                try await alice.client.transaction { tx in try await tx.renewKeypackages(for: oldCredential) }
                #expect(try await alice.status().stale == 2)
                // The directory is supplied by either's name.
                #expect(try await alice.sync().published.count == 2)
            }
        }

        @Test("a credential in force is not one that was replaced")
        func isInForce() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let (client, old) = (alice.client, alice.credential)
                func inForce() async throws -> [CredentialRef] {
                    try await client.credentials(matching: CredentialFilter(inForce: true))
                }
                #expect(try await client.credentialReplacement(of: old) == nil)
                #expect(try await inForce() == [old])

                let new = try await alice.addCredential()
                func replace(_ one: CredentialRef, with other: CredentialRef) async throws -> CredentialReplacement {
                    try await client.transaction { tx in
                        try await tx.replaceCredential(one, with: other, policy: .few(1))
                    }
                }
                #expect(try await replace(old, with: new).successor == new)
                #expect(try await client.credentialReplacement(of: new) == nil)
                #expect(try await client.credentialReplacement(of: old)?.successor == new)
                #expect(try await inForce() == [new])
                #expect(try await client.credentials() == [old, new])

                try await expect(.credential(.replacedByItself)) { try await replace(old, with: old) }
                #expect(try await inForce() == [new])
                _ = try await replace(new, with: old)
                #expect(try await inForce() == [old])
            }
        }

        @Test("groups are moved over by commits in the outbox as soon as they can be")
        func movesGroups() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let (client, old) = (alice.client, alice.credential)
                let (busy, idle) = try await client.transaction { tx in
                    let busy = try await tx.createGroup(with: old)
                    try await tx.updateKeys(in: busy)
                    return (busy, try await tx.createGroup(with: old))
                }
                let new = try await alice.addCredential()
                func replace() async throws -> CredentialReplacement {
                    try await client.transaction { tx in
                        try await tx.replaceCredential(old, with: new, policy: .few(1))
                    }
                }
                #expect(try await replace().groups == [busy, idle])
                // One of them is what was there before.
                #expect(try await client.outgoing().count == 2)

                try await client.transaction { tx in try await tx.commitRejected(in: idle) }
                _ = try await client.transaction { tx in try await tx.commitAccepted(in: busy) }
                #expect(try await client.outgoing().isEmpty)
                _ = try await client.maintainKeypackages(for: new, policy: alice.policy)
                #expect(try await client.outgoing().count == 2)
                let refusal = try await failure {
                    try await client.transaction { tx in try await tx.removeCredential(old) }
                }
                guard case .credential(.credentialInUse) = refusal else { throw refusal }
                for groupID in [busy, idle] {
                    _ = try await client.transaction { tx in try await tx.commitAccepted(in: groupID) }
                    #expect(try await client.members(of: groupID).map(\.id.signatureKey) == [new.signatureKey])
                }
                let left = try await replace()
                #expect(try await client.outgoing().isEmpty)
                // It has no packages.
                #expect(left.groups.isEmpty && left.isDone)
            }
        }

        @Test("the other members see the new credential before it counts")
        func showsTheNew() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let new = try await pair.alice.transaction { tx in
                    let new = try await tx.addCredential(.basic(.usual, identity: "alice"))
                    try await tx.replaceCredential(pair.aliceCredential, with: new, policy: .few(1))
                    return new
                }
                let sent = try await pair.alice.flush()
                #expect(sent.map(\.kind) == [.commit])
                try await pair.bob.transaction { tx in
                    guard case .commit(let commit) = try await tx.processMessage(sent[0].bytes) else {
                        throw OwnError()
                    }
                    #expect(commit.updated.map(\.after.signatureKey) == [new.signatureKey])
                    _ = try await tx.accept(commit)
                }
                #expect(
                    try await pair.bob.members(of: pair.groupID).map(\.id.signatureKey).contains(new.signatureKey))
            }
        }

        @Test("a chain of replacements ends in the last and can be turned back")
        func chains() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let first = alice.credential
                let ofFirst = try await alice.publishAll()
                let second = try await alice.addCredential()
                let third = try await alice.addCredential()
                for (old, new) in [(first, second), (second, third)] {
                    try await alice.client.transaction { tx in
                        try await tx.replaceCredential(old, with: new, policy: .few(1))
                    }
                }
                alice.credential = third
                let ofThird = try await alice.publishAll()
                #expect(try await alice.maintain().withdraw.contains(ofFirst[0]))
                try await alice.client.transaction { tx in
                    try await tx.replaceCredential(third, with: first, policy: .few(1))
                }
                alice.credential = first
                #expect(try await alice.publishAll().count == 1)
                #expect(try await alice.maintain().withdraw.contains(ofThird[0]))
            }
        }

        @Test("a credential of another ciphersuite can't take the place")
        func refusesOtherCiphersuites() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = alice.credential
                let other = try await alice.client.transaction { tx in
                    try await tx.addCredential(.basic(.p256AES128GCM, identity: "alice"))
                }
                try await expect(.group(.differentCiphersuite(expected: .usual, found: .p256AES128GCM))) {
                    try await alice.client.transaction { tx in
                        try await tx.replaceCredential(old, with: other, policy: .few(1))
                    }
                }
            }
        }
    }
}
