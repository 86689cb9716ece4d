//! A transaction's handle.

use std::{fmt, sync::mpsc::Sender};

use crate::{
    Error, Operation, Result, StorageError, TransactionError,
    writer::{Message, Writer},
};

/// One SQLite transaction, open on the writer thread from `begin` to `finish` or `abort`.
///
/// Dropping it rolls back, in the background; the next transaction begins after that.
pub struct Transaction {
    id: u64,
    writer: Sender<Message>,
}

impl Transaction {
    pub(crate) fn new(id: u64, writer: Sender<Message>) -> Self {
        Self { id, writer }
    }

    /// Runs `work` on the writer thread, all of it or nothing: an error undoes what it did and no more.
    ///
    /// Dropping the future before `work` has begun means that it never runs; afterwards it is done in full.
    ///
    /// # Errors
    /// Those of `work`; [`TransactionError::TransactionFinished`]; [`StorageError::Closed`].
    pub async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut Operation<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let id = self.id;
        let (reply, answer) = async_channel::bounded(1);
        let job = move |writer: &mut Writer| {
            if !reply.is_closed() {
                let _ = reply.try_send(writer.operate(id, work));
            }
        };
        self.send(job)?;
        answer.recv().await.unwrap_or_else(|_| Err(E::from(StorageError::Closed.into())))
    }

    /// Commits.
    ///
    /// - `Ok`: everything is stored, also after a loss of power (as far as the medium keeps its promises), and
    ///   secrets that the transaction deleted are gone from the file, and from the WAL unless a reader was in
    ///   the way; then they go as soon as it is done.
    /// - `Err`: nothing of the transaction is stored.
    /// - Future dropped: either of the two, never half.
    ///
    /// In each case the transaction is finished.
    ///
    /// # Errors
    /// [`TransactionError::TransactionFinished`]; [`StorageError`]s of the medium.
    pub async fn finish(&self) -> Result<()> {
        self.end(Writer::commit).await
    }

    /// Rolls back. On a transaction that is finished already it does nothing.
    ///
    /// # Errors
    /// [`StorageError::Closed`].
    pub async fn abort(&self) -> Result<()> {
        match self.end(Writer::rollback).await {
            Err(Error::Transaction(TransactionError::TransactionFinished)) => Ok(()),
            other => other,
        }
    }

    async fn end(&self, how: fn(&mut Writer, u64) -> Result<()>) -> Result<()> {
        let id = self.id;
        let (reply, answer) = async_channel::bounded(1);
        self.send(move |writer| {
            let _ = reply.try_send(how(writer, id));
        })?;
        answer.recv().await.unwrap_or_else(|_| Err(StorageError::Closed.into()))
    }

    fn send(&self, job: impl FnOnce(&mut Writer) + Send + 'static) -> Result<()> {
        self.writer.send(Message::Job(Box::new(job))).map_err(|_| StorageError::Closed.into())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let id = self.id;
        // It may be finished, or the database closed: then there is nothing to roll back.
        let _ = self.send(move |writer| {
            let _ = writer.rollback(id);
        });
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, writer: _ } = self;
        formatter.debug_struct("Transaction").field("id", id).finish_non_exhaustive()
    }
}
