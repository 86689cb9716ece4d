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

mod lock_wait;
mod rekey;
mod session;

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

pub(crate) use lock_wait::LockWait;
use rusqlite::Connection;
pub(crate) use session::Fate;
use session::Open;

use crate::{
    Change, Result, StorageError, TransactionError,
    cache::Slot,
    connection::{self, Access},
    exit,
    file::{self, DatabaseFile},
    integrity,
    key::DatabaseKey,
    readers::Pool,
    schema::{self, Migration},
    temporary::TemporaryFolder,
};

/// How long emptying the WAL waits for readers, which hold no snapshot for longer than one query.
const TRUNCATE_WAIT: Duration = Duration::from_millis(20);
/// When emptying the WAL is tried again, while nothing else happens; each failure doubles it.
const TRUNCATE_RETRY: Duration = Duration::from_millis(500);
const LONGEST_TRUNCATE_RETRY: Duration = Duration::from_mins(1);

pub(crate) enum Message {
    /// Something that needs the connection with no transaction open.
    Turn(Waiting),
    /// Something that a transaction asks for.
    Job(Box<dyn FnOnce(&mut Writer) + Send>),
    Close(async_channel::Sender<()>),
}

pub(crate) type Probe = Arc<dyn Fn() -> bool + Send + Sync>;
/// Gets the changes of each transaction that has changed anything, right after its commit.
pub(crate) type Listener = Box<dyn FnMut(Vec<Change>) + Send>;
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

pub(crate) struct Writer {
    // The connection goes before the folder that its file may lie in.
    connection: Connection,
    file: Arc<DatabaseFile>,
    key: Option<DatabaseKey>,
    readers: Arc<Pool>,
    lock_wait: Arc<LockWait>,
    migrations: &'static [Migration],
    open: Option<Open>,
    cache: Slot,
    pub(crate) listener: Option<Listener>,
    /// SQLite's count of commits by others, as of the last begin.
    data_version: Option<i64>,
    waiting: VecDeque<Waiting>,
    truncate_due: Option<Instant>,
    truncate_retry: Duration,
    _temporary: Option<TemporaryFolder>,
}

impl Writer {
    /// Opens the file, creating and migrating it as needed.
    pub(crate) fn open(
        path: &Path,
        key: Option<DatabaseKey>,
        busy_timeout: Duration,
        migrations: &'static [Migration],
        temporary: Option<TemporaryFolder>,
    ) -> Result<Self, StorageError> {
        let since = Instant::now();
        let lock_wait = Arc::new(LockWait::until(since + busy_timeout));
        let open = || {
            file::create_if_missing(path)?;
            let mut connection = connection::open(path, key.as_ref(), Access::Write(&lock_wait))?;
            schema::check(&connection, migrations)?;
            connection::prepare_for_writing(&connection, path)?;
            schema::migrate(&mut connection, migrations)?;
            Ok(connection)
        };
        let connection = loop {
            match open() {
                // SQLite gives up at once if another writes while it gives the file its WAL.
                Err(StorageError::DatabaseBusy { .. }) if lock_wait.goes_on() => {}
                outcome => break outcome.map_err(|error| error.waited_since(since))?,
            }
        };
        let file = Arc::new(DatabaseFile::at(path, busy_timeout)?);
        let readers = Arc::new(Pool::new(Arc::clone(&file), key.clone(), migrations));
        Ok(Self {
            connection,
            file,
            key,
            readers,
            lock_wait,
            migrations,
            open: None,
            cache: Slot::default(),
            listener: None,
            data_version: None,
            waiting: VecDeque::new(),
            // A process that was killed may have left deleted secrets in the WAL.
            truncate_due: Some(since),
            truncate_retry: TRUNCATE_RETRY,
            _temporary: temporary,
        })
    }

    pub(crate) fn readers(&self) -> Arc<Pool> {
        Arc::clone(&self.readers)
    }

