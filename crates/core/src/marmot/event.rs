//! Events with a key package, on their way out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use openmls_traits::grease::is_grease_value;

use super::{
    KEYPACKAGE_EVENT_KIND, MarmotError, NostrPublicKey,
    error::shown,
    generate::{check_lifetime, check_package},
    public_key,
};
use crate::{Keypackage, KeypackageExt, clock};

pub(super) const PROTOCOL_VERSION: &str = "mls_protocol_version";
pub(super) const MLS10: &str = "1.0";
pub(super) const CIPHERSUITE: &str = "mls_ciphersuite";
pub(super) const EXTENSIONS: &str = "mls_extensions";
pub(super) const ENCODING: &str = "encoding";
pub(super) const BASE64: &str = "base64";
pub(super) const RELAYS: &str = "relays";
pub(super) const KEYPACKAGE_REF: &str = "i";
const CLIENT: &str = "client";
const PROTECTED: &str = "-";

const DELETION_EVENT_KIND: u16 = 5;

/// An event of Nostr (NIP-01) without its id and signature, which the app's Nostr library makes and checks.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl UnsignedEvent {
    /// The relays where the event says that it is published.
    #[must_use]
    pub fn relays(&self) -> Vec<String> {
        let tag = self.tags.iter().find(|tag| tag.first().is_some_and(|name| name == RELAYS));
        tag.map_or_else(Vec::new, |tag| tag.iter().skip(1).cloned().collect())
    }
}

/// What an event says beside its key package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct EventOptions {
    relays: Vec<String>,
    client: Option<String>,
    protected: bool,
    created_at: Option<SystemTime>,
}

impl EventOptions {
    /// The relays that the event will be published to, at least one.
    pub fn new(relays: &[&str]) -> Self {
        Self { relays: relays.iter().map(|&relay| relay.to_owned()).collect(), ..Self::default() }
    }

    /// The app's name, for people whose other app can't read a Welcome. Everybody sees it; by default there is none.
    pub fn client(self, name: &str) -> Self {
        Self { client: Some(name.to_owned()), ..self }
    }

    /// Whether only its author may publish the event (NIP-70). By default anybody may: many relays refuse
    /// protected events.
    pub fn protected(self, protected: bool) -> Self {
        Self { protected, ..self }
    }

    /// When the event was made. Default: when its package was, which is the first second of its lifetime, and not later than
    /// now: so a second event with the same package and options is the first one, with the same id.
    pub fn created_at(self, time: SystemTime) -> Self {
        Self { created_at: Some(time), ..self }
    }
}

/// The event that publishes a package, to be signed with the Nostr key in its credential.
///
/// # Errors
/// [`MarmotError::NoRelays`], [`MarmotError::WrongRelay`]; those of
/// [`generate_keypackage`](super::generate_keypackage), and [`MarmotError::NotDeclared`], for a package that is not
/// Marmot's.
pub fn create_keypackage_event(keypackage: &Keypackage, options: &EventOptions) -> Result<UnsignedEvent, MarmotError> {
    let pubkey = check_package(keypackage)?;
    check_lifetime(keypackage)?;
    let EventOptions { relays, client, protected, created_at } = options;
    if relays.is_empty() {
        return Err(MarmotError::NoRelays);
    }
    relays.iter().try_for_each(|relay| check_relay(relay))?;
    let mut tags = vec![
        tag(PROTOCOL_VERSION, [MLS10.to_owned()]),
        tag(CIPHERSUITE, [number(keypackage.ciphersuite().into())]),
        tag(EXTENSIONS, declared_extensions(keypackage).map(number)),
        tag(ENCODING, [BASE64.to_owned()]),
        tag(RELAYS, relays.iter().cloned()),
    ];
    tags.extend(client.iter().map(|name| tag(CLIENT, [name.clone()])));
    tags.extend(protected.then(|| tag(PROTECTED, [])));
    let content = Base64::encode_string(&keypackage.to_bytes()?);
    let made_at = || SystemTime::now().min(UNIX_EPOCH + Duration::from_secs(keypackage.life_time().not_before()));
    Ok(unsigned(KEYPACKAGE_EVENT_KIND, &pubkey, created_at.unwrap_or_else(made_at), tags, content))
}

/// The event that asks relays to delete events with key packages (NIP-09), by their ids. It has to be signed with the
/// key that they were signed with, and relays need not heed it.
///
/// # Errors
/// [`MarmotError::NothingToDelete`], [`MarmotError::WrongEventId`].
pub fn create_deletion_event(
    pubkey: &NostrPublicKey,
    event_ids: &[&str],
    created_at: Option<SystemTime>,
) -> Result<UnsignedEvent, MarmotError> {
    if event_ids.is_empty() {
        return Err(MarmotError::NothingToDelete);
    }
    if let Some(wrong) = event_ids.iter().find(|id| public_key::parse(id).is_none()) {
        return Err(MarmotError::WrongEventId { found: shown(wrong) });
    }
    let ids = event_ids.iter().map(|&id| tag("e", [id.to_owned()]));
    let tags = ids.chain([tag("k", [KEYPACKAGE_EVENT_KIND.to_string()])]).collect();
    let created_at = created_at.unwrap_or_else(SystemTime::now);
    Ok(unsigned(DELETION_EVENT_KIND, pubkey, created_at, tags, String::new()))
}

/// The extensions that a package declares, without those that mean nothing (RFC 9420 §13.5).
pub(super) fn declared_extensions(keypackage: &Keypackage) -> impl Iterator<Item = u16> {
    let declared = keypackage.leaf_node().capabilities().extensions().iter().map(|&declared| u16::from(declared));
    declared.filter(|&declared| !is_grease_value(declared))
}

pub(super) fn number(number: u16) -> String {
    format!("{number:#06x}")
}

/// What every address of a relay has. The rest shows when it is dialled.
pub(super) fn check_relay(relay: &str) -> Result<(), MarmotError> {
    let host = relay.strip_prefix("wss://").or_else(|| relay.strip_prefix("ws://"));
    match host {
        Some(host)
            if !host.starts_with(['/', '?', '#', ':'])
                && !host.is_empty()
                && !relay.contains(|letter: char| letter.is_whitespace() || letter.is_control()) =>
        {
            Ok(())
        }
        _ => Err(MarmotError::WrongRelay { found: shown(relay) }),
    }
}

fn tag(name: &str, values: impl IntoIterator<Item = String>) -> Vec<String> {
    [name.to_owned()].into_iter().chain(values).collect()
}

fn unsigned(
    kind: u16,
    pubkey: &NostrPublicKey,
    created_at: SystemTime,
    tags: Vec<Vec<String>>,
    content: String,
) -> UnsignedEvent {
    let created_at = clock::seconds(created_at);
    UnsignedEvent { kind, pubkey: pubkey.to_string(), created_at, tags, content }
}
