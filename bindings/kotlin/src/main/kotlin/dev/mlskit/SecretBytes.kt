package dev.mlskit

import java.security.MessageDigest

/** Bytes that can be wiped at any time, by any thread: who uses them works on a copy, which is wiped after that. */
internal class SecretBytes(
    private val bytes: ByteArray,
    private val name: String,
) {
    private var isWiped = false

    /** A copy, for the caller to wipe. */
    fun copy(): ByteArray = copyOrNull() ?: error("the $name was closed, and is wiped")

    @Synchronized
    fun wipe() {
        isWiped = true
        bytes.fill(0)
    }

    inline fun <T> lend(work: (ByteArray) -> T): T {
        val copy = copy()
        try {
            return work(copy)
        } finally {
            copy.fill(0)
        }
    }

    /** Whether the bytes are the same, which takes the same time whatever they are. Wiped ones equal none but themselves. */
    infix fun sameAs(other: SecretBytes): Boolean {
        val (one, two) = copyOrNull() to other.copyOrNull()
        try {
            return this === other || (one != null && two != null && MessageDigest.isEqual(one, two))
        } finally {
            one?.fill(0)
            two?.fill(0)
        }
    }

    @Synchronized
    private fun copyOrNull(): ByteArray? = if (isWiped) null else bytes.copyOf()
}
