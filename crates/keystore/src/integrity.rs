//! Whether the file is whole.

use rusqlite::Connection;

use crate::StorageError;

/// Checks the pages against their HMACs, the tables against their indexes, the rows against those that they name.
pub(crate) fn check(connection: &Connection) -> Result<(), StorageError> {
    // Each gives a row for each fault; the second says "ok" when there is none.
    for pragma in ["cipher_integrity_check", "integrity_check", "foreign_key_check"] {
        let mut statement = connection.prepare(&format!("PRAGMA {pragma}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if row.get_ref(0)?.as_str() != Ok("ok") {
                return Err(StorageError::Corrupt);
            }
        }
    }
    Ok(())
}
