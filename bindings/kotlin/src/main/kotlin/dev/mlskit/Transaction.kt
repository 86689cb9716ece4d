package dev.mlskit

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import dev.mlskit.ffi.CancelToken as FfiCancelToken
import dev.mlskit.ffi.MlsException as FfiException
import dev.mlskit.ffi.TransactionContext as FfiTransaction

internal suspend fun <T> MlsClient.inTransaction(block: suspend (TransactionContext) -> T): T {
    val mark = enter()
    var open: NativeTransaction? = null
    try {
        begin { open = NativeTransaction(it) }
        val native = checkNotNull(open)
        val result = within(mark) { block(TransactionContext(native)) }
        native.finishIfOpen()
        return result
    } catch (t: Throwable) {
        open?.let { native -> rollBack(native, t) }
        throw t
    } finally {
        open?.close()
    }
}

/** Runs [block] with [mark] in its context. What it throws goes past coroutines' own copying of exceptions, as it is. */
private suspend fun <T> within(
    mark: InTransaction,
    block: suspend () -> T,
): T {
    var outcome: Result<T>? = null
    try {
        withContext(mark) { outcome = runCatching { block() } }
    } catch (e: CancellationException) {
        outcome?.onFailure { throw it }
        throw e
    } finally {
        mark.end()
    }
    return checkNotNull(outcome).getOrThrow()
}

private suspend fun rollBack(
    native: NativeTransaction,
    cause: Throwable,
) {
    try {
        native.abort()
    } catch (e: MlsException) {
        cause.addSuppressed(e)
    }
}

/** Waits for the writer. The transaction goes out through [opened], for a value may be lost when a coroutine is cancelled. */
private suspend fun MlsClient.begin(opened: (FfiTransaction) -> Unit) {
    val client = open()
    FfiCancelToken().use { token ->
        coroutineScope {
            val watch =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    try {
                        awaitCancellation()
                    } finally {
                        token.cancel()
                    }
                }
            try {
                opened(uninterrupted { waiting { alive { client.newTransaction(token) } } })
            } finally {
                watch.cancel()
            }
        }
    }
}

private suspend fun <T> waiting(work: suspend () -> T): T =
    try {
        work()
    } catch (e: FfiException.Cancelled) {
        throw CancellationException(e.detail)
    }

/**
 * In the context of a coroutine whose block holds a transaction of [client] open, or runs inside of one that does. A scope
 * that is made inside of the block may outlive it, with the mark in its context.
 */
internal class InTransaction(
    private val client: MlsClient,
    private val outer: InTransaction?,
) : AbstractCoroutineContextElement(Key) {
    @Volatile
    private var isOpen = true

    fun holds(client: MlsClient): Boolean = (isOpen && this.client === client) || outer?.holds(client) == true

    fun end() {
        isOpen = false
    }

    companion object Key : CoroutineContext.Key<InTransaction>
}

internal suspend fun MlsClient.enter(): InTransaction {
    val outer = currentCoroutineContext()[InTransaction]
    if (outer?.holds(this) == true) {
        throw TransactionException.NestedTransaction(
            "a transaction of this client is open around this call; use the context that the block was given",
        )
    }
    return InTransaction(this, outer)
}
