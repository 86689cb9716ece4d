//! A transaction's handle.

use std::{
    fmt,
    sync::{Arc, mpsc::Sender},
};

use crate::{
    Error, Operation, Result, StorageError, TransactionError,
    writer::{Fate, Message, Writer},
};

/// One SQLite transaction, open on the writer thread from `begin` to `finish` or `abort`.
///
/// Dropping it rolls back, in the background; the next transaction begins after that.
pub struct Transaction {
    fate: Fate,
    writer: Sender<Message>,
}

impl Transaction {
    pub(crate) fn new(fate: Fate, writer: Sender<Message>) -> Self {
        Self { fate, writer }
    }

    /// Runs `work` on the writer thread, all of it or nothing: an error undoes what it did and no more. It finds in the
    /// file all that earlier operations did.
    ///
    /// Dropping the future before `work` has begun means that it never runs; afterwards it is done in full.
    ///
    /// # Errors
    /// Those of `work`; [`TransactionError::TransactionFinished`], [`TransactionError::TransactionUndone`];
    /// [`StorageError::Closed`], and those of the medium.
    pub async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut Operation<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let work = |operation: &mut Operation<'_>| {
            operation.write_cache()?;
            work(operation)
        };
        self.run_deferring(work).await
    }

    /// Runs `work` as [`run`](Self::run) does, but leaves it to `work` when what the [cache](crate::Cache) alone knows is
    /// written. Should that be lost, the whole transaction is undone.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_deferring<T, E>(
        &self,
        work: impl FnOnce(&mut Operation<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let fate = Arc::clone(&self.fate);
        let (reply, answer) = async_channel::bounded(1);
        let job = move |writer: &mut Writer| {
            if !reply.is_closed() {
                let _ = reply.try_send(writer.operate(&fate, work));
            }
        };
        self.send(job)?;
        answer.recv().await.unwrap_or_else(|_| Err(E::from(self.over())))
    }

    /// Commits.
    ///
    /// - `Ok`: everything is stored, also after a loss of power (as far as the medium keeps its promises), and
    ///   secrets that the transaction deleted are gone from the file, and from the WAL unless a reader was in
    ///   the way; then they go as soon as it is done.
    /// - `Err`: nothing of the transaction is stored, unless an earlier `finish` has stored it. After an
    ///   [`Io`](StorageError::Io) error it may be otherwise if the medium, having refused
    ///   to sync the commit, refuses to have it overwritten too, or the power fails before the next commit.
    /// - Future dropped: either of the two, never half.
    ///
    /// In each case the transaction is finished.
    ///
    /// # Errors
    /// [`TransactionError::TransactionFinished`], [`TransactionError::TransactionUndone`]; [`StorageError`]s of
    /// the medium.
    pub async fn finish(&self) -> Result<()> {
        self.end(Writer::commit).await
    }

    /// Rolls back. On a transaction that is finished already it does nothing.
    ///
    /// # Errors
    /// [`StorageError::Closed`].
    pub async fn abort(&self) -> Result<()> {
        match self.end(Writer::rollback).await {
            Err(Error::Transaction(TransactionError::TransactionFinished | TransactionError::TransactionUndone)) => {
                Ok(())
            }
            other => other,
        }
    }

    async fn end(&self, how: fn(&mut Writer, &Fate) -> Result<()>) -> Result<()> {
        let fate = Arc::clone(&self.fate);
        let (reply, answer) = async_channel::bounded(1);
        self.send(move |writer| {
            let _ = reply.try_send(how(writer, &fate));
        })?;
        answer.recv().await.unwrap_or_else(|_| Err(self.over()))
    }

    fn send(&self, job: impl FnOnce(&mut Writer) + Send + 'static) -> Result<()> {
        self.writer.send(Message::Job(Box::new(job))).map_err(|_| self.over())
    }

    /// The database is closed; but what had ended before stays as it ended.
    fn over(&self) -> Error {
        self.fate.get().map_or(StorageError::Closed.into(), |fate| fate.clone().into())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.fate.get().is_none() {
            let fate = Arc::clone(&self.fate);
            // An error means that the database is closed: then there is nothing to roll back.
            let _ = self.send(move |writer| {
                let _ = writer.rollback(&fate);
            });
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fate, writer: _ } = self;
        formatter.debug_struct("Transaction").field("fate", fate).finish_non_exhaustive()
    }
}
