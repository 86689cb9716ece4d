//! The connections that read. They see what is committed and wait for no writer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard},
    time::Instant,
};

use async_lock::Semaphore;
use rusqlite::Connection;

use crate::{
    DatabaseKey, Error, Result, StorageError, TransactionError, View, connection, exit,
    file::DatabaseFile,
    schema::{self, Migration},
};

/// A query takes microseconds, the way to its thread tens of them: more readers than this gain nothing.
const READERS: usize = 2;

pub(crate) struct Readers {
    permits: Arc<Semaphore>,
    pool: Arc<Pool>,
}

/// The handle reads with it; the writer thread pauses and closes it, so that no connection is closed on an app's
/// thread.
pub(crate) struct Pool {
    file: Arc<DatabaseFile>,
    migrations: &'static [Migration],
    /// Shared by those that read. A read that has not begun holds nothing: whoever wants to have the file alone
    /// waits for running queries, and never for a thread of the app's to become free.
    reading: RwLock<()>,
    state: Mutex<State>,
}

struct State {
    idle: Vec<Connection>,
    key: Option<DatabaseKey>,
    is_closed: bool,
}

impl Readers {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self { permits: Arc::new(Semaphore::new(READERS)), pool }
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
            exit::unless_exiting(|| pool.read(work))
        })
        .await
    }
}

/// While it lives nobody reads.
pub(crate) struct Paused<'a> {
    pool: &'a Pool,
    _alone: RwLockWriteGuard<'a, ()>,
}

impl Paused<'_> {
    pub(crate) fn set_key(&self, key: DatabaseKey) {
        self.pool.state().key = Some(key);
    }
}

impl Pool {
    pub(crate) fn new(file: Arc<DatabaseFile>, key: Option<DatabaseKey>, migrations: &'static [Migration]) -> Self {
        let state = Mutex::new(State { idle: Vec::new(), key, is_closed: false });
        Self { file, migrations, reading: RwLock::new(()), state }
    }

    /// Waits for those that read, and closes their connections.
    pub(crate) fn pause(&self) -> Paused<'_> {
        let alone = self.reading.write().unwrap_or_else(PoisonError::into_inner);
        let idle = std::mem::take(&mut self.state().idle);
        drop(idle);
        Paused { pool: self, _alone: alone }
    }

    /// Every later read is refused.
    pub(crate) fn close(&self) {
        let paused = self.pause();
        paused.pool.state().is_closed = true;
    }

    fn read<T, E: From<Error>>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        let since = Instant::now();
        let _reading = self.reading.read().unwrap_or_else(PoisonError::into_inner);
        let connection = self.take().map_err(|error| E::from(error.waited_since(since).into()))?;
        let outcome = catch_unwind(AssertUnwindSafe(|| in_snapshot(&connection, self.migrations, work)))
            .unwrap_or_else(|_| Err(Error::from(TransactionError::OperationPanicked).into()));
        // Whatever `work` made of its error: a connection that reads no more says so here.
        if outcome.is_err() && connection::read_first_page(&connection).is_err_and(|error| error.is_unreadable()) {
            return Err(E::from(self.diagnose(StorageError::Corrupt).into()));
        }
        // A snapshot that stays open would keep the WAL from being emptied.
        if connection.is_autocommit() {
            self.state().idle.push(connection);
        }
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
        connection::open_to_read(&self.file, key.as_ref()).map_err(|error| self.diagnose(error))
    }

    /// The key was right once.
    fn diagnose(&self, error: StorageError) -> StorageError {
        let key = self.state().key.clone();
        connection::diagnose(&self.file, key.as_ref(), error)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All queries of one read see the same state, and of a schema that this release knows.
fn in_snapshot<T, E: From<Error>>(
    connection: &Connection,
    migrations: &[Migration],
    work: impl FnOnce(&View<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let _snapshot = connection.unchecked_transaction().map_err(|error| E::from(error.into()))?;
    schema::check(connection, migrations).map_err(|error| E::from(error.into()))?;
    work(&View::new(connection))
}
