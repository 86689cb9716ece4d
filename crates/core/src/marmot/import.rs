//! Events with another's key package.

use std::collections::HashSet;

use base64ct::{Base64, Encoding};

use super::{
    KEYPACKAGE_EVENT_KIND, MarmotError, NostrPublicKey, REQUIRED_EXTENSIONS,
    error::shown,
    event::{self, UnsignedEvent},
    generate::check_package,
};
use crate::{Client, Keypackage, KeypackageExt, keypackage::DEFAULT_EXTENSIONS};

/// Takes the package out of an event and checks both: each tag that MIP-00 asks for, all that
/// [`import_keypackage`](Client::import_keypackage) checks, Marmot's rules, and that event and package are of one and the
/// same author and say the same. Nothing is stored.
///
/// The event's id and signature are *not* checked: that is for the app's Nostr library, before.
///
/// # Errors
/// [`MarmotError`]s of the event; [`MarmotError::Mlskit`] with a
/// [`RejectedKeypackage`](crate::RejectedKeypackage) for the package.
pub async fn import_keypackage_event(client: &Client, event: &UnsignedEvent) -> Result<Keypackage, MarmotError> {
    if event.kind != KEYPACKAGE_EVENT_KIND {
        return Err(MarmotError::WrongKind { found: event.kind });
    }
    let author = NostrPublicKey::from_hex(&event.pubkey)?;
    check_value(event, event::PROTOCOL_VERSION, event::MLS10)?;
    check_value(event, event::CIPHERSUITE, "0x0001")?;
    check_value(event, event::ENCODING, event::BASE64)?;
    check_relays(event)?;
    let listed = listed_extensions(event)?;

    let bytes =
        Base64::decode_vec(&event.content).map_err(|error| MarmotError::NotBase64 { reason: error.to_string() })?;
    let keypackage = client.import_keypackage(&bytes).await?;
    let owner = check_package(&keypackage)?;
    if owner != author {
        return Err(MarmotError::OtherPublicKey { expected: author.to_string(), found: owner.to_string() });
    }
    // Both lists may be long, and come from strangers.
    let declared: HashSet<u16> =
        keypackage.leaf_node().capabilities().extensions().iter().map(|&one| one.into()).collect();
    if let Some(found) = listed.into_iter().find(|listed| !declared.contains(listed)) {
        return Err(MarmotError::ListedOnly { found });
    }
    check_reference(event, &keypackage)?;
    Ok(keypackage)
}

/// The one tag of this name, if there is one; the values after it.
fn find<'a>(event: &'a UnsignedEvent, tag: &'static str) -> Result<Option<&'a [String]>, MarmotError> {
    let mut found = event.tags.iter().filter_map(|tags| tags.split_first()).filter(|(name, _)| *name == tag);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(MarmotError::RepeatedTag { tag }),
        (only, None) => Ok(only.map(|(_, values)| values)),
    }
}

fn require<'a>(event: &'a UnsignedEvent, tag: &'static str) -> Result<&'a [String], MarmotError> {
    find(event, tag)?.ok_or(MarmotError::MissingTag { tag })
}

fn check_value(event: &UnsignedEvent, tag: &'static str, expected: &'static str) -> Result<(), MarmotError> {
    match require(event, tag)? {
        [value] if value.eq_ignore_ascii_case(expected) => Ok(()),
        values => Err(MarmotError::WrongTag { tag, expected, found: shown(&values.join(", ")) }),
    }
}

fn check_relays(event: &UnsignedEvent) -> Result<(), MarmotError> {
    let relays = require(event, event::RELAYS)?;
    if relays.is_empty() {
        let found = String::new();
        return Err(MarmotError::WrongTag { tag: event::RELAYS, expected: "at least one relay", found });
    }
    relays.iter().try_for_each(|relay| event::check_relay(relay))
}

fn listed_extensions(event: &UnsignedEvent) -> Result<Vec<u16>, MarmotError> {
    let values = require(event, event::EXTENSIONS)?;
    let listed: Vec<u16> = values.iter().map(|value| extension(value)).collect::<Result<_, _>>()?;
    if let Some(&found) = listed.iter().find(|listed| DEFAULT_EXTENSIONS.contains(listed)) {
        return Err(MarmotError::DefaultListed { found });
    }
    match REQUIRED_EXTENSIONS.into_iter().find(|required| !listed.contains(required)) {
        Some(missing) => Err(MarmotError::NotListed { missing }),
        None => Ok(listed),
    }
}

fn extension(value: &str) -> Result<u16, MarmotError> {
    let digits = value.strip_prefix("0x").filter(|digits| digits.len() == 4 && !digits.starts_with('+'));
    digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).ok_or_else(|| MarmotError::WrongTag {
        tag: event::EXTENSIONS,
        expected: "numbers of 0x and four hexadecimal digits",
        found: shown(value),
    })
}

/// MIP-00 has it for kind 30443 only; but what an event says has to be true.
fn check_reference(event: &UnsignedEvent, keypackage: &Keypackage) -> Result<(), MarmotError> {
    let Some(values) = find(event, event::KEYPACKAGE_REF)? else { return Ok(()) };
    let expected = keypackage.keypackage_ref()?.to_string();
    match values {
        [value] if value.eq_ignore_ascii_case(&expected) => Ok(()),
        _ => Err(MarmotError::OtherKeypackage { expected, found: shown(&values.join(", ")) }),
    }
}
