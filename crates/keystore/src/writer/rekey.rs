//! Changing the file's key.

use std::sync::Arc;

use rusqlite::Connection;

use super::Writer;
use crate::{
    DatabaseKey, Result, StorageError,
    connection::{self, Access},
};

impl Writer {
    /// Encrypts the file with another key. No transaction is open.
    ///
    /// A connection of its own does it, since one that fails in this can't be used any more; whether it succeeded
    /// is told by opening the file with the new key.
    pub(crate) fn change_key(&mut self, new: DatabaseKey) -> Result<()> {
        let Some(old) = &self.key else {
            return Err(StorageError::not_a_database(self.file.path(), "it has no encryption").into());
        };
        let rekeyed = self.reconnect(old).map_err(|error| self.diagnose(error))?;
        // The wait for other processes comes first: others may read meanwhile.
        self.begin_immediate()?;
        self.execute("ROLLBACK")?;

        let readers = Arc::clone(&self.readers);
        let paused = readers.pause();
        let outcome = connection::rekey(&rekeyed, &new);
        drop(rekeyed);
        // Nothing of this handle changes until the new connection is ready.
        self.connection = self.reconnect(&new).map_err(|error| self.diagnose(outcome.err().unwrap_or(error)))?;
        // Another connection counts the commits of others anew.
        self.cache.clear();
        self.data_version = None;
        paused.set_key(new.clone());
        drop(paused);
        self.key = Some(new);
        self.truncate_wal();
        Ok(())
    }

    /// Another connection to the same file that can write.
    fn reconnect(&self, key: &DatabaseKey) -> Result<Connection, StorageError> {
        self.file.check_in_place()?;
        let connection = connection::open(self.file.path(), Some(key), Access::Write(&self.lock_wait))?;
        connection::prepare_for_writing(&connection, self.file.path())?;
        Ok(connection)
    }
}
