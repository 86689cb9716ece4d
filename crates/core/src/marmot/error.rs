//! Why a Marmot key package or its event is refused.

use std::time::Duration;

use super::{CIPHERSUITE, KEYPACKAGE_EVENT_KIND};
use crate::Error;

/// A call of this module failed. What a stranger wrote is shown shortened.
///
/// A block of [`transaction`](crate::Client::transaction) may return it: `?` takes the other calls' errors along, as
/// [`Mlskit`](Self::Mlskit).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarmotError {
    /// Any other call's error; for an event of a stranger mostly a
    /// [`RejectedKeypackage`](crate::RejectedKeypackage).
    #[error(transparent)]
    Mlskit(#[from] Error),
    /// Caller, or whose credential it is: a Nostr key has another length.
    #[error("a Nostr public key has 32 bytes, but these are {found}")]
    WrongPublicKeyLength {
        /// How many bytes were found.
        found: u64,
    },
    /// Caller, or the event's author: this is no Nostr key. It is not shown, since it may be a private one.
    #[error(
        "a Nostr public key is written as 64 lowercase hexadecimal digits; these {length} bytes are something else"
    )]
    WrongPublicKeyText {
        /// The length of what was given, in bytes.
        length: u64,
    },
    /// Caller, or who made the package: the credential is of another type.
    #[error("a Basic credential was expected, with a Nostr public key in it, but this one is of type {found:#06x}")]
    NotBasic {
        /// The type.
        found: u16,
    },
    /// Caller, or who made the package: the ciphersuite is another.
    #[error("Marmot's packages have ciphersuite {:#06x}, but this one has {found:#06x}", u16::from(CIPHERSUITE))]
    WrongCiphersuite {
        /// The suite.
        found: u16,
    },
    /// Caller, or who made the package: it doesn't declare what every member of a Marmot group has to.
    #[error("the package does not declare extension {missing:#06x}; use `marmot::ensure_capabilities`")]
    NotDeclared {
        /// The extension.
        missing: u16,
    },
    /// Caller: the lifetime is longer than Marmot's packages may have.
    #[error("a lifetime of {asked:?} was asked for, but the limit is {limit:?}")]
    LifetimeTooLong {
        /// What was asked for.
        asked: Duration,
        /// The limit.
        limit: Duration,
    },
    /// Caller: nothing is to be deleted.
    #[error("an event that asks for deletion names at least one event, but none was given")]
    NothingToDelete,
    /// Caller: this is not how events are named.
    #[error("an event's id is written as 64 lowercase hexadecimal digits, but {found:?} was given")]
    WrongEventId {
        /// What was given.
        found: String,
    },
    /// Whoever delivered it: the event is about something else.
    #[error("an event of kind {KEYPACKAGE_EVENT_KIND} was expected, but this one is of kind {found}")]
    WrongKind {
        /// The kind.
        found: u16,
    },
    /// The event's author: a tag is missing.
    #[error("the event has no tag `{tag}`")]
    MissingTag {
        /// The tag's name.
        tag: &'static str,
    },
    /// The event's author: of two equal tags nobody knows which counts.
    #[error("the event has more than one tag `{tag}`")]
    RepeatedTag {
        /// The tag's name.
        tag: &'static str,
    },
    /// The event's author: a tag says what it must not.
    #[error("the tag `{tag}` was expected to have {expected}, but it has {found:?}")]
    WrongTag {
        /// The tag's name.
        tag: &'static str,
        /// What it has to say.
        expected: &'static str,
        /// What it says.
        found: String,
    },
    /// The event's author: the list of extensions lacks one.
    #[error("the tag `mls_extensions` does not list {missing:#06x}")]
    NotListed {
        /// The extension.
        missing: u16,
    },
    /// The event's author: the list of extensions has a default one of RFC 9420, which are never listed (§7.2).
    #[error("the tag `mls_extensions` lists {found:#06x}, which every client knows and none may list")]
    DefaultListed {
        /// The extension.
        found: u16,
    },
    /// The event's author: the tag promises what the package does not declare.
    #[error("the tag `mls_extensions` lists {found:#06x}, but the package in the event does not declare it")]
    ListedOnly {
        /// The extension.
        found: u16,
    },
    /// Caller, or the event's author: this is not where a relay is.
    #[error("a relay's address begins with wss:// or ws:// and a host, but {found:?} was found")]
    WrongRelay {
        /// What was found.
        found: String,
    },
    /// Caller: the event says where it is published, so that it can be deleted there.
    #[error("at least one relay was expected, but none was given")]
    NoRelays,
    /// The event's author: the content is no base64.
    #[error("the event's content is not base64: {reason}")]
    NotBase64 {
        /// What is wrong with it.
        reason: String,
    },
    /// The event's author, who uses another's name: the package speaks for somebody else.
    #[error("the event is by {expected}, but the package in it is {found}'s")]
    OtherPublicKey {
        /// The event's author.
        expected: String,
        /// Whom the package speaks for.
        found: String,
    },
    /// The event's author: the tag `i` names another package.
    #[error("the tag `i` names the key package {found:?}, but in the event is {expected}")]
    OtherKeypackage {
        /// The package in the event.
        expected: String,
        /// What the tag says.
        found: String,
    },
}

/// What a stranger wrote, for an error: its beginning.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
