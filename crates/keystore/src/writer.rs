//! The writer thread: it owns the one connection that writes, and takes everything as messages, in order.
//!
//! | state | message | what happens |
//! |---|---|---|
//! | no transaction open | a waiting begin | `BEGIN IMMEDIATE`, the caller gets a [`Transaction`](crate::Transaction) |
//! | transaction open | its operation | a savepoint around the operation: all of it or nothing |
//! | transaction open | its commit, rollback or drop | ended; the next waiting begin has its turn |
//! | transaction open | a begin | queued until its turn or its deadline |
//! | any | close | open transaction rolled back, WAL emptied, thread ends |
//!
//! So a dropped future leaves a whole operation or none, and a begin never overtakes a rollback.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    Error, Operation, Result, StorageError, TransactionError,
    connection::{self, Access},
    integrity,
    key::DatabaseKey,
    schema::{self, Migration},
};

/// How often a lock of another process is looked at. SQLite's own handler backs off to 100 ms, which lets a
/// busy process starve a waiting one.
const LOCK_POLL: Duration = Duration::from_micros(500);
/// How long emptying the WAL waits for readers, which hold no snapshot for longer than one query.
const TRUNCATE_WAIT: Duration = Duration::from_millis(20);
/// When emptying the WAL is tried again, while nothing else happens.
const TRUNCATE_RETRY: Duration = Duration::from_millis(500);

pub(crate) enum Message {
    /// Something that needs the connection with no transaction open.
    Turn(Waiting),
    /// Something that a transaction asks for.
    Job(Box<dyn FnOnce(&mut Writer) + Send>),
    Close(async_channel::Sender<()>),
}

type Probe = Arc<dyn Fn() -> bool + Send + Sync>;
type Start = dyn FnOnce(&mut Writer, Result<()>) + Send;

/// An entry of the queue.
pub(crate) struct Waiting {
    pub(crate) since: Instant,
    pub(crate) until: Instant,
    /// Whether nobody waits for the answer any more.
    pub(crate) is_abandoned: Probe,
    /// Gets the writer, and `Err` instead of a turn when the deadline has passed.
    pub(crate) start: Box<Start>,
}

struct Open {
    id: u64,
    since: Instant,
    changes_before: u64,
    deleted_secrets: bool,
}

pub(crate) struct Writer {
    // The connection goes before the folder that its file may lie in.
    connection: Connection,
    path: PathBuf,
    lock_wait: Arc<Mutex<LockWait>>,
    open: Option<Open>,
    last_id: u64,
    waiting: VecDeque<Waiting>,
    truncate_due: Option<Instant>,
    key: Option<DatabaseKey>,
    _temporary: Option<TempDir>,
}

/// What SQLite's busy handler goes by.
struct LockWait {
    until: Instant,
    is_abandoned: Option<Probe>,
}

