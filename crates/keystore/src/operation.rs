//! What can be read, and what can be changed, while a connection is at hand. The statements stand with their
//! tables.

use std::{cell::Cell, ops::Deref};

use rusqlite::Connection;

use crate::{
    Result,
    cache::{Cache, Slot},
    changes::{Changes, Notes},
};

/// Reads: inside a transaction what it sees, elsewhere what is committed.
pub struct View<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) notes: Notes,
}

impl<'a> View<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, notes: Notes::default() }
    }
}

/// Reads and writes of one operation of a transaction.
pub struct Operation<'a> {
    view: View<'a>,
    cache: &'a mut Slot,
    deleted_secrets: Cell<bool>,
    /// SQLite's count of changes when the savepoint was set to which a failure goes back.
    changes_before: u64,
    unwritten_before: usize,
}

impl<'a> Operation<'a> {
    pub(crate) fn new(connection: &'a Connection, cache: &'a mut Slot) -> Self {
        let (changes_before, unwritten_before) = (connection.total_changes(), cache.unwritten());
        Self { view: View::new(connection), cache, deleted_secrets: Cell::new(false), changes_before, unwritten_before }
    }

    /// The cache, which is empty after a rollback, after an operation that wrote and failed, and when another process
    /// or handle has written to the file.
    pub fn cache<T: Cache + Default>(&mut self) -> &mut T {
        self.cache.get()
    }

    /// Writes what the cache alone knows, as a part of the transaction that stays if this operation fails. It comes before
    /// whatever else the operation writes.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium: then the whole transaction is undone.
    pub fn write_cache(&mut self) -> Result<()> {
        if self.cache.unwritten() == 0 {
            return Ok(());
        }
        debug_assert_eq!(self.connection.total_changes(), self.changes_before, "what was written would stay too");
        // Without the savepoint an error can't be confined to this operation, and undoes the transaction.
        self.connection.execute_batch("RELEASE operation")?;
        self.cache.write(&self.view)?;
        self.connection.execute_batch("SAVEPOINT operation")?;
        self.changes_before = self.connection.total_changes();
        self.unwritten_before = 0;
        Ok(())
    }

    /// Whether it has written what a failure undoes.
    pub(crate) fn wrote(&self) -> bool {
        self.connection.total_changes() != self.changes_before
    }

    /// How much was written so far, for [`wrote_since`](Self::wrote_since).
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.connection.total_changes()
    }

    /// Whether anything was written since, or SQLite has undone the transaction: then a failure in between is one of the
    /// whole operation.
    #[must_use]
    pub fn wrote_since(&self, writes: u64) -> bool {
        self.connection.total_changes() != writes || self.connection.is_autocommit()
    }

    /// What it has changed.
    pub(crate) fn take_changes(&self) -> Changes {
        self.view.notes.take()
    }

    /// How many entries of the cache have to be there still.
    pub(crate) fn unwritten_before(&self) -> usize {
        self.unwritten_before
    }

    /// Whether the WAL has to be emptied after the commit.
    pub(crate) fn deleted_secrets(&self) -> bool {
        self.deleted_secrets.get()
    }

    /// Notes that secrets went through [`group_storage`](View::group_storage): a key package was consumed, or an epoch
    /// ended.
    pub fn note_deleted_secrets(&self) {
        self.deleted_secrets.set(true);
    }

    /// Notes that `rows` rows with secrets went, and returns how many.
    pub(crate) fn count_deleted_secrets(&self, rows: usize) -> usize {
        self.deleted_secrets.set(self.deleted_secrets.get() || rows > 0);
        rows
    }
}

impl<'a> Deref for Operation<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.view
    }
}
