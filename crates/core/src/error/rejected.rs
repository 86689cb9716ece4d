//! Why a key package is not accepted.

use std::time::Duration;

use super::CertificateError;
use crate::clock::Utc;

/// Why another client's key package is not accepted. Each reason is the fault of whoever made or delivered the
/// package; the way out is another package from the same client. Extension types, suites and the like are numbers of
/// the IANA registries (RFC 9420 §17); times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectedKeypackage {
    /// There are no bytes.
    #[error("a key package was expected, but there are no bytes")]
    Empty,
    /// The bytes begin as a key package and end in its middle.
    #[error("the key package is truncated: it ends inside `{field}`, at least {missing} bytes are missing")]
    Truncated {
        /// The field that the bytes end in.
        field: &'static str,
        /// How many more bytes that field announces.
        missing: u64,
    },
    /// A whole key package is there, and then something else.
    #[error("after the end of the key package there are {count} more bytes; give exactly one package")]
    TrailingBytes {
        /// How many.
        count: u64,
    },
    /// The bytes are something else.
    #[error(
        "this is no key package: one begins with version 0x0001, this begins with {begins:#06x} and reads as nothing"
    )]
    NotAKeypackage {
        /// The first two bytes.
        begins: u16,
    },
    /// The bytes break the encoding rules of RFC 9420 §2.1.
    #[error("the key package is malformed at `{field}`: {reason}")]
    Malformed {
        /// The field that breaks them.
        field: &'static str,
        /// How.
        reason: String,
    },
    /// The protocol version is not MLS 1.0 (RFC 9420 §10.1).
    #[error("the key package is for protocol version {found:#06x}, but only 0x0001, MLS 1.0, is known")]
    UnknownVersion {
        /// The version.
        found: u16,
    },
    /// The ciphersuite is one that this client can't work with (RFC 9420 §10.1).
    #[error("the key package is for ciphersuite {found:#06x}, but this client works with {}", numbers(supported))]
    UnsupportedCiphersuite {
        /// The suite.
        found: u16,
        /// The suites of this client.
        supported: Vec<u16>,
    },
    /// The leaf node was not made for a key package (RFC 9420 §7.3).
    #[error("the leaf node's source is {found}, but in a key package it is 1, key_package")]
    WrongLeafSource {
        /// The source.
        found: u8,
    },
    /// The signature over the package is not by the key in its leaf (RFC 9420 §10.1).
    #[error("the signature of the key package is wrong: it was altered, or signed with another key than its leaf's")]
    WrongSignature,
    /// The signature over the leaf node is not by the key in it (RFC 9420 §7.3).
    #[error("the signature of the leaf node is wrong: it was altered, or signed with another key than its own")]
    WrongLeafSignature,
    /// The lifetime is over (RFC 9420 §7.2).
    #[error("the key package expired at {}; now it is {}", Utc(*not_after), Utc(*now))]
    Expired {
        /// The end of its lifetime.
        not_after: u64,
        /// The time of the check.
        now: u64,
    },
    /// The lifetime has not begun (RFC 9420 §7.2).
    #[error("the key package is not valid before {}; now it is {}", Utc(*not_before), Utc(*now))]
    NotYetValid {
        /// The beginning of its lifetime.
        not_before: u64,
        /// The time of the check.
        now: u64,
    },
    /// The lifetime ends before it begins.
    #[error("the key package's lifetime ends at {}, before it begins at {}", Utc(*not_after), Utc(*not_before))]
    InvertedLifetime {
        /// The beginning of its lifetime.
        not_before: u64,
        /// The end of its lifetime.
        not_after: u64,
    },
    /// The lifetime is longer than this client accepts, and the longer it is, the longer a stolen key is of use
    /// (RFC 9420 §7.2).
    #[error(
        "the key package lives for {found:?}, but the limit is {limit:?} (with an hour for clocks); \
         the limit is `ClientOptions::max_accepted_lifetime`"
    )]
    LifetimeTooLong {
        /// Its lifetime.
        found: Duration,
        /// The limit, with the hour for clocks.
        limit: Duration,
    },
    /// A key has the wrong length for the ciphersuite (RFC 9420 §5.1).
    #[error("`{field}` has {found} bytes, but a public key of ciphersuite {ciphersuite:#06x} has {expected}")]
    WrongKeyLength {
        /// The field that the key is in.
        field: &'static str,
        /// The package's suite.
        ciphersuite: u16,
        /// The length of the suite's keys, in bytes.
        expected: u64,
        /// The length of this key, in bytes.
        found: u64,
    },
    /// A key that nobody can encrypt to (RFC 9180 §7.1.4): commits that must would fail.
    #[error("`{field}` is no public key of ciphersuite {ciphersuite:#06x}: {reason}")]
    UnusableKey {
        /// The field that the key is in.
        field: &'static str,
        /// The package's suite.
        ciphersuite: u16,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The keys are no longer two when one is used as the other (RFC 9420 §10.1).
    #[error("the init key and the leaf's encryption key are the same, but must differ")]
    InitKeyIsEncryptionKey,
    /// One extension type stands twice in one list (RFC 9420 §13.4).
    #[error("extension {extension_type:#06x} stands more than once in `{field}`")]
    RepeatedExtension {
        /// The list.
        field: &'static str,
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension belongs elsewhere (RFC 9420 §17.3).
    #[error("extension {extension_type:#06x} must not stand in a key package's extensions")]
    ForbiddenExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension belongs elsewhere (RFC 9420 §17.3).
    #[error("extension {extension_type:#06x} must not stand in a leaf node's extensions")]
    ForbiddenLeafExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// An extension of the package is not among the capabilities of its leaf (RFC 9420 §10.1).
    #[error("the key package has extension {extension_type:#06x}, but its capabilities declare {}", numbers(declared))]
    UndeclaredExtension {
        /// The extension's type.
        extension_type: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// An extension of the leaf is not among its capabilities (RFC 9420 §7.3).
    #[error("the leaf node has extension {extension_type:#06x}, but its capabilities declare {}", numbers(declared))]
    UndeclaredLeafExtension {
        /// The extension's type.
        extension_type: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// An extension of a GREASE type (RFC 9420 §13.5), properly declared. Nothing is wrong with it, but OpenMLS 0.9
    /// mistakes it for undeclared: no group with a member that runs it can add such a package.
    #[error("the key package has the GREASE extension {extension_type:#06x}, which OpenMLS takes for undeclared")]
    GreaseExtension {
        /// The extension's type.
        extension_type: u16,
    },
    /// The package's own ciphersuite is not among the capabilities of its leaf (RFC 9420 §7.2).
    #[error("the key package is for ciphersuite {found:#06x}, but its capabilities declare {}", numbers(declared))]
    UndeclaredCiphersuite {
        /// The package's suite.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The package's own protocol version is not among the capabilities of its leaf (RFC 9420 §7.2).
    #[error("the key package is for version {found:#06x}, but its capabilities declare {}", numbers(declared))]
    UndeclaredVersion {
        /// The package's version.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The type of the package's own credential is not among the capabilities of its leaf (RFC 9420 §7.3).
    #[error("the credential is of type {found:#06x}, but the package's capabilities declare {}", numbers(declared))]
    UndeclaredCredentialType {
        /// The credential's type.
        found: u16,
        /// The declared ones.
        declared: Vec<u16>,
    },
    /// The X.509 credential can't be read, or its certificate is for another key than the leaf's (RFC 9420 §5.3).
    #[error("the key package's X.509 credential is wrong: {0}")]
    Certificate(#[from] CertificateError),
    /// A directory gave the package of another client.
    #[error("the key package belongs to {found}, not to {expected}")]
    OtherClient {
        /// The client asked for.
        expected: String,
        /// The identity in the package.
        found: String,
    },
    /// Whose the package is can't be read from a credential of this type.
    #[error(
        "the key package's credential is of type {credential_type:#06x}, which holds no client id to compare; \
         use `import_keypackage` and read the identity from the credential"
    )]
    NoClientId {
        /// The credential's type.
        credential_type: u16,
    },
}

fn numbers(list: &[u16]) -> String {
    let list: Vec<_> = list.iter().map(|number| format!("{number:#06x}")).collect();
    if list.is_empty() { "nothing".to_owned() } else { format!("only {}", list.join(", ")) }
}
