package dev.mlskit

import dev.mlskit.ffi.MlsException as FfiException
import dev.mlskit.ffi.SealedMessage as FfiSealedMessage

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
    sealed: FfiSealedMessage,
) {
    private var sealed: FfiSealedMessage? = sealed
    private var opened: ByteArray? = null

    /**
     * A copy of the `MLSMessage` to send (RFC 9420 §6.3).
     *
     * @throws GroupException.NotCommitted before the commit, and for ever after a rollback.
     */
    @Synchronized
    public fun open(): ByteArray {
        val bytes = sealed?.let { native { it.open() } } ?: opened
        return bytes?.copyOf()
            ?: throw GroupException.NotCommitted("the message's transaction was rolled back; encrypt it again")
    }

    /** At the end of the transaction: what it has to say is taken, and the native object freed. */
    @Synchronized
    internal fun settle() {
        sealed?.use { opened = openedOrNull(it) }
        sealed = null
    }

    private fun openedOrNull(sealed: FfiSealedMessage): ByteArray? =
        try {
            sealed.open()
        } catch (_: FfiException.Group) {
            null
        }
}
