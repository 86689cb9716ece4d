import Foundation
import MLSKit
import Testing

extension Scenarios {
    /// Key packages under a policy, from the first to the last. docs/lifecycle.md tells the rules.
    @Suite(.serialized) struct Lifecycle {}
}

extension KeypackagePolicy {
    /// A few single-use packages and none of last resort.
    static func few(_ target: Int) -> KeypackagePolicy {
        KeypackagePolicy(target: target, lastResort: false)
    }

    /// As it is, with a package of last resort.
    var withLastResort: KeypackagePolicy {
        var policy = self
        policy.lastResort = true
        return policy
    }
}

extension OutgoingKeypackages {
    /// What is to be published.
    var refs: [KeypackageRef] { publish.map(\.ref) }
}

/// A client in a file, whose packages follow a policy by a clock that the test turns.
final class Managed {
    let world: World
    let name: String
    let clock: ManualClock
    let directory = MemoryDirectory()
    private(set) var now: Date
    private(set) var client: MLSClient
    var credential: CredentialRef
    var policy: KeypackagePolicy

    init(in world: World, _ policy: KeypackagePolicy, name: String = "alice") async throws {
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let clock = ManualClock(now)
        (client, credential) = try await world.client(name, options: ClientOptions(clock: clock))
        (self.world, self.name, self.clock, self.now, self.policy) = (world, name, clock, now, policy)
    }

    func advance(_ duration: Duration) {
        turn(to: now.addingTimeInterval(TimeInterval(duration.components.seconds)))
    }

    func turn(to date: Date) {
        now = date
        clock.set(date)
    }

    /// As after a crash: nothing of what was in memory is left.
    func reopen() async throws {
        await client.shutdown()
        client = try await world.open(name, options: ClientOptions(clock: clock))
    }

    func maintain() async throws -> OutgoingKeypackages {
        try await client.maintainKeypackages(for: credential, policy: policy)
    }

    func confirmPublished(_ refs: some Sequence<KeypackageRef>) async throws {
        let refs = Array(refs)
        try await client.transaction { tx in try await tx.confirmPublished(refs) }
    }

    func confirmWithdrawn(_ refs: some Sequence<KeypackageRef>) async throws {
        let refs = Array(refs)
        try await client.transaction { tx in try await tx.confirmWithdrawn(refs) }
    }

    /// Maintains and publishes all; returns what that was.
    @discardableResult
    func publishAll() async throws -> [KeypackageRef] {
        let refs = try await maintain().refs
        try await confirmPublished(refs)
        return refs
    }

    /// Supplies the directory.
    @discardableResult
    func sync(_ policy: KeypackagePolicy? = nil) async throws -> KeypackageSyncReport {
        try await client.syncKeypackages(with: shelf, for: credential, policy: policy ?? self.policy)
    }

    var shelf: Shelf { directory.shelf(of: client.id) }

    func served() async -> [KeypackageRef] {
        await directory.served(of: client.id)
    }

    func status() async throws -> KeypackageStatus {
        try await client.keypackageStatus(for: credential, policy: policy)
    }

    func stored() async throws -> [KeypackageRef] {
        try await client.keypackageRefs()
    }

    /// One more credential of the client.
    func addCredential() async throws -> CredentialRef {
        let client = client
        return try await client.transaction { tx in try await tx.addCredential(.basic(.usual, identity: client.id)) }
    }

    func package(_ ref: KeypackageRef) async throws -> Keypackage {
        try #require(try await client.keypackage(ref))
    }

    /// A Welcome of a peer's, for one of the packages.
    func welcome(for ref: KeypackageRef) async throws -> Data {
        let package = try await package(ref)
        let peer = try await MLSClient.temporary(id: "peer")
        let groupID = try await peer.transaction { tx in
            let credential = try await tx.addCredential(.basic(.usual, identity: "peer"))
            return try await tx.createGroup(with: credential)
        }
        let (_, welcome) = try await peer.add(package.bytes, to: groupID)
        await peer.shutdown()
        return welcome
    }

    @discardableResult
    func join(_ welcome: Data) async throws -> JoinedGroup {
        try await client.transaction { tx in try await tx.joinGroup(welcome) }
    }
}
