import Foundation

/// What any call can fail with. The domain tells where to look, the case inside who is at fault.
///
/// ```swift
/// do {
///     try await client.transaction { tx in try await tx.joinGroup(welcome) }
/// } catch MLSError.group(.noMatchingKeypackage) {
///     // The Welcome is for another client.
/// }
/// ```
///
/// It is all that a call throws: where the documentation of a call says `- Throws:` ``GroupError``, it is inside of an
/// `MLSError.group`.
///
/// Cases may be added: let a `switch` over one of these errors have a `default`. `localizedDescription` says in English
/// what was expected, what was found and what to do; it holds no secrets.
public enum MLSError: Error, Hashable, Sendable {
    /// The file, its key or its medium.
    case storage(StorageError)
    /// The use of a transaction.
    case transaction(TransactionError)
    /// A credential.
    case credential(CredentialError)
    /// A key package.
    case keypackage(KeypackageError)
    /// A call on a group.
    case group(GroupError)
    /// A message that came in.
    case message(MessageError)
    /// A key package of the Marmot protocol, or its event.
    case marmot(MarmotError)
    /// One that these bindings have no name for.
    case other(reason: String)
}

extension MLSError: LocalizedError {
    /// What happened, and what to do.
    public var errorDescription: String? {
        switch self {
        case .storage(let error): error.description
        case .transaction(let error): error.description
        case .credential(let error): error.description
        case .keypackage(let error): error.description
        case .group(let error): error.description
        case .message(let error): error.description
        case .marmot(let error): error.description
        case .other(let reason): reason
        }
    }
}
