import Foundation
import MLSKit
import Testing

/// Answers that are late, repeated, unknown or wrong.
extension Scenarios.Lifecycle {
    @Suite(.serialized) struct Confirming {
        @Test("confirmations of what is unknown are harmless")
        func ignoresTheUnknown() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let before = try await alice.maintain()
                let (bob, bobs) = try await world.client("bob")
                let foreign = try KeypackageRef(ofKeypackage: try await bob.offer(bobs))
                try await alice.confirmPublished([foreign, foreign])
                try await alice.confirmWithdrawn([foreign])
                try await alice.confirmPublished([])
                #expect(try await alice.maintain() == before)
            }
        }

        @Test("confirmations that are repeated are harmless")
        func ignoresRepetitions() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                for _ in 0..<3 { try await alice.confirmPublished(old) }
                #expect(try await alice.status().published == 1)
                alice.advance(.days(57))
                try await alice.publishAll()
                _ = try await alice.maintain()
                try await alice.confirmWithdrawn(old)
                alice.advance(.days(5))
                // The grace is counted from the first.
                try await alice.confirmWithdrawn(old)
                for days in [2, 1] {
                    alice.advance(.days(days))
                    _ = try await alice.maintain()
                }
                #expect(try await !alice.stored().contains(old[0]))
                try await alice.confirmWithdrawn(old)
                try await alice.confirmPublished(old)
                #expect(try await alice.maintain().withdraw.isEmpty)
            }
        }

        @Test("an answer that comes when the package is to be withdrawn does not bring it back")
        func doesNotBringBack() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.maintain().refs
                alice.advance(.days(57))
                let new = try await alice.publishAll()
                #expect(try await alice.maintain().withdraw == old)
                try await alice.confirmPublished(old)
                #expect(try await alice.maintain().withdraw == old)
                #expect(try await alice.status().published == 1)
                #expect(!old.contains(new[0]))
            }
        }

        /// The directory may have served it after the withdrawal, and would do so when its keys are gone.
        @Test("a package whose publication is confirmed after its withdrawal is withdrawn again")
        func withdrawsAgain() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.maintain().refs
                alice.advance(.days(57))
                try await alice.publishAll()
                _ = try await alice.maintain()
                try await alice.confirmWithdrawn(old)
                #expect(try await alice.maintain().withdraw.isEmpty)
                try await alice.confirmPublished(old)
                #expect(try await alice.maintain().withdraw == old)
                try await alice.confirmWithdrawn(old)
                alice.advance(.days(6))
                _ = try await alice.maintain()
                // Its grace begins with the second withdrawal.
                #expect(try await alice.stored().contains(old[0]))

                // So it does where the first grace was seen to be over.
                alice.advance(.days(1))
                _ = try await alice.maintain()
                try await alice.confirmPublished(old)
                #expect(try await alice.maintain().withdraw == old)
                try await alice.confirmWithdrawn(old)
                alice.advance(.days(2))
                _ = try await alice.maintain()
                #expect(try await alice.stored().contains(old[0]))
            }
        }

        @Test("a package that the app withdrew by itself is replaced and keeps its keys for the grace")
        func replacesWhatTheAppWithdrew() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let published = try await alice.publishAll()
                let welcome = try await alice.welcome(for: published[0])
                try await alice.confirmWithdrawn([published[0]])
                let outgoing = try await alice.maintain()
                #expect(outgoing.publish.count == 1 && outgoing.withdraw.isEmpty)
                try await alice.join(welcome)
            }
        }
    }

    /// The package for when no other is left.
    @Suite(.serialized) struct LastResort {
        @Test("a last resort package that was used is replaced then withdrawn and purged after its grace")
        func isReplaced() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(0).withLastResort)
                let old = try await alice.publishAll()
                #expect(try await alice.status().hasLastResort)
                let first = try await alice.welcome(for: old[0])
                let second = try await alice.welcome(for: old[0])
                try await alice.join(first)
                // Others may have fetched it.
                #expect(try await alice.stored().contains(old[0]))

                let outgoing = try await alice.maintain()
                #expect(outgoing.publish.count == 1 && outgoing.withdraw.isEmpty)
                #expect(try await alice.maintain() == outgoing)
                try await alice.confirmPublished(outgoing.refs)
                #expect(try await alice.maintain().withdraw == old)
                try await alice.join(second)
                try await expect(.group(.welcomeReplayed)) { try await alice.join(first) }

                try await alice.confirmWithdrawn(old)
                alice.advance(.days(7))
                _ = try await alice.maintain()
                #expect(try await alice.stored().contains(old[0]))
                alice.advance(.days(1))
                _ = try await alice.maintain()
                #expect(try await alice.stored() == outgoing.refs)
                try await expect(.group(.noMatchingKeypackage)) { try await alice.join(first) }
            }
        }

        @Test("a join that is rolled back has not used the last resort package")
        func isNotUsed() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(0).withLastResort)
                let published = try await alice.publishAll()
                let welcome = try await alice.welcome(for: published[0])
                try await alice.client.transaction { tx in
                    _ = try await tx.joinGroup(welcome)
                    try await tx.abort()
                }
                #expect(try await alice.maintain().publish.isEmpty)
            }
        }

        @Test("the last resort package is given out before what has waited for longer")
        func goesFirst() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let singleUse = try await alice.maintain().publish
                alice.policy.lastResort = true
                let all = try await alice.maintain().publish
                #expect(all[0].ref.isLastResort)
                #expect(Array(all.dropFirst()) == singleUse)
            }
        }

        @Test("a policy that wants no last resort package any more has it withdrawn")
        func isWithdrawn() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1).withLastResort)
                let published = try await alice.publishAll()
                alice.policy = .few(1)
                let withdraw = try await alice.maintain().withdraw
                #expect(withdraw == [published[0]])
                #expect(withdraw.map(\.isLastResort) == [true])
            }
        }
    }
}
