//! What SQLite's busy handler goes by while another process holds a lock.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::Probe;
use crate::exit;

/// How often a lock of another process is looked at. SQLite's own handler backs off to 100 ms, which lets a
/// busy process starve a waiting one.
const POLL: Duration = Duration::from_micros(500);

/// Waits until then, or until nobody wants it any more.
pub(crate) type Wait = (Instant, Option<Probe>);

pub(crate) struct LockWait(Mutex<Wait>);

impl LockWait {
    pub(crate) fn until(until: Instant) -> Self {
        Self(Mutex::new((until, None)))
    }

    /// Returns what it was: the probe may own whatever waits for its answer, which must not go inside the lock.
    pub(crate) fn replace(&self, wait: Wait) -> Wait {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), wait)
    }

    /// Sleeps a little, unless the wait is over.
    pub(crate) fn goes_on(&self) -> bool {
        let (until, is_abandoned) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_over =
            Instant::now() >= until || exit::is_under_way() || is_abandoned.is_some_and(|is_abandoned| is_abandoned());
        if !is_over {
            thread::sleep(POLL);
        }
        !is_over
    }
}
