package dev.mlskit

import dev.mlskit.ffi.generateDatabaseKey
import java.security.MessageDigest

/**
 * The 32 random bytes that a database is encrypted with. There is no passphrase and no key derivation: keep the bytes
 * where the platform keeps keys.
 *
 * They are wiped from memory by [close], never printed, and compared in constant time. What the JVM's garbage
 * collector has copied before cannot be wiped.
 *
 * ```kotlin
 * val client = DatabaseKey(bytesFromTheKeystore).use { key -> MlsClient.open(file, key, ClientId("alice@example.com")) }
 * ```
 */
public class DatabaseKey private constructor(
    private val bytes: ByteArray,
    private var isWiped: Boolean,
) : AutoCloseable {
    /** Takes a copy of a key's bytes. That there are [LENGTH] of them is found out by who uses the key. */
    public constructor(bytes: ByteArray) : this(bytes.copyOf(), false)

    /** A copy of the key's bytes, to be kept in the platform's key store, and wiped after that. */
    public fun toByteArray(): ByteArray = exposed().copyOf()

    /** Wipes the bytes. A database that is open stays so; the key opens no other. */
    override fun close() {
        isWiped = true
        bytes.fill(0)
    }

    /** Whether the other key has the same bytes. */
    override fun equals(other: Any?): Boolean =
        other is DatabaseKey && isWiped == other.isWiped && MessageDigest.isEqual(bytes, other.bytes)

    /** The same for all keys: a key's bytes tell nothing of themselves. */
    override fun hashCode(): Int = LENGTH

    /** Nothing of the key. */
    override fun toString(): String = "DatabaseKey(redacted)"

    internal fun exposed(): ByteArray = if (isWiped) error("the database key was closed, and is wiped") else bytes

    /** Makes keys. */
    public companion object {
        /** Bytes in a key. */
        public const val LENGTH: Int = 32

        /**
         * Makes a key from the operating system's random numbers.
         *
         * @throws StorageException.Io when the system gives none.
         */
        public fun generate(): DatabaseKey = DatabaseKey(native { generateDatabaseKey() }, false)
    }
}
