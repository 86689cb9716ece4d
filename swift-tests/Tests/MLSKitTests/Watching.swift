import Foundation
import MLSKit
import Testing

extension StateChanges.Iterator {
    /// The next so many changes.
    fileprivate mutating func next(_ count: Int) async -> [StateChange] {
        var told: [StateChange] = []
        while told.count < count, let change = await next() { told.append(change) }
        return told
    }

    /// All changes to the end, which comes when the client is shut down.
    fileprivate mutating func rest() async -> [StateChange] {
        await next(.max)
    }
}

/// A change of one package, or of several.
private func packages(_ change: KeypackageChange, _ refs: KeypackageRef...) -> StateChange {
    .keypackages(change, refs)
}

extension MLSClient {
    /// Two changes.
    fileprivate func createAndDeleteAGroup(with credential: CredentialRef) async throws {
        try await transaction { tx in
            try await tx.deleteGroup(try await tx.createGroup(with: credential))
        }
    }

    fileprivate func addAnother() async throws -> CredentialRef {
        try await transaction { tx in try await tx.addCredential(.basic(.usual, identity: id)) }
    }
}

extension Scenarios {
    /// Watching: each commit of a client is told to all who watch it, and nothing else is.
    @Suite(.serialized) struct Watching {
        @Test("each change of a credential is told once and in order")
        func tellsOfCredentials() async throws {
            try await scenario { world in
                let (client, old) = try await world.client()
                var changes = client.changes.makeAsyncIterator()
                let new = try await client.addAnother()
                for _ in 0..<2 {
                    try await client.transaction { tx in
                        try await tx.replaceCredential(old, with: new, policy: .few(0))
                    }
                }
                let newest = try await client.transaction { tx in
                    let newest = try await tx.addCredential(.basic(.usual, identity: client.id))
                    try await tx.replaceCredential(new, with: newest, policy: .few(0))
                    return newest
                }
                try await client.transaction { tx in try await tx.removeCredential(old) }
                await client.shutdown()
                let expected: [StateChange] = [
                    .credential(.added, new), .credential(.replaced(by: new), old), .credential(.added, newest),
                    .credential(.replaced(by: newest), old), .credential(.replaced(by: newest), new),
                    .credential(.removed, old),
                ]
                #expect(await changes.rest() == expected)
            }
        }

