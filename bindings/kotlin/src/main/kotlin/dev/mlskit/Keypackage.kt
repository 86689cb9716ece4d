package dev.mlskit

import dev.mlskit.ffi.checkKeypackage
import dev.mlskit.ffi.constants
import dev.mlskit.ffi.frameKeypackage
import kotlin.time.Duration
import dev.mlskit.ffi.Keypackage as FfiKeypackage
import dev.mlskit.ffi.KeypackageFraming as FfiKeypackageFraming

/** A key package (RFC 9420 §10) whose signatures have been checked, or that was made here. No private keys. */
public class Keypackage internal constructor(
    private val ffi: FfiKeypackage,
) {
    /** Names it. */
    public val ref: KeypackageRef = KeypackageRef(ffi.keypackageRef)

    /** Whom it speaks for. */
    public val credential: CredentialInfo = ffi.credential.toPublic()

    /** The public key that its client signs with. */
    public val signatureKey: SignatureKey = ffi.signatureKey

    /** A copy of the bare `KeyPackage`: what a directory serves. */
    public fun toByteArray(): ByteArray = ffi.bytes.copyOf()

    /** The package in an `MLSMessage` (RFC 9420 §6), as some directories want it. */
    public fun toMlsMessage(): ByteArray = frameKeypackage(ffi.bytes, FfiKeypackageFraming.MLS_MESSAGE)

    /** Every field, to look at. */
    public fun info(): KeypackageInfo = KeypackageInfo.of(ffi.bytes)

    /** Whether the system's clock is inside its lifetime. */
    public fun isValid(): Boolean = ref.isValid()

    /** Whether the other has the same bytes. */
    override fun equals(other: Any?): Boolean = other is Keypackage && ffi.bytes.contentEquals(other.ffi.bytes)

    /** Fits [equals]. */
    override fun hashCode(): Int = ref.hashCode()

    /** Its reference. */
    override fun toString(): String = "Keypackage($ref)"

    internal fun toFfi(): FfiKeypackage = ffi

    /** Checks key packages without a client. */
    public companion object {
        /** How long a key package lives that is asked for without a lifetime: 84 days, about three months. */
        public val DEFAULT_LIFETIME: Duration by lazy { constants().keypackageDefaultLifetime.toSeconds() }

        /** The most key packages that one call generates. */
        public val MAX_BATCH: Int by lazy { constants().maxBatch.toInt() }

        /**
         * [MlsClient.importKeypackage] on the thread that asks and without a client, for programs that have a thread of
         * their own for it: a directory that takes uploads, say. Without [maxAcceptedLifetime], that of [ClientOptions].
         *
         * @throws KeypackageException.Rejected with the first reason not to accept it.
         */
        public fun check(
            bytes: ByteArray,
            maxAcceptedLifetime: Duration? = null,
            clock: ManualClock? = null,
        ): Keypackage = Keypackage(native { checkKeypackage(bytes, maxAcceptedLifetime?.toFfiSeconds(), clock?.ffi) })
    }
}
