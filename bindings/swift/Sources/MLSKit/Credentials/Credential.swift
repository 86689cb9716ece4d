import Foundation

/// A credential to be added to a client by ``TransactionContext/addCredential(_:)``.
///
/// ```swift
/// let credential = Credential.basic(.x25519AES128GCMEd25519, identity: client.id)
/// ```
public struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    enum Content: Sendable {
        case basic(identity: ClientID)
        case x509(chain: CertificateChain, privateKey: Data)
    }

    /// The one ciphersuite that it is for.
    public let ciphersuite: Ciphersuite
    let content: Content

    /// The bare name, which is the client's id. Its signature key is generated when it is added.
    public static func basic(_ ciphersuite: Ciphersuite, identity: ClientID) -> Credential {
        Credential(ciphersuite: ciphersuite, content: .basic(identity: identity))
    }

    /// A chain of certificates, and the private key that belongs to the leaf's: an unencrypted PKCS#8 document, in DER or
    /// PEM.
    public static func x509(_ ciphersuite: Ciphersuite, chain: CertificateChain, privateKey: Data) -> Credential {
        Credential(ciphersuite: ciphersuite, content: .x509(chain: chain, privateKey: privateKey))
    }

    /// What it is, without its private key.
    public var description: String {
        switch content {
        case .basic(let identity): "Credential(Basic, \(identity), \(ciphersuite))"
        case .x509: "Credential(X.509, \(ciphersuite), private key redacted)"
        }
    }

    /// What it is, without its private key.
    public var debugDescription: String { description }

    /// Nothing of its private key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The certificates of an X.509 credential: the leaf first, each followed by its issuer's.
public enum CertificateChain: Hashable, Sendable {
    /// Each in DER.
    case der([Data])
    /// PEM blocks one after another.
    case pem(String)
}
