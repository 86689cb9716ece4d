import Foundation

/// A credential was refused.
public enum CredentialError: Hashable, Sendable {
    /// Caller: the database belongs to another client id, given when it was first opened.
    case differentClient(expected: String, found: String)
    /// Caller: a client needs a name.
    case emptyClientID
    /// Caller: a Basic credential says who the client is, so its identity is the client's id.
    case differentIdentity(expected: String, found: String)
    /// Caller: the ciphersuite is not one of those that mlskit works with.
    case unsupportedCiphersuite(found: Ciphersuite, supported: [Ciphersuite])
    /// Caller: the reference comes from a client with another id.
    case foreignCredential(expected: String, found: String)
    /// Caller: the credential was removed, its transaction rolled back, or it lies in another database.
    case credentialNotFound
    /// Caller: a group uses this very credential and key, or is about to.
    case credentialInUse(groupID: GroupID)
    /// Caller: a credential can't take its own place. To take back a replacement, replace the new by the old.
    case replacedByItself
    /// Caller: the same credential with the same key is there already.
    case credentialExists
    /// Caller: the certificates of an X.509 credential.
    case certificate(CertificateError)
    /// Caller: the bytes are not an unencrypted private key in PKCS#8.
    case notAPrivateKey(reason: String)
    /// Caller: the private key is of another kind than the ciphersuite signs with.
    case differentPrivateKeyAlgorithm(expected: SignatureScheme, found: SignatureScheme)
    /// A bug, unnoticed damage, or a file of a newer version: a stored credential could not be decoded.
    case notDecoded(reason: String)
}

extension CredentialError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .differentClient(let expected, let found):
            "The database belongs to client \(expected), not to \(found); open it under its own id."
        case .emptyClientID:
            "A client id has at least one byte, but it was empty."
        case .differentIdentity(let expected, let found):
            "A Basic credential of this client has the identity \(expected), but \(found) was given."
        case .unsupportedCiphersuite(let found, let supported):
            "Ciphersuite \(found) is not supported; supported are \(supported.listed)."
        case .foreignCredential(let expected, let found):
            "The credential reference belongs to client \(found), not to \(expected)."
        case .credentialNotFound:
            "The credential is not in this database; it was removed or never committed."
        case .credentialInUse(let groupID):
            "The group \(groupID) uses the credential; move it to another with updateKeys, or delete it."
        case .replacedByItself:
            "A credential can't take its own place; to take back a replacement, replace the new credential by the old."
        case .credentialExists:
            "The credential is in this database already."
        case .certificate(let error):
            error.description
        case .notAPrivateKey(let reason):
            "A private key in PKCS#8, as DER or PEM, was expected: \(reason)."
        case .differentPrivateKeyAlgorithm(let expected, let found):
            "The ciphersuite signs with \(expected), but the private key is for \(found)."
        case .notDecoded(let reason):
            "A stored credential could not be decoded: \(reason)."
        }
    }
}
