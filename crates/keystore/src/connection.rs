//! Opening one SQLite connection: what is checked before SQLite sees the file, the key, and the pragmas.
//! docs/storage.md says what each pragma is for.

mod diagnosis;

use std::{io, path::Path, sync::Arc, time::Duration};

pub(crate) use diagnosis::diagnose;
#[cfg(test)]
pub(crate) use diagnosis::failing_pages_with;
use diagnosis::why_unreadable;
use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{
    DatabaseKey, StorageError,
    file::{self, DatabaseFile},
    writer::LockWait,
};

/// SQLite's magic and the start of its header stay readable, so that iOS takes the file for what it is.
pub(crate) const PLAIN_HEADER_LENGTH: u32 = 32;

/// The key of an encrypted file. Only this crate's own tests open files without one.
pub(crate) type Cipher<'a> = Option<&'a DatabaseKey>;

/// What a connection is for, and how long it waits for other processes from its first look at the file on.
#[derive(Clone, Copy)]
pub(crate) enum Access<'a> {
    Write(&'a Arc<LockWait>),
    Read(Duration),
}

/// Opens the file at `path`, which exists, and checks that its first page can be read; writes nothing to a file that
/// has pages.
pub(crate) fn open(path: &Path, key: Cipher<'_>, access: Access<'_>) -> Result<Connection, StorageError> {
    file::check(path, key.is_some())?;
    match set_up(connect(path, access)?, path, key, access) {
        // The WAL's index can't be made; alone with the file, a process keeps it in memory.
        Err(StorageError::DiskFull) if cfg!(unix) => set_up(connect_alone(path, access)?, path, key, access),
        outcome => outcome,
    }
}

fn set_up(
    connection: Connection,
    path: &Path,
    key: Cipher<'_>,
    access: Access<'_>,
) -> Result<Connection, StorageError> {
    #[cfg(test)]
    let connection = crate::tests::witness::watch(connection);
    if connection.is_readonly("main")? {
        return Err(StorageError::ReadOnly);
    }
    // Closing the last connection empties the WAL. A file that is refused keeps what a crash left it.
    set_checkpoint_on_close(&connection, !file::has_wal(path))?;
    if let Some(key) = key {
        unlock(&connection, key)?;
    }
    match read_first_page(&connection) {
        Err(error) if error.is_unreadable() => return Err(why_unreadable(&connection, path, key.is_some())),
        Err(StorageError::Io { .. }) => return Err(file::why_no_sibling(path)),
        other => other?,
    }
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(COMMON_PRAGMAS)?;
    if matches!(access, Access::Read(_)) {
        connection.execute_batch("PRAGMA query_only = ON")?;
        set_checkpoint_on_close(&connection, true)?;
    }
    Ok(connection)
}

/// Opens the file once more to read it, if it still lies where it was.
pub(crate) fn open_to_read(file: &DatabaseFile, key: Cipher<'_>) -> Result<Connection, StorageError> {
    file.check_in_place()?;
    open(file.path(), key, Access::Read(file.busy_timeout))
}

pub(crate) fn read_first_page(connection: &Connection) -> Result<(), StorageError> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?)
}

/// What a fresh file needs once, and a connection that writes needs each time.
pub(crate) fn prepare_for_writing(connection: &Connection, path: &Path) -> Result<(), StorageError> {
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(StorageError::Io {
            kind: io::ErrorKind::Unsupported,
            message: format!("{} lies where write-ahead logging does not work", path.display()),
        });
    }
    connection.execute_batch(WRITER_PRAGMAS)?;
    set_checkpoint_on_close(connection, true)
}

// The default cache of 2 MB would spill secrets of a large transaction into the WAL before its commit. The two
// `fullfsync`s do nothing but on Apple's systems, where a plain fsync does not reach the medium; a reader needs
// them because it checkpoints if it happens to be closed last.
const COMMON_PRAGMAS: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -16000;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
";

