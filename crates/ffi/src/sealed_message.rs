//! Messages that go out.

use std::sync::Arc;

use crate::{
    Result, Secret,
    live::{Live, SEALED_MESSAGES},
};

/// Something to say to a group.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PlainMessage {
    /// What is said.
    pub plaintext: Secret,
    /// What is authenticated along with it and stays in clear.
    pub aad: Vec<u8>,
}

impl From<PlainMessage> for mlskit::group::PlainMessage {
    fn from(value: PlainMessage) -> Self {
        let PlainMessage { plaintext, aad } = value;
        Self::from(plaintext.into_bytes()).aad(&aad)
    }
}

/// Encrypted messages of one call. They open only when its transaction has been committed: sent and rolled back, their
/// keys would be used again for others.
#[derive(Debug, uniffi::Object)]
pub struct SealedMessages {
    core: Vec<mlskit::group::SealedMessage>,
    _live: Live<SEALED_MESSAGES>,
}

#[uniffi::export]
impl SealedMessages {
    /// The `MLSMessage`s to send (RFC 9420 §6.3), in the order in which they were given.
    ///
    /// # Errors
    /// `Group` with `NotCommitted`: then they can be asked again after the commit.
    pub fn open(&self) -> Result<Vec<Vec<u8>>> {
        Ok(self.core.iter().cloned().map(mlskit::group::SealedMessage::open).collect::<mlskit::Result<_>>()?)
    }
}

impl SealedMessages {
    pub(crate) fn new(core: Vec<mlskit::group::SealedMessage>) -> Arc<Self> {
        Arc::new(Self { core, _live: Live::new() })
    }
}
