//! The handle of an open database.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Sender},
    },
    time::{Duration, Instant},
};

use crate::{
    Change, DatabaseKey, Error, Result, StorageError, Transaction, View, exit,
    readers::Readers,
    schema::{MIGRATIONS, Migration},
    temporary::TemporaryFolder,
    writer::{Message, Waiting, Writer},
};

/// Longest wait for another transaction or process that can be asked for.
const MAX_BUSY_TIMEOUT: Duration = Duration::from_hours(24);

/// An open, encrypted database. Clones share it; it closes with [`close`](Self::close) or after the last clone.
#[derive(Clone)]
pub struct Keystore {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Sender<Message>,
    readers: Readers,
    busy_timeout: Duration,
    is_closing: Arc<AtomicBool>,
}

impl Keystore {
    /// Opens the file at `path`, creating it (mode 0600) and migrating its schema as needed.
    ///
    /// `busy_timeout` bounds every wait for another transaction or another process; at most a day.
    ///
    /// # Errors
    /// Every [`StorageError`] that speaks of the file, its key or its medium. The file is left as it was.
    pub async fn open(path: impl Into<PathBuf>, key: &DatabaseKey, busy_timeout: Duration) -> Result<Self> {
        Self::start(path.into(), Some(key.clone()), busy_timeout, MIGRATIONS, None).await
    }

    /// Makes a database under a key that nobody keeps, in a new folder inside `parent`; the folder goes when it
    /// is closed. It is a file because SQLite's in-memory databases let a writer block readers.
    ///
    /// # Errors
    /// [`StorageError::Io`] when the folder can't be made.
    pub async fn temporary(parent: impl Into<PathBuf>, busy_timeout: Duration) -> Result<Self> {
        let parent: PathBuf = parent.into();
        let make = move || {
            let folder = TemporaryFolder::new_in(&parent).map_err(|error| StorageError::io(&error))?;
            Ok::<_, StorageError>((folder, DatabaseKey::generate()?))
        };
        let (folder, key) = blocking::unblock(make).await?;
        let path = folder.path().join("mlskit.db");
        Self::start(path, Some(key), busy_timeout, MIGRATIONS, Some(folder)).await
    }

    pub(crate) async fn start(
        path: PathBuf,
        key: Option<DatabaseKey>,
        busy_timeout: Duration,
        migrations: &'static [Migration],
        temporary: Option<TemporaryFolder>,
    ) -> Result<Self> {
        let busy_timeout = busy_timeout.min(MAX_BUSY_TIMEOUT);
        let (writer, messages) = mpsc::channel();
        let open = move || {
            // The process may change its folder while the file is open.
            let path = std::path::absolute(&path).map_err(|error| StorageError::io_at(&path, &error))?;
            let writer = Writer::open(&path, key, busy_timeout, migrations, temporary)?;
            let readers = Readers::new(writer.readers());
            writer.start(messages)?;
            Ok::<_, StorageError>(readers)
        };
        let readers = blocking::unblock(|| exit::unless_exiting(open)).await?;
        let is_closing = Arc::new(AtomicBool::new(false));
        Ok(Self { shared: Arc::new(Shared { writer, readers, busy_timeout, is_closing }) })
    }

    /// Begins a transaction, when all that were asked for earlier have ended.
    ///
    /// # Errors
    /// [`TransactionBusy`](crate::TransactionError::TransactionBusy) when another of this handle's transactions,
    /// [`StorageError::DatabaseBusy`] when another process or handle kept it waiting for the whole busy time-out;
    /// [`StorageError::KeyChanged`], [`StorageError::Closed`].
    pub async fn begin(&self) -> Result<Transaction> {
        let sender = self.shared.writer.clone();
        // Made on the writer thread: if nobody takes it, its drop rolls back.
        self.turn(move |writer| Ok(Transaction::new(writer.begin()?, sender))).await
    }

    /// Has `listener` told what each transaction of this handle and its clones has changed, from the next commit on: on the
    /// writer thread, right after the commit and before [`finish`](Transaction::finish) returns, also where nobody waits for
    /// that any more. What other handles and processes change it is not told. It goes when the database is closed.
    pub fn on_commit(&self, listener: impl FnMut(Vec<Change>) + Send + 'static) {
        let listener = Box::new(listener);
        // An error means that the database is closed: then there is nothing to tell.
        let _ = self.shared.writer.send(Message::Job(Box::new(|writer| writer.listener = Some(listener))));
    }

    /// Reads the last committed state, on a thread for reading; waits for no transaction.
    ///
    /// # Errors
    /// Those of `work`; [`StorageError`]s of the medium.
    pub async fn read<T, E>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.shared.readers.read(work).await
    }

    /// Encrypts the whole file with another key, in its turn among the transactions. Killed at any moment, the
    /// file opens with either the old or the new key.
    ///
    /// Every other client of the file, in this process or another, then gets [`StorageError::KeyChanged`].
    ///
    /// Keep both keys until this has returned `Ok`. After an error the old one is nearly always in force, but an
    /// error of opening the file anew comes after the change; after a dropped future it may be either.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn change_key(&self, key: &DatabaseKey) -> Result<()> {
        let key = key.clone();
        self.turn(move |writer| writer.change_key(key)).await
    }

    /// Reads the whole file, in its turn among the transactions, and checks that every page is as it was written
    /// and that everything in it agrees. It takes some 10 ms a megabyte and changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`]; as [`begin`](Self::begin).
    pub async fn check_integrity(&self) -> Result<()> {
        self.turn(Writer::check_integrity).await
    }

    /// Rolls back what is open, empties the WAL and closes the file. Every later call of every clone gets
    /// [`StorageError::Closed`]; closing again does nothing.
    pub async fn close(&self) {
        // Whoever waits for another process waits no more.
        self.shared.is_closing.store(true, Ordering::Relaxed);
        let (closed, is_closed) = async_channel::bounded(1);
        if self.shared.writer.send(Message::Close(closed)).is_ok() {
            // Nothing is ever sent: the channel ends with the writer.
            let _ = is_closed.recv().await;
        }
    }

    /// Waits in the queue for the connection with no transaction open.
    async fn turn<T: Send + 'static>(&self, work: impl FnOnce(&mut Writer) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = async_channel::bounded::<Result<T>>(1);
        let since = Instant::now();
        let (probe, is_closing) = (reply.clone(), Arc::clone(&self.shared.is_closing));
        let waiting = Waiting {
            since,
            until: since + self.shared.busy_timeout,
            is_abandoned: Arc::new(move || probe.is_closed() || is_closing.load(Ordering::Relaxed)),
            start: Box::new(move |writer, turn| {
                let _ = reply.try_send(turn.and_then(|()| work(writer)));
            }),
        };
        self.shared.writer.send(Message::Turn(waiting)).map_err(|_| StorageError::Closed)?;
        match answer.recv().await {
            Ok(Err(Error::Storage(StorageError::DatabaseBusy { .. })))
                if self.shared.is_closing.load(Ordering::Relaxed) =>
            {
                Err(StorageError::Closed.into())
            }
            Ok(Err(Error::Storage(error))) => Err(error.waited_since(since).into()),
            Ok(outcome) => outcome,
            Err(_) => Err(StorageError::Closed.into()),
        }
    }
}

impl fmt::Debug for Keystore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shared: _ } = self;
        formatter.write_str("Keystore")
    }
}
