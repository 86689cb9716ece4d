//! The schema's versions. docs/storage.md explains the tables and their invariants.

use rusqlite::{Connection, TransactionBehavior};

use crate::StorageError;

/// One step from a schema to the next: statements that run in one transaction with all that are due.
pub(crate) type Migration = &'static str;

/// Step `n` (from 1) leads from schema `n - 1` to schema `n`. A released step never changes.
pub(crate) const MIGRATIONS: &[Migration] =
    &[include_str!("schema/v1.sql"), include_str!("schema/v2.sql"), include_str!("schema/v3.sql")];

/// Refuses a file of a newer release before anything is written to it.
pub(crate) fn check(connection: &Connection, migrations: &[Migration]) -> Result<(), StorageError> {
    let found = version(connection)?;
    let supported = supported(migrations);
    if found > supported { Err(StorageError::NewerSchema { found, supported }) } else { Ok(()) }
}

/// Brings the file to the newest schema, all steps or none.
pub(crate) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StorageError> {
    if steps_due(connection, migrations)?.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again: another process may have migrated while this one waited for the lock.
    for step in steps_due(&transaction, migrations)? {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", supported(migrations))?;
    transaction.commit()?;
    Ok(())
}

fn steps_due<'a>(connection: &Connection, migrations: &'a [Migration]) -> Result<&'a [Migration], StorageError> {
    check(connection, migrations)?;
    let done = usize::try_from(version(connection)?).unwrap_or(usize::MAX);
    Ok(migrations.get(done..).unwrap_or_default())
}

fn supported(migrations: &[Migration]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

fn version(connection: &Connection) -> Result<u32, StorageError> {
    // Asked in each transaction, so it is kept prepared.
    Ok(connection.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))?)
}
