//! Changing the file's key.

use std::sync::Arc;

use super::{Writer, connect};
use crate::{DatabaseKey, Result, StorageError, connection};

impl Writer {
    /// Encrypts the file with another key. No transaction is open.
    ///
    /// A connection of its own does it, since one that fails in this can't be used any more; whether it succeeded
    /// is told by opening the file with the new key.
    pub(crate) fn change_key(&mut self, new: DatabaseKey) -> Result<()> {
        let Some(old) = &self.key else {
            return Err(StorageError::not_a_database(&self.path, "it has no encryption").into());
        };
        let rekeyed = connect(&self.path, Some(old), &self.lock_wait).map_err(|error| self.diagnose(error))?;
        connection::prepare_for_writing(&rekeyed, &self.path)?;
        // The wait for other processes comes first: others may read meanwhile.
        self.begin_immediate()?;
        self.execute("ROLLBACK")?;

        let readers = Arc::clone(&self.readers);
        let paused = readers.pause();
        let outcome = connection::rekey(&rekeyed, &new);
        drop(rekeyed);
        match connect(&self.path, Some(&new), &self.lock_wait) {
            Ok(connection) => {
                self.connection = connection;
                // Another connection counts the commits of others anew.
                self.cache = None;
                self.data_version = None;
            }
            Err(error) => return Err(self.diagnose(outcome.err().unwrap_or(error)).into()),
        }
        paused.set_key(new.clone());
        drop(paused);
        self.key = Some(new);
        connection::prepare_for_writing(&self.connection, &self.path)?;
        self.truncate_wal();
        Ok(())
    }
}