        @Test("what is not committed is not told")
        func tellsOfCommits() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var changes = client.changes.makeAsyncIterator()
                try await client.transaction { tx in
                    _ = try await tx.generateKeypackage(for: credential)
                    try await tx.abort()
                }
                await #expect(throws: OwnError.self) {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        throw OwnError()
                    }
                }
                let cancelled = Task {
                    try await client.transaction { tx in
                        _ = try await tx.generateKeypackage(for: credential)
                        withUnsafeCurrentTask { $0?.cancel() }
                    }
                }
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                let two = try await client.transaction { tx in
                    try await tx.generateKeypackages(for: credential, count: 2)
                }
                await client.shutdown()
                let told = await changes.rest()
                guard told.count == 1, case .keypackages(.generated, let refs) = told[0] else { throw OwnError() }
                #expect(Set(refs) == Set(two.map(\.ref)))
            }
        }

        /// The package is consumed before the Welcome turns out to be wrong.
        @Test("a call that fails tells nothing though its transaction is committed")
        func tellsNothingOfFailures() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                var welcome = try await alice.welcome(for: try await alice.publishAll()[0])
                welcome[welcome.index(before: welcome.endIndex)] ^= 1
                let (bad, credential) = (welcome, alice.credential)
                var changes = alice.client.changes.makeAsyncIterator()
                let groupID = try await alice.client.transaction { tx in
                    let groupID = try await tx.createGroup(with: credential)
                    _ = try await failure { try await tx.joinGroup(bad) }
                    return groupID
                }
                await alice.client.shutdown()
                #expect(await changes.rest() == [.group(.created, groupID, epoch: 0)])
            }
        }

        @Test("who reads too slowly is told how many changes were missed")
        func tellsOfGaps() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var changes = client.changes.makeAsyncIterator()
                for _ in 0..<131 { try await client.createAndDeleteAGroup(with: credential) }
                let told = await changes.next(257)
                #expect(told.first == .missed(count: 6))
                #expect(told.dropFirst().allSatisfy { if case .group = $0 { true } else { false } })
                try await client.createAndDeleteAGroup(with: credential)
                await client.shutdown()
                // All that came since.
                #expect(await changes.rest().count == 2)
            }
        }

        @Test("all who watch are told the same from when they began")
        func tellsAllTheSame() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var first = client.changes.makeAsyncIterator()
                var second = client.changes.makeAsyncIterator()
                try await client.createAndDeleteAGroup(with: credential)
                var later = client.changes.makeAsyncIterator()
                try await client.createAndDeleteAGroup(with: credential)
                // Who does not go on is no hindrance.
                for await _ in client.changes.prefix(0) {}
                await client.shutdown()
                let told = await first.rest()
                #expect(told.count == 4)
                #expect(await second.rest() == told)
                #expect(await later.rest() == Array(told.dropFirst(2)))
            }
        }

        @Test("watching ends when the client is closed and all is read")
        func ends() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var changes = client.changes.makeAsyncIterator()
                try await client.createAndDeleteAGroup(with: credential)
                await client.shutdown()
                #expect(await changes.next(2).count == 2)
                #expect(LiveObjects.count().stateChanges == 1)
                #expect(await changes.next() == nil)
                #expect(LiveObjects.count().stateChanges == 0)
                #expect(await changes.next() == nil)
                for await _ in client.changes { Issue.record("nothing happens any more") }
            }
        }

        @Test("who waits is woken by a change and by the end")
        func wakes() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let changes = client.changes.makeAsyncIterator()
                let told = Told()
                let watching = Task {
                    var changes = changes
                    while let change = await changes.next() { await told.add(change) }
                }
                try await client.createAndDeleteAGroup(with: credential)
                try await eventually("both are told") { await told.all.count == 2 }
                guard case .group(.created, let groupID, epoch: 0) = await told.all[0] else { throw OwnError() }
                #expect(await told.all[1] == .group(.deleted, groupID, epoch: nil))
                await client.shutdown()
                await watching.value
            }
        }

        @Test("another client of the same file is not heard")
        func isAlone() async throws {
            try await scenario { world in
                let (one, other) = (try await world.open(), try await world.open())
                var ones = one.changes.makeAsyncIterator()
                var others = other.changes.makeAsyncIterator()
                let credential = try await one.addAnother()
                #expect(try await other.credentials() == [credential])
                await one.shutdown()
                await other.shutdown()
                #expect(await ones.rest() == [.credential(.added, credential)])
                #expect(await others.rest().isEmpty)
            }
        }

        @Test("watching that is cancelled is freed")
        func isCancelled() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                let changes = client.changes
                let watching = Task {
                    var count = 0
                    for await _ in changes { count += 1 }
                    return count
                }
                try await eventually("it watches") { LiveObjects.count().stateChanges == 1 }
                try await client.createAndDeleteAGroup(with: credential)
                watching.cancel()
                try await eventually("it is freed") { LiveObjects.count().stateChanges == 0 }
                // Who is cancelled before it begins is told nothing, though something waits.
                let iterator = changes.makeAsyncIterator()
                try await client.createAndDeleteAGroup(with: credential)
                let late = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    var iterator = iterator
                    return await iterator.next()
                }
                #expect(await late.value == nil)
                // Whoever still watches, in spite of all, is released by this.
                await client.shutdown()
                #expect((0...2).contains(await watching.value))
            }
        }
    }
}

/// What a task was told.
private actor Told {
    private(set) var all: [StateChange] = []

    func add(_ change: StateChange) { all.append(change) }
}

