//! Lets a caller give up waiting.

use std::convert::Infallible;

use async_channel::{Receiver, Sender};

use crate::live::{CANCEL_TOKENS, Live};

/// Ends the waiting for a transaction at once, wherever it is cancelled from. For one call; a cancelled token stays so.
#[derive(Debug, uniffi::Object)]
pub struct CancelToken {
    cancel: Sender<Infallible>,
    cancelled: Receiver<Infallible>,
    _live: Live<CANCEL_TOKENS>,
}

#[uniffi::export]
impl CancelToken {
    /// A token that is not cancelled.
    #[uniffi::constructor]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a token is made for a call, never filled in")]
    pub fn new() -> Self {
        let (cancel, cancelled) = async_channel::bounded(1);
        Self { cancel, cancelled, _live: Live::new() }
    }

    /// Cancels. A second time does nothing.
    pub fn cancel(&self) {
        self.cancel.close();
    }
}

impl CancelToken {
    /// Waits until the token is cancelled.
    pub(crate) async fn cancelled(&self) {
        // Nothing is ever sent: the channel ends.
        let _ = self.cancelled.recv().await;
    }
}
