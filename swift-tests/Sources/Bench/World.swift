import Foundation
import MLSKit

/// A client with a credential.
struct Device: Sendable {
    let client: MLSClient
    let credential: CredentialRef

    /// Opens a file of its own.
    init(_ name: String, in folder: URL) async throws {
        let file = folder.appendingPathComponent("\(name).db")
        try await self.init(MLSClient.open(at: file, key: .random(), id: ClientID(name)))
    }

    /// A client with one credential more.
    init(_ client: MLSClient) async throws {
        self.client = client
        credential = try await client.transaction { tx in
            try await tx.addCredential(.basic(.x25519AES128GCMEd25519, identity: client.id))
        }
    }

    /// Generates key packages, in one transaction.
    @discardableResult
    func generate(_ count: Int) async throws -> [Keypackage] {
        try await client.transaction { tx in try await tx.generateKeypackages(for: credential, count: count) }
    }

    /// Removes them.
    func empty() async throws {
        try await client.transaction { tx in try await tx.removeKeypackages(for: credential) }
    }
}

/// The clients that the cases work with, each with a file of its own.
struct World: Sendable {
    static let listed = 1000
    static let kept = 4900

    /// With no key package between two turns.
    let alice: Device
    /// A package that is gone.
    let gone: KeypackageRef
    /// With `listed` packages.
    let lister: Device
    /// With `kept` packages of another credential.
    let remover: Device
    /// In a group of two.
    let speaker: Device
    let groupID: GroupID
    /// A message of that group.
    let message: Data

    init(in folder: URL) async throws {
        alice = try await Device("alice", in: folder)
        gone = try await alice.generate(1)[0].ref
        try await alice.empty()
        lister = try await Device("lister", in: folder)
        try await lister.generate(Self.listed)
        let keeper = try await Device("remover", in: folder)
        try await keeper.generate(Self.kept)
        remover = try await Device(keeper.client)
        let speaker = try await Device("speaker", in: folder)
        let offers = try await alice.generate(1)
        let (groupID, sealed) = try await speaker.client.transaction { tx in
            let groupID = try await tx.createGroup(with: speaker.credential)
            try await tx.addMembers(offers, to: groupID)
            _ = try await tx.commitAccepted(in: groupID)
            return (groupID, try await tx.encryptMessage(Data("Hello.".utf8), in: groupID))
        }
        (self.speaker, self.groupID, message) = (speaker, groupID, try sealed.open())
        try await alice.empty()
    }

    /// Closes the files.
    func close() async {
        for device in [alice, lister, remover, speaker] { await device.client.shutdown() }
    }
}
