import Foundation

/// Why another client's key package is not accepted. Each reason is the fault of whoever made or delivered the package;
/// the way out is another package from the same client. Numbers are those of RFC 9420 §17.
public enum RejectedKeypackage: Hashable, Sendable {
    /// There are no bytes.
    case empty
    /// The bytes begin as a key package and end in its middle.
    case truncated(field: String, missing: UInt64)
    /// A whole key package is there, and then something else.
    case trailingBytes(count: UInt64)
    /// The bytes are something else.
    case notAKeypackage(begins: UInt16)
    /// The bytes break the encoding rules of RFC 9420 §2.1.
    case malformed(field: String, reason: String)
    /// The protocol version is not MLS 1.0 (RFC 9420 §10.1).
    case unknownVersion(found: UInt16)
    /// The ciphersuite is one that this client can't work with (RFC 9420 §10.1).
    case unsupportedCiphersuite(found: Ciphersuite, supported: [Ciphersuite])
    /// The leaf node was not made for a key package (RFC 9420 §7.3).
    case wrongLeafSource(found: UInt8)
    /// The signature over the package is not by the key in its leaf (RFC 9420 §10.1).
    case wrongSignature
    /// The signature over the leaf node is not by the key in it (RFC 9420 §7.3).
    case wrongLeafSignature
    /// The lifetime is over (RFC 9420 §7.2).
    case expired(notAfter: Date, now: Date)
    /// The lifetime has not begun (RFC 9420 §7.2).
    case notYetValid(notBefore: Date, now: Date)
    /// The lifetime ends before it begins.
    case invertedLifetime(notBefore: Date, notAfter: Date)
    /// The lifetime is longer than this client accepts (RFC 9420 §7.2).
    case lifetimeTooLong(found: Duration, limit: Duration)
    /// A key has the wrong length for the ciphersuite (RFC 9420 §5.1).
    case wrongKeyLength(field: String, ciphersuite: Ciphersuite, expected: UInt64, found: UInt64)
    /// A key that nobody can encrypt to (RFC 9180 §7.1.4): a group with it could not commit any more.
    case unusableKey(field: String, ciphersuite: Ciphersuite, reason: String)
    /// The keys are no longer two when one is used as the other (RFC 9420 §10.1).
    case initKeyIsEncryptionKey
    /// One extension type stands twice in one list (RFC 9420 §13.4).
    case repeatedExtension(field: String, extensionType: ExtensionType)
    /// An extension belongs elsewhere than in a key package (RFC 9420 §17.3).
    case forbiddenExtension(extensionType: ExtensionType)
    /// An extension belongs elsewhere than in a leaf node (RFC 9420 §17.3).
    case forbiddenLeafExtension(extensionType: ExtensionType)
    /// An extension of the package is not among the capabilities of its leaf (RFC 9420 §10.1).
    case undeclaredExtension(extensionType: ExtensionType, declared: [ExtensionType])
    /// An extension of the leaf is not among its capabilities (RFC 9420 §7.3).
    case undeclaredLeafExtension(extensionType: ExtensionType, declared: [ExtensionType])
    /// An extension of a GREASE type (RFC 9420 §13.5), which OpenMLS mistakes for undeclared.
    case greaseExtension(extensionType: ExtensionType)
    /// The package's own ciphersuite is not among the capabilities of its leaf (RFC 9420 §7.2).
    case undeclaredCiphersuite(found: Ciphersuite, declared: [Ciphersuite])
    /// The package's own protocol version is not among the capabilities of its leaf (RFC 9420 §7.2).
    case undeclaredVersion(found: UInt16, declared: [UInt16])
    /// The type of the package's own credential is not among the capabilities of its leaf (RFC 9420 §7.3).
    case undeclaredCredentialType(found: CredentialType, declared: [CredentialType])
    /// The X.509 credential can't be read, or its certificate is for another key than the leaf's (RFC 9420 §5.3).
    case certificate(CertificateError)
    /// A directory gave the package of another client.
    case otherClient(expected: String, found: String)
    /// Whose the package is can't be read from a credential of this type.
    case noClientID(credentialType: CredentialType)
}

extension RejectedKeypackage: CustomStringConvertible {
    /// What is wrong with the package.
    public var description: String {
        aboutItsShape ?? aboutItsLifetime ?? aboutItsOwner ?? aboutItsCapabilities ?? ""
    }

