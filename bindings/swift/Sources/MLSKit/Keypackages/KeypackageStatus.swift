import Foundation

/// How the key packages of a credential, and of those whose place it took, are doing: counts, and when something is due.
public struct KeypackageStatus: Hashable, Sendable {
    /// Made by the app and never said to be published: the policy leaves them alone until they expire.
    public let unmanaged: Int
    /// Given out to be published, and not confirmed: a peer may have them or not.
    public let pending: Int
    /// Published, and neither used up nor retired; with the last-resort package.
    public let published: Int
    /// Those of the published that are to be replaced.
    public let stale: Int
    /// Replaced, and to be withdrawn; of all credentials.
    public let retired: Int
    /// Withdrawn, with keys for Welcomes that are under way; of all credentials.
    public let withdrawn: Int
    /// Removed by the app, or used up by a Welcome, and to be withdrawn; of all credentials. They have no keys.
    public let removed: Int
    /// Whether one of the published is a last-resort package.
    public let hasLastResort: Bool
    /// Since when the oldest of the pending has been waiting: long ago means that the directory can't be reached, or
    /// refuses.
    public let oldestPending: Date?
    /// When the first of the packages in service is to be replaced; no later than now, if one is waiting for that.
    public let nextRefresh: Date?
}
