import Foundation

/// Who somebody says they are (RFC 9420 §5.3). Whether that is true is the app's to judge (§5.3.1).
public enum CredentialInfo: Hashable, Sendable {
    /// A name: whatever the app calls its clients by.
    case basic(identity: ClientID)
    /// Certificates in DER, that of the client first.
    case x509(certificates: [Data])
    /// Any other type, or a list of certificates that can't be read; the content is as it stands there.
    case other(credentialType: CredentialType, content: Data)

    /// Its type.
    public var credentialType: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        case .other(let credentialType, _): credentialType
        }
    }

    /// The name in a Basic credential.
    public var identity: ClientID? {
        if case .basic(let identity) = self { identity } else { nil }
    }
}
