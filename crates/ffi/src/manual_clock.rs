//! A clock to turn.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use crate::{
    live::{CLOCKS, Live},
    numbers::time,
};

/// A clock that stands until it is set, for tests. OpenMLS reads the system's clock itself where it checks a lifetime.
#[derive(Debug, uniffi::Object)]
pub struct ManualClock {
    seconds: AtomicU64,
    _live: Live<CLOCKS>,
}

#[uniffi::export]
impl ManualClock {
    /// A clock that stands at `now`, in seconds since 1970.
    #[uniffi::constructor]
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { seconds: AtomicU64::new(now), _live: Live::new() }
    }

    /// Sets it to `now`, in seconds since 1970.
    pub fn set(&self, now: u64) {
        self.seconds.store(now, Ordering::SeqCst);
    }
}

impl mlskit::Clock for ManualClock {
    fn now(&self) -> SystemTime {
        time(self.seconds.load(Ordering::SeqCst))
    }
}
