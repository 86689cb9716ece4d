import Foundation
internal import MLSKitGenerated

/// What can be read of groups without a transaction: the last committed state.
extension MLSClient {
    /// The ids of all groups, in the order in which they were joined.
    public func groups() async throws -> [GroupID] {
        try await translating { try await core.groups().map { GroupID($0) } }
    }

    /// The groups in which this client's keys are `age` old or older, in the order in which they were joined. Only new keys
    /// end what somebody who once learnt the old ones can read: see ``TransactionContext/updateKeys(in:movingTo:)``.
    public func groupsDueForUpdate(olderThan age: Duration) async throws -> [GroupID] {
        try await translating { try await core.groupsDueForUpdate(olderThan: age.wholeSeconds).map { GroupID($0) } }
    }

    /// The members of a group, in the order of their leaves.
    ///
    /// - Throws: ``GroupError/unknownGroup(groupID:)``.
    public func members(of groupID: GroupID) async throws -> [Member] {
        try await translating { try await core.members(groupId: groupID.bytes).map(Member.init) }
    }

    /// The epoch of a group.
    ///
    /// - Throws: ``GroupError/unknownGroup(groupID:)``.
    public func epoch(of groupID: GroupID) async throws -> UInt64 {
        try await translating { try await core.epoch(groupId: groupID.bytes) }
    }

    /// The ratchet tree of a group, for a new member who does not get it with the Welcome (RFC 9420 §12.4.3.3).
    ///
    /// - Throws: ``GroupError/unknownGroup(groupID:)``.
    public func ratchetTree(of groupID: GroupID) async throws -> Data {
        try await translating { try await core.ratchetTree(groupId: groupID.bytes) }
    }

    /// Which of the stored key packages a Welcome is for.
    ///
    /// - Throws: ``GroupError/noMatchingKeypackage`` when there is none, ``MessageError/malformed(reason:)``.
    public func welcomeRefs(_ welcome: Data) async throws -> [KeypackageRef] {
        try await translating { try await core.welcomeRefs(welcome: welcome).map(KeypackageRef.init) }
    }

    /// What the delivery service must get: committed and unsettled, in the order in which it was made. The same bytes on
    /// every call, after a crash too.
    ///
    /// ```swift
    /// for message in try await client.outgoing() {
    ///     let isTaken = try await send(message)
    ///     try await client.transaction { tx in
    ///         switch message.kind {
    ///         case .commit where isTaken: _ = try await tx.commitAccepted(in: message.groupID)
    ///         case .commit: try await tx.commitRejected(in: message.groupID)
    ///         case .welcome, .leave: try await tx.markSent([message.id])
    ///         }
    ///     }
    /// }
    /// ```
    public func outgoing() async throws -> [OutgoingMessage] {
        try await translating { try await core.outgoing().map(OutgoingMessage.init) }
    }
}
