import Foundation

/// A group has gone one epoch on.
public struct EpochChange: Hashable, Sendable {
    /// The new epoch.
    public let epoch: UInt64
    /// What this client had begun itself, if the change has overtaken it.
    public let superseded: Superseded?
    /// Whether this client is no longer a member. The group's state stays until
    /// ``TransactionContext/deleteGroup(_:)``.
    public let selfRemoved: Bool
}

/// What this client had begun when another's commit came first. None of it will ever hold, and it is out of the outbox:
/// whoever still wants it does it again. All empty, it was an update of this client's keys.
public struct Superseded: Hashable, Sendable {
    /// Whom the pending commit would have added. Their Welcome was never sent, so the same packages can be added again.
    public let added: [Keypackage]
    /// Whom it would have removed.
    public let removed: [Member]
    /// The credential that it would have moved this client to.
    public let credential: CredentialRef?
    /// Whether this client had proposed to leave.
    public let left: Bool
}

/// A group that was just joined. Whoever dislikes what it shows throws out of the transaction, or deletes the group.
public struct JoinedGroup: Hashable, Sendable {
    /// The group's id.
    public let id: GroupID
    /// The epoch joined.
    public let epoch: UInt64
    /// All members, this client among them.
    public let members: [Member]
    /// Who added this client; nobody, if it joined by an external commit.
    public let addedBy: Member?
    /// Who outside of the group may propose to add and to remove members.
    public let externalSenders: [ExternalSender]
    /// The package that the Welcome was for; none, if it joined by an external commit.
    public let keypackageRef: KeypackageRef?
}
