//! The end of the process, at which threads may still be at work.
//!
//! SQLCipher and OpenSSL clean up in exit handlers, whatever other threads do: keys, locks and providers are freed
//! under them. Whoever works on then crashes, or encrypts with what is no key any more. So work with SQLite is
//! counted, and a handler that runs before SQLCipher's waits for what is under way and lets nothing else begin.
//! OpenSSL is told to leave its clean-up to the operating system.

use std::{
    sync::{Condvar, Mutex, MutexGuard, Once, PoisonError},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::temporary;

/// How long the exit waits for work under way: for a long batch, say. An exit that never ends would be worse than
/// a crash.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

static STATE: Mutex<State> = Mutex::new(State { at_work: 0, is_exiting: false });
static WORK_DONE: Condvar = Condvar::new();
static REGISTERED: Once = Once::new();

struct State {
    at_work: usize,
    is_exiting: bool,
}

/// Does work with SQLite; each thread does it in here. Never returns once the process exits.
pub(crate) fn unless_exiting<T>(work: impl FnOnce() -> T) -> T {
    REGISTERED.call_once(register);
    let _at_work = AtWork::begin();
    work()
}

/// Whether the exit waits for work to end.
pub(crate) fn is_under_way() -> bool {
    state().is_exiting
}

struct AtWork;

impl AtWork {
    fn begin() -> Self {
        let mut state = state();
        if state.is_exiting {
            drop(state);
            // Nothing of SQLite may be touched any more, not even to be closed.
            loop {
                thread::park();
            }
        }
        state.at_work += 1;
        Self
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut state = state();
        state.at_work -= 1;
        if state.is_exiting {
            WORK_DONE.notify_all();
        }
    }
}

/// Exit handlers run in the reverse order of their registration, so the others have to be registered first.
fn register() {
    // OpenSSL's own clean-up walks what it keeps for each thread, and any thread may end beside it: it is left out.
    #[cfg(not(target_vendor = "apple"))]
    openssl_sys::init();
    // SQLCipher registers its own when SQLite starts.
    if let Ok(connection) = Connection::open_in_memory() {
        let _ = connection.execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA key = 'none'");
    }
    shutdown_hooks::add_shutdown_hook(wait_for_work);
}

extern "C" fn wait_for_work() {
    let mut state = state();
    state.is_exiting = true;
    let waited = WORK_DONE.wait_timeout_while(state, LONGEST_WAIT, |state| state.at_work > 0);
    if waited.is_ok_and(|(_, timeout)| !timeout.timed_out()) {
        temporary::delete_all();
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}
