//! What can be read, and what can be changed, while a connection is at hand. The statements stand with their
//! tables.

use std::{any::Any, cell::Cell, ops::Deref};

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

/// What the writer thread keeps in memory for its user, from one operation to the next: a cache of what is stored.
/// It is emptied whenever it may no longer agree with the file.
pub(crate) type Cache = Option<Box<dyn Any + Send>>;

/// Reads and writes of one operation of a transaction.
pub struct Operation<'a> {
    view: View<'a>,
    cache: &'a mut Cache,
    deleted_secrets: Cell<bool>,
}

impl<'a> Operation<'a> {
    pub(crate) fn new(connection: &'a Connection, cache: &'a mut Cache) -> Self {
        Self { view: View::new(connection), cache, deleted_secrets: Cell::new(false) }
    }

    /// The cache, which is empty after a rollback, after an operation that wrote and failed, and when another process
    /// or handle has written to the file. A user of two types finds it empty at each change of type.
    pub fn cache<T: Default + Send + 'static>(&mut self) -> &mut T {
        if !self.cache.as_ref().is_some_and(|cache| cache.is::<T>()) {
            *self.cache = None;
        }
        let cache = self.cache.get_or_insert_with(|| Box::new(T::default()));
        cache.downcast_mut().unwrap_or_else(|| unreachable!("the cache is of this type, or was just made so"))
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
