internal import MLSKitGenerated

/// How many objects of each kind live on the Rust side of this process: for tests that nothing is left behind.
public struct LiveObjects: Hashable, Sendable {
    /// Clients.
    public let clients: UInt64
    /// Transactions.
    public let transactions: UInt64
    /// What cancels the waiting for a transaction.
    public let cancelTokens: UInt64
    /// Clocks to turn.
    public let clocks: UInt64
    /// Commits that came in.
    public let stagedCommits: UInt64
    /// Proposals that came in.
    public let receivedProposals: UInt64
    /// Encrypted messages.
    public let sealedMessages: UInt64
    /// Runs of supplying a directory.
    public let keypackageSyncs: UInt64
    /// Subscriptions to what a client changes.
    public let stateChanges: UInt64

    /// All of them together.
    public var total: UInt64 {
        clients + transactions + cancelTokens + clocks + stagedCommits + receivedProposals + sealedMessages
            + keypackageSyncs + stateChanges
    }

    /// Counts what lives now.
    public static func count() -> LiveObjects {
        let now = liveObjects()
        return LiveObjects(
            clients: now.clients,
            transactions: now.transactions,
            cancelTokens: now.cancelTokens,
            clocks: now.clocks,
            stagedCommits: now.stagedCommits,
            receivedProposals: now.receivedProposals,
            sealedMessages: now.sealedMessages,
            keypackageSyncs: now.keypackageSyncs,
            stateChanges: now.stateChanges
        )
    }
}
