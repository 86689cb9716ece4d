//! Clocks to turn.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit::Clock;

/// Stands still where it was turned to.
#[derive(Debug, Clone, Copy)]
pub struct TurnedClock(pub SystemTime);

impl TurnedClock {
    /// Turned to a second since 1970.
    #[must_use]
    pub fn at_second(second: u64) -> Self {
        Self(UNIX_EPOCH + Duration::from_secs(second))
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// Stands still until it is turned, while others look at it.
#[derive(Debug)]
pub struct HandClock(AtomicU64);

impl HandClock {
    /// Turned to a second since 1970.
    #[must_use]
    pub fn at_second(second: u64) -> Self {
        Self(AtomicU64::new(second))
    }

    /// Turned to the system's present second.
    #[must_use]
    pub fn at_present() -> Self {
        Self::at_second(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// Turns it to a second since 1970.
    pub fn turn_to(&self, second: u64) {
        self.0.store(second, Ordering::SeqCst);
    }

    /// Turns it forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    /// Where it stands, in seconds since 1970.
    #[must_use]
    pub fn second(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.second())
    }
}
