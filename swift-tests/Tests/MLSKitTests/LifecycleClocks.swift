import Foundation
import MLSKit
import Testing

private let years = Duration.days(365 * 10)

/// The calls by which an app removes packages.
private enum Removal: CaseIterable {
    case one
    case ofCredential
    case withCredential
    case expired

    func perform(on ref: KeypackageRef, of credential: CredentialRef, in tx: TransactionContext) async throws {
        switch self {
        case .one: try await tx.removeKeypackage(ref)
        case .ofCredential: try await tx.removeKeypackages(for: credential)
        case .withCredential: try await tx.removeCredential(credential)
        case .expired: try await tx.removeExpiredKeypackages()
        }
    }
}

/// Clocks that jump, either way.
extension Scenarios.Lifecycle {
    @Suite(.serialized) struct Clocks {
        @Test("a clock that is years ahead for an hour costs no keys")
        func costsNoKeys() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let published = try await alice.publishAll()
                let welcome = try await alice.welcome(for: published[0])
                let right = alice.now
                alice.advance(years)
                for _ in 0..<5 {
                    _ = try await alice.maintain()
                    try await alice.reopen()
                }
                alice.turn(to: right.addingTimeInterval(3600))
                let outgoing = try await alice.maintain()
                // Nothing has replaced them.
                #expect(Set(outgoing.withdraw).isDisjoint(with: published))
                alice.advance(.days(2))
                for _ in 0..<2 { _ = try await alice.maintain() }
                try await alice.join(welcome)
                #expect(try await alice.stored().contains(published[1]))
                for days in [85, 1] {
                    alice.advance(.days(days))
                    _ = try await alice.maintain()
                }
                // Its end comes when it is due.
                #expect(try await !alice.stored().contains(published[1]))
            }
        }

        @Test("a clock that is years ahead for an hour forgets no withdrawal")
        func forgetsNoWithdrawal() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let removed = try await alice.publishAll()
                try await alice.client.transaction { tx in try await tx.removeKeypackage(removed[0]) }
                let right = alice.now
                alice.advance(years)
                #expect(try await alice.maintain().withdraw.contains(removed[0]))
                alice.turn(to: right)
                #expect(try await alice.maintain().withdraw == removed)
                for _ in 0..<3 {
                    alice.advance(.days(50))
                    _ = try await alice.maintain()
                }
                alice.turn(to: right)
                // It has expired, and that was seen twice.
                #expect(try await !alice.maintain().withdraw.contains(removed[0]))
            }
        }

        /// It took for expired what was removed.
        @Test("what is removed by a clock that is ahead is withdrawn when the clock is right again")
        func withdrawsWhatWasRemovedAhead() async throws {
            try await scenario { world in
                for removal in Removal.allCases {
                    let alice = try await Managed(in: world, .few(1), name: "alice-\(removal)")
                    let (credential, other) = (alice.credential, try await alice.addCredential())
                    let published = try await alice.publishAll()
                    let right = alice.now
                    alice.advance(.days(90))
                    try await alice.client.transaction { tx in
                        try await removal.perform(on: published[0], of: credential, in: tx)
                    }
                    #expect(try await alice.stored().isEmpty, "\(removal)")
                    alice.turn(to: right)
                    alice.credential = other
                    for _ in 0..<2 {
                        #expect(try await alice.maintain().withdraw == published, "\(removal)")
                        try await alice.reopen()
                    }
                    #expect(try await alice.status().removed == 1, "\(removal)")
                }
            }
        }

        @Test("a removal by a clock that is ahead forgets no removal before it")
        func remembersRemovals() async throws {
            try await scenario { world in
                for removal in Removal.allCases {
                    let alice = try await Managed(in: world, .few(2), name: "alice-\(removal)")
                    let (credential, other) = (alice.credential, try await alice.addCredential())
                    let published = try await alice.publishAll()
                    try await alice.client.transaction { tx in try await tx.removeKeypackage(published[0]) }
                    let right = alice.now
                    alice.advance(.days(90))
                    // The credential is there once.
                    for _ in 0..<(removal == .withCredential ? 1 : 2) {
                        try await alice.client.transaction { tx in
                            try await removal.perform(on: published[1], of: credential, in: tx)
                        }
                    }
                    alice.turn(to: right)
                    alice.credential = other
                    let withdraw = try await alice.maintain().withdraw
                    #expect(withdraw.count == 2 && Set(withdraw) == Set(published), "\(removal)")
                }
            }
        }

        @Test("packages made by a clock that was ahead are replaced and don't stay for ever")
        func replacesThoseOfTheFuture() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let right = alice.now
                alice.advance(years)
                let ahead = try await alice.publishAll()
                alice.turn(to: right)
                let outgoing = try await alice.maintain()
                let new = outgoing.refs
                #expect(new.count == 2 && outgoing.withdraw.isEmpty)
                try await alice.confirmPublished(new)
                let withdraw = try await alice.maintain().withdraw
                #expect(withdraw == ahead)
                try await alice.confirmWithdrawn(withdraw)
                for _ in 0..<9 {
                    alice.advance(.days(1))
                    _ = try await alice.maintain()
                }
                #expect(try await alice.stored() == new)
            }
        }

        @Test("a withdrawal noted by a clock that was ahead has its grace from now on")
        func hasItsGrace() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let right = alice.now
                var old = try await alice.publishAll()
                let welcome = try await alice.welcome(for: old[0])
                alice.advance(.days(57))
                try await alice.publishAll()
                _ = try await alice.maintain()
                let later = alice.now
                alice.advance(years)
                try await alice.confirmWithdrawn(old)
                alice.turn(to: later)
                for _ in 0..<6 {
                    _ = try await alice.maintain()
                    alice.advance(.days(1))
                }
                _ = try await alice.maintain()
                try await alice.join(welcome)

                let other = try await Managed(in: world, .few(1), name: "other")
                old = try await other.publishAll()
                other.advance(years)
                try await other.confirmWithdrawn(old)
                other.turn(to: right)
                for _ in 0..<9 {
                    _ = try await other.maintain()
                    other.advance(.days(1))
                }
                // Not for ever.
                #expect(try await !other.stored().contains(old[0]))
            }
        }

        /// Whatever is looked at by it seems to have been withdrawn in the future.
        @Test("a clock that is wrong either way for an hour shortens no grace")
        func shortensNoGrace() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                let welcome = try await alice.welcome(for: old[0])
                alice.advance(.days(57))
                try await alice.publishAll()
                try await alice.confirmWithdrawn(try await alice.maintain().withdraw)
                let right = alice.now
                let behind = [right.addingTimeInterval(-40 * 86400), Date(timeIntervalSince1970: 100)]
                let ahead = [30, 3650].map { right.addingTimeInterval($0 * 86400) }
                for wrong in behind + ahead {
                    for _ in 0..<2 {
                        for time in [wrong, right] {
                            alice.turn(to: time)
                            _ = try await alice.maintain()
                        }
                    }
                }
                for _ in 0..<6 {
                    alice.advance(.days(1))
                    _ = try await alice.maintain()
                }
                try await alice.join(welcome)
            }
        }

        @Test("a clock that starts in 1970 purges nothing and makes up for it later")
        func startsIn1970() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                let welcome = try await alice.welcome(for: old[0])
                let right = alice.now
                alice.turn(to: Date(timeIntervalSince1970: 100))
                let unusable = try await alice.publishAll()
                try await alice.confirmWithdrawn(try await alice.maintain().withdraw)
                alice.turn(to: right.addingTimeInterval(60))
                // It was withdrawn a minute ago, and the clock says that it was half a century ago.
                for _ in 0..<3 { _ = try await alice.maintain() }
                #expect(try await alice.stored().contains(old[0]))
                let outgoing = try await alice.maintain()
                #expect(outgoing.publish.count == 1 && !outgoing.refs.contains(unusable[0]))
                try await alice.join(welcome)
            }
        }

        @Test("a clock set back by hours changes nothing")
        func isSetBack() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3).withLastResort)
                try await alice.publishAll()
                let before = try await alice.maintain()
                alice.turn(to: alice.now.addingTimeInterval(-20 * 3600))
                #expect(try await alice.maintain() == before)
                #expect(try await alice.stored().count == 4)
            }
        }

        /// Its messages wait at the server while it is away, Welcomes among them.
        @Test("a client that was away for long gets its welcomes before it purges")
        func wasAway() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let old = try await alice.publishAll()
                let welcome = try await alice.welcome(for: old[0])
                alice.advance(.days(57))
                try await alice.publishAll()
                try await alice.confirmWithdrawn(try await alice.maintain().withdraw)
                alice.advance(.days(100))
                for _ in 0..<3 { _ = try await alice.maintain() }
                try await alice.join(welcome)
            }
        }
    }
}
