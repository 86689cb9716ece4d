//! Messages that go out.

use std::sync::Arc;

use crate::{
    Result,
    live::{Live, SEALED_MESSAGES},
};

/// An encrypted message that opens only when the transaction that encrypted it has been committed: sent and rolled back,
/// its key would be used again for another.
#[derive(Debug, uniffi::Object)]
pub struct SealedMessage {
    core: mlskit::group::SealedMessage,
    _live: Live<SEALED_MESSAGES>,
}

#[uniffi::export]
impl SealedMessage {
    /// The `MLSMessage` to send (RFC 9420 §6.3).
    ///
    /// # Errors
    /// `Group` with `NotCommitted`: then it can be asked again after the commit.
    pub fn open(&self) -> Result<Vec<u8>> {
        Ok(self.core.clone().open()?)
    }
}

impl SealedMessage {
    pub(crate) fn new(core: mlskit::group::SealedMessage) -> Arc<Self> {
        Arc::new(Self { core, _live: Live::new() })
    }
}
