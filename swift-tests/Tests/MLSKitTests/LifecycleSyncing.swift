import Foundation
import MLSKit
import Testing

/// A value that closures of one test share.
private actor Box<Value: Sendable> {
    private(set) var value: Value

    init(_ value: Value) { self.value = value }

    func change<Result: Sendable>(_ work: @Sendable (inout Value) -> Result) -> Result { work(&value) }
}

/// The loop over a directory that goes wrong.
extension Scenarios.Lifecycle {
    @Suite(.serialized) struct Syncing {
        @Test("a run supplies the directory and says when to come back")
        func supplies() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3).withLastResort)
                let report = try await alice.sync()
                #expect(report.published.count == 4 && report.withdrawn.isEmpty && report.refused.isEmpty)
                #expect(await alice.served() == report.published)
                let second = try await alice.sync()
                #expect(second.published.isEmpty && second.next == report.next)
                alice.turn(to: try #require(report.next))
                let refresh = try await alice.sync()
                #expect(refresh.published.count == 4 && refresh.withdrawn.count == 4)
                #expect(await alice.served() == refresh.published)
                #expect(try await alice.sync(.few(0)).withdrawn.count == 4)
                for _ in 0..<9 {
                    alice.advance(.days(1))
                    try await alice.sync(.few(0))
                }
                let done = try await alice.sync(.few(0))
                #expect(try await alice.stored().isEmpty && done.next == nil)
            }
        }

        @Test("a peer fetches what was published and its welcome opens")
        func isFetched() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1).withLastResort)
                try await alice.sync()
                let (bob, bobs) = try await world.client("bob")
                let shelf = alice.directory.shelf(of: bob.id)
                for round in 0..<3 {
                    let bytes = try #require(try await shelf.fetchKeypackage(of: alice.client.id, for: .usual))
                    let package = try await bob.importKeypackage(bytes, of: alice.client.id)
                    // Last, and again and again.
                    #expect(package.ref.isLastResort == (round > 0))
                    let groupID = try await bob.transaction { tx in try await tx.createGroup(with: bobs) }
                    try await alice.join(try await bob.add(bytes, to: groupID).welcome)
                }
                try await alice.sync()
                #expect(await alice.served().count == 2)
            }
        }

        private static let faults = [Fault.lostAnswer, .lostRequest, .refused, .duplicate, .late]
        private static let hanging = [Fault.hangs, .hangsWhenDone]

        @Test("whatever goes wrong the next run ends it", arguments: faults)
        func recovers(from fault: Fault) async throws {
            try await scenario { world in
                for at in 0..<6 {
                    let alice = try await Managed(in: world, .few(3), name: "alice\(at)")
                    try await alice.sync()
                    alice.advance(.days(57))
                    await alice.directory.fail(Array(repeating: .none, count: at) + [fault])
                    switch fault {
                    case .duplicate:
                        #expect(try await alice.sync().published.count == 3)
                    case .refused:
                        let report = try await alice.sync()
                        #expect(report.refused.map { $0.error as? DirectoryError } == [.refused])
                        #expect(try #require(report.next) <= alice.now.addingTimeInterval(3600))
                    default:
                        await #expect(throws: DirectoryError.noAnswer) { try await alice.sync() }
                    }
                    #expect(await alice.served().count >= 3, "at \(at)")
                    try await alice.reopen()
                    try await alice.sync()
                    await alice.directory.deliverLate()
                    try await alice.sync()
                    let served = await alice.served()
                    #expect(served.count == 3, "at \(at)")
                    #expect(Set(served).isSubset(of: try await alice.stored()), "at \(at)")
                }
            }
        }

        @Test("a directory that hangs is given up and the next run goes on", arguments: hanging)
        func givesUp(on fault: Fault) async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                let (client, credential, shelf) = (alice.client, alice.credential, alice.shelf)
                await alice.directory.fail([.none, fault])
                let run = Task { try await client.syncKeypackages(with: shelf, for: credential, policy: .few(3)) }
                try await eventually("the directory hangs") {
                    let isAnswered = try await alice.status().published == 1
                    let arrived = await alice.directory.requests.count
                    return isAnswered && arrived == (fault == .hangs ? 1 : 2)
                }
                // While it hangs, others work.
                _ = try await client.transaction { tx in try await tx.generateKeypackage(for: credential) }
                run.cancel()
                await #expect(throws: CancellationError.self) { try await run.value }
                #expect(try await alice.status().pending == 2)
                #expect(try await alice.sync().published.count == 2)
                #expect(await alice.served().count == 3)
            }
        }

        @Test("two runs at once do no harm")
        func runsTwice() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(5))
                let (client, credential, shelf) = (alice.client, alice.credential, alice.shelf)
                for _ in 0..<3 {
                    async let one = client.syncKeypackages(with: shelf, for: credential, policy: .few(5))
                    async let other = client.syncKeypackages(with: shelf, for: credential, policy: .few(5))
                    _ = try await (one, other)
                    #expect(await alice.served().count == 5)
                    let status = try await alice.status()
                    #expect(status.pending == 0 && status.published == 5 && status.retired == 0)
                    alice.advance(.days(57))
                }
            }
        }

        @Test("a refused package holds nothing else up")
        func isRefused() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                await alice.directory.fail([.refused])
                let report = try await alice.sync()
                #expect(report.published.count == 2 && report.refused.count == 1)
                #expect(report.refused[0].error as? DirectoryError == .refused)
                #expect(try await alice.sync().published == report.refused.map(\.ref))
            }
        }

        @Test("a package that was used while a run was under way is not published")
        func usesMeanwhile() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let client = alice.client
                let outgoing = try await alice.maintain()
                let welcome = try await alice.welcome(for: outgoing.refs[1])
                let given = Box<[(ref: KeypackageRef, bytes: Data)]>([])
                let directory = OwnDirectory(
                    onPublish: { ref, bytes in
                        let count = await given.change { all in
                            all.append((ref, bytes))
                            return all.count
                        }
                        guard count == 1 else {
                            throw DirectoryError.refused
                        }
                        _ = try await client.transaction { tx in try await tx.joinGroup(welcome) }
                    },
                    refuses: { _ in true })
                let report = try await client.syncKeypackages(with: directory, for: alice.credential, policy: .few(2))
                #expect(report.published == [outgoing.refs[0]])
                #expect(report.withdrawn == [outgoing.refs[1]])
                // Without a confirmation it is left for the next run.
                let left = try await alice.maintain().publish
                let seen = await given.value
                #expect(seen.map(\.ref) == [outgoing.refs[0]] + left.map(\.ref))
                #expect(seen.map(\.bytes) == [outgoing.publish[0].bytes] + left.map(\.bytes))
                #expect(left.count == 1 && !outgoing.refs.contains(left[0].ref))
            }
        }

        @Test("a withdrawal comes after the publication of what replaces it")
        func withdrawsLast() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1).withLastResort)
                try await alice.sync()
                alice.advance(.days(57))
                try await alice.sync()
                let order = await alice.directory.requests.map(\.isPublication)
                #expect(order == [true, true, true, true, false, false])
            }
        }

        @Test("no transaction is open while a step is taken")
        func leavesNoneOpen() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let client = alice.client
                let directory = OwnDirectory(
                    onPublish: { _, _ in try await client.transaction { tx in try await tx.abort() } },
                    onWithdraw: { _ in try await client.transaction { tx in try await tx.abort() } })
                for policy in [KeypackagePolicy.few(1), .few(0)] {
                    let report = try await client.syncKeypackages(
                        with: directory, for: alice.credential, policy: policy)
                    #expect(report.published.count + report.withdrawn.count == 1)
                }
            }
        }

        @Test("what a directory throws comes out as it is")
        func throwsItsOwn() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let (client, credential) = (alice.client, alice.credential)
                let directory = OwnDirectory(
                    onPublish: { _, _ in throw OwnError() },
                    refuses: { $0 is DirectoryError })
                await #expect(throws: OwnError.self) {
                    try await client.syncKeypackages(with: directory, for: credential, policy: .few(2))
                }
                #expect(LiveObjects.count().keypackageSyncs == 0)
                await client.shutdown()
                try await expect(.storage(.closed)) {
                    try await client.syncKeypackages(with: directory, for: credential, policy: .few(2))
                }
            }
        }

        @Test("a cancelled task ends the supplying and what was answered is stored")
        func isCancelled() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(3))
                let (client, credential) = (alice.client, alice.credential)
                let asked = Box(0)
                let directory = OwnDirectory(onPublish: { _, _ in
                    await asked.change { $0 += 1 }
                    withUnsafeCurrentTask { $0?.cancel() }
                })
                let run = Task { try await client.syncKeypackages(with: directory, for: credential, policy: .few(3)) }
                await #expect(throws: CancellationError.self) { try await run.value }
                #expect(await asked.value == 1)
                let status = try await alice.status()
                #expect(status.published == 1 && status.pending == 2)
                // Who is cancelled before it begins does nothing at all.
                try await client.transaction { tx in try await tx.renewKeypackages(for: credential) }
                let late = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.syncKeypackages(with: directory, for: credential, policy: .few(9))
                }
                await #expect(throws: CancellationError.self) { try await late.value }
                #expect(await asked.value == 1)
                #expect(try await alice.stored().count == 3)
            }
        }

        @Test("a directory that throws a cancellation is not taken for a refusal")
        func throwsCancellations() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(2))
                let (client, credential) = (alice.client, alice.credential)
                let own = OwnDirectory(onPublish: { _, _ in throw CancellationError() }, refuses: { _ in true })
                await #expect(throws: CancellationError.self) {
                    try await client.syncKeypackages(with: own, for: credential, policy: .few(2))
                }
                // As URLSession does, whose error has another name.
                let others = OwnDirectory(
                    onPublish: { _, _ in
                        withUnsafeCurrentTask { $0?.cancel() }
                        throw URLError(.cancelled)
                    }, refuses: { _ in true })
                let run = Task { try await client.syncKeypackages(with: others, for: credential, policy: .few(2)) }
                await #expect(throws: CancellationError.self) { try await run.value }
                #expect(try await alice.status().pending == 2)
            }
        }

        @Test("supplying inside of a block is a nested transaction")
        func isNested() async throws {
            try await scenario { world in
                let alice = try await Managed(in: world, .few(1))
                let (client, credential, shelf) = (alice.client, alice.credential, alice.shelf)
                try await client.transaction { tx in
                    try await expect(.transaction(.nestedTransaction)) {
                        try await client.syncKeypackages(with: shelf, for: credential, policy: .few(1))
                    }
                    try await expect(.transaction(.nestedTransaction)) {
                        try await client.maintainKeypackages(for: credential, policy: .few(1))
                    }
                    try await tx.maintainKeypackages(for: credential, policy: .few(1))
                }
                #expect(try await alice.sync().published.count == 1)
            }
        }
    }
}
