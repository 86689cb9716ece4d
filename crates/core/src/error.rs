//! One error for the whole API, with a domain enum inside, so that `?` works throughout.

mod certificate;
mod group;
mod message;
mod rejected;

use std::{fmt, time::Duration};

pub use certificate::CertificateError;
pub use group::GroupError;
pub use message::{MessageError, RejectedMessage, RejoinReason};
use mlskit_keystore::{StorageError, TransactionError};
use openmls::prelude::{Ciphersuite, ExtensionType, SignatureScheme};
pub use rejected::RejectedKeypackage;

/// What any call can fail with. The domain tells where to look, the variant who is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file, its key or its medium.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The use of a transaction.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// A credential.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// A key package.
    #[error(transparent)]
    Keypackage(#[from] KeypackageError),
    /// A call on a group.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A message that came in.
    #[error(transparent)]
    Message(#[from] MessageError),
}

impl From<mlskit_keystore::Error> for Error {
    fn from(error: mlskit_keystore::Error) -> Self {
        match error {
            mlskit_keystore::Error::Storage(error) => Self::Storage(error),
            mlskit_keystore::Error::Transaction(error) => Self::Transaction(error),
            // The enum may grow only together with this crate.
            other => Self::Storage(StorageError::Sqlite { code: 0, message: other.to_string() }),
        }
    }
}

impl From<CertificateError> for Error {
    fn from(error: CertificateError) -> Self {
        Self::Credential(error.into())
    }
}

/// This crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A credential was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Caller: the database belongs to another client id, given when it was first opened.
    #[error("the database belongs to client {expected}, not to {found}; open it under its own id")]
    DifferentClient {
        /// The id of the first open.
        expected: String,
        /// The id given now.
        found: String,
    },
    /// Caller: a client needs a name.
    #[error("a client id has at least one byte, but it was empty")]
    EmptyClientId,
    /// Caller: a Basic credential says who the client is, so its identity is the client's id.
    #[error("a Basic credential of this client has the identity {expected}, but {found} was given")]
    DifferentIdentity {
        /// The client's id.
        expected: String,
        /// The identity given.
        found: String,
    },
    /// Caller: the ciphersuite is not one of those that this client can work with.
    #[error("ciphersuite {found:?} is not supported; supported are {supported:?}")]
    UnsupportedCiphersuite {
        /// The suite asked for.
        found: Ciphersuite,
        /// The suites of this client.
        supported: Vec<Ciphersuite>,
    },
    /// Caller: the reference comes from a client with another id.
    #[error("the credential reference belongs to client {found}, not to {expected}")]
    ForeignCredential {
        /// This client's id.
        expected: String,
        /// The id of the client that the reference comes from.
        found: String,
    },
    /// Caller: the credential was removed, its transaction rolled back, or it lies in another database.
    #[error("the credential is not in this database; it was removed or never committed")]
    CredentialNotFound,
    /// Caller: a group uses this very credential and key, or is about to.
    #[error("the group {group_id:02x?} uses the credential; move it to another with `update_keys`, or delete it")]
    CredentialInUse {
        /// The group.
        group_id: Vec<u8>,
    },
    /// Caller: the same credential with the same key is there already.
    #[error("the credential is in this database already")]
    CredentialExists,
    /// Caller: the certificates of an X.509 credential.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Caller: the bytes are not an unencrypted private key in PKCS#8.
    #[error("a private key in PKCS#8, as DER or PEM, was expected: {reason}")]
    NotAPrivateKey {
        /// What was found instead; nothing of the key.
        reason: String,
    },
    /// Caller: the private key is of another kind than the ciphersuite signs with.
    #[error("the ciphersuite signs with {expected:?}, but the private key is for {found:?}")]
    DifferentPrivateKeyAlgorithm {
        /// What the ciphersuite signs with.
        expected: SignatureScheme,
        /// What the key is for.
        found: SignatureScheme,
    },
    /// A bug here, damage that SQLCipher did not notice, or a file of a newer version: a stored credential could
    /// not be decoded.
    #[error("a stored credential could not be decoded: {reason}")]
    NotDecoded {
        /// What is wrong with it; nothing of its private key.
        reason: String,
    },
}

impl From<RejectedKeypackage> for Error {
    fn from(reason: RejectedKeypackage) -> Self {
        Self::Keypackage(KeypackageError::Rejected(reason))
    }
}

