import Foundation

/// Names a credential of a client. It stays valid until the credential is removed, over restarts too: find it again with
/// ``MLSClient/credentials()``.
public struct CredentialRef: Hashable, Sendable {
    /// The client that the credential belongs to.
    public let clientID: ClientID
    /// The one ciphersuite that the credential is for.
    public let ciphersuite: Ciphersuite
    /// How the credential signs.
    public let signatureScheme: SignatureScheme
    /// The public signature key.
    public let signatureKey: SignatureKey
    /// Whom it says that it is of.
    public let credential: CredentialInfo

    /// Basic or X.509.
    public var credentialType: CredentialType { credential.credentialType }
}
