import Foundation

/// What a directory is to be told of a credential's key packages: committed and unconfirmed, in the order in which it is to
/// be told. After a crash it is the same.
public struct OutgoingKeypackages: Hashable, Sendable {
    /// What is to be published: a last-resort package first, then in the order in which they were made.
    public let publish: [KeypackagePublication]
    /// What is to be withdrawn: of this and every other credential what was replaced, and what was removed.
    public let withdraw: [KeypackageRef]
    /// When there will be more to do, if nothing happens before. `nil`, where there never will.
    public let next: Date?
}

/// A key package that a directory is to serve.
public struct KeypackagePublication: Hashable, Sendable {
    /// Names it in ``TransactionContext/confirmPublished(_:)``.
    public let ref: KeypackageRef
    /// The package, in the policy's framing: the same bytes until it is confirmed.
    public let bytes: Data
}
