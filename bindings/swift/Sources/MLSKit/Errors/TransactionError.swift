import Foundation

/// A transaction was used or awaited wrongly.
public enum TransactionError: Hashable, Sendable {
    /// Caller: the transaction had been committed or rolled back already. Its context is of use only inside its block.
    case transactionFinished
    /// Medium: a failure in this transaction, of a full disk for one, made SQLite roll back all of it.
    case transactionUndone
    /// Caller: a transaction was begun inside another's block of the same client; it would wait for itself.
    case nestedTransaction
    /// Another transaction of this client was open for the whole busy time-out.
    case transactionBusy(waited: Duration, openFor: Duration)
    /// A bug: an operation failed beyond all reason. It was undone; the transaction can go on.
    case operationPanicked
}

extension TransactionError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .transactionFinished:
            "The transaction is finished; begin another."
        case .transactionUndone:
            "An earlier failure in this transaction undid the whole of it; begin another."
        case .nestedTransaction:
            "A transaction of this client is open around this call; use the context that the block was given."
        case .transactionBusy(let waited, let openFor):
            "Waited \(waited) for this client's other transaction, which has been open for \(openFor); finish it first."
        case .operationPanicked:
            "A bug in mlskit: an operation failed and was undone."
        }
    }
}
