//! Key packages of others.

use super::CertificateFailure;

/// Why another client's key package is not accepted. Each reason is the fault of whoever made or delivered the
/// package; the way out is another package from the same client. Extension types, suites and the like are numbers of
/// the IANA registries (RFC 9420 §17); times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum KeypackageRejection {
    /// There are no bytes.
    Empty,
    /// The bytes begin as a key package and end in its middle.
    Truncated {
        /// The field that the bytes end in.
        field: String,
        /// How many more bytes that field announces.
        missing: u64,
    },
    /// A whole key package is there, and then something else.
    TrailingBytes {
        /// How many.
        count: u64,
    },
    /// The bytes are something else.
    NotAKeypackage {
        /// The first two bytes.
        begins: u16,
    },
    /// The bytes break the encoding rules of RFC 9420 §2.1.
    Malformed {
        /// The field that breaks them.
        field: String,
        /// How.
        reason: String,
    },
    /// The protocol version is not MLS 1.0 (RFC 9420 §10.1).
    UnknownVersion {
        /// The version.
        found: u16,
    },
    /// The ciphersuite is one that this client can't work with (RFC 9420 §10.1).
    UnsupportedCiphersuite {
        /// The suite.
        found: u16,
        /// The suites of this client.
        supported: Vec<u16>,
    },
    /// The leaf node was not made for a key package (RFC 9420 §7.3).
    WrongLeafSource {
        /// The source.
        found: u8,
    },
    /// The signature over the package is not by the key in its leaf (RFC 9420 §10.1).
    WrongSignature,
    /// The signature over the leaf node is not by the key in it (RFC 9420 §7.3).
    WrongLeafSignature,
    /// The lifetime is over (RFC 9420 §7.2).
    Expired {
        /// The end of its lifetime.
        not_after: u64,
        /// The time of the check.
        now: u64,
    },
    /// The lifetime has not begun (RFC 9420 §7.2).
    NotYetValid {
        /// The beginning of its lifetime.
        not_before: u64,
        /// The time of the check.
        now: u64,
    },
    /// The lifetime ends before it begins.
    InvertedLifetime {
        /// The beginning of its lifetime.
        not_before: u64,
        /// The end of its lifetime.
        not_after: u64,
    },
    /// The lifetime is longer than this client accepts, and the longer it is, the longer a stolen key is of use
    /// (RFC 9420 §7.2).
    LifetimeTooLong {
        /// Its lifetime, in seconds.
        found: u64,
        /// The limit, with the hour for clocks, in seconds.
        limit: u64,
    },
    /// A key has the wrong length for the ciphersuite (RFC 9420 §5.1).
    WrongKeyLength {
        /// The field that the key is in.
        field: String,
        /// The package's suite.
        ciphersuite: u16,
        /// The length of the suite's keys, in bytes.
        expected: u64,
        /// The length of this key, in bytes.
        found: u64,
    },
    /// A key that nobody can encrypt to (RFC 9180 §7.1.4): commits that must would fail.
    UnusableKey {
        /// The field that the key is in.
        field: String,
        /// The package's suite.
        ciphersuite: u16,
        /// What is wrong with it.
        reason: String,
    },
    /// The keys are no longer two when one is used as the other (RFC 9420 §10.1).
    InitKeyIsEncryptionKey,
    /// One extension type stands twice in one list (RFC 9420 §13.4).
    RepeatedExtension {
        /// The list.
        field: String,
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension belongs elsewhere (RFC 9420 §17.3).
    ForbiddenExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension belongs elsewhere (RFC 9420 §17.3).
    ForbiddenLeafExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension of the package is not among the capabilities of its leaf (RFC 9420 §10.1).
    UndeclaredExtension {
        /// The extension's type.
        extension_type: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// An extension of the leaf is not among its capabilities (RFC 9420 §7.3).
    UndeclaredLeafExtension {
        /// The extension's type.
        extension_type: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// An extension of a GREASE type (RFC 9420 §13.5), properly declared. Nothing is wrong with it, but OpenMLS 0.9
    /// mistakes it for undeclared: no group with a member that runs it can add such a package.
    GreaseExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// The package's own ciphersuite is not among the capabilities of its leaf (RFC 9420 §7.2).
    UndeclaredCiphersuite {
        /// The package's suite.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The package's own protocol version is not among the capabilities of its leaf (RFC 9420 §7.2).
    UndeclaredVersion {
        /// The package's version.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The type of the package's own credential is not among the capabilities of its leaf (RFC 9420 §7.3).
    UndeclaredCredentialType {
        /// The credential's type.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The X.509 credential can't be read, or its certificate is for another key than the leaf's (RFC 9420 §5.3).
    Certificate {
        /// Which.
        reason: CertificateFailure,
    },
    /// A directory gave the package of another client.
    OtherClient {
        /// The client asked for.
        expected: String,
        /// The identity in the package.
        found: String,
    },
    /// Whose the package is can't be read from a credential of this type.
    NoClientId {
        /// The credential's type.
        credential_type: u16,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::RejectedKeypackage> for KeypackageRejection {
    fn from(core: mlskit::RejectedKeypackage) -> Self {
        use mlskit::RejectedKeypackage as Core;
        match core {
            Core::Empty => Self::Empty,
            Core::Truncated { field, missing } => Self::Truncated { field: field.to_owned(), missing },
            Core::TrailingBytes { count } => Self::TrailingBytes { count },
            Core::NotAKeypackage { begins } => Self::NotAKeypackage { begins },
            Core::Malformed { field, reason } => Self::Malformed { field: field.to_owned(), reason },
            Core::UnknownVersion { found } => Self::UnknownVersion { found },
            Core::UnsupportedCiphersuite { found, supported } => Self::UnsupportedCiphersuite { found, supported },
            Core::WrongLeafSource { found } => Self::WrongLeafSource { found },
            Core::WrongSignature => Self::WrongSignature,
            Core::WrongLeafSignature => Self::WrongLeafSignature,
            Core::Expired { not_after, now } => Self::Expired { not_after, now },
            Core::NotYetValid { not_before, now } => Self::NotYetValid { not_before, now },
            Core::InvertedLifetime { not_before, not_after } => Self::InvertedLifetime { not_before, not_after },
            Core::LifetimeTooLong { found, limit } => {
                Self::LifetimeTooLong { found: found.as_secs(), limit: limit.as_secs() }
            }
            Core::WrongKeyLength { field, ciphersuite, expected, found } => {
                Self::WrongKeyLength { field: field.to_owned(), ciphersuite, expected, found }
            }
            Core::UnusableKey { field, ciphersuite, reason } => {
                Self::UnusableKey { field: field.to_owned(), ciphersuite, reason: reason.to_owned() }
            }
            Core::InitKeyIsEncryptionKey => Self::InitKeyIsEncryptionKey,
            Core::RepeatedExtension { field, extension_type } => {
                Self::RepeatedExtension { field: field.to_owned(), extension_type }
            }
            Core::ForbiddenExtension { extension_type } => Self::ForbiddenExtension { extension_type },
            Core::ForbiddenLeafExtension { extension_type } => Self::ForbiddenLeafExtension { extension_type },
            Core::UndeclaredExtension { extension_type, declared } => {
                Self::UndeclaredExtension { extension_type, declared }
            }
            Core::UndeclaredLeafExtension { extension_type, declared } => {
                Self::UndeclaredLeafExtension { extension_type, declared }
            }
            Core::GreaseExtension { extension_type } => Self::GreaseExtension { extension_type },
            Core::UndeclaredCiphersuite { found, declared } => Self::UndeclaredCiphersuite { found, declared },
            Core::UndeclaredVersion { found, declared } => Self::UndeclaredVersion { found, declared },
            Core::UndeclaredCredentialType { found, declared } => Self::UndeclaredCredentialType { found, declared },
            Core::Certificate(reason) => Self::Certificate { reason: reason.into() },
            Core::OtherClient { expected, found } => Self::OtherClient { expected, found },
            Core::NoClientId { credential_type } => Self::NoClientId { credential_type },
            _ => Self::Other,
        }
    }
}
