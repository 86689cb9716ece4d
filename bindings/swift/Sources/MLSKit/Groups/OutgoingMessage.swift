import Foundation

/// Names a message of the outbox. No other message of the same file ever gets it again.
public struct OutgoingID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The id's number.
    public let rawValue: Int64

    /// The id with this number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The id's number.
    public var description: String { "\(rawValue)" }

    /// Whether one was made before the other.
    public static func < (one: OutgoingID, other: OutgoingID) -> Bool {
        one.rawValue < other.rawValue
    }
}

/// What a message of the outbox is, and so how it is settled.
public enum OutgoingKind: Hashable, Sendable {
    /// A commit, settled by ``TransactionContext/commitAccepted(in:)`` or ``TransactionContext/commitRejected(in:)``.
    case commit
    /// A Welcome, settled by ``TransactionContext/markSent(_:)``. It appears when its commit was accepted.
    case welcome
    /// A proposal to leave, settled by ``TransactionContext/markSent(_:)``.
    case leave
}

/// A message that is committed and unsettled: the same bytes on every try, after a crash too.
public struct OutgoingMessage: Hashable, Sendable, Identifiable, CustomStringConvertible {
    /// Names it in ``TransactionContext/markSent(_:)``.
    public let id: OutgoingID
    /// What it is, and so how it is settled.
    public let kind: OutgoingKind
    /// The group that it belongs to.
    public let groupID: GroupID
    /// Whom it is for: the new members for a Welcome, empty for what goes to the whole group.
    public let recipients: [CredentialInfo]
    /// What the delivery service gets: an `MLSMessage` (RFC 9420 §6).
    public let bytes: Data

    /// For logs: what it is and how long, and nothing of whom it is for.
    public var description: String {
        "message \(id), a \(kind) of \(bytes.count) bytes"
    }
}
