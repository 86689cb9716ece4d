//! Times and counts, as they cross.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time behind the number; for numbers that a clock has no time for, its last one.
pub(crate) fn time(seconds: u64) -> SystemTime {
    let last = i64::MAX.unsigned_abs();
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds.min(last))).unwrap_or(UNIX_EPOCH)
}

/// The number behind the time; 0 for anything before 1970.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A count that came from elsewhere. One that does not fit is larger than any limit.
pub(crate) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A count that goes elsewhere.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