/// What is told of key packages.
extension Scenarios.Watching {
    @Suite(.serialized) struct OfKeypackages {
        @Test("each change of key packages is told once and in order")
        func tellsAll() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let credential = alice.credential
                var changes = alice.client.changes.makeAsyncIterator()
                let old = try await alice.maintain().refs[0]
                _ = try await alice.maintain()
                #expect(await changes.next(2) == [packages(.generated, old), packages(.pending, old)])
                for _ in 0..<2 { try await alice.confirmPublished([old]) }
                #expect(await changes.next() == packages(.published, old))
                for _ in 0..<2 {
                    try await alice.client.transaction { tx in try await tx.renewKeypackages(for: credential) }
                }
                #expect(await changes.next() == packages(.outdated, old))
                let new = try await alice.publishAll()[0]
                let made = [packages(.generated, new), packages(.pending, new), packages(.published, new)]
                #expect(await changes.next(3) == made)
                _ = try await alice.maintain()
                #expect(await changes.next() == packages(.retired, old))
                try await alice.confirmWithdrawn([old])
                try await alice.confirmPublished([old])
                try await alice.confirmWithdrawn([old])
                let gone = [packages(.withdrawn, old), packages(.retired, old), packages(.withdrawn, old)]
                #expect(await changes.next(3) == gone)
                for _ in 0..<2 {
                    alice.advance(.days(8))
                    _ = try await alice.maintain()
                }
                await alice.client.shutdown()
                #expect(await changes.rest() == [packages(.purged, old)])
            }
        }

        @Test("a package that a welcome consumes is told with the group")
        func tellsOfJoining() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let used = try await alice.publishAll()[0]
                let welcome = try await alice.welcome(for: used)
                var changes = alice.client.changes.makeAsyncIterator()
                _ = try await failure { try await alice.join(Data(welcome.dropFirst())) }
                let joined = try await alice.join(welcome)
                for _ in 0..<2 { try await alice.confirmWithdrawn([used]) }
                await alice.client.shutdown()
                let expected = [
                    packages(.consumed, used), .group(.joined, joined.id, epoch: 1), packages(.withdrawn, used),
                ]
                #expect(await changes.rest() == expected)
            }
        }

        @Test("a last resort package that is used is told once to be replaced")
        func tellsOfTheLastResort() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(0).withLastResort)
                let used = try await alice.publishAll()[0]
                let welcomes = [try await alice.welcome(for: used), try await alice.welcome(for: used)]
                var changes = alice.client.changes.makeAsyncIterator()
                let first = try await alice.join(welcomes[0])
                let second = try await alice.join(welcomes[1])
                await alice.client.shutdown()
                let expected = [
                    packages(.outdated, used), .group(.joined, first.id, epoch: 1),
                    .group(.joined, second.id, epoch: 1),
                ]
                #expect(await changes.rest() == expected)
            }
        }

        @Test("what happens to many packages at once is one change")
        func tellsOfManyAtOnce() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client()
                var changes = client.changes.makeAsyncIterator()
                let all = try await client.transaction { tx in
                    try await tx.generateKeypackages(for: credential, count: 100)
                }.map(\.ref)
                try await client.transaction { tx in
                    for ref in all.prefix(50) { try await tx.removeKeypackage(ref) }
                    for _ in 0..<2 { try await tx.removeKeypackages(for: credential) }
                }
                await client.shutdown()
                let told = await changes.rest()
                guard told.count == 2, case .keypackages(.generated, let generated) = told[0],
                    case .keypackages(.removed, let removed) = told[1]
                else { throw OwnError() }
                #expect(generated.sorted() == all.sorted() && removed.sorted() == all.sorted())
            }
        }

        @Test("what has expired is told as purged also where the app asks for it")
        func tellsOfTheExpired() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let one = try await alice.publishAll()[0]
                var changes = alice.client.changes.makeAsyncIterator()
                alice.advance(.days(100))
                #expect(try await alice.client.transaction { tx in try await tx.removeExpiredKeypackages() } == 1)
                await alice.client.shutdown()
                #expect(await changes.rest() == [packages(.purged, one)])
            }
        }
    }

    /// What is told of groups.
    @Suite(.serialized) struct OfGroups {
        @Test("each change of a group is told once and in order")
        func tellsAll() async throws {
            try await scenario { world in
                let (alice, aliceCredential) = try await world.client("alice")
                let (bob, bobCredential) = try await world.client("bob")
                let package = try await bob.offer(bobCredential)
                let used = try KeypackageRef(ofKeypackage: package)
                var toAlice = alice.changes.makeAsyncIterator()
                var toBob = bob.changes.makeAsyncIterator()
                let id = try await alice.transaction { tx in try await tx.createGroup(with: aliceCredential) }
                try await alice.transaction { tx in try await tx.updateKeys(in: id) }
                try await alice.transaction { tx in try await tx.commitRejected(in: id) }
                let (_, welcome) = try await alice.add(package, to: id)
                let ofAlice: [StateChange] = [
                    .group(.created, id, epoch: 0), .group(.commitPending, id, epoch: 0),
                    .group(.commitDropped, id, epoch: 0), .group(.commitPending, id, epoch: 0),
                    .group(.epochChanged, id, epoch: 1),
                ]
                #expect(await toAlice.next(5) == ofAlice)
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(await toBob.next(2) == [packages(.consumed, used), .group(.joined, id, epoch: 1)])

                // Messages are none.
                #expect(try await bob.hear(try await alice.say("hello", in: id)) == "hello")

                try await bob.transaction { tx in try await tx.leaveGroup(id) }
                let leave = try #require(try await bob.flush().first).bytes
                try await alice.transaction { tx in
                    guard case .proposal(let proposal) = try await tx.processMessage(leave) else { throw OwnError() }
                    try await tx.accept(proposal)
                    try await tx.commitProposals(in: id)
                }
                try await bob.follow(try #require(try await alice.flush().first).bytes)
                try await bob.transaction { tx in try await tx.deleteGroup(id) }
                await alice.shutdown()
                await bob.shutdown()
                let ofBob: [StateChange] = [
                    .group(.leaving, id, epoch: 1), .group(.removed, id, epoch: 2), .group(.deleted, id, epoch: nil),
                ]
                #expect(await toBob.rest() == ofBob)
                let left: [StateChange] = [.group(.commitPending, id, epoch: 1), .group(.epochChanged, id, epoch: 2)]
                #expect(await toAlice.rest() == left)
            }
        }

        @Test("a commit that comes first is told after the one that it drops")
        func tellsOfDroppedCommits() async throws {
            try await scenario { world in
                let pair = try await Pair(in: world)
                let id = pair.groupID
                var toBob = pair.bob.changes.makeAsyncIterator()
                for client in [pair.alice, pair.bob] {
                    try await client.transaction { tx in try await tx.updateKeys(in: id) }
                }
                try await pair.bob.follow(try #require(try await pair.alice.flush().first).bytes)
                await pair.bob.shutdown()
                let expected: [StateChange] = [
                    .group(.commitPending, id, epoch: 1), .group(.commitDropped, id, epoch: 1),
                    .group(.epochChanged, id, epoch: 2),
                ]
                #expect(await toBob.rest() == expected)
            }
        }

        @Test("each step of an external join is told")
        func tellsOfExternalJoins() async throws {
            try await scenario { world in
                let open = GroupConfig(externalJoins: true)
                let pair = try await Pair(in: world, config: open)
                let (id, credential) = (pair.groupID, pair.bobCredential)
                var toBob = pair.bob.changes.makeAsyncIterator()
                let info = try await pair.alice.transaction { tx in try await tx.groupInfo(of: id) }
                func comeBack() async throws {
                    try await pair.bob.transaction { tx in
                        _ = try await tx.joinByExternalCommit(
                            info, with: credential, options: JoinOptions(config: open, replace: true))
                    }
                }
                try await comeBack()
                try await pair.bob.transaction { tx in try await tx.commitRejected(in: id) }
                try await comeBack()
                let commit = try #require(try await pair.bob.flush().first).bytes
                try await pair.alice.follow(commit)
                await pair.bob.shutdown()
                let deleted = StateChange.group(.deleted, id, epoch: nil)
                let joining: [StateChange] = [
                    .group(.joining, id, epoch: 2), .group(.commitPending, id, epoch: 2),
                ]
                let expected = [deleted] + joining + [deleted] + joining + [.group(.joined, id, epoch: 2)]
                #expect(await toBob.rest() == expected)
            }
        }
    }
}
