//! Nostr events with a key package.

use std::time::Duration;

use mlskit::{KeypackageChecks, marmot as core};

use crate::{Client, Keypackage, NostrPublicKey, Result, numbers::time};

/// An event of Nostr (NIP-01) without its id and signature, which the app's Nostr library makes and checks.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UnsignedEvent {
    /// What it is about.
    pub kind: u16,
    /// Its author's key, in 64 lowercase hexadecimal digits.
    pub pubkey: String,
    /// When it was made, in seconds since 1970.
    pub created_at: u64,
    /// Each tag has its name first.
    pub tags: Vec<Vec<String>>,
    /// For key packages, base64.
    pub content: String,
}

/// What an event says beside its key package.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct EventOptions {
    /// The relays that the event will be published to, at least one.
    pub relays: Vec<String>,
    /// The app's name, for people whose other app can't read a Welcome. Everybody sees it; by default there is none.
    #[uniffi(default = None)]
    pub client: Option<String>,
    /// Whether only its author may publish the event (NIP-70). By default anybody may: many relays refuse
    /// protected events.
    #[uniffi(default = false)]
    pub protected: bool,
    /// When the event was made, in seconds since 1970. Default: when its package was, which is the first second of its
    /// lifetime, and not later than now: so a second event with the same package and options is the first one.
    #[uniffi(default = None)]
    pub created_at: Option<u64>,
}

/// The relays where the event says that it is published.
#[uniffi::export]
#[must_use]
pub fn event_relays(event: UnsignedEvent) -> Vec<String> {
    core::UnsignedEvent::from(event).relays()
}

/// The event that publishes a package, bare or in an `MLSMessage`, to be signed with the Nostr key in its credential. The
/// package is checked once more, as `check_keypackage` does.
///
/// # Errors
/// `Marmot` with `NoRelays` or `WrongRelay`, and for a package that is not Marmot's; `Keypackage` with `Rejected`.
#[uniffi::export]
pub fn create_keypackage_event(keypackage: Vec<u8>, options: EventOptions) -> Result<UnsignedEvent> {
    // How long it may live is Marmot's to say.
    let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX);
    let EventOptions { relays, client, protected, created_at } = options;
    let relays: Vec<_> = relays.iter().map(String::as_str).collect();
    let mut options = core::EventOptions::new(&relays).protected(protected);
    if let Some(name) = client {
        options = options.client(&name);
    }
    if let Some(seconds) = created_at {
        options = options.created_at(time(seconds));
    }
    Ok(core::create_keypackage_event(&checks.check(&keypackage)?, &options)?.into())
}

/// The event that asks relays to delete events with key packages (NIP-09), by their ids. It has to be signed with the
/// key that they were signed with, and relays need not heed it. It is made at `created_at`, in seconds since 1970, or now.
///
/// # Errors
/// `Marmot` with `NothingToDelete`, `WrongEventId` or `WrongPublicKeyLength`.
#[uniffi::export]
pub fn create_deletion_event(
    pubkey: NostrPublicKey,
    event_ids: Vec<String>,
    created_at: Option<u64>,
) -> Result<UnsignedEvent> {
    let event_ids: Vec<_> = event_ids.iter().map(String::as_str).collect();
    Ok(core::create_deletion_event(&pubkey.try_into()?, &event_ids, created_at.map(time))?.into())
}

#[uniffi::export]
impl Client {
    /// Takes the package out of an event and checks both: each tag that MIP-00 asks for, all that `import_keypackage`
    /// checks, Marmot's rules, and that event and package are of one and the same author and say the same. Nothing is
    /// stored.
    ///
    /// The event's id and signature are *not* checked: that is for the app's Nostr library, before.
    ///
    /// # Errors
    /// `Marmot` for the event; `Keypackage` with `Rejected` for the package.
    pub async fn import_keypackage_event(&self, event: UnsignedEvent) -> Result<Keypackage> {
        Keypackage::try_from(&core::import_keypackage_event(self.core(), &event.into()).await?)
    }
}

impl From<core::UnsignedEvent> for UnsignedEvent {
    fn from(core: core::UnsignedEvent) -> Self {
        let core::UnsignedEvent { kind, pubkey, created_at, tags, content } = core;
        Self { kind, pubkey, created_at, tags, content }
    }
}

impl From<UnsignedEvent> for core::UnsignedEvent {
    fn from(value: UnsignedEvent) -> Self {
        let UnsignedEvent { kind, pubkey, created_at, tags, content } = value;
        Self { kind, pubkey, created_at, tags, content }
    }
}
