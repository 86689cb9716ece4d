import Foundation

/// What a committed transaction has changed, as ``MLSClient/changes`` tells it. It holds no private key, nothing that a member
/// says, and no place of a file. What happens to several key packages in a row is one change.
public enum StateChange: Hashable, Sendable {
    /// Of a credential.
    case credential(CredentialChange, CredentialRef)
    /// Of key packages, in no particular order.
    case keypackages(KeypackageChange, [KeypackageRef])
    /// Of a group, with the epoch that it is in then; `nil`, if it is deleted. Settings of one's own side and messages are
    /// no changes.
    case group(GroupChange, GroupID, epoch: UInt64?)
    /// No change, but a gap: so many were not read in time. Look at the state itself, as at the beginning.
    case missed(count: UInt64)
}

/// What happened to a credential.
public enum CredentialChange: Hashable, Sendable {
    /// It was added.
    case added
    /// Another takes its place: ``TransactionContext/replaceCredential(_:with:policy:)``.
    case replaced(by: CredentialRef)
    /// It was removed with its signature key. Those whose place it had taken have it again.
    case removed
}

/// What happened to key packages.
public enum KeypackageChange: Hashable, Sendable {
    /// Made and stored.
    case generated
    /// Given out to be published: from here on a peer may have it.
    case pending
    /// A directory serves it.
    case published
    /// To be replaced before its time: a last-resort package that has opened a Welcome, or one that the app wants renewed.
    case outdated
    /// To be withdrawn from the directory.
    case retired
    /// No directory serves it any more; also of one that was removed or consumed, which leaves nothing then.
    case withdrawn
    /// A Welcome for it was joined: it is gone with its private keys.
    case consumed
    /// The app removed it, or its credential: it is gone with its private keys.
    case removed
    /// It expired, or had its grace after its withdrawal: it is gone with its private keys.
    case purged
}

/// What happened to a group.
public enum GroupChange: Hashable, Sendable {
    /// This client created it.
    case created
    /// This client joined it: by a Welcome, or by an external commit that was accepted.
    case joined
    /// An external commit of this client, with which it joins, waits for the delivery service's answer.
    case joining
    /// A commit of this client waits for the delivery service's answer.
    case commitPending
    /// That commit was dropped: it was rejected, or another's came first.
    case commitDropped
    /// This client has proposed to be removed.
    case leaving
    /// A commit holds, one's own or another's.
    case epochChanged
    /// A commit holds that removed this client.
    case removed
    /// Its state was deleted: by the app, by joining it anew, or since the commit to join it was rejected.
    case deleted
}
