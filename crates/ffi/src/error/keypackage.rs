//! Key packages of one's own.

use super::{KeypackageRejection, suites};

/// A key package was refused.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum KeypackageFailure {
    /// Peer, or whoever delivered it: another client's package is not to be used.
    Rejected {
        /// Which.
        reason: KeypackageRejection,
    },
    /// Caller: the lifetime asked for is longer than the client's `max_lifetime`.
    LifetimeTooLong {
        /// What was asked for, in seconds.
        asked: u64,
        /// The client's limit, in seconds.
        limit: u64,
    },
    /// Caller: lifetimes are whole seconds, at least one.
    LifetimeTooShort {
        /// What was asked for, in seconds.
        asked: u64,
    },
    /// Caller: the window asked for is longer than the client's `max_lifetime` and an hour for clocks.
    WindowTooLong {
        /// The length of the window asked for, in seconds.
        asked: u64,
        /// The longest window of this client, in seconds.
        limit: u64,
    },
    /// Caller: the window ends when it begins, or before. Seconds since 1970.
    WindowInverted {
        /// Its begin.
        not_before: u64,
        /// Its end.
        not_after: u64,
    },
    /// Caller: nobody could use the package any more. Seconds since 1970.
    WindowOver {
        /// The window's end.
        not_after: u64,
        /// The client's clock.
        now: u64,
    },
    /// Caller: the lifetime would begin or end at a time that RFC 9420 or the database has no number for. Seconds
    /// since 1970.
    LifetimeOutOfRange {
        /// The begin or end asked for; the greatest `i64` stands for all that are later.
        found: i64,
        /// The last possible one.
        latest: u64,
    },
    /// Caller: the extension may not stand there (RFC 9420 §17.3).
    ExtensionMisplaced {
        /// The extension.
        found: u16,
        /// Where it was to be put.
        place: ExtensionPlace,
    },
    /// Caller: a list holds at most one extension of each type (RFC 9420 §13.4).
    DuplicateExtension {
        /// The extension.
        found: u16,
        /// Where it was to be put.
        place: ExtensionPlace,
    },
    /// Caller: OpenMLS refuses packages that have an extension with a GREASE value.
    GreaseExtension {
        /// The extension.
        found: u16,
    },
    /// Caller: an extension's content isn't what its type says.
    MalformedExtension {
        /// Where it was to be put.
        place: ExtensionPlace,
        /// The codec's words.
        reason: String,
    },
    /// Caller: the capabilities name no ciphersuite.
    NoCiphersuites {
        /// The suites of this client.
        supported: Vec<u16>,
    },
    /// Caller: the capabilities name a ciphersuite that this client can't work with.
    UnsupportedCiphersuite {
        /// The suite named.
        found: u16,
        /// The suites of this client.
        supported: Vec<u16>,
    },
    /// Caller or server: a package that is about to expire is not added to a group: a member who sees the commit
    /// late could never follow.
    ExpiresTooSoon {
        /// What is left of its lifetime, in seconds.
        remaining: u64,
        /// The client's `min_remaining_lifetime`, in seconds.
        limit: u64,
    },
    /// Caller: more packages at once than one call makes.
    BatchTooLarge {
        /// What was asked for.
        asked: u64,
        /// The most that one call makes.
        limit: u64,
    },
    /// A bug here, or in OpenMLS: a package could not be built.
    NotBuilt {
        /// OpenMLS's words.
        reason: String,
    },
    /// A bug here, or in OpenMLS: a package could not be encoded.
    NotEncoded {
        /// The codec's words.
        reason: String,
    },
    /// A bug here, or damage that SQLCipher did not notice: a stored package could not be decoded.
    NotDecoded {
        /// The codec's words.
        reason: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::KeypackageError> for KeypackageFailure {
    fn from(core: mlskit::KeypackageError) -> Self {
        use mlskit::KeypackageError as Core;
        match core {
            Core::Rejected(reason) => Self::Rejected { reason: reason.into() },
            Core::LifetimeTooLong { asked, limit } => {
                Self::LifetimeTooLong { asked: asked.as_secs(), limit: limit.as_secs() }
            }
            Core::LifetimeTooShort { asked } => Self::LifetimeTooShort { asked: asked.as_secs() },
            Core::WindowTooLong { asked, limit } => {
                Self::WindowTooLong { asked: asked.as_secs(), limit: limit.as_secs() }
            }
            Core::WindowInverted { not_before, not_after } => Self::WindowInverted { not_before, not_after },
            Core::WindowOver { not_after, now } => Self::WindowOver { not_after, now },
            Core::LifetimeOutOfRange { found, latest } => Self::LifetimeOutOfRange { found, latest },
            Core::ExtensionMisplaced { found, place } => {
                Self::ExtensionMisplaced { found: found.into(), place: place.into() }
            }
            Core::DuplicateExtension { found, place } => {
                Self::DuplicateExtension { found: found.into(), place: place.into() }
            }
            Core::GreaseExtension { found } => Self::GreaseExtension { found },
            Core::MalformedExtension { place, reason } => Self::MalformedExtension { place: place.into(), reason },
            Core::NoCiphersuites { supported } => Self::NoCiphersuites { supported: suites(supported) },
            Core::UnsupportedCiphersuite { found, supported } => {
                Self::UnsupportedCiphersuite { found, supported: suites(supported) }
            }
            Core::ExpiresTooSoon { remaining, limit } => {
                Self::ExpiresTooSoon { remaining: remaining.as_secs(), limit: limit.as_secs() }
            }
            Core::BatchTooLarge { asked, limit } => Self::BatchTooLarge { asked, limit },
            Core::NotBuilt { reason } => Self::NotBuilt { reason },
            Core::NotEncoded { reason } => Self::NotEncoded { reason },
            Core::NotDecoded { reason } => Self::NotDecoded { reason },
            _ => Self::Other,
        }
    }
}

/// A place for extensions.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ExtensionPlace {
    /// The extensions of a key package itself.
    Keypackage,
    /// The extensions of the leaf node in it.
    LeafNode,
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::ExtensionPlace> for ExtensionPlace {
    fn from(core: mlskit::ExtensionPlace) -> Self {
        use mlskit::ExtensionPlace as Core;
        match core {
            Core::Keypackage => Self::Keypackage,
            Core::LeafNode => Self::LeafNode,
            _ => Self::Other,
        }
    }
}