const WRITER_PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
";

fn connect(path: &Path, access: Access<'_>) -> Result<Connection, StorageError> {
    wait_as_asked(Connection::open_with_flags(path, FLAGS), path, access)
}

/// Locks other processes out until it is closed; this process's other connections share the index in memory.
fn connect_alone(path: &Path, access: Access<'_>) -> Result<Connection, StorageError> {
    wait_as_asked(Connection::open_with_flags_and_vfs(path, FLAGS, "unix-excl"), path, access)
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

fn wait_as_asked(
    connected: rusqlite::Result<Connection>,
    path: &Path,
    access: Access<'_>,
) -> Result<Connection, StorageError> {
    let mut connection = connected.map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen) => StorageError::Io {
            kind: io::ErrorKind::PermissionDenied,
            message: format!("{} can't be opened", path.display()),
        },
        _ => error.into(),
    })?;
    match access {
        Access::Write(lock_wait) => {
            let lock_wait = Arc::clone(lock_wait);
            connection.busy_handler(Some(move |_| lock_wait.goes_on()))?;
        }
        Access::Read(busy_timeout) => connection.busy_timeout(busy_timeout)?,
    }
    Ok(connection)
}

fn set_checkpoint_on_close(connection: &Connection, on: bool) -> Result<(), StorageError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !on)?;
    Ok(())
}

fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<(), StorageError> {
    // Before the key: SQLCipher would print to stderr at the first page that fails.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&key.as_pragma("key")).map_err(without_text)?;
    connection.pragma_update(None, "cipher_plaintext_header_size", PLAIN_HEADER_LENGTH)?;
    Ok(())
}

/// Encrypts the file anew, in one transaction. What it returns is a hint: only opening the file tells for certain
/// which key it has now.
///
/// `connection` must be dropped afterwards. SQLCipher makes the new key the one that pages are written with before
/// it knows that it can write, and keeps it when it can't.
pub(crate) fn rekey(connection: &Connection, key: &DatabaseKey) -> Result<(), StorageError> {
    // SQLCipher ignores an error of its commit, and turns that of its begin into one that says nothing. Inside a
    // transaction of ours it has nothing to wait for, and our commit meets what its own has met. Pages that
    // leave the cache earlier would meet a full disk where the error is lost.
    connection.execute_batch("PRAGMA cache_spill = OFF; BEGIN IMMEDIATE")?;
    connection.execute_batch(&key.as_pragma("rekey")).map_err(without_text)?;
    Ok(connection.execute_batch("COMMIT")?)
}

/// Keeps a commit that failed from coming back. If only its sync failed, it stands in the WAL complete, and whoever
/// opens the file after a kill would take it for done.
///
/// An empty commit takes the place of its first page; the others then don't verify, as each page's checksum in a WAL
/// builds on the one before. It is not synced, since that may be what fails, and so nothing may be copied from
/// the WAL meanwhile. If not even this can be written, it is as `finish` says.
pub(crate) fn void_failed_commit(connection: &Connection) {
    let void = || {
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        connection.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF")?;
        connection.pragma_update(None, "user_version", version)
    };
    let _: rusqlite::Result<()> = void();
    let _ = connection.execute_batch("PRAGMA wal_autocheckpoint = 1000");
    let _ = connection.execute_batch(WRITER_PRAGMAS);
}

/// The key is part of the statement's text: nothing of it may get into an error, or stay in memory.
fn without_text(error: rusqlite::Error) -> StorageError {
    use zeroize::Zeroize;
    match error {
        rusqlite::Error::SqlInputError { error, mut sql, .. } => {
            sql.zeroize();
            rusqlite::Error::SqliteFailure(error, None).into()
        }
        rusqlite::Error::SqliteFailure(error, _) => rusqlite::Error::SqliteFailure(error, None).into(),
        _ => StorageError::Sqlite { code: 0, message: "the key was refused".to_owned() },
    }
}
