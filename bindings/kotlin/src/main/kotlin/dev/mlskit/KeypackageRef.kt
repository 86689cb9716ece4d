package dev.mlskit

import dev.mlskit.ffi.keypackageRefFromBytes
import kotlin.time.Clock
import kotlin.time.Instant
import dev.mlskit.ffi.KeypackageRef as FfiKeypackageRef

/** When a key package may be used (RFC 9420 §7.2): The last second counts as outside, as with OpenMLS. */
public data class Lifetime(
    /** The first second. */
    public val notBefore: Instant,
    /** The first second that is outside. */
    public val notAfter: Instant,
)

/**
 * Names a key package by its hash, and knows what an index knows of it; no keys. Two with one hash name one package.
 *
 * ```kotlin
 * for (ref in tx.getKeypackageRefs()) if (!ref.isValid()) tx.removeKeypackage(ref)
 * ```
 */
public class KeypackageRef internal constructor(
    private val ffi: FfiKeypackageRef,
) : Comparable<KeypackageRef> {
    /** The hash. */
    public val hashRef: HashRef = ffi.hashRef

    /** The package's ciphersuite. */
    public val ciphersuite: Ciphersuite
        get() = Ciphersuite(ffi.ciphersuite.toInt())

    /** The scheme of its signatures. */
    public val signatureScheme: SignatureScheme
        get() = SignatureScheme(ffi.signatureScheme.toInt())

    /** The type of its credential. */
    public val credentialType: CredentialType
        get() = CredentialType(ffi.credentialType.toInt())

    /** When it may be used. */
    public val lifetime: Lifetime
        get() = Lifetime(ffi.notBefore.toInstant(), ffi.notAfter.toInstant())

    /** Whether it may be used more than once. */
    public val isLastResort: Boolean
        get() = ffi.isLastResort

    /** Whether [time], or now by the system's clock, is inside its lifetime. */
    public fun isValid(time: Instant = Clock.System.now()): Boolean = time.toFfi() in ffi.notBefore..<ffi.notAfter

    /** Whether its lifetime is over at [time], or now by the system's clock. */
    public fun isExpired(time: Instant = Clock.System.now()): Boolean = time.toFfi() >= ffi.notAfter

    /** By the hash. */
    override fun compareTo(other: KeypackageRef): Int = hashRef.compareTo(other.hashRef)

    /** Whether the other names the same package. */
    override fun equals(other: Any?): Boolean = other is KeypackageRef && hashRef == other.hashRef

    /** Fits [equals]. */
    override fun hashCode(): Int = hashRef.hashCode()

    /** The hash in hexadecimal. */
    override fun toString(): String = hashRef.toString()

    internal fun toFfi(): FfiKeypackageRef = ffi

    /** Makes references. */
    public companion object {
        /**
         * The reference to any key package, one's own or another's, bare or in an `MLSMessage`. Nothing is verified.
         *
         * @throws KeypackageException.Rejected for bytes that are no key package.
         */
        public fun of(bytes: ByteArray): KeypackageRef = KeypackageRef(native { keypackageRefFromBytes(bytes) })
    }
}
