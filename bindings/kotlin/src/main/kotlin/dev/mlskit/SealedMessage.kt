package dev.mlskit

import dev.mlskit.ffi.MlsException as FfiException
import dev.mlskit.ffi.PlainMessage as FfiPlainMessage
import dev.mlskit.ffi.SealedMessages as FfiSealedMessages

/**
 * Something to say to a group, for [TransactionContext.encryptMessages]. The arrays are read when it is encrypted, not
 * copied before, so they can be wiped after that.
 */
public class PlainMessage(
    private val plaintext: ByteArray,
    private val aad: ByteArray = ByteArray(0),
) {
    /** How much is said, and nothing of what. */
    override fun toString(): String = "PlainMessage(${plaintext.size} bytes, ${aad.size} in clear)"

    internal fun toFfi(): FfiPlainMessage = FfiPlainMessage(plaintext, aad)
}

/**
 * An encrypted message that opens only when the transaction that encrypted it has committed: sent and rolled back, its
 * key would be used again for another.
 *
 * ```kotlin
 * val sealed = client.transaction { tx -> tx.encryptMessage(group, "hello".encodeToByteArray()) }
 * deliver(sealed.open())
 * ```
 */
public class SealedMessage internal constructor(
    private val batch: SealedBatch,
    private val place: Int,
) {
    /**
     * A copy of the `MLSMessage` to send (RFC 9420 §6.3).
     *
     * @throws GroupException.NotCommitted before the commit, and for ever after a rollback.
     */
    public fun open(): ByteArray = batch.open()[place].copyOf()
}

/** What one call has encrypted. It crosses as a whole, once. */
internal class SealedBatch(
    sealed: FfiSealedMessages,
) {
    private var sealed: FfiSealedMessages? = sealed
    private var opened: List<ByteArray>? = null

    @Synchronized
    fun open(): List<ByteArray> =
        sealed?.let { native { it.open() } }
            ?: opened
            ?: throw GroupException.NotCommitted("the message's transaction was rolled back; encrypt it again")

    /** At the end of the transaction: what it has to say is taken, and the native object freed. */
    @Synchronized
    fun settle() {
        sealed?.use { opened = openedOrNull(it) }
        sealed = null
    }

    private fun openedOrNull(sealed: FfiSealedMessages): List<ByteArray>? =
        try {
            sealed.open()
        } catch (_: FfiException.Group) {
            null
        }
}
