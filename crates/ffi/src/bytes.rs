//! Bytes that name something. They are types of their own so that each language can give them the equality that its
//! bare byte arrays lack.

use crate::{MlsError, Result};

/// Names a client among all clients of an app: bytes of which the app makes what it likes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub Vec<u8>);

/// Names a group (RFC 9420 §8.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub Vec<u8>);

/// Names a key package: its hash (RFC 9420 §5.2), 32 bytes for the ciphersuites supported here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashRef(pub Vec<u8>);

/// A public signature key, as RFC 9420 §5.1.1 encodes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureKey(pub Vec<u8>);

/// A Nostr public key, 32 bytes: who a Marmot client says it is. It is a user's, not a device's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NostrPublicKey(pub Vec<u8>);

uniffi::custom_newtype!(ClientId, Vec<u8>);
uniffi::custom_newtype!(GroupId, Vec<u8>);
uniffi::custom_newtype!(HashRef, Vec<u8>);
uniffi::custom_newtype!(NostrPublicKey, Vec<u8>);
uniffi::custom_newtype!(SignatureKey, Vec<u8>);

impl From<ClientId> for mlskit::ClientId {
    fn from(ClientId(bytes): ClientId) -> Self {
        Self::from(bytes)
    }
}

impl From<&mlskit::ClientId> for ClientId {
    fn from(id: &mlskit::ClientId) -> Self {
        Self(id.as_bytes().to_vec())
    }
}

impl From<GroupId> for mlskit::openmls::prelude::GroupId {
    fn from(GroupId(bytes): GroupId) -> Self {
        Self::from_slice(&bytes)
    }
}

impl From<&mlskit::openmls::prelude::GroupId> for GroupId {
    fn from(id: &mlskit::openmls::prelude::GroupId) -> Self {
        Self(id.as_slice().to_vec())
    }
}

impl TryFrom<NostrPublicKey> for mlskit::marmot::NostrPublicKey {
    type Error = MlsError;

    fn try_from(NostrPublicKey(bytes): NostrPublicKey) -> Result<Self> {
        Ok(Self::from_bytes(&bytes)?)
    }
}

impl From<mlskit::marmot::NostrPublicKey> for NostrPublicKey {
    fn from(core: mlskit::marmot::NostrPublicKey) -> Self {
        Self(core.as_bytes().to_vec())
    }
}
