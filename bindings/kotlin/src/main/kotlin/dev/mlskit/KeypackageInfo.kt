package dev.mlskit

import dev.mlskit.ffi.keypackageInfo
import dev.mlskit.ffi.ExtensionInfo as FfiExtensionInfo
import dev.mlskit.ffi.KeypackageFraming as FfiKeypackageFraming
import dev.mlskit.ffi.KeypackageInfo as FfiKeypackageInfo
import dev.mlskit.ffi.LeafSource as FfiLeafSource

/** In which form a key package travels. */
public enum class KeypackageFraming {
    /** The bare `KeyPackage` of RFC 9420 §10. */
    BARE,

    /** An `MLSMessage` of wire format `mls_key_package` (RFC 9420 §6). */
    MLS_MESSAGE,
}

internal fun KeypackageFraming.toFfi(): FfiKeypackageFraming =
    when (this) {
        KeypackageFraming.BARE -> FfiKeypackageFraming.BARE
        KeypackageFraming.MLS_MESSAGE -> FfiKeypackageFraming.MLS_MESSAGE
    }

/**
 * Every field of a key package, for debugging and for an app's own policies. It tells what the bytes say, and nothing
 * of whether that is true or allowed: signatures, times and capabilities are not checked.
 *
 * ```kotlin
 * println(KeypackageInfo.of(bytes)) // some twenty lines
 * ```
 */
public class KeypackageInfo internal constructor(
    private val ffi: FfiKeypackageInfo,
) {
    /** The form that the bytes were in. */
    public val framing: KeypackageFraming
        get() =
            when (ffi.framing) {
                FfiKeypackageFraming.BARE -> KeypackageFraming.BARE
                FfiKeypackageFraming.MLS_MESSAGE -> KeypackageFraming.MLS_MESSAGE
            }

    /** The length of the bare package, in bytes. */
    public val size: Long
        get() = ffi.size.clamped()

    /** The protocol version; 1 is MLS 1.0. */
    public val version: Int
        get() = ffi.version.toInt()

    /** The ciphersuite. */
    public val ciphersuite: Ciphersuite
        get() = Ciphersuite(ffi.ciphersuite.toInt())

    /** The package's reference (RFC 9420 §5.2), if the suite's hash is known. */
    public val hashRef: HashRef?
        get() = ffi.hashRef

    /** The public key that a Welcome is encrypted to. */
    public val initKey: Bytes
        get() = Bytes(ffi.initKey)

    /** The leaf's public key in the group's tree. */
    public val encryptionKey: Bytes
        get() = Bytes(ffi.encryptionKey)

    /** The public key that the client signs with. */
    public val signatureKey: SignatureKey
        get() = ffi.signatureKey

    /** Whom the package speaks for. */
    public val credential: CredentialInfo
        get() = ffi.credential.toPublic()

    /** What the client can work with. */
    public val capabilities: Capabilities
        get() = ffi.capabilities.toPublic()

    /** What the leaf node was made for, with what comes with it. */
    public val leafSource: LeafSource
        get() = ffi.leafSource.toPublic()

    /** The extensions of the leaf node. */
    public val leafExtensions: List<ExtensionInfo>
        get() = ffi.leafExtensions.map { it.toPublic() }

    /** The signature over the leaf node. */
    public val leafSignature: Bytes
        get() = Bytes(ffi.leafSignature)

    /** The extensions of the package. */
    public val extensions: List<ExtensionInfo>
        get() = ffi.extensions.map { it.toPublic() }

    /** The signature over the package. */
    public val signature: Bytes
        get() = Bytes(ffi.signature)

    /** Whether it may be used more than once. */
    public val isLastResort: Boolean
        get() = ffi.isLastResort

    /** All of it, on some twenty lines. */
    override fun toString(): String = ffi.text

    /** Reads key packages. */
    public companion object {
        /**
         * Reads a key package, bare or in an `MLSMessage`, acceptable or not.
         *
         * @throws KeypackageException.Rejected for bytes that are no key package.
         */
        public fun of(bytes: ByteArray): KeypackageInfo = KeypackageInfo(native { keypackageInfo(bytes) })
    }
}

/** What a leaf node was made for (RFC 9420 §7.2). */
public sealed interface LeafSource {
    /** For a key package, as it should be. */
    public data class Keypackage(
        /** When the package may be used. */
        public val lifetime: Lifetime,
    ) : LeafSource

    /** For an Update proposal. */
    public data object Update : LeafSource

    /** For a commit. */
    public data class Commit(
        /** The hash of the parents. */
        public val parentHash: Bytes,
    ) : LeafSource

    /** For something that this class has no name for. */
    public data object Other : LeafSource
}

/** An extension (RFC 9420 §13) as it stands in a key package. */
public data class ExtensionInfo(
    /** Its type. */
    public val type: ExtensionType,
    /** Its content. */
    public val data: Bytes,
    private val text: String,
) {
    /** Its type's number and name, and its content in hexadecimal. */
    override fun toString(): String = text
}

private fun FfiExtensionInfo.toPublic() = ExtensionInfo(ExtensionType(extensionType.toInt()), Bytes(data), text)

private fun FfiLeafSource.toPublic(): LeafSource =
    when (this) {
        is FfiLeafSource.KeyPackage -> LeafSource.Keypackage(Lifetime(notBefore.toInstant(), notAfter.toInstant()))
        is FfiLeafSource.Update -> LeafSource.Update
        is FfiLeafSource.Commit -> LeafSource.Commit(Bytes(parentHash))
        is FfiLeafSource.Other -> LeafSource.Other
    }
