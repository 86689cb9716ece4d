package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.TransactionFailure as FfiTransactionFailure

/** A transaction was used or awaited wrongly. */
public sealed class TransactionException(
    message: String,
) : MlsException(message) {
    /** Caller: the transaction had been committed or rolled back already. */
    public class TransactionFinished internal constructor(
        message: String,
    ) : TransactionException(message)

    /** Medium: a failure in this transaction, of a full disk for one, made SQLite roll back all of it. */
    public class TransactionUndone internal constructor(
        message: String,
    ) : TransactionException(message)

    /** Caller: a transaction was begun inside another's block of the same client; it would wait for itself. */
    public class NestedTransaction internal constructor(
        message: String,
    ) : TransactionException(message)

    /** Another transaction of this client was open for the whole busy time-out. */
    public class TransactionBusy internal constructor(
        /** How long this call waited. */
        public val waited: Duration,
        /** How long the other transaction has been open. */
        public val openFor: Duration,
        message: String,
    ) : TransactionException(message)

    /** A bug here: an operation panicked. It was undone; the transaction can go on. */
    public class OperationPanicked internal constructor(
        message: String,
    ) : TransactionException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : TransactionException(message)
}

internal fun transactionException(
    failure: FfiTransactionFailure,
    message: String,
): TransactionException =
    when (failure) {
        FfiTransactionFailure.TransactionFinished -> TransactionException.TransactionFinished(message)
        FfiTransactionFailure.TransactionUndone -> TransactionException.TransactionUndone(message)
        FfiTransactionFailure.NestedTransaction -> TransactionException.NestedTransaction(message)
        is FfiTransactionFailure.TransactionBusy ->
            TransactionException.TransactionBusy(
                failure.waitedMillis.toMillis(),
                failure.openForMillis.toMillis(),
                message,
            )
        FfiTransactionFailure.OperationPanicked -> TransactionException.OperationPanicked(message)
        FfiTransactionFailure.Other -> TransactionException.Other(message)
    }
