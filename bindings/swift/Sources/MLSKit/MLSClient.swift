import Foundation
internal import MLSKitGenerated

/// One client of MLS, with everything that it keeps in one encrypted file: credentials, key packages and groups.
///
/// Reading needs no transaction and waits for none: it shows the last committed state. All that changes something happens
/// in ``transaction(isolation:_:)``. The work is done on threads of the library, never on the caller's actor.
///
/// ```swift
/// let client = try await MLSClient.open(at: file, key: key, id: "alice@example.com")
/// let keypackage = try await client.transaction { tx in
///     let credential = try await tx.addCredential(.basic(.x25519AES128GCMEd25519, identity: client.id))
///     return try await tx.generateKeypackage(for: credential)
/// }
/// try await publish(keypackage.bytes)
/// ```
public final class MLSClient: Sendable {
    let core: MLSKitGenerated.Client

    /// The client's id.
    public let id: ClientID

    private init(_ core: MLSKitGenerated.Client) {
        self.core = core
        id = ClientID(core.id())
    }

    /// Opens the database at `file`, creating it if there is none. The first open gives it to `id` for good.
    ///
    /// - Throws: ``StorageError`` about the file or the key, ``CredentialError/differentClient(expected:found:)``; the file
    ///   is left as it was.
    public static func open(
        at file: URL,
        key: DatabaseKey,
        id: ClientID,
        options: ClientOptions = ClientOptions()
    ) async throws -> MLSClient {
        guard file.isFileURL else { throw MLSError.storage(.notAFile(path: file.absoluteString)) }
        return try await translating {
            let core = try await MLSKitGenerated.Client.open(
                path: file.path,
                key: key.bytes,
                clientId: id.bytes,
                options: options.generated,
                clock: options.clock?.core
            )
            return MLSClient(core)
        }
    }

    /// Makes a client for a test or a demo, in a new folder inside `folder`, or inside the system's for temporary files. It
    /// is a file, under a key that nobody keeps, and goes when the client is shut down.
    ///
    /// - Throws: ``StorageError/io(kind:reason:)`` when the folder can't be made.
    public static func temporary(
        id: ClientID,
        in folder: URL? = nil,
        options: ClientOptions = ClientOptions()
    ) async throws -> MLSClient {
        try await translating {
            let core = try await MLSKitGenerated.Client.temporary(
                folder: folder?.path,
                clientId: id.bytes,
                options: options.generated,
                clock: options.clock?.core
            )
            return MLSClient(core)
        }
    }

    /// Rolls back what is open and closes the file. Every later call that needs the file throws ``StorageError/closed``;
    /// shutting down again does nothing.
    public func shutdown() async {
        // It has no way to fail; what crosses into Swift has to be able to.
        try? await core.shutdown()
    }

    /// All credentials, in the order in which they were added.
    ///
    /// - Throws: ``StorageError`` about the file.
    public func credentials() async throws -> [CredentialRef] {
        try await translating { try await core.credentials().map(CredentialRef.init) }
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    ///
    /// - Throws: ``StorageError`` about the file.
    public func credentials(matching filter: CredentialFilter) async throws -> [CredentialRef] {
        try await translating { try await core.findCredentials(filter: filter.generated).map(CredentialRef.init) }
    }

    /// References to all stored key packages, in the order in which they were made.
    ///
    /// - Throws: ``StorageError`` about the file.
    public func keypackageRefs() async throws -> [KeypackageRef] {
        try await translating { KeypackageRef.unpacked(try await core.getKeypackageRefsPacked()) }
    }

    /// The stored key package that `ref` names, if it is there.
    ///
    /// - Throws: ``StorageError`` about the file.
    public func keypackage(_ ref: KeypackageRef) async throws -> Keypackage? {
        try await translating { try await core.keypackage(keypackageRef: ref.generated).map(Keypackage.init) }
    }

    /// Decodes another client's key package, bare or in an `MLSMessage`, and does everything that RFC 9420 §10.1 and §7.3
    /// ask before it may be used. Whether the credential tells the truth is for the app to find out (§5.3.1).
    ///
    /// - Throws: ``KeypackageError/rejected(_:)`` with the first reason not to accept it.
    public func importKeypackage(_ bytes: Data) async throws -> Keypackage {
        try await translating { Keypackage(try await core.importKeypackage(bytes: bytes)) }
    }

    /// ``importKeypackage(_:)``, and checks that the package is of the client that a directory was asked for.
    ///
    /// - Throws: ``KeypackageError/rejected(_:)``, with ``RejectedKeypackage/otherClient(expected:found:)`` or
    ///   ``RejectedKeypackage/noClientID(credentialType:)`` too.
    public func importKeypackage(_ bytes: Data, of owner: ClientID) async throws -> Keypackage {
        try await translating { Keypackage(try await core.importKeypackageOf(owner: owner.bytes, bytes: bytes)) }
    }

    /// Encrypts the whole file with another key. Killed at any moment, the file opens with either the old or the new one.
    /// Another client of the same file then gets ``StorageError/keyChanged``. Keep both keys until this has returned.
    ///
    /// - Throws: As ``transaction(isolation:_:)``, whose turn it awaits.
    public func changeKey(to key: DatabaseKey) async throws {
        try refuseInsideBlock()
        try await translating { try await core.changeKey(key: key.bytes) }
    }

    /// Reads the whole file, in its turn among the transactions, and checks that every page is as it was written and that
    /// everything in it agrees. It takes some 10 ms a megabyte and changes nothing.
    ///
    /// - Throws: ``StorageError/corrupt``; as ``transaction(isolation:_:)``, whose turn it awaits.
    public func checkIntegrity() async throws {
        try refuseInsideBlock()
        try await translating { try await core.checkIntegrity() }
    }
}
