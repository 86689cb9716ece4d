/// What is left of a credential that is being replaced.
public struct CredentialReplacement: Hashable, Sendable {
    /// The credential that is in its place now, at the end of a chain of replacements.
    public let successor: CredentialRef
    /// The groups that this client is still in with the old credential: a commit that moves it waits for its answer, or the
    /// group can't be moved now. Those that this client was removed from are to be deleted by the app.
    public let groups: [GroupID]
    /// How many of its key packages are still there, for peers who have fetched them.
    public let keypackages: Int
    /// Whether ``TransactionContext/removeCredential(_:)`` takes nothing away from anybody.
    public let isDone: Bool
}
