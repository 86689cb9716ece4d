import Foundation
import MLSKit
import Testing

extension MLSClient {
    /// Sends all that is to be sent to a server that takes everything, and settles it.
    func flush() async throws -> [OutgoingMessage] {
        var sent: [OutgoingMessage] = []
        while let message = try await outgoing().first {
            sent.append(message)
            try await transaction { tx in
                switch message.kind {
                case .commit: _ = try await tx.commitAccepted(in: message.groupID)
                case .welcome, .leave: try await tx.markSent([message.id])
                }
            }
        }
        return sent
    }

    /// Makes a key package as another client would fetch it.
    func offer(_ credential: CredentialRef, config: KeypackageConfig = KeypackageConfig()) async throws -> Data {
        try await transaction { tx in try await tx.generateKeypackage(for: credential, config: config) }.bytes
    }

    /// Says something in a group; what the server gets.
    func say(_ text: String, in groupID: GroupID) async throws -> Data {
        try await transaction { tx in try await tx.encryptMessage(Data(text.utf8), in: groupID) }.open()
    }

    /// Hears what somebody says.
    func hear(_ bytes: Data) async throws -> String {
        let received = try await transaction { tx in try await tx.processMessage(bytes) }
        guard case .application(let message) = received else { throw OwnError() }
        return String(decoding: message.plaintext, as: UTF8.self)
    }

    /// Processes and accepts another's commit.
    @discardableResult
    func follow(_ bytes: Data) async throws -> EpochChange {
        try await transaction { tx in
            guard case .commit(let commit) = try await tx.processMessage(bytes) else { throw OwnError() }
            return try await tx.accept(commit)
        }
    }

    /// Adds the owner of a key package; the commit and the Welcome, both settled.
    func add(_ keypackage: Data, to groupID: GroupID) async throws -> (commit: Data, welcome: Data) {
        let checked = try await importKeypackage(keypackage)
        try await transaction { tx in try await tx.addMembers([checked], to: groupID) }
        let sent = try await flush()
        #expect(sent.map(\.kind) == [.commit, .welcome])
        return (sent[0].bytes, sent[1].bytes)
    }
}

/// Alice and bob in one group, which alice has made.
struct Pair {
    let alice: MLSClient
    let bob: MLSClient
    let aliceCredential: CredentialRef
    let bobCredential: CredentialRef
    let groupID: GroupID

    init(in world: World, config: GroupConfig = GroupConfig()) async throws {
        let (alice, aliceCredential) = try await world.client("alice")
        let (bob, bobCredential) = try await world.client("bob")
        let groupID = try await alice.transaction { tx in
            try await tx.createGroup(with: aliceCredential, config: config)
        }
        let (_, welcome) = try await alice.add(try await bob.offer(bobCredential), to: groupID)
        _ = try await bob.transaction { tx in
            try await tx.joinGroup(welcome, options: JoinOptions(config: config))
        }
        (self.alice, self.bob, self.groupID) = (alice, bob, groupID)
        (self.aliceCredential, self.bobCredential) = (aliceCredential, bobCredential)
    }

    /// Carol, whom alice adds.
    func third(in world: World) async throws -> MLSClient {
        let (carol, credential) = try await world.client("carol")
        let (added, welcome) = try await alice.add(try await carol.offer(credential), to: groupID)
        try await bob.follow(added)
        _ = try await carol.transaction { tx in try await tx.joinGroup(welcome) }
        return carol
    }

    /// Asserts that both are in the same epoch and understand each other.
    func expectTalk(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let toBob = try await bob.hear(try await alice.say("Hello, bob!", in: groupID))
        let toAlice = try await alice.hear(try await bob.say("Hello, alice!", in: groupID))
        #expect(toBob == "Hello, bob!", sourceLocation: sourceLocation)
        #expect(toAlice == "Hello, alice!", sourceLocation: sourceLocation)
    }
}
