//! Opening one SQLite connection: what is checked before SQLite sees the file, the key, and the pragmas.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

use crate::{DatabaseKey, StorageError};

/// SQLite's magic and the start of its header stay readable, so that iOS takes the file for what it is.
pub(crate) const PLAIN_HEADER_LENGTH: u32 = 32;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where the header says how many bytes of each page are reserved; SQLCipher keeps its IV and HMAC there.
const RESERVED_BYTES_OFFSET: usize = 20;

/// The key of an encrypted file. Only this crate's own tests open files without one.
pub(crate) type Cipher<'a> = Option<&'a DatabaseKey>;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

/// Opens `path` and checks that its first page can be read; writes nothing to a file that has pages.
pub(crate) fn open(path: &Path, key: Cipher<'_>, access: Access) -> Result<Connection, StorageError> {
    // SQLite opens its own handle later; a file swapped in between fails the key check below.
    check_file(path, key.is_some())?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    #[cfg_attr(not(test), expect(unused_mut, reason = "the witness of the tests needs it"))]
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| refused(path, error))?;
    #[cfg(test)]
    crate::tests::witness::watch(&mut connection);
    if let Some(key) = key {
        unlock(&connection, key)?;
    }
    match read_first_page(&connection) {
        Err(error) if error.is_unreadable() => return Err(StorageError::wrong_key_or_damaged(path)),
        other => other?,
    }
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(COMMON_PRAGMAS)?;
    if access == Access::Read {
        connection.execute_batch("PRAGMA query_only = ON")?;
    }
    Ok(connection)
}

pub(crate) fn read_first_page(connection: &Connection) -> Result<(), StorageError> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?)
}

/// What a fresh file needs once, and a connection that writes needs each time.
pub(crate) fn prepare_for_writing(connection: &Connection, path: &Path) -> Result<(), StorageError> {
    if connection.is_readonly("main")? {
        return Err(StorageError::ReadOnly);
    }
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(StorageError::Io {
            kind: io::ErrorKind::Unsupported,
            message: format!("{} lies where write-ahead logging does not work", path.display()),
        });
    }
    connection.execute_batch(WRITER_PRAGMAS)?;
    Ok(())
}

// The default cache of 2 MB would spill secrets of a large transaction into the WAL before its commit.
const COMMON_PRAGMAS: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -16000;
";

// The two `fullfsync`s do nothing but on Apple's systems, where a plain fsync does not reach the medium.
const WRITER_PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA secure_delete = ON;
";

fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<(), StorageError> {
    // Before the key: SQLCipher would print to stderr at the first page that fails.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.pragma_update(None, "key", key.as_pragma_value().as_str()).map_err(without_text)?;
    connection.pragma_update(None, "cipher_plaintext_header_size", PLAIN_HEADER_LENGTH)?;
    Ok(())
}

/// Encrypts the file anew, in one transaction of SQLite's own.
pub(crate) fn rekey(connection: &Connection, key: &DatabaseKey) -> Result<(), StorageError> {
    connection.pragma_update(None, "rekey", key.as_pragma_value().as_str()).map_err(without_text)
}

/// The key is part of the statement's text: nothing of it may get into an error.
fn without_text(error: rusqlite::Error) -> StorageError {
    match error.sqlite_error() {
        Some(sqlite) => rusqlite::Error::SqliteFailure(*sqlite, None).into(),
        None => StorageError::Sqlite { code: 0, message: "the key was refused".to_owned() },
    }
}

fn check_file(path: &Path, encrypted: bool) -> Result<(), StorageError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return create(path),
        Err(error) => return Err(StorageError::io(&error)),
        Ok(metadata) if !metadata.is_file() => return Err(StorageError::not_a_file(path)),
        // A process was killed between creating the file and writing its first page.
        Ok(metadata) if metadata.len() == 0 => return Ok(()),
        Ok(_) => {}
    }
    let mut header = Vec::with_capacity(64);
    File::open(path)
        .and_then(|file| file.take(PLAIN_HEADER_LENGTH.into()).read_to_end(&mut header))
        .map_err(|error| StorageError::io(&error))?;
    if !header.starts_with(MAGIC) {
        return Err(StorageError::not_a_database(path, "it does not begin as a database does"));
    }
    if encrypted && header.get(RESERVED_BYTES_OFFSET) == Some(&0) {
        return Err(StorageError::not_a_database(path, "it is an SQLite database without encryption"));
    }
    Ok(())
}

fn create(path: &Path) -> Result<(), StorageError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => StorageError::ReadOnly,
        _ => StorageError::io(&error),
    })
}

fn refused(path: &Path, error: rusqlite::Error) -> StorageError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen) => StorageError::Io {
            kind: io::ErrorKind::PermissionDenied,
            message: format!("{} can't be opened", path.display()),
        },
        _ => error.into(),
    }
}

/// Says why a page fails to verify that once did: `rekey` encrypts every page anew, so after it not one verifies
/// with the old key; damage leaves others whole.
pub(crate) fn diagnose_unreadable(path: &Path, key: Cipher<'_>) -> StorageError {
    let failing_pages = |key: &DatabaseKey| -> Result<u64, StorageError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        unlock(&connection, key)?;
        let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
        Ok(statement.query_map([], |_| Ok(()))?.count() as u64)
    };
    let pages = fs::metadata(path).map_or(0, |metadata| metadata.len() / PAGE_SIZE);
    match key.map(failing_pages) {
        Some(Ok(failing)) if pages > 0 && failing >= pages => StorageError::KeyChanged,
        _ => StorageError::Corrupt,
    }
}

/// SQLCipher's default.
const PAGE_SIZE: u64 = 4096;
