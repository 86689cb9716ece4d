internal import MLSKitGenerated

/// A ciphersuite of MLS (RFC 9420 §17.1).
///
/// mlskit works with the three that have a name here. Others can be named by their number, and turn up in what others
/// send.
public struct Ciphersuite: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The suite's number.
    public let rawValue: UInt16

    /// The suite with this number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// X25519, AES-128-GCM, SHA-256 and Ed25519; the one that every implementation of MLS has.
    public static let x25519AES128GCMEd25519 = Ciphersuite(rawValue: 1)

    /// P-256, AES-128-GCM, SHA-256 and ECDSA with P-256.
    public static let p256AES128GCM = Ciphersuite(rawValue: 2)

    /// X25519, ChaCha20-Poly1305, SHA-256 and Ed25519.
    public static let x25519ChaCha20Poly1305Ed25519 = Ciphersuite(rawValue: 3)

    /// The suites that mlskit works with.
    public static let supported: [Ciphersuite] = constants().ciphersuites.map(Ciphersuite.init(rawValue:))

    /// The suite's name in RFC 9420, or its number.
    public var description: String {
        switch self {
        case .x25519AES128GCMEd25519: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"
        case .p256AES128GCM: "MLS_128_DHKEMP256_AES128GCM_SHA256_P256"
        case .x25519ChaCha20Poly1305Ed25519: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519"
        default: rawValue.hexadecimal
        }
    }
}

/// How a ciphersuite signs, by its number in the registry of TLS.
public struct SignatureScheme: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The scheme's number.
    public let rawValue: UInt16

    /// The scheme with this number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Ed25519.
    public static let ed25519 = SignatureScheme(rawValue: 0x0807)

    /// ECDSA with P-256 and SHA-256.
    public static let ecdsaP256SHA256 = SignatureScheme(rawValue: 0x0403)

    /// The scheme's name, or its number.
    public var description: String {
        switch self {
        case .ed25519: "Ed25519"
        case .ecdsaP256SHA256: "ECDSA with P-256"
        default: rawValue.hexadecimal
        }
    }
}

/// A type of credential (RFC 9420 §17.5).
public struct CredentialType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The type's number.
    public let rawValue: UInt16

    /// The type with this number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Says who somebody is, and proves nothing.
    public static let basic = CredentialType(rawValue: 1)

    /// A chain of certificates.
    public static let x509 = CredentialType(rawValue: 2)

    /// The type's name, or its number.
    public var description: String {
        switch self {
        case .basic: "Basic"
        case .x509: "X.509"
        default: rawValue.hexadecimal
        }
    }
}
