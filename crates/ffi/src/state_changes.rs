//! Watching what a client changes.

use std::{convert::Infallible, sync::Arc};

use async_channel::{Receiver, Sender};
use async_lock::Mutex;
use futures_lite::future;

use crate::{
    Result, StateChange,
    live::{Live, STATE_CHANGES},
};

/// A subscription to what a client changes. It keeps the last 256 changes that were not read; of those that went before
/// that, `Missed` tells the number. Freeing it ends it.
#[derive(Debug, uniffi::Object)]
pub struct StateChanges {
    core: Mutex<mlskit::StateChanges>,
    close: Sender<Infallible>,
    closed: Receiver<Infallible>,
    _live: Live<STATE_CHANGES>,
}

#[uniffi::export]
impl StateChanges {
    /// The next change, when there is one. Nothing once the client is shut down and all is read, and nothing after `end`.
    /// Calls wait for one another.
    ///
    /// # Errors
    /// `Other` for a change that this release can't name.
    pub async fn next(&self) -> Result<Option<StateChange>> {
        let next = async { self.core.lock().await.next().await };
        let closed = async {
            // Nothing is ever sent: the channel ends.
            let _ = self.closed.recv().await;
            None
        };
        // What was closed before the call tells nothing, so closing comes first.
        future::or(closed, next).await.map(TryInto::try_into).transpose()
    }

    /// Has the `next` that waits, and each later one, return nothing. A second time does nothing. (`close` is what Kotlin
    /// calls freeing.)
    pub fn end(&self) {
        self.close.close();
    }
}

impl StateChanges {
    pub(crate) fn new(core: mlskit::StateChanges) -> Arc<Self> {
        let (close, closed) = async_channel::bounded(1);
        Arc::new(Self { core: Mutex::new(core), close, closed, _live: Live::new() })
    }
}
