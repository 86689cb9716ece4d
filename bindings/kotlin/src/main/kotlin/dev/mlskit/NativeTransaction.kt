package dev.mlskit

import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import dev.mlskit.ffi.TransactionContext as FfiTransaction

/** An open transaction on the native side, and the objects that are of use no longer than it. */
internal class NativeTransaction(
    private val ffi: FfiTransaction,
) {
    private val owned = mutableListOf<() -> Unit>()
    private var isClosed = false

    /** For a call that returns values. */
    suspend fun <T> call(work: suspend FfiTransaction.() -> T): T = background { open { ffi.work() } }

    /** For a call that returns an object, which would be lost if the coroutine was cancelled on the way back. */
    suspend fun <T> callForObject(work: suspend FfiTransaction.() -> T): T = uninterrupted { open { ffi.work() } }

    /** Has [end] called when the transaction ends, or now if it has. */
    fun own(end: () -> Unit) {
        val isTooLate =
            synchronized(owned) {
                if (!isClosed) owned += end
                isClosed
            }
        if (isTooLate) end()
    }

    /** Commits, unless the coroutine is cancelled: its transaction is to be rolled back. */
    suspend fun finish() {
        currentCoroutineContext().ensureActive()
        uninterrupted { open { ffi.finish() } }
    }

    suspend fun abort() = uninterrupted { open { ffi.abort() } }

    /** What the block's end does: commits, unless the block has ended the transaction itself. */
    suspend fun finishIfOpen() {
        try {
            finish()
        } catch (_: TransactionException.TransactionFinished) {
            // The block has ended it itself, which is allowed.
        }
    }

    /** Frees everything, and never on the caller's thread: what a batch has to say is copied now. */
    suspend fun close() =
        uninterrupted {
            synchronized(owned) { isClosed = true }
            // One object that can't be freed keeps no other from it, and the transaction has ended as it has.
            ffi.use { owned.forEach { end -> runCatching(end) } }
        }

    /** UniFFI's own exception for an object that is freed, as this one is at the block's end, is not the app's to see. */
    private suspend fun <T> open(work: suspend () -> T): T =
        try {
            work()
        } catch (e: IllegalStateException) {
            throw if (ffi.uniffiIsDestroyed) finished() else e
        }
}

private fun finished() = TransactionException.TransactionFinished("the transaction is finished; begin another")