    private var aboutItsShape: String? {
        switch self {
        case .empty:
            "A key package was expected, but there are no bytes."
        case .truncated(let field, let missing):
            "The key package is truncated: it ends inside `\(field)`, at least \(missing) bytes are missing."
        case .trailingBytes(let count):
            "After the end of the key package there are \(count) more bytes; give exactly one package."
        case .notAKeypackage(let begins):
            "This is no key package: one begins with version 0x0001, this begins with \(begins.hexadecimal)."
        case .malformed(let field, let reason):
            "The key package is malformed at `\(field)`: \(reason)."
        case .unknownVersion(let found):
            "The key package is for protocol version \(found.hexadecimal), but only 0x0001, MLS 1.0, is known."
        case .unsupportedCiphersuite(let found, let supported):
            "The key package is for ciphersuite \(found), but this client works with \(supported.listed)."
        case .wrongLeafSource(let found):
            "The leaf node's source is \(found), but in a key package it is 1, key_package."
        case .wrongSignature:
            "The signature of the key package is wrong: it was altered, or signed with another key than its leaf's."
        case .wrongLeafSignature:
            "The signature of the leaf node is wrong: it was altered, or signed with another key than its own."
        default:
            nil
        }
    }

    private var aboutItsLifetime: String? {
        switch self {
        case .expired(let notAfter, let now):
            "The key package expired at \(notAfter.inWords); now it is \(now.inWords)."
        case .notYetValid(let notBefore, let now):
            "The key package is not valid before \(notBefore.inWords); now it is \(now.inWords)."
        case .invertedLifetime(let notBefore, let notAfter):
            "The key package's lifetime ends at \(notAfter.inWords), before it begins at \(notBefore.inWords)."
        case .lifetimeTooLong(let found, let limit):
            "The key package lives for \(found), but the limit is \(limit) (with an hour for clocks); "
                + "the limit is ClientOptions.maxAcceptedLifetime."
        default:
            nil
        }
    }

    private var aboutItsOwner: String? {
        switch self {
        case .wrongKeyLength(let field, let ciphersuite, let expected, let found):
            "`\(field)` has \(found) bytes, but a public key of ciphersuite \(ciphersuite) has \(expected)."
        case .unusableKey(let field, let ciphersuite, let reason):
            "`\(field)` is no public key of ciphersuite \(ciphersuite): \(reason)."
        case .initKeyIsEncryptionKey:
            "The init key and the leaf's encryption key are the same, but must differ."
        case .certificate(let error):
            "The key package's X.509 credential is wrong: \(error)"
        case .otherClient(let expected, let found):
            "The key package belongs to \(found), not to \(expected)."
        case .noClientID(let credentialType):
            "The key package's credential is of type \(credentialType), which holds no client id to compare; "
                + "use importKeypackage(_:) and read the identity from the credential."
        default:
            nil
        }
    }

    private var aboutItsCapabilities: String? {
        switch self {
        case .repeatedExtension(let field, let type):
            "Extension \(type) stands more than once in `\(field)`."
        case .forbiddenExtension(let type):
            "Extension \(type) must not stand in a key package's extensions."
        case .forbiddenLeafExtension(let type):
            "Extension \(type) must not stand in a leaf node's extensions."
        case .undeclaredExtension(let type, let declared):
            "The key package has extension \(type), but its capabilities declare \(declared.map(\.rawValue).declared)."
        case .undeclaredLeafExtension(let type, let declared):
            "The leaf node has extension \(type), but its capabilities declare \(declared.map(\.rawValue).declared)."
        case .greaseExtension(let type):
            "The key package has the GREASE extension \(type), which OpenMLS takes for undeclared."
        case .undeclaredCiphersuite(let found, let declared):
            "The key package is for ciphersuite \(found), "
                + "but its capabilities declare \(declared.map(\.rawValue).declared)."
        case .undeclaredVersion(let found, let declared):
            "The key package is for version \(found.hexadecimal), but its capabilities declare \(declared.declared)."
        case .undeclaredCredentialType(let found, let declared):
            "The credential is of type \(found), but the package's capabilities declare "
                + "\(declared.map(\.rawValue).declared)."
        default:
            nil
        }
    }
}