    /// Runs until the last handle is gone or one asks to close.
    pub(crate) fn start(mut self, messages: Receiver<Message>) -> Result<(), StorageError> {
        let run = move || {
            // Whatever goes wrong here, the file is left closed and nobody waits for an answer.
            let closed = catch_unwind(AssertUnwindSafe(|| self.serve(&messages))).unwrap_or_default();
            // Whoever asked to close may look at the files, so they are final before anybody hears of it.
            exit::unless_exiting(|| {
                self.shut_down();
                drop(self);
            });
            drop(messages);
            drop(closed);
        };
        thread::Builder::new()
            .name("mlskit-writer".to_owned())
            .spawn(run)
            .map(drop)
            .map_err(|error| StorageError::io(&error))
    }

    fn serve(&mut self, messages: &Receiver<Message>) -> Option<async_channel::Sender<()>> {
        loop {
            let wake_up = exit::unless_exiting(|| {
                self.give_turns();
                self.next_wake_up()
            });
            let message = match wake_up {
                Some(at) => messages.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Turn(waiting)) => self.waiting.push_back(waiting),
                Ok(Message::Job(job)) => exit::unless_exiting(|| job(self)),
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
            && let Some(Waiting { until, is_abandoned, start, .. }) = self.waiting.pop_front()
        {
            if !is_abandoned() {
                self.lock_wait.replace((until, Some(is_abandoned)));
                start(self, Ok(()));
                // The probe keeps the answer's channel alive: a transaction that nobody took out of it would
                // stay open for as long.
                self.lock_wait.replace((until, None));
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

    /// Empties the WAL, so that what was deleted is gone from it too. It is not the transaction's failure if a
    /// reader prevents it: then it is tried again.
    fn truncate_wal(&mut self) {
        let wait_before = self.lock_wait.replace((Instant::now() + TRUNCATE_WAIT, None));
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.lock_wait.replace(wait_before);
        if busy == Ok(false) {
            self.truncate_due = None;
            self.truncate_retry = TRUNCATE_RETRY;
        } else {
            self.truncate_due = Some(Instant::now() + self.truncate_retry);
            self.truncate_retry = LONGEST_TRUNCATE_RETRY.min(2 * self.truncate_retry);
        }
    }

    /// Checks every page and every reference between rows.
    pub(crate) fn check_integrity(&mut self) -> Result<()> {
        // What is checked lies in the file then, and nobody writes to it.
        self.truncate_wal();
        self.begin_immediate()?;
        // Another process may have been moving pages from the WAL into the file: damage shows twice.
        let outcome = integrity::check(&self.connection).or_else(|_| integrity::check(&self.connection));
        // A damaged page may have ended it already.
        if !self.connection.is_autocommit() {
            self.execute("ROLLBACK")?;
        }
        outcome.map_err(|error| self.diagnose(error).into())
    }

    fn begin_immediate(&self) -> Result<(), StorageError> {
        self.file.check_in_place()?;
        // So it is once a page has failed to verify; SQLite would begin a transaction that only reads.
        if self.connection.is_readonly("main")? {
            return Err(self.diagnose(StorageError::ReadOnly));
        }
        self.execute("BEGIN IMMEDIATE")?;
        // A newer release may have migrated the file since it was opened here.
        schema::check(&self.connection, self.migrations).map_err(|error| {
            let _ = self.connection.execute_batch("ROLLBACK");
            self.diagnose(error)
        })
    }

    fn execute(&self, statement: &str) -> Result<(), StorageError> {
        self.connection.execute_batch(statement).map_err(|error| self.diagnose(error.into()))
    }

    fn diagnose(&self, error: StorageError) -> StorageError {
        connection::diagnose(&self.file, self.key.as_ref(), error)
    }

    fn shut_down(&mut self) {
        self.readers.close();
        self.roll_back();
        self.truncate_wal();
    }
}
