//! Bytes that nobody else may see.

use std::fmt;

use zeroize::Zeroizing;

/// Secret bytes: wiped from memory when they are dropped, never printed. Nobody wipes the buffers of UniFFI in which they
/// cross, nor what they are on the other side.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

uniffi::custom_type!(Secret, Vec<u8>, {
    try_lift: |bytes| Ok(Secret::from(bytes)),
    lower: |secret| secret.as_bytes().to_vec(),
});

impl Secret {
    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Secret {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = self;
        write!(formatter, "Secret({} bytes, redacted)", bytes.len())
    }
}
