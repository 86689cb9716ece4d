import Foundation
internal import MLSKitGenerated

/// The life of key packages, and what is to be known of those that the transaction sees.
extension TransactionContext {
    /// Brings a credential's key packages to what `policy` wants: makes what is missing, and notes what is to be published
    /// and what is to be withdrawn, for ``MLSClient/outgoingKeypackages(for:policy:)`` after the block. Called again it
    /// changes nothing, unless time has passed or something has happened.
    ///
    /// It cares for the packages that it has made, and for those that ``confirmPublished(_:)`` named. Those that the app has
    /// made itself and keeps to itself count for nothing and stay as they are. What has expired goes, whoever made it, and of
    /// whatever credential it is.
    ///
    /// A credential that was replaced (``replaceCredential(_:with:policy:)``) gets no new packages: the one that took its
    /// place is maintained in its stead.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's; ``KeypackageError`` for packages that can't be
    ///   made as the policy wants them.
    public func maintainKeypackages(
        for credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws {
        try await translating {
            try await core.maintainKeypackages(credentialRef: credential.generated, policy: policy.generated)
        }
    }

    /// The directory has taken these packages. It puts packages that the app has made itself under the policy too.
    /// References that are unknown, confirmed already or gone are no error.
    public func confirmPublished(_ refs: [KeypackageRef]) async throws {
        try await translating { try await core.confirmPublished(refs: refs.map(\.generated)) }
    }

    /// The directory serves these packages no longer. Their private keys stay until the policy's grace is over; what was
    /// removed is forgotten. References that are unknown, confirmed already or gone are no error.
    public func confirmWithdrawn(_ refs: [KeypackageRef]) async throws {
        try await translating { try await core.confirmWithdrawn(refs: refs.map(\.generated)) }
    }

    /// Has all packages of a credential that were given out replaced by the next ``maintainKeypackages(for:policy:)``, one
    /// for one as the new ones are published: once, after an update of the app that makes them otherwise, for one. Each call
    /// makes a whole new set.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func renewKeypackages(for credential: CredentialRef) async throws {
        try await translating { try await core.renewKeypackages(credentialRef: credential.generated) }
    }

    /// Puts the credential `new` in the place of `old`: packages of `new` are made, those of `old` are withdrawn as their
    /// replacements are published, and each group in which this client has `old` gets a commit that moves it to `new`, in
    /// ``MLSClient/outgoing()``. Call it again, or ``maintainKeypackages(for:policy:)``, after each ``commitAccepted(in:)`` and
    /// ``commitRejected(in:)`` until nothing is left, to make the commits that could not be made before.
    ///
    /// From now on `new` is the credential in force (``CredentialFilter/inForce``): whatever maintains `old` maintains `new`.
    /// To take it back, replace `new` by `old`. When nothing is left of `old`, ``removeCredential(_:)`` takes nothing away
    /// from anybody.
    ///
    /// - Returns: What is left of `old`.
    /// - Throws: ``GroupError/differentCiphersuite(expected:found:)``, ``CredentialError/replacedByItself``; as
    ///   ``maintainKeypackages(for:policy:)``.
    @discardableResult
    public func replaceCredential(
        _ old: CredentialRef,
        with new: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws -> CredentialReplacement {
        try await translating {
            CredentialReplacement(
                try await core.replaceCredential(old: old.generated, new: new.generated, policy: policy.generated)
            )
        }
    }

    /// ``MLSClient/countValidKeypackages(for:)``, of what the transaction sees.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func countValidKeypackages(for credential: CredentialRef) async throws -> Int {
        try await translating { Int(try await core.countValidKeypackages(credentialRef: credential.generated)) }
    }

    /// Removes all key packages that have expired with their private keys, and returns how many there were.
    /// ``maintainKeypackages(for:policy:)`` does so by itself, with more regard for clocks that are wrong.
    @discardableResult
    public func removeExpiredKeypackages() async throws -> Int {
        try await translating { Int(clamping: try await core.removeExpiredKeypackages()) }
    }

    /// ``MLSClient/validKeypackageRefs()``, of what the transaction sees.
    public func validKeypackageRefs() async throws -> [KeypackageRef] {
        try await translating { try await core.validKeypackageRefs().map(KeypackageRef.init) }
    }

    /// ``MLSClient/isKeypackageValid(_:)``, of what the transaction sees.
    public func isKeypackageValid(_ ref: KeypackageRef) async throws -> Bool {
        try await translating { try await core.isKeypackageValid(keypackageRef: ref.generated) }
    }

    /// ``MLSClient/isKeypackageValid(id:)``, of what the transaction sees.
    public func isKeypackageValid(id: String) async throws -> Bool {
        try await translating { try await core.isKeypackageValidById(id: id) }
    }

    /// ``MLSClient/findKeypackageRef(id:)``, of what the transaction sees.
    public func findKeypackageRef(id: String) async throws -> KeypackageRef? {
        try await translating { try await core.findKeypackageRef(id: id).map(KeypackageRef.init) }
    }
}
