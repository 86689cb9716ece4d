//! Key packages of the Marmot protocol, and their events.

/// A Marmot key package or its event is refused. What a stranger wrote is shown shortened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MarmotFailure {
    /// Caller, or whose credential it is: a Nostr key has another length.
    WrongPublicKeyLength {
        /// How many bytes were found.
        found: u64,
    },
    /// Caller, or the event's author: this is no Nostr key. It is not shown, since it may be a private one.
    WrongPublicKeyText {
        /// The length of what was given, in bytes.
        length: u64,
    },
    /// Caller, or who made the package: the credential is of another type than Basic.
    NotBasic {
        /// The type.
        found: u16,
    },
    /// Caller, or who made the package: the ciphersuite is another.
    WrongCiphersuite {
        /// The suite.
        found: u16,
    },
    /// Caller, or who made the package: it doesn't declare what every member of a Marmot group has to.
    NotDeclared {
        /// The extension.
        missing: u16,
    },
    /// Caller: the lifetime is longer than Marmot's packages may have.
    LifetimeTooLong {
        /// What was asked for, in seconds.
        asked: u64,
        /// The limit, in seconds.
        limit: u64,
    },
    /// Caller: nothing is to be deleted.
    NothingToDelete,
    /// Caller: this is not how events are named.
    WrongEventId {
        /// What was given.
        found: String,
    },
    /// Whoever delivered it: the event is about something else.
    WrongKind {
        /// The kind.
        found: u16,
    },
    /// The event's author: a tag is missing.
    MissingTag {
        /// The tag's name.
        tag: String,
    },
    /// The event's author: of two equal tags nobody knows which counts.
    RepeatedTag {
        /// The tag's name.
        tag: String,
    },
    /// The event's author: a tag says what it must not.
    WrongTag {
        /// The tag's name.
        tag: String,
        /// What it has to say.
        expected: String,
        /// What it says.
        found: String,
    },
    /// The event's author: the list of extensions lacks one.
    NotListed {
        /// The extension.
        missing: u16,
    },
    /// The event's author: the list of extensions has a default one of RFC 9420, which are never listed (§7.2).
    DefaultListed {
        /// The extension.
        found: u16,
    },
    /// The event's author: the tag promises what the package does not declare.
    ListedOnly {
        /// The extension.
        found: u16,
    },
    /// Caller, or the event's author: this is not where a relay is.
    WrongRelay {
        /// What was found.
        found: String,
    },
    /// Caller: the event says where it is published, so that it can be deleted there.
    NoRelays,
    /// The event's author: the content is no base64.
    NotBase64 {
        /// What is wrong with it.
        reason: String,
    },
    /// The event's author, who uses another's name: the package speaks for somebody else.
    OtherPublicKey {
        /// The event's author.
        expected: String,
        /// Whom the package speaks for.
        found: String,
    },
    /// The event's author: the tag `i` names another package.
    OtherKeypackage {
        /// The package in the event.
        expected: String,
        /// What the tag says.
        found: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::marmot::MarmotError> for MarmotFailure {
    fn from(core: mlskit::marmot::MarmotError) -> Self {
        use mlskit::marmot::MarmotError as Core;
        match core {
            Core::WrongPublicKeyLength { found } => Self::WrongPublicKeyLength { found },
            Core::WrongPublicKeyText { length } => Self::WrongPublicKeyText { length },
            Core::NotBasic { found } => Self::NotBasic { found },
            Core::WrongCiphersuite { found } => Self::WrongCiphersuite { found },
            Core::NotDeclared { missing } => Self::NotDeclared { missing },
            Core::LifetimeTooLong { asked, limit } => {
                Self::LifetimeTooLong { asked: asked.as_secs(), limit: limit.as_secs() }
            }
            Core::NothingToDelete => Self::NothingToDelete,
            Core::WrongEventId { found } => Self::WrongEventId { found },
            Core::WrongKind { found } => Self::WrongKind { found },
            Core::MissingTag { tag } => Self::MissingTag { tag: tag.to_owned() },
            Core::RepeatedTag { tag } => Self::RepeatedTag { tag: tag.to_owned() },
            Core::WrongTag { tag, expected, found } => {
                Self::WrongTag { tag: tag.to_owned(), expected: expected.to_owned(), found }
            }
            Core::NotListed { missing } => Self::NotListed { missing },
            Core::DefaultListed { found } => Self::DefaultListed { found },
            Core::ListedOnly { found } => Self::ListedOnly { found },
            Core::WrongRelay { found } => Self::WrongRelay { found },
            Core::NoRelays => Self::NoRelays,
            Core::NotBase64 { reason } => Self::NotBase64 { reason },
            Core::OtherPublicKey { expected, found } => Self::OtherPublicKey { expected, found },
            Core::OtherKeypackage { expected, found } => Self::OtherKeypackage { expected, found },
            _ => Self::Other,
        }
    }
}
