import Foundation

/// Which credentials ``MLSClient/credentials(matching:)`` returns. An empty one lets all through; each condition narrows
/// it.
public struct CredentialFilter: Hashable, Sendable {
    /// Only credentials for this suite.
    public var ciphersuite: Ciphersuite?
    /// Only credentials of this type.
    public var credentialType: CredentialType?
    /// Only credentials with this public signature key.
    public var signatureKey: SignatureKey?
    /// Only Basic credentials with this identity.
    public var identity: ClientID?
    /// Only X.509 credentials whose leaf certificate is this one, in DER.
    public var leafCertificate: Data?
    /// Only credentials whose place no other has taken (``TransactionContext/replaceCredential(_:with:policy:)``): after a
    /// replacement the old one is still listed, and before the new one.
    public var inForce: Bool

    /// A filter of these conditions.
    public init(
        ciphersuite: Ciphersuite? = nil,
        credentialType: CredentialType? = nil,
        signatureKey: SignatureKey? = nil,
        identity: ClientID? = nil,
        leafCertificate: Data? = nil,
        inForce: Bool = false
    ) {
        self.ciphersuite = ciphersuite
        self.credentialType = credentialType
        self.signatureKey = signatureKey
        self.identity = identity
        self.leafCertificate = leafCertificate
        self.inForce = inForce
    }
}
