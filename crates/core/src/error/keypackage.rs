//! Why a key package was refused.

use std::{fmt, time::Duration};

use openmls::prelude::{Ciphersuite, ExtensionType};

use super::RejectedKeypackage;

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
        /// The begin or end asked for; the greatest `i64` stands for all that are later.
        found: i64,
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
        asked: u64,
        /// The most that one call makes.
        limit: u64,
    },
    /// A bug here, or in OpenMLS: a package could not be built.
    #[error("a key package could not be built: {reason}")]
    NotBuilt {
        /// OpenMLS's words.
        reason: String,
    },
    /// A bug here, or in OpenMLS: a package could not be encoded.
    #[error("a key package could not be encoded: {reason}")]
    NotEncoded {
        /// The codec's words.
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
