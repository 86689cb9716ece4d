//! The connections that read. They see what is committed and wait for no writer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_lock::{Semaphore, SemaphoreGuardArc};
use rusqlite::Connection;

use crate::{
    DatabaseKey, Error, Result, StorageError, TransactionError, View,
    connection::{self, Access},
};

/// A query takes microseconds, the way to its thread tens of them: more readers than this gain nothing.
const READERS: usize = 2;

pub(crate) struct Readers {
    permits: Arc<Semaphore>,
    /// Two that drain at once would each hold a permit that the other waits for.
    draining: async_lock::Mutex<()>,
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    idle: Vec<Connection>,
    key: Option<DatabaseKey>,
    is_closed: bool,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, key: Option<DatabaseKey>) -> Self {
        let state = Mutex::new(State { idle: Vec::new(), key, is_closed: false });
        Self {
            permits: Arc::new(Semaphore::new(READERS)),
            draining: async_lock::Mutex::new(()),
            pool: Arc::new(Pool { path, state }),
        }
    }

    pub(crate) async fn read<T, E>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = self.permits.acquire_arc().await;
        let pool = Arc::clone(&self.pool);
        blocking::unblock(move || {
            let _permit = permit;
            pool.read(work)
        })
        .await
    }

    /// Waits until nobody reads, and closes the connections. No reading begins while the guard lives.
    pub(crate) async fn drain(&self) -> Drained {
        let _alone = self.draining.lock().await;
        let mut permits = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            permits.push(self.permits.acquire_arc().await);
        }
        let pool = Arc::clone(&self.pool);
        blocking::unblock(move || pool.state().idle.clear()).await;
        Drained { _permits: permits, pool: Arc::clone(&self.pool) }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.pool.state().idle);
        if !idle.is_empty() {
            // Closing a connection is SQLite's work, and this may be the app's main thread.
            blocking::unblock(move || drop(idle)).detach();
        }
    }
}

/// While it lives nobody reads.
pub(crate) struct Drained {
    _permits: Vec<SemaphoreGuardArc>,
    pool: Arc<Pool>,
}

impl Drained {
    pub(crate) fn set_key(&self, key: DatabaseKey) {
        self.pool.state().key = Some(key);
    }

    pub(crate) fn close(&self) {
        self.pool.state().is_closed = true;
    }
}

impl Pool {
    fn read<T, E: From<Error>>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.take().map_err(|error| E::from(error.into()))?;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&View::new(&connection))))
            .unwrap_or_else(|_| Err(Error::from(TransactionError::OperationPanicked).into()));
        // Whatever `work` made of its error: a connection that reads no more says so here.
        if outcome.is_err() && connection::read_first_page(&connection).is_err_and(|error| error.is_unreadable()) {
            return Err(E::from(self.diagnose(StorageError::Corrupt).into()));
        }
        self.state().idle.push(connection);
        outcome
    }

    fn take(&self) -> Result<Connection, StorageError> {
        let key = {
            let mut state = self.state();
            if state.is_closed {
                return Err(StorageError::Closed);
            }
            if let Some(connection) = state.idle.pop() {
                return Ok(connection);
            }
            state.key.clone()
        };
        connection::open(&self.path, key.as_ref(), Access::Read).map_err(|error| self.diagnose(error))
    }

    /// The key was right once.
    fn diagnose(&self, error: StorageError) -> StorageError {
        let key = self.state().key.clone();
        connection::diagnose(&self.path, key.as_ref(), error)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
