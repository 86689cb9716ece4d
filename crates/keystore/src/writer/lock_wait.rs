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

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use rusqlite::Connection;

    use super::*;
    use crate::connection::{self, Access};

    /// SQLite's own handler looks a dozen times in this time, and ever more seldom: a process that comes and goes would
    /// keep another waiting.
    #[test]
    fn a_lock_of_another_process_is_looked_at_steadily() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x); BEGIN IMMEDIATE").unwrap();

        let looks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&looks);
        let wait = Arc::new(LockWait::until(Instant::now()));
        let probe: Probe = Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        });
        let connection = connection::open(&path, None, Access::Write(&wait)).unwrap();
        wait.replace((Instant::now() + Duration::from_millis(400), Some(probe)));
        assert!(connection.execute_batch("BEGIN IMMEDIATE").is_err());
        assert!(looks.load(Ordering::Relaxed) > 40, "{looks:?} looks in 400 ms");
    }
}
