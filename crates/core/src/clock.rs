//! The one source of time.

mod utc;

use std::{
    fmt::Debug,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(crate) use utc::Utc;

/// Tells the time. Apps use [`SystemClock`]; tests turn one of their own.
///
/// OpenMLS reads the system's clock itself where it checks a lifetime; docs/storage.md lists the places.
pub trait Clock: Debug + Send + Sync {
    /// The present time.
    fn now(&self) -> SystemTime;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Seconds since 1970, the unit of RFC 9420's lifetimes; 0 for anything earlier.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
