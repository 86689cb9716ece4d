import Foundation
internal import MLSKitGenerated

/// An open transaction, of use inside the block of ``MLSClient/transaction(isolation:_:)`` that was given it. Everything
/// that it changes is stored when the block returns, or not at all.
///
/// Each call is all or nothing in itself: one that throws leaves the transaction as it was before. Beside its own errors
/// each call has those of every call: ``TransactionError`` and ``StorageError``. After the block every call throws
/// ``TransactionError/transactionFinished``.
public final class TransactionContext: Sendable {
    let core: MLSKitGenerated.TransactionContext

    init(_ core: MLSKitGenerated.TransactionContext) {
        self.core = core
    }

    /// Commits now what the block has changed so far, instead of when it returns. It was the context's last call: all that
    /// come after it throw.
    ///
    /// - Throws: `CancellationError` when the task is cancelled already: the block is rolled back then, as at its end.
    ///   ``TransactionError/transactionFinished``; ``StorageError`` when it can't be stored, and nothing of it is.
    public func finish() async throws {
        try Task.checkCancellation()
        try await translating { try await core.finish() }
    }

    /// Rolls back what the block has changed, so that it can return a value all the same. It was the context's last call:
    /// all that come after it throw.
    ///
    /// - Throws: ``TransactionError/transactionFinished``.
    public func abort() async throws {
        try await translating { try await core.abort() }
    }

    /// What the block's end does, unless the block has ended the transaction itself.
    func finishIfOpen() async throws {
        do {
            try await finish()
        } catch MLSError.transaction(.transactionFinished) {}
    }

    /// Adds a credential and makes or takes its signature key.
    ///
    /// - Throws: ``CredentialError``.
    public func addCredential(_ credential: Credential) async throws -> CredentialRef {
        try await translating { CredentialRef(try await core.addCredential(credential: credential.generated)) }
    }

    /// All credentials that the transaction sees, in the order in which they were added.
    public func credentials() async throws -> [CredentialRef] {
        try await translating { try await core.credentials().map(CredentialRef.init) }
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    public func credentials(matching filter: CredentialFilter) async throws -> [CredentialRef] {
        try await translating { try await core.findCredentials(filter: filter.generated).map(CredentialRef.init) }
    }

    /// Removes a credential with its signature key, and all of its key packages with theirs.
    ///
    /// - Throws: ``CredentialError/credentialNotFound``, ``CredentialError/credentialInUse(groupID:)``,
    ///   ``CredentialError/foreignCredential(expected:found:)``.
    public func removeCredential(_ credential: CredentialRef) async throws {
        try await translating { try await core.removeCredential(credentialRef: credential.generated) }
    }

    /// Generates a key package that lives for `lifetime`, or for ``KeypackageConfig/defaultLifetime`` (the client's
    /// ``ClientOptions/maxLifetime`` if that is shorter), and stores it with its private keys. No other package is touched.
    ///
    /// ```swift
    /// let keypackage = try await client.transaction { tx in
    ///     try await tx.generateKeypackage(for: credential, lifetime: .seconds(30 * 24 * 60 * 60))
    /// }
    /// ```
    ///
    /// - Throws: ``KeypackageError`` for a lifetime out of bounds, ``CredentialError`` for a reference that is not this
    ///   client's.
    public func generateKeypackage(for credential: CredentialRef, lifetime: Duration? = nil) async throws -> Keypackage
    {
        try await translating {
            Keypackage(
                try await core.generateKeypackage(
                    credentialRef: credential.generated,
                    lifetime: lifetime?.wholeSeconds
                )
            )
        }
    }

    /// Generates a key package as `config` says and stores it with its private keys.
    ///
    /// - Throws: ``KeypackageError`` for what a key package can't have, ``CredentialError`` for a reference that is not this
    ///   client's.
    public func generateKeypackage(for credential: CredentialRef, config: KeypackageConfig) async throws -> Keypackage {
        try await translating {
            Keypackage(
                try await core.generateKeypackageWith(credentialRef: credential.generated, config: config.generated)
            )
        }
    }

    /// Generates `count` key packages, at most ``KeypackageConfig/maxBatch``, on all cores; all or none of them are stored.
    ///
    /// - Precondition: `count` is not negative.
    /// - Throws: As ``generateKeypackage(for:config:)``; ``KeypackageError/batchTooLarge(asked:limit:)``.
    public func generateKeypackages(
        for credential: CredentialRef,
        count: Int,
        config: KeypackageConfig = KeypackageConfig()
    ) async throws -> [Keypackage] {
        try await translating {
            try await core.generateKeypackages(
                credentialRef: credential.generated,
                count: unsigned(count, "count"),
                config: config.generated
            ).map(Keypackage.init)
        }
    }

    /// References to all key packages that the transaction sees, in the order in which they were made.
    public func keypackageRefs() async throws -> [KeypackageRef] {
        try await translating { KeypackageRef.unpacked(try await core.getKeypackageRefsPacked()) }
    }

    /// The key package that `ref` names, if the transaction sees it.
    public func keypackage(_ ref: KeypackageRef) async throws -> Keypackage? {
        try await translating { try await core.keypackage(keypackageRef: ref.generated).map(Keypackage.init) }
    }

    /// Removes a key package and its private keys. One that is gone already is no error.
    public func removeKeypackage(_ ref: KeypackageRef) async throws {
        try await translating { try await core.removeKeypackage(keypackageRef: ref.generated) }
    }

    /// Removes all key packages of a credential with their private keys.
    ///
    /// - Throws: ``CredentialError`` for a reference that is not this client's.
    public func removeKeypackages(for credential: CredentialRef) async throws {
        try await translating { try await core.removeKeypackagesFor(credentialRef: credential.generated) }
    }
}