/// A key package was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeypackageError {
    /// Peer, or whoever delivered it: another client's package is not to be used.
    #[error(transparent)]
    Rejected(#[from] RejectedKeypackage),
    /// Caller: the lifetime asked for is longer than the client's `max_lifetime`.
    #[error(
        "a lifetime of {asked:?} was asked for, but the limit is {limit:?}; ask for less or raise `ClientOptions::max_lifetime`"
    )]
    LifetimeTooLong {
        /// What was asked for.
        asked: Duration,
        /// The client's limit.
        limit: Duration,
    },
    /// Caller: lifetimes are whole seconds, at least one.
    #[error("a lifetime of {asked:?} was asked for, but the shortest is one second")]
    LifetimeTooShort {
        /// What was asked for.
        asked: Duration,
    },
    /// Caller: the window asked for is longer than the client's `max_lifetime` and an hour for clocks.
    #[error(
        "a window of {asked:?} was asked for, but the limit is {limit:?}, an hour for clocks included; ask for less or raise `ClientOptions::max_lifetime`"
    )]
    WindowTooLong {
        /// The length of the window asked for.
        asked: Duration,
        /// The longest window of this client.
        limit: Duration,
    },
    /// Caller: the window ends when it begins, or before. Seconds since 1970.
    #[error("the window ends at second {not_after}, but has to end after its begin at second {not_before}")]
    WindowInverted {
        /// Its begin.
        not_before: u64,
        /// Its end.
        not_after: u64,
    },
    /// Caller: nobody could use the package any more. Seconds since 1970.
    #[error("the window ended at second {not_after}, but it is second {now} already")]
    WindowOver {
        /// The window's end.
        not_after: u64,
        /// The client's clock.
        now: u64,
    },
    /// Caller: the lifetime would begin or end at a time that RFC 9420 or the database has no number for. Seconds
    /// since 1970.
    #[error("a lifetime with second {found} was asked for, but has to lie between second 0 and {latest}")]
    LifetimeOutOfRange {
        /// The begin or end asked for.
        found: i128,
        /// The last possible one.
        latest: u64,
    },
    /// Caller: the extension may not stand there (RFC 9420 §17.3).
    #[error("extension {found:?} may not stand in {place}; it belongs in {}", home(*found))]
    ExtensionMisplaced {
        /// The extension.
        found: ExtensionType,
        /// Where it was to be put.
        place: ExtensionPlace,
    },
    /// Caller: a list holds at most one extension of each type (RFC 9420 §13.4).
    #[error("extension {found:?} was given more than once, but may stand only once in {place}")]
    DuplicateExtension {
        /// The extension.
        found: ExtensionType,
        /// Where it was to be put.
        place: ExtensionPlace,
    },
    /// Caller: OpenMLS refuses packages that have an extension with a GREASE value.
    #[error(
        "extension {found:#06x} is a GREASE value, which peers with OpenMLS refuse; use `KeypackageConfig::grease`"
    )]
    GreaseExtension {
        /// The extension.
        found: u16,
    },
    /// Caller: an extension's content isn't what its type says.
    #[error("an extension for {place} can't be decoded by a peer: {reason}")]
    MalformedExtension {
        /// Where it was to be put.
        place: ExtensionPlace,
        /// The codec's words.
        reason: String,
    },
    /// Caller: the capabilities name no ciphersuite.
    #[error("the capabilities name no ciphersuite; name at least one of {supported:?}")]
    NoCiphersuites {
        /// The suites of this client.
        supported: Vec<Ciphersuite>,
    },
    /// Caller: the capabilities name a ciphersuite that this client can't work with.
    #[error("the capabilities name ciphersuite {found:#06x}, but the client supports only {supported:?}")]
    UnsupportedCiphersuite {
        /// The suite named.
        found: u16,
        /// The suites of this client.
        supported: Vec<Ciphersuite>,
    },
    /// Caller or server: a package that is about to expire is not added to a group: a member who sees the commit
    /// late could never follow.
    #[error(
        "the key package lives for another {remaining:?}, but one that is added must live for {limit:?}; fetch a fresh one"
    )]
    ExpiresTooSoon {
        /// What is left of its lifetime.
        remaining: Duration,
        /// The client's `min_remaining_lifetime`.
        limit: Duration,
    },
    /// Caller: more packages at once than one call makes.
    #[error("{asked} key packages were asked for, but a batch has at most {limit}")]
    BatchTooLarge {
        /// What was asked for.
        asked: usize,
        /// The most that one call makes.
        limit: usize,
    },
    /// A bug here, or in OpenMLS: a package could not be built.
    #[error("a key package could not be built: {reason}")]
    NotBuilt {
        /// OpenMLS's words.
        reason: String,
    },
    /// A bug here, or damage that SQLCipher did not notice: a stored package could not be decoded.
    #[error("a stored key package could not be decoded: {reason}")]
    NotDecoded {
        /// The codec's words.
        reason: String,
    },
}

/// A place for extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtensionPlace {
    /// The extensions of a key package itself.
    Keypackage,
    /// The extensions of the leaf node in it.
    LeafNode,
}

impl fmt::Display for ExtensionPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Keypackage => "a key package",
            Self::LeafNode => "a leaf node",
        })
    }
}

/// Where RFC 9420 §17.3 allows an extension.
fn home(extension: ExtensionType) -> &'static str {
    match extension {
        ExtensionType::ApplicationId => "a leaf node",
        ExtensionType::LastResort => "a key package",
        ExtensionType::RequiredCapabilities | ExtensionType::ExternalSenders => "a group's context",
        ExtensionType::RatchetTree | ExtensionType::ExternalPub => "a group info",
        _ => "another place",
    }
}
