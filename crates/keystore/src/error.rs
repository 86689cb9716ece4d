//! What can go wrong with the file and with a transaction.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

/// The database file, its key or its medium refused.
///
/// Whoever is at fault, the stored data is as it was before the call that failed. `finish` and `change_key` say what
/// an error of the medium may leave open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Caller: a database key has exactly 32 bytes.
    #[error("a database key has {expected} bytes, but {found} were given; give {expected} random bytes")]
    InvalidKeyLength {
        /// Bytes that a key has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// Caller: the path names a directory or another thing that is no regular file.
    #[error("{path} is not a regular file; name a file, or a path at which one can be created")]
    NotAFile {
        /// The path as given.
        path: String,
    },
    /// Caller: the file exists, and neither is it a database nor has it ever been one of ours.
    #[error("{path} is not an encrypted database: {found}; it was left as it is")]
    NotADatabase {
        /// The path as given.
        path: String,
        /// What was found in its place.
        found: &'static str,
    },
    /// Caller or medium: it looks like one of our files, but its first page does not open with this key.
    #[error("{path} does not open with this key: the key is wrong or the file's first page is damaged")]
    WrongKeyOrDamaged {
        /// The path as given.
        path: String,
    },
    /// Another client of the same file has called `change_key`.
    #[error("the database's key was changed through another client; close this one and open again with the new key")]
    KeyChanged,
    /// The file was written by a newer release.
    #[error("the database has schema {found}, but this release knows up to {supported}; update mlskit")]
    NewerSchema {
        /// The file's schema.
        found: u32,
        /// The newest schema of this release.
        supported: u32,
    },
    /// The blobs were written in an encoding that this release does not know.
    #[error(
        "the database's blobs are encoded by codec {found}, but this release knows codec {supported}; update mlskit"
    )]
    UnknownBlobCodec {
        /// The file's codec.
        found: u32,
        /// The codec of this release.
        supported: u32,
    },
    /// Medium: stored pages do not verify or contradict each other.
    #[error("the database is damaged; delete it and begin anew, since a backup would bring used keys back")]
    Corrupt,
    /// Medium: the file or its folder can't be written.
    #[error("the database is read-only; check the permissions of the file and of its folder")]
    ReadOnly,
    /// Medium: no space is left. What is stored can still be opened and read.
    #[error("no space is left for the database; free some and try again")]
    DiskFull,
    /// Another process or client has held the file's write lock for the whole busy time-out.
    #[error("another process or client kept the database locked for {waited:?}; try again")]
    DatabaseBusy {
        /// How long the call waited.
        waited: Duration,
    },
    /// Caller: the client was closed.
    #[error("the database was closed; open it again")]
    Closed,
    /// Medium: the operating system refused.
    #[error("the operating system refused: {message}")]
    Io {
        /// The kind of refusal.
        kind: io::ErrorKind,
        /// The system's own words.
        message: String,
    },
    /// A bug here or in OpenMLS, or damage that SQLCipher did not notice: a stored value could not be coded.
    #[error("a stored value could not be encoded or decoded: {reason}")]
    Codec {
        /// The codec's words.
        reason: String,
    },
    /// Caller: a number does not fit what the file can hold.
    #[error("{what} is {found}, but at most {limit} can be stored")]
    OutOfRange {
        /// What was to be stored.
        what: &'static str,
        /// The number found.
        found: u64,
        /// The largest that can be stored.
        limit: u64,
    },
    /// A bug here, or something that SQLite says and we have no better name for.
    #[error("SQLite refused with code {code}: {message}")]
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
        /// SQLite's own words; never a key or a value.
        message: String,
    },
}

impl StorageError {
    pub(crate) fn io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::Io { kind, message: error.to_string() },
        }
    }

    pub(crate) fn io_at(path: &Path, error: &io::Error) -> Self {
        match Self::io(error) {
            Self::Io { kind, message } => Self::Io { kind, message: format!("{}: {message}", path.display()) },
            other => other,
        }
    }

    pub(crate) fn not_a_file(path: &Path) -> Self {
        Self::NotAFile { path: path.display().to_string() }
    }

    pub(crate) fn not_a_database(path: &Path, found: &'static str) -> Self {
        Self::NotADatabase { path: path.display().to_string(), found }
    }

    pub(crate) fn wrong_key_or_damaged(path: &Path) -> Self {
        Self::WrongKeyOrDamaged { path: path.display().to_string() }
    }

    /// Says how long the call has waited, if that is what it failed with.
    pub(crate) fn waited_since(self, since: Instant) -> Self {
        match self {
            Self::DatabaseBusy { .. } => Self::DatabaseBusy { waited: since.elapsed() },
            other => other,
        }
    }

    /// Whether a page failed to verify: damage, or another key.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Corrupt)
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let Some(sqlite) = error.sqlite_error().copied() else {
            return match error {
                // A statement's text may hold a key: it never gets into a message.
                rusqlite::Error::SqlInputError { error, msg, .. } => {
                    Self::Sqlite { code: error.extended_code, message: msg }
                }
                other => Self::Sqlite { code: 0, message: other.to_string() },
            };
        };
        match sqlite.code {
            Code::DatabaseBusy | Code::DatabaseLocked => Self::DatabaseBusy { waited: Duration::ZERO },
            Code::DiskFull => Self::DiskFull,
            Code::ReadOnly => Self::ReadOnly,
            Code::DatabaseCorrupt | Code::NotADatabase => Self::Corrupt,
            // The WAL's index is extended byte by byte; what stops that is a full disk.
            _ if sqlite.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull,
            Code::SystemIoFailure | Code::CannotOpen => Self::Io {
                kind: io::ErrorKind::Other,
                message: format!("{} ({})", rusqlite::ffi::code_to_str(sqlite.extended_code), sqlite.extended_code),
            },
            _ => Self::Sqlite {
                code: sqlite.extended_code,
                message: rusqlite::ffi::code_to_str(sqlite.extended_code).to_owned(),
            },
        }
    }
}

/// A transaction was used or awaited wrongly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// Caller: the transaction had been committed or rolled back already.
    #[error("the transaction is finished; begin another")]
    TransactionFinished,
    /// Medium: a failure in this transaction, of a full disk for one, rolled back all of it. Or a bug here, that lost what
    /// messages had changed.
    #[error("an earlier failure in this transaction undid the whole of it; begin another")]
    TransactionUndone,
    /// Caller: a transaction was begun inside another's block of the same client; it would wait for itself.
    #[error("a transaction of this client is open around this call; use the context that the block was given")]
    NestedTransaction,
    /// Another transaction of this client was open for the whole busy time-out.
    #[error(
        "waited {waited:?} for this client's other transaction, which has been open for {open_for:?}; finish that one first"
    )]
    TransactionBusy {
        /// How long this call waited.
        waited: Duration,
        /// How long the other transaction has been open.
        open_for: Duration,
    },
    /// A bug here: an operation panicked. It was undone; the transaction can go on, unless messages of it went as well.
    #[error("a bug in mlskit: an operation panicked; it was undone")]
    OperationPanicked,
}

/// Either of the two.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// See [`TransactionError`].
    #[error(transparent)]
    Transaction(#[from] TransactionError),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// This crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
