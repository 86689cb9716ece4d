import Foundation
internal import MLSKitGenerated

/// What a message turned out to be.
///
/// ```swift
/// try await client.transaction { tx in
///     switch try await tx.processMessage(bytes) {
///     case .application(let message):
///         show(message.plaintext, from: message.sender)
///     case .commit(let commit):
///         // Look at who comes in, then let it hold, in the same transaction.
///         _ = try await tx.accept(commit)
///     case .proposal(let proposal):
///         try await tx.accept(proposal)
///     case .ownCommit:
///         _ = try await tx.commitAccepted(in: groupID)
///     case .ownMessage:
///         break
///     }
/// }
/// ```
public enum Received: Sendable {
    /// Something that a member says.
    case application(ApplicationMessage)
    /// A change of the group, which holds when it is accepted by `tx.accept(_:)`.
    case commit(StagedCommit)
    /// A proposal, which may be committed when it is accepted by `tx.accept(_:)`.
    case proposal(ReceivedProposal)
    /// The echo of one's own pending commit: the delivery service has taken it, see
    /// ``TransactionContext/commitAccepted(in:)``.
    case ownCommit
    /// The echo of another message of one's own.
    case ownMessage
}

/// Something that a member says.
public struct ApplicationMessage: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The group in which it is said, as the message itself has it: trust no server's word for that.
    public let groupID: GroupID
    /// Who says it, as of the epoch in which it was said.
    public let sender: Member
    /// What is said.
    public let plaintext: Data
    /// What was authenticated along with it, in clear.
    public let aad: Data
    /// The epoch in which it was said.
    public let epoch: UInt64

    /// How much is said, and nothing of what.
    public var description: String { "ApplicationMessage(\(plaintext.count) bytes, \(aad.count) in clear)" }

    /// How much is said, and nothing of what.
    public var debugDescription: String { description }

    /// Nothing of what is said.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Who made a commit or a proposal.
public enum Sender: Hashable, Sendable {
    /// A member.
    case member(Member)
    /// Somebody who joins by it (RFC 9420 §12.4.3.2), under whatever name: no member vouches for the credential.
    case newMember(NewLeaf)
    /// Somebody outside, whom the group's `external_senders` allow to propose.
    case external(ExternalSender)
}

/// A member's leaf, before and after a change.
public struct LeafUpdate: Hashable, Sendable {
    /// The leaf so far.
    public let before: Member
    /// The leaf from then on.
    public let after: NewLeaf
}

/// A commit that has been checked and does not hold yet. Dropping it changes nothing of the group. It can be accepted
/// once, in its transaction.
///
/// Every credential that it brings is in here (RFC 9420 §5.3.1): in `added`, in `updated`, in `externalSenders`, or in
/// `sender`.
public final class StagedCommit: Sendable {
    let core: MLSKitGenerated.StagedCommit

    /// The group that it changes.
    public let groupID: GroupID
    /// Who made it.
    public let sender: Sender
    /// Who comes in.
    public let added: [NewLeaf]
    /// Who goes.
    public let removed: [Member]
    /// Whose leaf changes.
    public let updated: [LeafUpdate]
    /// Whether this client goes.
    public let selfRemoved: Bool
    /// Who outside of the group may propose changes from then on, if that changes.
    public let externalSenders: [ExternalSender]?

    init(_ core: MLSKitGenerated.StagedCommit, _ contents: CommitContents) {
        self.core = core
        groupID = GroupID(contents.groupId)
        sender = Sender(contents.sender)
        added = contents.added.map(NewLeaf.init)
        removed = contents.removed.map(Member.init)
        updated = contents.updated.map(LeafUpdate.init)
        selfRemoved = contents.selfRemoved
        externalSenders = contents.externalSenders?.map(ExternalSender.init)
    }
}

/// What somebody proposes.
public enum Change: Hashable, Sendable {
    /// That somebody comes in.
    case add(NewLeaf)
    /// That a member goes; its own leave, if it is the sender.
    case remove(Member)
    /// That the sender's leaf changes.
    case update(LeafUpdate)
    /// That the group's context extensions change: who outside of the group may propose changes from then on.
    case contextExtensions(externalSenders: [ExternalSender])
}

/// A proposal that has been checked and can't be committed yet. Dropping it changes nothing of the group. It can be
/// accepted once, in its transaction.
public final class ReceivedProposal: Sendable {
    let core: MLSKitGenerated.ReceivedProposal

    /// The group that it is for.
    public let groupID: GroupID
    /// Who made it.
    public let sender: Sender
    /// What it proposes.
    public let change: Change

    init(_ core: MLSKitGenerated.ReceivedProposal, _ contents: ProposalContents) {
        self.core = core
        groupID = GroupID(contents.groupId)
        sender = Sender(contents.sender)
        change = Change(contents.change)
    }
}
