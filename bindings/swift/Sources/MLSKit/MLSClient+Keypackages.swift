import Foundation
internal import MLSKitGenerated

/// The life of key packages, and what is to be known of them.
extension MLSClient {
    /// Brings a credential's key packages to what `policy` wants, in a transaction of its own, and returns what the directory
    /// is to be told: tell it, then tell the client what it has answered (``TransactionContext/confirmPublished(_:)``,
    /// ``TransactionContext/confirmWithdrawn(_:)``). Until then it is returned again, byte for byte.
    ///
    /// Once more after what was confirmed, until nothing is left: only then is what it replaces to be withdrawn. After a
    /// replacement (``TransactionContext/replaceCredential(_:with:policy:)``) it may have put commits into ``outgoing()``, too.
    ///
    /// ``syncKeypackages(with:for:policy:)`` does all of that, but for sending the commits.
    ///
    /// - Throws: As ``transaction(isolation:_:)``, whose turn it awaits, and
    ///   ``TransactionContext/maintainKeypackages(for:policy:)``.
    public func maintainKeypackages(
        for credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws -> OutgoingKeypackages {
        try refuseInsideBlock()
        return try await translating {
            OutgoingKeypackages(
                try await core.maintainKeypackages(credentialRef: credential.generated, policy: policy.generated)
            )
        }
    }

    /// What the directory is to be told, as the last ``maintainKeypackages(for:policy:)`` left it.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func outgoingKeypackages(
        for credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws -> OutgoingKeypackages {
        try await translating {
            OutgoingKeypackages(
                try await core.outgoingKeypackages(credentialRef: credential.generated, policy: policy.generated)
            )
        }
    }

    /// How the key packages of a credential, and of those whose place it took, are doing, for an app to show.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func keypackageStatus(
        for credential: CredentialRef,
        policy: KeypackagePolicy = KeypackagePolicy()
    ) async throws -> KeypackageStatus {
        try await translating {
            KeypackageStatus(
                try await core.keypackageStatus(credentialRef: credential.generated, policy: policy.generated)
            )
        }
    }

    /// What is left of a credential that was replaced (``TransactionContext/replaceCredential(_:with:policy:)``), and by
    /// which; `nil` for one whose place no other has taken.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func credentialReplacement(of old: CredentialRef) async throws -> CredentialReplacement? {
        try await translating {
            try await core.credentialReplacement(old: old.generated).map(CredentialReplacement.init)
        }
    }

    /// How many key packages of a credential are valid now, and neither retired nor withdrawn: those that the app keeps to
    /// itself, and last-resort ones, among them.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func countValidKeypackages(for credential: CredentialRef) async throws -> Int {
        try await translating { Int(try await core.countValidKeypackages(credentialRef: credential.generated)) }
    }

    /// ``countValidKeypackages(for:)`` of all credentials for a ciphersuite.
    ///
    /// - Throws: ``CredentialError/unsupportedCiphersuite(found:supported:)``.
    public func countValidKeypackages(in ciphersuite: Ciphersuite) async throws -> Int {
        try await translating { Int(try await core.countValidKeypackagesIn(ciphersuite: ciphersuite.rawValue)) }
    }

    /// References to all stored key packages whose window the client's clock is inside of, in the order in which they were
    /// made. Each of them still opens a Welcome.
    public func validKeypackageRefs() async throws -> [KeypackageRef] {
        try await translating { try await core.validKeypackageRefs().map(KeypackageRef.init) }
    }

    /// Whether a key package is stored here, and the client's clock inside its window.
    public func isKeypackageValid(_ ref: KeypackageRef) async throws -> Bool {
        try await translating { try await core.isKeypackageValid(keypackageRef: ref.generated) }
    }

    /// ``isKeypackageValid(_:)`` of the package with this id: see ``findKeypackageRef(id:)``.
    public func isKeypackageValid(id: String) async throws -> Bool {
        try await translating { try await core.isKeypackageValidById(id: id) }
    }

    /// The reference to the stored key package with this id: its hash in hexadecimal digits, as
    /// ``KeypackageRef/description`` has it. What no package is called by is the id of none.
    public func findKeypackageRef(id: String) async throws -> KeypackageRef? {
        try await translating { try await core.findKeypackageRef(id: id).map(KeypackageRef.init) }
    }
}
