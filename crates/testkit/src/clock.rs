//! A clock to turn.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
