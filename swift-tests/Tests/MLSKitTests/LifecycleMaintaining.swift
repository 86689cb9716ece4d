import Foundation
import MLSKit
import Testing

/// What is made, given out, replaced and purged.
extension Scenarios.Lifecycle {
    @Suite(.serialized) struct Maintaining {
        @Test("the first maintenance gives out what the policy wants and the next the same bytes")
        func givesOutTheSame() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3).withLastResort)
                let first = try await alice.maintain()
                #expect(first.publish.count == 4 && first.withdraw.isEmpty)
                #expect(first.refs.map(\.isLastResort) == [true, false, false, false])
                for publication in first.publish {
                    #expect(try await alice.package(publication.ref).bytes == publication.bytes)
                    _ = try await alice.client.importKeypackage(publication.bytes)
                }
                #expect(try await alice.maintain() == first)
                try await alice.reopen()
                let noted = try await alice.client.outgoingKeypackages(for: alice.credential, policy: alice.policy)
                #expect(noted == first)
                #expect(try await alice.maintain() == first)
                #expect(try await alice.stored().count == 4)
            }
        }

        @Test("what is rolled back was never given out")
        func rollsBack() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                let (client, credential) = (alice.client, alice.credential)
                try await client.transaction { tx in
                    try await tx.maintainKeypackages(for: credential, policy: .few(3))
                    let seen = try await client.outgoingKeypackages(for: credential, policy: .few(3))
                    #expect(seen.publish.isEmpty)
                    try await tx.abort()
                }
                #expect(try await alice.stored().isEmpty)
            }
        }

        @Test("packages are given out in the framing that the policy asks for")
        func frames() async throws {
            try await scenario { world in
                var policy = KeypackagePolicy.few(1)
                policy.framing = .mlsMessage
                let alice = try await Managed(in: world, policy)
                let publication = try #require(try await alice.maintain().publish.first)
                #expect(try await alice.package(publication.ref).mlsMessage == publication.bytes)
            }
        }

        @Test("what is confirmed is given out no more and the rest goes on as it was")
        func forgetsWhatIsConfirmed() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                let first = try await alice.maintain()
                try await alice.confirmPublished(first.refs.prefix(1))
                #expect(try await alice.maintain().publish == Array(first.publish.dropFirst()))
                try await alice.confirmPublished(first.refs)
                let settled = try await alice.maintain()
                #expect(settled.publish.isEmpty && settled.withdraw.isEmpty)
                #expect(try await alice.stored().count == 3)
            }
        }

        @Test("a package that was used is replaced and withdrawn too")
        func replacesTheUsed() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let published = try await alice.publishAll()
                try await alice.join(try await alice.welcome(for: published[0]))
                let outgoing = try await alice.maintain()
                #expect(outgoing.publish.count == 1)
                // It may be on its way to the directory once more.
                #expect(outgoing.withdraw == [published[0]])
                try await alice.confirmWithdrawn([published[0]])
                #expect(try await alice.maintain().withdraw.isEmpty)
            }
        }

        @Test("a package whose publication was never answered opens a welcome")
        func keepsTheUnanswered() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let givenOut = try await alice.maintain().refs
                let welcome = try await alice.welcome(for: givenOut[0])
                try await alice.reopen()
                alice.advance(.days(40))
                _ = try await alice.maintain()
                try await alice.join(welcome)
                // What arrives now is one without keys.
                #expect(try await alice.maintain().withdraw == givenOut)
            }
        }

        @Test("an old package is withdrawn only when its replacement is published")
        func withdrawsAfterwards() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let old = try await alice.publishAll()
                alice.advance(.days(57))
                let outgoing = try await alice.maintain()
                let new = outgoing.refs
                #expect(new.count == 2 && outgoing.withdraw.isEmpty)
                #expect(Set(new).isDisjoint(with: old))
                #expect(try await alice.status().stale == 2)
                // Nothing but the answer makes a difference.
                for _ in 0..<3 {
                    alice.advance(.days(1))
                    #expect(try await alice.maintain().withdraw.isEmpty)
                }
                try await alice.confirmPublished([new[0]])
                // One for one, however often it is asked.
                for _ in 0..<2 { #expect(try await alice.maintain().withdraw == [old[0]]) }
                try await alice.confirmPublished([new[1]])
                #expect(try await alice.maintain().withdraw == old)
            }
        }

        @Test("a withdrawn package opens a welcome until its grace is over")
        func keepsTheWithdrawn() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                let old = try await alice.publishAll()
                let early = try await alice.welcome(for: old[0])
                let late = try await alice.welcome(for: old[1])
                alice.advance(.days(57))
                try await alice.publishAll()
                let withdraw = try await alice.maintain().withdraw
                #expect(withdraw == old)
                try await alice.confirmWithdrawn(withdraw)
                #expect(try await alice.status().withdrawn == 3)
                alice.advance(.days(6))
                _ = try await alice.maintain()
                try await alice.join(early)
                // The first sees that it is over.
                for _ in 0..<2 {
                    alice.advance(.days(1))
                    _ = try await alice.maintain()
                }
                try await expect(.group(.noMatchingKeypackage)) { try await alice.join(late) }
                #expect(Set(try await alice.stored()).isDisjoint(with: old))
            }
        }

        @Test("what expires before its grace is over is purged then")
        func purgesTheExpired() async throws {
            try await scenario { world in
                var policy = KeypackagePolicy.few(1)
                policy.grace = .days(60)
                let alice = try await Managed(in: world, policy)
                let old = try await alice.publishAll()
                alice.advance(.days(57))
                try await alice.publishAll()
                try await alice.confirmWithdrawn(try await alice.maintain().withdraw)
                alice.advance(.days(27))
                _ = try await alice.maintain()
                // Seen once.
                #expect(try await alice.stored().contains(old[0]))
                alice.advance(.days(1))
                _ = try await alice.maintain()
                #expect(try await !alice.stored().contains(old[0]))
            }
        }

        @Test("a package that nobody could ever be told of ends with its expiry")
        func endsTheUntold() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let first = try await alice.maintain().refs
                for _ in 0..<90 {
                    alice.advance(.days(1))
                    let outgoing = try await alice.maintain()
                    // The old ones are not worth it any more.
                    #expect(outgoing.publish.count == 2)
                    // Who knows whether a directory has them?
                    #expect(Set(outgoing.withdraw).isSubset(of: first))
                    #expect(try await alice.stored().count <= 4)
                }
                #expect(Set(try await alice.stored()).isDisjoint(with: first))
            }
        }

        @Test("what the app made for itself counts for nothing and stays until it expires")
        func leavesTheAppsAlone() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let (client, credential) = (alice.client, alice.credential)
                let own = try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }.ref
                let givenOut = try await alice.publishAll()
                #expect(givenOut.count == 2 && !givenOut.contains(own))
                let status = try await alice.status()
                #expect(status.unmanaged == 1 && status.published == 2)
                #expect(try await client.countValidKeypackages(for: credential) == 3)
                alice.advance(.days(83))
                #expect(try await !alice.maintain().withdraw.contains(own))
                #expect(try await alice.stored().contains(own))
                alice.advance(.days(2))
                _ = try await alice.maintain()
                alice.advance(.days(1))
                _ = try await alice.maintain()
                #expect(try await !alice.stored().contains(own))
            }
        }

        @Test("what the app made and published itself comes under the policy when it says so")
        func takesTheAppsOver() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let credential = alice.credential
                let own = try await alice.client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }.ref
                try await alice.confirmPublished([own])
                // It is the one that the policy wants.
                #expect(try await alice.maintain().publish.isEmpty)
                alice.advance(.days(57))
                #expect(try await alice.publishAll().count == 1)
                #expect(try await alice.maintain().withdraw == [own])
            }
        }

        @Test("what the app removes is to be withdrawn until that is confirmed")
        func withdrawsTheRemoved() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let published = try await alice.publishAll()
                try await alice.client.transaction { tx in try await tx.removeKeypackage(published[0]) }
                for _ in 0..<2 {
                    try await alice.reopen()
                    #expect(try await alice.maintain().withdraw == [published[0]])
                    #expect(try await alice.status().removed == 1)
                }
                try await alice.confirmWithdrawn([published[0]])
                #expect(try await alice.maintain().withdraw.isEmpty)
                try await alice.client.transaction { tx in try await tx.removeKeypackage(published[1]) }
                alice.advance(.days(85))
                // The clock may be wrong.
                #expect(try await alice.maintain().withdraw.contains(published[1]))
                alice.advance(.days(1))
                // Nobody takes what has expired.
                #expect(try await !alice.maintain().withdraw.contains(published[1]))
            }
        }

        /// A directory that forgets nothing would have no room left, and serve what opens nothing if the clock is wrong.
        @Test("what has expired at the directory is withdrawn without its keys")
        func withdrawsTheExpired() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                alice.advance(.days(85))
                // It is replaced by nothing yet.
                #expect(try await alice.maintain().withdraw.isEmpty)
                alice.advance(.days(1))
                let outgoing = try await alice.maintain()
                #expect(try await alice.stored() == outgoing.refs)
                #expect(outgoing.withdraw == old)
                try await alice.confirmWithdrawn(old)
                #expect(try await alice.maintain().withdraw.isEmpty)
                try await alice.reopen()
                #expect(try await alice.status().removed == 0)
            }
        }

        /// What it keeps to itself as well, and what another credential has.
        @Test("the next time is told until the last key is gone")
        func tellsTheNextTime() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(0))
                let credential = alice.credential
                let own = try await alice.client.transaction { tx in
                    try await tx.generateKeypackage(for: credential)
                }.ref
                var calls = 0
                while let next = try await alice.maintain().next {
                    // A time to come, or an app would call for ever.
                    try #require(next > alice.now)
                    alice.turn(to: next)
                    calls += 1
                }
                #expect(try await alice.stored().isEmpty && calls == 2)
                #expect(own.lifetime.notAfter < alice.now)
            }
        }

        @Test("a grace is that of the policy of its own credential")
        func graceIsItsOwn() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                alice.policy = .few(0)
                try await alice.confirmWithdrawn(try await alice.maintain().withdraw)
                alice.advance(.days(1))
                let (client, second) = (alice.client, try await alice.addCredential())
                func maintainSecond(grace: Duration) async throws {
                    var policy = KeypackagePolicy.few(0)
                    policy.grace = grace
                    _ = try await client.maintainKeypackages(for: second, policy: policy)
                }
                for _ in 0..<3 { try await maintainSecond(grace: .zero) }
                #expect(try await alice.stored() == old)
                alice.advance(.days(6))
                _ = try await alice.maintain()
                alice.advance(.days(1))
                try await maintainSecond(grace: .days(30))
                _ = try await alice.maintain()
                #expect(try await alice.stored().isEmpty)
            }
        }

        /// Its directory would go on serving what has no keys, if the clock was wrong.
        @Test("a policy without grace looks twice at what has expired too")
        func looksTwice() async throws {
            try await scenario { world in
                var policy = KeypackagePolicy.few(2)
                policy.grace = .zero
                let alice = try await Managed(in: world, policy)
                let published = try await alice.publishAll()
                let right = alice.now
                alice.advance(.days(100))
                for _ in 0..<2 { _ = try await alice.maintain() }
                alice.turn(to: right)
                _ = try await alice.maintain()
                #expect(Set(published).isSubset(of: try await alice.stored()))
            }
        }

        @Test("a policy that wants fewer withdraws what is too many and one that wants none all")
        func wantsFewer() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(4))
                let published = try await alice.publishAll()
                alice.policy = .few(1)
                let withdraw = try await alice.maintain().withdraw
                #expect(withdraw.count == 3 && Set(withdraw).isSubset(of: published))
                alice.policy = .few(0)
                #expect(try await alice.maintain().withdraw.count == 4)
                try await alice.confirmWithdrawn(published)
                alice.advance(.days(8))
                _ = try await alice.maintain()
                alice.advance(.days(1))
                let outgoing = try await alice.maintain()
                #expect(try await alice.stored().isEmpty && outgoing.next == nil)
            }
        }

        @Test("packages are refreshed in their margin and clients at times of their own")
        func refreshesAtOwnTimes() async throws {
            try await scenario { world in
                var delays: Set<TimeInterval> = []
                for number in 0..<4 {
                    let alice = try await Managed(in: world, .few(2), name: "alice\(number)")
                    try await alice.publishAll()
                    let next = try #require(try await alice.maintain().next)
                    // The same on every call.
                    #expect(try await alice.maintain().next == next)
                    #expect(try await alice.status().nextRefresh == next)
                    let delay = next.timeIntervalSince(alice.now)
                    #expect((49 * 86400...56 * 86400).contains(delay))
                    delays.insert(delay)
                    alice.turn(to: next.addingTimeInterval(-1))
                    #expect(try await alice.maintain().publish.isEmpty)
                    alice.turn(to: next)
                    #expect(try await alice.maintain().publish.count == 2)
                }
                #expect(delays.count == 4)
            }
        }

        @Test("a margin longer than the lifetime does not make packages without end")
        func boundsTheMargin() async throws {
            try await scenario { world in
                var policy = KeypackagePolicy.few(2)
                (policy.lifetime, policy.refreshMargin) = (.days(2), .days(100))
                let alice = try await Managed(in: world, policy)
                let first = try await alice.maintain()
                #expect(try await alice.maintain().publish == first.publish)
                try await alice.confirmPublished(first.refs)
                #expect(try await alice.maintain().publish.isEmpty)
                #expect(try await alice.stored().count == 2)
            }
        }

        @Test("an app that makes its packages otherwise has the old ones replaced")
        func renews() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let old = try await alice.publishAll()
                alice.policy.config.grease = true
                #expect(try await alice.maintain().publish.isEmpty)
                let credential = alice.credential
                try await alice.client.transaction { tx in try await tx.renewKeypackages(for: credential) }
                let outgoing = try await alice.maintain()
                #expect(outgoing.publish.count == 2 && outgoing.withdraw.isEmpty)
                for publication in outgoing.publish {
                    let capabilities = try KeypackageInfo(reading: publication.bytes).capabilities
                    #expect(capabilities.proposals.count == 1)
                }
                try await alice.confirmPublished(outgoing.refs)
                #expect(try await alice.maintain().withdraw == old)
                #expect(try await alice.maintain().publish.isEmpty)
            }
        }

        @Test("a policy is a value and what it leaves out is the default")
        func isAValue() async throws {
            try await scenario { world in
                var policy = KeypackagePolicy()
                #expect(policy == KeypackagePolicy() && Set([policy, KeypackagePolicy()]).count == 1)
                policy.config.grease = true
                #expect(policy != KeypackagePolicy())
                let alice = try await Managed(in: world, KeypackagePolicy())
                let given = try await alice.client.maintainKeypackages(for: alice.credential)
                #expect(given.refs.map(\.isLastResort) == [true] + Array(repeating: false, count: 20))
                for publication in given.publish {
                    #expect(publication.ref.lifetime.duration == .days(84) + .seconds(3600))
                    #expect(try KeypackageInfo(reading: publication.bytes).framing == .bare)
                }
                // With the margin and the grace that the library itself has.
                try await alice.confirmPublished(given.refs)
                let next = try #require(try await alice.maintain().next)
                #expect((49 * 86400...56 * 86400).contains(next.timeIntervalSince(alice.now)))
                try await alice.confirmWithdrawn([given.refs[1]])
                alice.advance(.days(6))
                _ = try await alice.maintain()
                alice.advance(.days(1) - .seconds(1))
                _ = try await alice.maintain()
                #expect(try await alice.stored().contains(given.refs[1]))
                for seconds in [1, 86400] {
                    alice.advance(.seconds(seconds))
                    _ = try await alice.maintain()
                }
                #expect(try await !alice.stored().contains(given.refs[1]))
            }
        }

        @Test("counts are by credential and by ciphersuite")
        func counts() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                _ = try await alice.maintain()
                let other = try await alice.addCredential()
                let client = alice.client
                try await client.transaction { tx in _ = try await tx.generateKeypackage(for: other) }
                #expect(try await client.countValidKeypackages(for: alice.credential) == 3)
                #expect(try await client.countValidKeypackages(for: other) == 1)
                let seen = try await client.transaction { tx in try await tx.countValidKeypackages(for: other) }
                #expect(seen == 1)
                #expect(try await client.countValidKeypackages(in: .usual) == 4)
                #expect(try await client.countValidKeypackages(in: .p256AES128GCM) == 0)
                alice.advance(.days(85))
                #expect(try await client.countValidKeypackages(in: .usual) == 0)
                #expect(try await client.transaction { tx in try await tx.removeExpiredKeypackages() } == 4)
                #expect(try await alice.stored().isEmpty)
            }
        }
    }
}
