//! What is behind an error: damage, another key, or neither.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::{Access, Cipher, connect, read_first_page, set_checkpoint_on_close, unlock};
use crate::{
    DatabaseKey, StorageError,
    file::{self, DatabaseFile},
};

/// Says what is behind an error of a connection that worked once.
///
/// A change of key encrypts every page anew, so that not one verifies with the old key; damage leaves others
/// whole. As long as the new pages stand in the WAL only, the file's first page verifies and the WAL's does not;
/// damage can't cause that, since the WAL's own checksums would have SQLite pass over a damaged page.
pub(crate) fn diagnose(file: &DatabaseFile, key: Cipher<'_>, error: StorageError) -> StorageError {
    let is_suspect = match &error {
        // A connection on which a page has failed to verify is read-only from then on.
        StorageError::ReadOnly => key.is_some(),
        // The statement that changes a key says nothing better.
        StorageError::Sqlite { .. } => key.is_some(),
        other => is_finding(other),
    };
    if !is_suspect {
        return error;
    }
    match key.map(|key| examine(file, key)) {
        Some(Ok(Damage::KeyChanged)) => StorageError::KeyChanged,
        Some(Ok(Damage::Pages)) => StorageError::Corrupt,
        Some(Ok(Damage::None)) if !matches!(error, StorageError::WrongKeyOrDamaged { .. }) => error,
        // It could not be looked at, which is no finding.
        Some(Err(cause)) if !cause.is_unreadable() => {
            if is_finding(&error) {
                cause
            } else {
                error
            }
        }
        _ => StorageError::Corrupt,
    }
}

/// Whether a page was seen that does not verify, rather than guessed at.
fn is_finding(error: &StorageError) -> bool {
    error.is_unreadable() || matches!(error, StorageError::WrongKeyOrDamaged { .. })
}

/// Whether the key opens the first page, whatever else is wrong. A WAL may hold a newer one under another key.
pub(super) fn why_unreadable(connection: &Connection, path: &Path, encrypted: bool) -> StorageError {
    let has_first_page = fs::metadata(path).is_ok_and(|metadata| metadata.len() >= PAGE_SIZE);
    let key_fits = encrypted
        && has_first_page
        && !file::has_wal(path)
        && failing_pages(connection).is_ok_and(|pages| !has_first(&pages));
    if key_fits { StorageError::Corrupt } else { StorageError::wrong_key_or_damaged(path) }
}

enum Damage {
    None,
    Pages,
    KeyChanged,
}

fn examine(file: &DatabaseFile, key: &DatabaseKey) -> Result<Damage, StorageError> {
    file.check_in_place()?;
    let connection = connect(file.path(), Access::Read(file.busy_timeout))?;
    set_checkpoint_on_close(&connection, false)?;
    unlock(&connection, key)?;
    let failures = failing_pages(&connection)?;
    if !read_first_page(&connection).is_err_and(|error| error.is_unreadable()) {
        return Ok(if failures.is_empty() { Damage::None } else { Damage::Pages });
    }
    let pages = fs::metadata(file.path()).map_or(0, |metadata| metadata.len() / PAGE_SIZE);
    let key_changed = !has_first(&failures) || failures.len() as u64 >= pages;
    Ok(if key_changed { Damage::KeyChanged } else { Damage::Pages })
}

/// What SQLCipher says of each page of the file, not the WAL, that does not verify.
fn failing_pages(connection: &Connection) -> Result<Vec<String>, StorageError> {
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn has_first(failing_pages: &[String]) -> bool {
    failing_pages.iter().any(|page| page.ends_with(" page 1"))
}

/// SQLCipher's default.
const PAGE_SIZE: u64 = 4096;

/// How many pages of the file `key` does not read.
#[cfg(test)]
pub(crate) fn failing_pages_with(path: &Path, key: &DatabaseKey) -> Result<usize, StorageError> {
    let connection = connect(path, Access::Read(std::time::Duration::ZERO))?;
    unlock(&connection, key)?;
    Ok(failing_pages(&connection)?.len())
}
