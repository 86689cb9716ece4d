//! Who a Marmot client says it is.

use std::fmt;

use openmls::prelude::CredentialType;

use super::{CIPHERSUITE, MarmotError};
use crate::{
    ClientId, Credential,
    error::count,
    hex::{self, Hex},
};

const LENGTH: usize = 32;

/// A Nostr public key: the identity in a Marmot credential, as raw bytes.
///
/// It is a user's, not a device's. Each device has a file of its own, all opened under the same
/// [client id](Self::client_id).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NostrPublicKey([u8; LENGTH]);

impl NostrPublicKey {
    /// The key in 32 bytes.
    ///
    /// # Errors
    /// [`MarmotError::WrongPublicKeyLength`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MarmotError> {
        let found = count(bytes.len());
        bytes.try_into().map(Self).map_err(|_| MarmotError::WrongPublicKeyLength { found })
    }

    /// The key in 64 lowercase hexadecimal digits, as in events.
    ///
    /// # Errors
    /// [`MarmotError::WrongPublicKeyText`]; for one that begins with `npub1` too, which an app's Nostr library decodes.
    pub fn from_hex(text: &str) -> Result<Self, MarmotError> {
        parse(text).map(Self).ok_or_else(|| MarmotError::WrongPublicKeyText { length: count(text.len()) })
    }

    /// Whom a credential speaks for.
    ///
    /// # Errors
    /// [`MarmotError::NotBasic`]; [`MarmotError::WrongPublicKeyLength`], for a key in hexadecimal digits too.
    pub fn of(credential: &openmls::prelude::Credential) -> Result<Self, MarmotError> {
        match credential.credential_type() {
            CredentialType::Basic => Self::from_bytes(credential.serialized_content()),
            other => Err(MarmotError::NotBasic { found: other.into() }),
        }
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// What to open the client's file under: an identity never changes.
    #[must_use]
    pub fn client_id(&self) -> ClientId {
        ClientId::from(self.0)
    }
}

impl From<[u8; LENGTH]> for NostrPublicKey {
    fn from(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }
}

/// In lowercase hexadecimal digits.
impl fmt::Display for NostrPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(formatter)
    }
}

impl fmt::Debug for NostrPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NostrPublicKey({self})")
    }
}

/// A credential for Marmot's packages, of the client that was opened under the key's
/// [`client_id`](NostrPublicKey::client_id).
///
/// # Errors
/// None so far.
pub fn credential(pubkey: &NostrPublicKey) -> Result<Credential, MarmotError> {
    Ok(Credential::basic(CIPHERSUITE, &pubkey.client_id())?)
}

/// 32 bytes from 64 lowercase hexadecimal digits.
pub(super) fn parse(text: &str) -> Option<[u8; LENGTH]> {
    let is_lowercase = !text.contains(|letter: char| letter.is_ascii_uppercase());
    hex::parse(text).filter(|_| is_lowercase)?.try_into().ok()
}
