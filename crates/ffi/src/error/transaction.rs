//! The use of a transaction.

use super::millis;

/// A transaction was used or awaited wrongly.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum TransactionFailure {
    /// Caller: the transaction had been committed or rolled back already.
    TransactionFinished,
    /// Medium: a failure in this transaction, of a full disk for one, made SQLite roll back all of it.
    TransactionUndone,
    /// Caller: a transaction was begun inside another's block of the same client; it would wait for itself.
    NestedTransaction,
    /// Another transaction of this client was open for the whole busy time-out.
    TransactionBusy {
        /// How long this call waited, in milliseconds.
        waited_millis: u64,
        /// How long the other transaction has been open, in milliseconds.
        open_for_millis: u64,
    },
    /// A bug here: an operation panicked. It was undone; the transaction can go on.
    OperationPanicked,
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::TransactionError> for TransactionFailure {
    fn from(core: mlskit::TransactionError) -> Self {
        use mlskit::TransactionError as Core;
        match core {
            Core::TransactionFinished => Self::TransactionFinished,
            Core::TransactionUndone => Self::TransactionUndone,
            Core::NestedTransaction => Self::NestedTransaction,
            Core::TransactionBusy { waited, open_for } => {
                Self::TransactionBusy { waited_millis: millis(waited), open_for_millis: millis(open_for) }
            }
            Core::OperationPanicked => Self::OperationPanicked,
            _ => Self::Other,
        }
    }
}
