import Foundation
import MLSKit
import Testing

/// All scenarios, one after the other, since they count the objects that live in the process.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct Scenarios {}

/// What a scenario's own code throws.
struct OwnError: Error, Equatable {}

extension Ciphersuite {
    /// The suite of all scenarios that don't ask for another.
    static let usual = Ciphersuite.x25519AES128GCMEd25519
}

extension Duration {
    /// As apps often need them.
    static func days(_ count: Int) -> Duration { .seconds(count * 24 * 60 * 60) }
}

/// A folder with encrypted files, and the clients that are open on them.
final class World: @unchecked Sendable {
    let folder: URL
    let key = DatabaseKey.random()
    private let lock = NSLock()
    private var clients: [MLSClient] = []

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("mlskit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The file of a client.
    func file(_ name: String) -> URL {
        folder.appendingPathComponent("\(name).db")
    }

    /// Opens the file of a client.
    func open(
        _ name: String = "alice",
        key: DatabaseKey? = nil,
        id: ClientID? = nil,
        options: ClientOptions = ClientOptions()
    ) async throws -> MLSClient {
        let client = try await MLSClient.open(
            at: file(name), key: key ?? self.key, id: id ?? ClientID(name), options: options)
        lock.withLock { clients.append(client) }
        return client
    }

    /// Files that only calls of the core make, and messages to the client that they belong to.
    static let handedOver = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("crates/testkit/handed-over")

    /// Opens a copy of such a file. Its client is bob.
    func handedOver(_ name: String) async throws -> MLSClient {
        let copy = folder.appendingPathComponent("\(name).db")
        try FileManager.default.copyItem(at: Self.handedOver.appendingPathComponent("\(name).db"), to: copy)
        let key = try DatabaseKey(Data("the key of a test file, not ours".utf8))
        let client = try await MLSClient.open(at: copy, key: key, id: "bob")
        lock.withLock { clients.append(client) }
        return client
    }

    /// A client with one Basic credential.
    func client(
        _ name: String = "alice",
        suite: Ciphersuite = .usual,
        options: ClientOptions = ClientOptions()
    ) async throws -> (client: MLSClient, credential: CredentialRef) {
        let client = try await open(name, options: options)
        let credential = try await client.transaction { tx in
            try await tx.addCredential(.basic(suite, identity: client.id))
        }
        return (client, credential)
    }

    /// Shuts all clients down.
    func end() async {
        for client in lock.withLock({ clients }) {
            await client.shutdown()
        }
    }
}

/// Runs a scenario over real encrypted files, and looks that it leaves nothing behind in the library.
func scenario(_ story: (World) async throws -> Void) async throws {
    try await {
        let world = try World()
        do {
            try await story(world)
        } catch {
            await world.end()
            throw error
        }
        await world.end()
    }()
    try await eventually("no object is left, but \(LiveObjects.count())") { LiveObjects.count().total == 0 }
}

/// Waits, with a generous bound, for what happens on another thread.
func eventually(_ what: @autoclosure () -> String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<12_000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it never came about that \(what())")
}

/// The error of this package that `work` throws.
func failure<T>(
    of work: () async throws -> T,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> MLSError {
    do {
        _ = try await work()
    } catch let error as MLSError {
        return error
    }
    Issue.record("it should have thrown", sourceLocation: sourceLocation)
    throw OwnError()
}

/// Asserts that `work` throws just this.
func expect<T>(
    _ expected: MLSError,
    from work: () async throws -> T,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let found = try await failure(of: work, sourceLocation: sourceLocation)
    #expect(found == expected, sourceLocation: sourceLocation)
}

/// Asserts that `client` stores `count` key packages and that its next transaction begins and sees the same.
func expectStored(
    _ count: Int,
    in client: MLSClient,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let committed = try await client.keypackageRefs().count
    let seen = try await client.transaction { tx in try await tx.keypackageRefs().count }
    #expect(committed == count, sourceLocation: sourceLocation)
    #expect(seen == count, sourceLocation: sourceLocation)
}

/// Lets a test wait until another task has come somewhere.
final class Signal: @unchecked Sendable {
    private let lock = NSLock()
    private var isSet = false

    var wasGiven: Bool { lock.withLock { isSet } }

    func give() {
        lock.withLock { isSet = true }
    }

    func wait() async throws {
        try await eventually("a signal is given") { wasGiven }
    }
}
