//! What can be read, and what can be changed, while a connection is at hand. The statements stand with their
//! tables.

use std::{cell::Cell, ops::Deref};

use rusqlite::Connection;

/// Reads: inside a transaction what it sees, elsewhere what is committed.
pub struct View<'a> {
    pub(crate) connection: &'a Connection,
}

impl<'a> View<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }
}

/// Reads and writes of one operation of a transaction.
pub struct Operation<'a> {
    view: View<'a>,
    deleted_secrets: Cell<bool>,
}

impl<'a> Operation<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { view: View::new(connection), deleted_secrets: Cell::new(false) }
    }

    /// Whether the WAL has to be emptied after the commit.
    pub(crate) fn deleted_secrets(&self) -> bool {
        self.deleted_secrets.get()
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
