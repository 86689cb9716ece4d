import Foundation

/// Names a member: its leaf and its signature key, so that a leaf that somebody else took over is noticed.
public struct MemberID: Hashable, Sendable {
    /// The member's place in the ratchet tree.
    public let leafIndex: UInt32
    /// The member's public signature key.
    public let signatureKey: SignatureKey

    /// Names a member.
    public init(leafIndex: UInt32, signatureKey: SignatureKey) {
        self.leafIndex = leafIndex
        self.signatureKey = signatureKey
    }
}

/// A member of a group.
public struct Member: Hashable, Sendable {
    /// Names it in calls.
    public let id: MemberID
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    public let credential: CredentialInfo
    /// Whether it is this client.
    public let isSelf: Bool
}

/// A leaf that comes in: of a new member, or of a member that changes its keys.
public struct NewLeaf: Hashable, Sendable {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    public let credential: CredentialInfo
    /// Its public signature key. For an X.509 credential it is its leaf certificate's key.
    public let signatureKey: SignatureKey
}

/// Somebody outside of a group who may propose to add and to remove members (RFC 9420 §12.1.8.1).
public struct ExternalSender: Hashable, Sendable {
    /// Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1).
    public let credential: CredentialInfo
    /// Its public signature key. For an X.509 credential it is its leaf certificate's key.
    public let signatureKey: SignatureKey

    /// Somebody to be put into a group's `external_senders`.
    public init(credential: CredentialInfo, signatureKey: SignatureKey) {
        self.credential = credential
        self.signatureKey = signatureKey
    }
}
