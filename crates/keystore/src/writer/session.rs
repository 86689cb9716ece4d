//! The open transaction: its operations and its end.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    time::Instant,
};

use super::Writer;
use crate::{Change, Error, Operation, Result, TransactionError, View, changes::Changes, connection};

/// What a call on a transaction gets once it has ended. Only the writer sets it, and only once; a transaction
/// without it is the one that is open.
pub(crate) type Fate = Arc<OnceLock<TransactionError>>;

pub(super) struct Open {
    fate: Fate,
    pub(super) since: Instant,
    changes_before: u64,
    deleted_secrets: bool,
    changes: Changes,
}

impl Writer {
    pub(crate) fn begin(&mut self) -> Result<Fate> {
        let changes_before = self.connection.total_changes();
        self.begin_immediate()?;
        self.forget_what_others_changed();
        let fate = Fate::default();
        self.open = Some(Open {
            fate: Arc::clone(&fate),
            since: Instant::now(),
            changes_before,
            deleted_secrets: false,
            changes: Changes::default(),
        });
        Ok(fate)
    }

    /// Asked after the begin, when nobody else can write any more.
    fn forget_what_others_changed(&mut self) {
        let now = self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok();
        if now.is_none() || now != self.data_version {
            self.cache.clear();
        }
        self.data_version = now;
    }

    /// Runs `work` in a savepoint of its own: what fails leaves the transaction as it was before.
    pub(crate) fn operate<T, E: From<Error>>(
        &mut self,
        fate: &Fate,
        work: impl FnOnce(&mut Operation<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        check_open(fate)?;
        self.savepoint("SAVEPOINT operation")?;
        let mut operation = Operation::new(&self.connection, &mut self.cache);
        let returned = catch_unwind(AssertUnwindSafe(|| work(&mut operation)));
        let (wrote, unwritten_before) = (operation.wrote(), operation.unwritten_before());
        let (deleted_secrets, changes) = (operation.deleted_secrets(), operation.take_changes());
        let panicked = returned.is_err();
        let outcome = returned
            .unwrap_or_else(|_| Err(Error::from(TransactionError::OperationPanicked).into()))
            .and_then(|value| self.savepoint("RELEASE operation").map(|()| value));
        if outcome.is_err() {
            self.undo_operation();
        }
        let undone = outcome.is_err() && wrote;
        if undone || panicked {
            self.cache.clear();
        }
        if let Some(open) = &mut self.open {
            // What was undone may have been too large for the page cache, and so stands in the WAL.
            open.deleted_secrets |= deleted_secrets || undone;
            if outcome.is_ok() {
                open.changes.append(changes);
            }
        }
        if self.cache.unwritten() < unwritten_before {
            // The file holds an older state: whoever went on from there would use its keys again.
            self.end(TransactionError::TransactionUndone);
        }
        outcome
    }

    fn savepoint<E: From<Error>>(&self, statement: &str) -> Result<(), E> {
        self.execute(statement).map_err(|error| Error::from(error).into())
    }

    /// What failed is told by its own error; if undoing it fails as well, the whole transaction goes.
    fn undo_operation(&mut self) {
        let undone = self.connection.execute_batch("ROLLBACK TO operation; RELEASE operation");
        // After some errors, a full disk among them, SQLite has rolled back everything itself.
        if undone.is_err() || self.connection.is_autocommit() {
            self.end(TransactionError::TransactionUndone);
        }
    }

    pub(crate) fn commit(&mut self, fate: &Fate) -> Result<()> {
        check_open(fate)?;
        if let Err(error) = self.write_cache() {
            self.end(TransactionError::TransactionUndone);
            return Err(error);
        }
        if let Err(error) = self.execute("COMMIT") {
            self.end(TransactionError::TransactionUndone);
            connection::void_failed_commit(&self.connection);
            return Err(error.into());
        }
        let open = self.open.take();
        let deleted_secrets = open.as_ref().is_some_and(|open| open.deleted_secrets);
        let _ = fate.set(TransactionError::TransactionFinished);
        if deleted_secrets || self.truncate_due.is_some() {
            self.truncate_wal();
        }
        // Behind that: whoever hears of it reads, and a reader keeps the log from being emptied.
        self.tell(open.map(|open| open.changes.into_vec()).unwrap_or_default());
        Ok(())
    }

    /// What is stored is stored, whatever becomes of whoever listens.
    fn tell(&mut self, changes: Vec<Change>) {
        if let Some(listener) = &mut self.listener
            && !changes.is_empty()
        {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(changes)));
        }
    }

    fn write_cache(&mut self) -> Result<()> {
        let view = View::new(&self.connection);
        match catch_unwind(AssertUnwindSafe(|| self.cache.write(&view))) {
            Ok(written) => written.map_err(|error| self.diagnose(error).into()),
            Err(_) => Err(TransactionError::OperationPanicked.into()),
        }
    }

    pub(crate) fn rollback(&mut self, fate: &Fate) -> Result<()> {
        check_open(fate)?;
        self.end(TransactionError::TransactionFinished);
        Ok(())
    }

    fn end(&mut self, how: TransactionError) {
        if let Some(open) = self.roll_back() {
            let _ = open.fate.set(how);
            // What was too large for the page cache stands in the WAL, although it never happened.
            if self.connection.total_changes() != open.changes_before {
                self.truncate_wal();
            }
        }
    }

    /// An error here means that SQLite has rolled back already, or that the connection is beyond use, which the
    /// next begin will say.
    pub(super) fn roll_back(&mut self) -> Option<Open> {
        let open = self.open.take()?;
        self.cache.clear();
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        Some(open)
    }
}

fn check_open(fate: &Fate) -> Result<()> {
    fate.get().map_or(Ok(()), |fate| Err(fate.clone().into()))
}
