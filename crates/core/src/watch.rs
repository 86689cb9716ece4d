//! Watching a client: what its committed transactions have changed, told to whoever listens.
//!
//! The store notes each change where it writes it ([`mlskit_keystore::Change`]), and hands over those of a transaction
//! after its commit; from here they go to `tracing` and to the subscriptions.

mod events;
mod state_change;

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use async_broadcast::{InactiveReceiver, Receiver, RecvError};
use futures_core::Stream;
use mlskit_keystore::{Change, Keystore};
pub use mlskit_keystore::{GroupChange, KeypackageChange};
pub use state_change::{CredentialChange, StateChange};

use crate::ClientId;

/// How many changes a subscription keeps for whoever is slow to read them. Those of one transaction come at once: of one
/// with more the first may be missed by whoever is fast, too.
pub const MAX_UNREAD_CHANGES: usize = 256;

/// A subscription to what a client changes, by [`Client::changes`](crate::Client::changes): a
/// [`Stream`], which [`next`](Self::next) reads too. Dropping it ends it.
///
/// When [`MAX_UNREAD_CHANGES`] wait to be read, the oldest go for each that comes, and what is read next is a
/// [`Missed`](StateChange::Missed).
pub struct StateChanges {
    receiver: Receiver<Arc<StateChange>>,
}

impl StateChanges {
    /// The next change, when there is one. Nothing, once the client is closed and all is read. A dropped future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<StateChange> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for StateChanges {
    type Item = StateChange;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StateChange>> {
        let received = ready!(Pin::new(&mut self.receiver).poll_recv(context));
        Poll::Ready(match received {
            Some(Ok(change)) => Some(Arc::unwrap_or_clone(change)),
            Some(Err(RecvError::Overflowed(count))) => Some(StateChange::Missed { count }),
            Some(Err(RecvError::Closed)) | None => None,
        })
    }
}

impl fmt::Debug for StateChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { receiver } = self;
        formatter.debug_struct("StateChanges").field("unread", &receiver.len()).finish()
    }
}

/// What subscriptions come from. It keeps nothing while there are none, and lives no longer than the store's writer.
pub(crate) struct Feed(InactiveReceiver<Arc<StateChange>>);

impl Feed {
    pub(crate) fn of(keystore: &Keystore, client: &ClientId) -> Self {
        let (mut sender, receiver) = async_broadcast::broadcast(MAX_UNREAD_CHANGES);
        sender.set_overflow(true);
        let client = client.clone();
        keystore.on_commit(move |changes| {
            if sender.receiver_count() > 0 || events::are_wanted() {
                let changes = changes.into_iter().filter_map(|change: Change| StateChange::new(&client, change));
                let changes: Vec<_> = changes.map(Arc::new).collect();
                for change in &changes {
                    // Nobody may listen.
                    let _ = sender.try_broadcast(change.clone());
                }
                // Behind that: the code of the app's own that runs here may panic.
                changes.iter().for_each(|change| events::emit(change));
            }
        });
        Self(receiver.deactivate())
    }

    pub(crate) fn subscribe(&self) -> StateChanges {
        StateChanges { receiver: self.0.activate_cloned() }
    }
}