impl Writer {
    /// Opens the file, creating and migrating it as needed.
    pub(crate) fn open(
        path: &Path,
        key: Option<DatabaseKey>,
        busy_timeout: Duration,
        migrations: &[Migration],
        temporary: Option<TempDir>,
    ) -> Result<Self, StorageError> {
        let mut connection = connection::open(path, key.as_ref(), Access::Write)?;
        schema::check(&connection, migrations)?;
        let since = Instant::now();
        let lock_wait = Arc::new(Mutex::new(LockWait { until: since + busy_timeout, is_abandoned: None }));
        handle_locks(&mut connection, &lock_wait)?;
        connection::prepare_for_writing(&connection, path)
            .and_then(|()| schema::migrate(&mut connection, migrations))
            .map_err(|error| waited_since(since, error))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            lock_wait,
            open: None,
            last_id: 0,
            waiting: VecDeque::new(),
            truncate_due: None,
            key,
            _temporary: temporary,
        })
    }

    /// Runs until the last handle is gone or one asks to close.
    pub(crate) fn start(mut self, messages: Receiver<Message>) -> Result<(), StorageError> {
        thread::Builder::new()
            .name("mlskit-writer".to_owned())
            .spawn(move || {
                let closed = self.serve(&messages);
                self.shut_down();
                // Only then are the WAL and its index gone.
                drop(self);
                if let Some(closed) = closed {
                    let _ = closed.try_send(());
                }
            })
            .map(drop)
            .map_err(|error| StorageError::io(&error))
    }

    fn serve(&mut self, messages: &Receiver<Message>) -> Option<async_channel::Sender<()>> {
        loop {
            self.give_turns();
            let message = match self.next_wake_up() {
                Some(at) => messages.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Turn(waiting)) => self.waiting.push_back(waiting),
                Ok(Message::Job(job)) => job(self),
                Ok(Message::Close(closed)) => return Some(closed),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn next_wake_up(&self) -> Option<Instant> {
        let retry = self.truncate_due.filter(|_| self.open.is_none());
        let deadline = self.waiting.front().map(|waiting| waiting.until);
        [retry, deadline].into_iter().flatten().min()
    }

    fn give_turns(&mut self) {
        while self.open.is_none()
            && let Some(waiting) = self.waiting.pop_front()
        {
            if !(waiting.is_abandoned)() {
                self.wait_for_locks_until(waiting.until, Some(waiting.is_abandoned));
                (waiting.start)(self, Ok(()));
            }
        }
        self.refuse_the_late();
        if self.open.is_none() && self.truncate_due.is_some_and(|at| at <= Instant::now()) {
            self.truncate_wal();
        }
    }

    /// All wait equally long, so whoever is late stands in front.
    fn refuse_the_late(&mut self) {
        let now = Instant::now();
        while let Some(waiting) = self.waiting.pop_front_if(|waiting| waiting.until <= now) {
            let open_for = self.open.as_ref().map_or(Duration::ZERO, |open| now - open.since);
            let waited = now - waiting.since;
            (waiting.start)(self, Err(TransactionError::TransactionBusy { waited, open_for }.into()));
        }
    }

    pub(crate) fn begin(&mut self) -> Result<u64> {
        let since = Instant::now();
        let changes_before = self.connection.total_changes();
        if let Err(error) = self.begin_immediate() {
            return Err(self.diagnose(waited_since(since, error)).into());
        }
        self.last_id += 1;
        self.open = Some(Open { id: self.last_id, since: Instant::now(), changes_before, deleted_secrets: false });
        Ok(self.last_id)
    }

    fn begin_immediate(&self) -> Result<(), StorageError> {
        // So it is once a page has failed to verify; SQLite would begin a transaction that only reads.
        if self.connection.is_readonly("main")? {
            return Err(StorageError::ReadOnly);
        }
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Runs `work` in a savepoint of its own: what fails leaves the transaction as it was before.
    pub(crate) fn operate<T, E: From<Error>>(
        &mut self,
        id: u64,
        work: impl FnOnce(&mut Operation<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_open(id)?;
        self.execute("SAVEPOINT operation").map_err(|error| E::from(error.into()))?;
        let mut operation = Operation::new(&self.connection);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut operation)))
            .unwrap_or_else(|_| Err(Error::from(TransactionError::OperationPanicked).into()));
        let deleted_secrets = operation.deleted_secrets();
        let outcome = outcome.and_then(|value| {
            self.execute("RELEASE operation").map_err(|error| E::from(error.into()))?;
            Ok(value)
        });
        match (&outcome, &mut self.open) {
            (Ok(_), Some(open)) => open.deleted_secrets |= deleted_secrets,
            (Err(_), _) => self.undo_operation(),
            (Ok(_), None) => {}
        }
        outcome
    }

    /// What failed is told by its own error; if undoing it fails as well, the whole transaction goes.
    fn undo_operation(&mut self) {
        let undone = self.connection.execute_batch("ROLLBACK TO operation; RELEASE operation");
        // After some errors, a full disk among them, SQLite has rolled back everything itself.
        if undone.is_err() || self.connection.is_autocommit() {
            self.end_by_rollback();
        }
    }

    pub(crate) fn commit(&mut self, id: u64) -> Result<()> {
        self.check_open(id)?;
        if let Err(error) = self.execute("COMMIT") {
            self.end_by_rollback();
            return Err(error.into());
        }
        if self.open.take().is_some_and(|open| open.deleted_secrets) || self.truncate_due.is_some() {
            self.truncate_wal();
        }
        Ok(())
    }

    pub(crate) fn rollback(&mut self, id: u64) -> Result<()> {
        self.check_open(id)?;
        self.end_by_rollback();
        Ok(())
    }

    fn end_by_rollback(&mut self) {
        let Some(open) = self.open.take() else { return };
        // An error here means that SQLite has rolled back already, or that the connection is beyond use, which
        // the next begin will say.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        // What was too large for the page cache stands in the WAL, although it never happened.
        if self.connection.total_changes() != open.changes_before {
            self.truncate_wal();
        }
    }

    /// Empties the WAL, so that what was deleted is gone from it too. It is not the transaction's failure if a
    /// reader prevents it: then it is tried again.
    fn truncate_wal(&mut self) {
        self.wait_for_locks_until(Instant::now() + TRUNCATE_WAIT, None);
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.truncate_due = (busy != Ok(false)).then(|| Instant::now() + TRUNCATE_RETRY);
    }

    /// Encrypts the file with another key. All readers of this process have been closed.
    ///
    /// A connection of its own does it, since one that fails in this can't be used any more; whether it succeeded
    /// is told by opening the file with the new key.
    pub(crate) fn change_key(&mut self, new: DatabaseKey) -> Result<()> {
        let Some(old) = &self.key else {
            return Err(StorageError::not_a_database(&self.path, "it has no encryption").into());
        };
        let since = Instant::now();
        let rekeyed = self.connect(old).map_err(|error| self.diagnose(error))?;
        let outcome = connection::rekey(&rekeyed, &new);
        drop(rekeyed);
        match self.connect(&new) {
            Ok(connection) => self.connection = connection,
            Err(error) => return Err(self.diagnose(waited_since(since, outcome.err().unwrap_or(error))).into()),
        }
        self.key = Some(new);
        self.truncate_wal();
        Ok(())
    }

    /// Checks every page and every reference between rows.
    pub(crate) fn check_integrity(&mut self) -> Result<()> {
        let since = Instant::now();
        // What is checked lies in the file then, and nobody writes to it.
        self.truncate_wal();
        self.execute("BEGIN IMMEDIATE").map_err(|error| waited_since(since, error))?;
        // Another process may have been moving pages from the WAL into the file: damage shows twice.
        let outcome = integrity::check(&self.connection).or_else(|_| integrity::check(&self.connection));
        // A damaged page may have ended it already.
        if !self.connection.is_autocommit() {
            self.execute("ROLLBACK")?;
        }
        outcome.map_err(|error| self.diagnose(error).into())
    }

    fn connect(&self, key: &DatabaseKey) -> Result<Connection, StorageError> {
        let mut connection = connection::open(&self.path, Some(key), Access::Write)?;
        handle_locks(&mut connection, &self.lock_wait)?;
        connection::prepare_for_writing(&connection, &self.path)?;
        Ok(connection)
    }

    fn check_open(&self, id: u64) -> Result<()> {
        match &self.open {
            Some(open) if open.id == id => Ok(()),
            _ => Err(TransactionError::TransactionFinished.into()),
        }
    }

    fn execute(&self, statement: &str) -> Result<(), StorageError> {
        self.connection.execute_batch(statement).map_err(|error| self.diagnose(error.into()))
    }

    fn diagnose(&self, error: StorageError) -> StorageError {
        connection::diagnose(&self.path, self.key.as_ref(), error)
    }

    fn wait_for_locks_until(&self, until: Instant, is_abandoned: Option<Probe>) {
        *self.lock_wait.lock().unwrap_or_else(PoisonError::into_inner) = LockWait { until, is_abandoned };
    }

    fn shut_down(&mut self) {
        self.end_by_rollback();
        self.truncate_wal();
    }
}

fn handle_locks(connection: &mut Connection, lock_wait: &Arc<Mutex<LockWait>>) -> Result<(), StorageError> {
    let handler = Arc::clone(lock_wait);
    Ok(connection.busy_handler(Some(move |_| wait_for_lock(&handler)))?)
}

fn wait_for_lock(wait: &Mutex<LockWait>) -> bool {
    let (until, is_abandoned) = {
        let wait = wait.lock().unwrap_or_else(PoisonError::into_inner);
        (wait.until, wait.is_abandoned.clone())
    };
    if Instant::now() >= until || is_abandoned.is_some_and(|is_abandoned| is_abandoned()) {
        return false;
    }
    thread::sleep(LOCK_POLL);
    true
}

fn waited_since(since: Instant, error: StorageError) -> StorageError {
    match error {
        StorageError::DatabaseBusy { .. } => StorageError::DatabaseBusy { waited: since.elapsed() },
        other => other,
    }
}
