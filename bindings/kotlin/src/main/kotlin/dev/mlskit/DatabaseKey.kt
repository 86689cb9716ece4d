package dev.mlskit

import dev.mlskit.ffi.generateDatabaseKey

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
    private val secret: SecretBytes,
) : AutoCloseable {
    /** Takes a copy of a key's bytes. That there are [LENGTH] of them is found out by who uses the key. */
    public constructor(bytes: ByteArray) : this(SecretBytes(bytes.copyOf(), NAME))

    /** A copy of the key's bytes, to be kept in the platform's key store, and wiped after that. */
    public fun toByteArray(): ByteArray = secret.copy()

    /** Wipes the bytes. A database that is open, or being opened, stays so; the key opens no other. */
    override fun close() {
        secret.wipe()
    }

    /** Whether the other key has the same bytes, none of them wiped. */
    override fun equals(other: Any?): Boolean = other is DatabaseKey && secret sameAs other.secret

    /** The same for all keys: a key's bytes tell nothing of themselves. */
    override fun hashCode(): Int = LENGTH

    /** Nothing of the key. */
    override fun toString(): String = "DatabaseKey(redacted)"

    internal inline fun <T> lend(work: (ByteArray) -> T): T = secret.lend(work)

    /** Makes keys. */
    public companion object {
        /** Bytes in a key. */
        public const val LENGTH: Int = 32

        /**
         * Makes a key from the operating system's random numbers.
         *
         * @throws StorageException.Io when the system gives none.
         */
        public fun generate(): DatabaseKey = DatabaseKey(SecretBytes(native { generateDatabaseKey() }, NAME))

        private const val NAME = "database key"
    }
}
