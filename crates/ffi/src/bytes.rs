//! Bytes that name something. They are types of their own so that each language can give them the equality that its
//! bare byte arrays lack.

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

uniffi::custom_newtype!(ClientId, Vec<u8>);
uniffi::custom_newtype!(GroupId, Vec<u8>);
uniffi::custom_newtype!(HashRef, Vec<u8>);
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
