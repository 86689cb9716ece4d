//! Counts the objects that the other language holds.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many objects of each kind live in this process: for tests that nothing is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, uniffi::Record)]
pub struct LiveObjects {
    /// Clients.
    pub clients: u64,
    /// Transactions.
    pub transactions: u64,
    /// Tokens to cancel with.
    pub cancel_tokens: u64,
    /// Clocks.
    pub clocks: u64,
    /// Commits that came in.
    pub staged_commits: u64,
    /// Proposals that came in.
    pub received_proposals: u64,
    /// Lists of encrypted messages, each of one call.
    pub sealed_messages: u64,
    /// Runs of supplying a directory.
    pub keypackage_syncs: u64,
    /// Subscriptions to what a client changes.
    pub state_changes: u64,
}

/// Counts what lives now.
#[uniffi::export]
pub fn live_objects() -> LiveObjects {
    let [
        clients,
        transactions,
        cancel_tokens,
        clocks,
        staged_commits,
        received_proposals,
        sealed_messages,
        keypackage_syncs,
        state_changes,
    ] = COUNTS.each_ref().map(|count| count.load(Ordering::SeqCst));
    LiveObjects {
        clients,
        transactions,
        cancel_tokens,
        clocks,
        staged_commits,
        received_proposals,
        sealed_messages,
        keypackage_syncs,
        state_changes,
    }
}

pub(crate) const CLIENTS: usize = 0;
pub(crate) const TRANSACTIONS: usize = 1;
pub(crate) const CANCEL_TOKENS: usize = 2;
pub(crate) const CLOCKS: usize = 3;
pub(crate) const STAGED_COMMITS: usize = 4;
pub(crate) const RECEIVED_PROPOSALS: usize = 5;
pub(crate) const SEALED_MESSAGES: usize = 6;
pub(crate) const KEYPACKAGE_SYNCS: usize = 7;
pub(crate) const STATE_CHANGES: usize = 8;

static COUNTS: [AtomicU64; 9] = [const { AtomicU64::new(0) }; 9];

/// Counted as one of its kind for as long as it lives.
#[derive(Debug)]
pub(crate) struct Live<const KIND: usize>(());

impl<const KIND: usize> Live<KIND> {
    pub(crate) fn new() -> Self {
        count_of(KIND).inspect(|count| _ = count.fetch_add(1, Ordering::SeqCst));
        Self(())
    }
}

impl<const KIND: usize> Drop for Live<KIND> {
    fn drop(&mut self) {
        count_of(KIND).inspect(|count| _ = count.fetch_sub(1, Ordering::SeqCst));
    }
}

fn count_of(kind: usize) -> Option<&'static AtomicU64> {
    COUNTS.get(kind)
}
