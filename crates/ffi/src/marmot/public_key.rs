//! Who a Marmot client says it is.

use mlskit::marmot as core;

use crate::{Credential, CredentialInfo, NostrPublicKey, Result};

/// The key in 32 bytes.
///
/// # Errors
/// `Marmot` with `WrongPublicKeyLength`.
#[uniffi::export]
pub fn nostr_public_key(bytes: Vec<u8>) -> Result<NostrPublicKey> {
    Ok(core::NostrPublicKey::from_bytes(&bytes)?.into())
}

/// The key in 64 lowercase hexadecimal digits, as in events.
///
/// # Errors
/// `Marmot` with `WrongPublicKeyText`; for one that begins with `npub1` too, which an app's Nostr library decodes.
#[uniffi::export]
pub fn nostr_public_key_from_hex(text: String) -> Result<NostrPublicKey> {
    Ok(core::NostrPublicKey::from_hex(&text)?.into())
}

/// Whom a credential speaks for.
///
/// # Errors
/// `Marmot` with `NotBasic`, or with `WrongPublicKeyLength`, for a key in hexadecimal digits too.
#[uniffi::export]
pub fn nostr_public_key_of(credential: CredentialInfo) -> Result<NostrPublicKey> {
    Ok(core::NostrPublicKey::of(&credential.to_openmls())?.into())
}

/// A credential for Marmot's packages, of the client that was opened under the key's 32 bytes as its id.
///
/// # Errors
/// `Marmot` with `WrongPublicKeyLength`.
#[uniffi::export]
pub fn marmot_credential(pubkey: NostrPublicKey) -> Result<Credential> {
    let pubkey = core::NostrPublicKey::try_from(pubkey)?;
    Ok(Credential::Basic { ciphersuite: core::CIPHERSUITE.into(), identity: (&pubkey.client_id()).into() })
}
