import Foundation
import MLSKit
import Testing

extension Scenarios {
    /// marmot-ts's document on key packages: for each of its examples what takes its place here; and what is refused.
    @Suite(.serialized) struct MarmotProtocol {}
}

/// A user of Nostr, and the client of one device. Who signs is the app: here nobody does.
struct User {
    let pubkey: NostrPublicKey
    let client: MLSClient
    let credential: CredentialRef

    init(in world: World, name: String, options: ClientOptions = ClientOptions()) async throws {
        let pubkey = try NostrPublicKey(Data((0..<32).map { _ in UInt8.random(in: 0...255) }))
        client = try await world.open(name, id: pubkey.clientID, options: options)
        credential = try await client.transaction { tx in
            try await tx.addCredential(Marmot.credential(for: pubkey))
        }
        self.pubkey = pubkey
    }

    func generate(lifetime: Duration? = nil) async throws -> Keypackage {
        try await client.transaction { tx in
            try await tx.generateMarmotKeypackage(for: credential, lifetime: lifetime)
        }
    }

    func generate(_ config: KeypackageConfig) async throws -> Keypackage {
        try await client.transaction { tx in try await tx.generateKeypackage(for: credential, config: config) }
    }

    /// A group that this user makes.
    func group() async throws -> GroupID {
        try await client.transaction { tx in try await tx.createGroup(with: credential) }
    }

    func join(_ welcome: Data) async throws -> JoinedGroup {
        try await client.transaction { tx in try await tx.joinGroup(welcome) }
    }
}

extension EventOptions {
    /// Two relays, and nothing else.
    static let usual = EventOptions(relays: ["wss://relay1.example.com", "wss://relay2.example.com"])
}

extension UnsignedEvent {
    /// What stands in a tag behind its name.
    func values(_ name: String) throws -> [String] {
        Array(try #require(tags.first { $0[0] == name }).dropFirst())
    }

    /// The event without a tag.
    func without(_ name: String) -> UnsignedEvent {
        var event = self
        event.tags.removeAll { $0[0] == name }
        return event
    }

    /// The event with other values in a tag.
    func with(_ name: String, _ values: [String]) -> UnsignedEvent {
        var event = without(name)
        event.tags.append([name] + values)
        return event
    }

    /// The event with another content.
    func carrying(_ content: String) -> UnsignedEvent {
        var event = self
        event.content = content
        return event
    }
}
