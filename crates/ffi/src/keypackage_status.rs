//! How a credential's key packages are doing.

use crate::numbers::seconds;

/// Counts of the key packages of a credential and of those whose place it took, and when something is due. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct KeypackageStatus {
    /// Made by the app and never said to be published: the policy leaves them alone until they expire.
    pub unmanaged: u32,
    /// Given out to be published, and not confirmed: a peer may have them or not.
    pub pending: u32,
    /// Published, and neither used up nor retired; with the last-resort package.
    pub published: u32,
    /// Those of the published that are to be replaced.
    pub stale: u32,
    /// Replaced, and to be withdrawn; of all credentials.
    pub retired: u32,
    /// Withdrawn, with keys for Welcomes that are under way; of all credentials.
    pub withdrawn: u32,
    /// Removed by the app, or used up by a Welcome, and to be withdrawn; of all credentials. They have no keys.
    pub removed: u32,
    /// Whether one of the published is a last-resort package.
    pub has_last_resort: bool,
    /// Since when the oldest of the pending has been waiting: long ago means that the directory can't be reached, or
    /// refuses.
    pub oldest_pending: Option<u64>,
    /// When the first of the packages in service is to be replaced; no later than now, if one is waiting for that.
    pub next_refresh: Option<u64>,
}

impl From<mlskit::KeypackageStatus> for KeypackageStatus {
    fn from(core: mlskit::KeypackageStatus) -> Self {
        Self {
            unmanaged: core.unmanaged,
            pending: core.pending,
            published: core.published,
            stale: core.stale,
            retired: core.retired,
            withdrawn: core.withdrawn,
            removed: core.removed,
            has_last_resort: core.has_last_resort,
            oldest_pending: core.oldest_pending.map(seconds),
            next_refresh: core.next_refresh.map(seconds),
        }
    }
}
