import Foundation
import MLSKit

private let suite = Ciphersuite.x25519AES128GCMEd25519

/// What came of a `sync`.
enum Synced: String {
    case done
    /// A commit came too late: what it was to do is to be done again.
    case rejected
    /// This client has to be removed and added again.
    case rejoin
}

/// One member with its file: what an app does around mlskit, and no more. It is in one group at most.
actor Member {
    private let client: MLSClient
    private let credential: CredentialRef
    private let service: Service
    /// Encrypted, and not yet with the service. An app would keep these in its own database.
    private var unsent: [Data] = []
    private var heard: [String] = []
    /// How far the queues have been read. Who forgets it reads all again, and is told `MessageError.duplicate`.
    private var welcomesSeen = 0
    private var messagesSeen = 0
    /// Read, and too early: what they build on is still to come. An app would bound them: anybody may have sent them.
    private var waiting: [Data] = []
    /// Whether the others went on in a way that this client can't follow. Then somebody removes it and adds it again.
    private var isLost = false

    /// Opens the file, or makes it.
    init(at file: URL, key: DatabaseKey, name: String, service: Service) async throws {
        let client = try await MLSClient.open(at: file, key: key, id: ClientID(name))
        if let credential = try await client.credentials().last {
            self.credential = credential
        } else {
            credential = try await client.transaction { tx in
                try await tx.addCredential(.basic(suite, identity: client.id))
            }
        }
        (self.client, self.service) = (client, service)
    }

    /// Has the service have so many key packages to serve. An app would also call it after each join, and at the time that
    /// the report names.
    func publish(_ count: Int) async throws {
        let policy = KeypackagePolicy(target: count, lastResort: false, framing: .mlsMessage)
        let report = try await client.syncKeypackages(with: service, for: credential, policy: policy)
        if let refusal = report.refused.first { throw refusal.error }
    }

    /// Creates a group.
    func create() async throws -> GroupID {
        try await client.transaction { tx in try await tx.createGroup(with: credential) }
    }

    /// Adds a client to the group; the commit waits in the outbox.
    func add(_ name: String) async throws {
        let id = ClientID(name)
        guard let taken = try await service.fetchKeypackage(of: id, for: suite) else {
            throw MemberError("no key package is left")
        }
        let keypackage = try await client.importKeypackage(taken, of: id)
        let groupID = try await group()
        try await client.transaction { tx in try await tx.addMembers([keypackage], to: groupID) }
    }

    /// Gives this member new keys in the group; the commit waits in the outbox.
    func rotate() async throws {
        let groupID = try await group()
        try await client.transaction { tx in try await tx.updateKeys(in: groupID) }
    }

    /// Removes a member from the group; the commit waits in the outbox.
    func remove(_ name: String) async throws {
        let groupID = try await group()
        guard let member = try await client.members(of: groupID).first(where: { $0.name == name }) else {
            throw MemberError("no such member")
        }
        try await client.transaction { tx in try await tx.removeMembers([member.id], from: groupID) }
    }

    /// Encrypts a message to the group, to be sent.
    func say(_ text: String) async throws {
        let groupID = try await group()
        let sealed = try await client.transaction { tx in
            try await tx.encryptMessage(Data(text.utf8), in: groupID)
        }
        unsent.append(try sealed.open())
    }

    /// What the others said since the last time.
    func takeHeard() -> [String] {
        defer { heard = [] }
        return heard
    }

    /// The group's epoch and members.
    func state() async throws -> String {
        guard let groupID = try await client.groups().last else { return "no group" }
        let names = try await client.members(of: groupID).map(\.name)
        return "epoch \(try await client.epoch(of: groupID)) of \(names.joined(separator: ","))"
    }

    /// How many key packages this member holds private keys of.
    func packages() async throws -> Int {
        try await client.keypackageRefs().count
    }

    /// Sends all that waits, then takes in all that came. Whatever fails is done again by the next call: nothing is
    /// settled before the service has answered.
    func sync() async throws -> Synced {
        let isTaken = try await sendOutbox()
        while let message = unsent.first {
            _ = try await service.send(message)
            unsent.removeFirst()
        }
        // First what may have ended its membership: only then does a Welcome to the same group bring it back.
        try await hear()
        try await join()
        try await hear()
        return isLost ? .rejoin : isTaken ? .done : .rejected
    }

    /// Closes the file.
    func close() async {
        await client.shutdown()
    }

    private func group() async throws -> GroupID {
        guard let groupID = try await client.groups().last else { throw MemberError("in no group") }
        return groupID
    }

    private func sendOutbox() async throws -> Bool {
        var isTaken = true
        // A Welcome appears when its commit was accepted: so the outbox is asked again.
        while let message = try await client.outgoing().first {
            if try await !send(message) { isTaken = false }
        }
        return isTaken
    }

    private func send(_ message: OutgoingMessage) async throws -> Bool {
        switch message.kind {
        case .commit:
            let isTaken = try await service.send(message.bytes)
            try await client.transaction { tx in
                if isTaken {
                    _ = try await tx.commitAccepted(in: message.groupID)
                } else {
                    try await tx.commitRejected(in: message.groupID)
                }
            }
            return isTaken
        case .welcome: try await service.sendWelcome(message.bytes)
        case .leave: _ = try await service.send(message.bytes)
        }
        try await client.transaction { tx in try await tx.markSent([message.id]) }
        return true
    }

    private func join() async throws {
        for line in try await service.welcomes(for: client.id, after: welcomesSeen) {
            do {
                // This app joins whatever it is added to; another would look at who is in there, and throw.
                let options = JoinOptions(replace: isLost)
                _ = try await client.transaction { tx in try await tx.joinGroup(line.bytes, options: options) }
                isLost = false
            } catch let error as MLSError {
                switch error {
                // They may work the next time.
                case .storage, .transaction: throw error
                // Opened before, or never right: anybody can send such a thing, and it must not bar the next.
                default: break
                }
            }
            welcomesSeen = line.position
        }
    }

    private func hear() async throws {
        guard let groupID = try await client.groups().last else { return }
        for line in try await service.messages(in: groupID, after: messagesSeen) {
            waiting.append(line.bytes)
            messagesSeen = line.position
        }
        // Until a round brings nothing: what came too early may have its turn after what came late.
        var before: Int
        repeat {
            before = waiting.count
            for _ in 0..<before {
                let isTooEarly = try await process(waiting[0], of: groupID)
                let message = waiting.removeFirst()
                if isTooEarly { waiting.append(message) }
            }
        } while waiting.count < before
    }

    /// Takes in one message. Returns whether it is to be kept, as what it builds on is still to come.
    private func process(_ message: Data, of groupID: GroupID) async throws -> Bool {
        do {
            // A message and what follows from it are one transaction.
            let said = try await client.transaction { tx -> String? in
                switch try await tx.processMessage(message) {
                case .application(let said):
                    return "\(said.sender.name): \(String(decoding: said.plaintext, as: UTF8.self))"
                case .commit(let commit):
                    // This app lets everybody in; another would look at `added` first, and throw.
                    _ = try await tx.accept(commit)
                case .ownCommit:
                    _ = try await tx.commitAccepted(in: groupID)
                case .ownMessage, .proposal:
                    // One's own words; and nobody here commits another's proposals.
                    break
                }
                return nil
            }
            // An app stores what is said in the block above: a kill right here would lose it.
            if let said { heard.append(said) }
        } catch MLSError.message(let error) {
            switch error {
            case .futureEpoch, .unknownGroup, .joinPending, .rejected(.tooFarAhead): return true
            case .rejoin: isLost = true
            // Read before, too old, broken or not allowed.
            default: break
            }
        }
        return false
    }
}

/// What a member can't do.
struct MemberError: LocalizedError {
    let errorDescription: String?

    init(_ reason: String) {
        errorDescription = reason
    }
}

extension MLSKit.Member {
    /// A Basic credential's identity is the client's id, which is its name here.
    fileprivate var name: String {
        credential.identity?.description ?? "somebody"
    }
}
