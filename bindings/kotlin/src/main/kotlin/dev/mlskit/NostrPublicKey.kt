package dev.mlskit

import dev.mlskit.ffi.nostrPublicKey
import dev.mlskit.ffi.nostrPublicKeyFromHex
import dev.mlskit.ffi.nostrPublicKeyOf

/**
 * A Nostr public key: the identity in a Marmot credential, as raw bytes. It is a user's, not a device's: each device has a
 * file of its own, all opened under the same [clientId].
 *
 * @throws MarmotException.WrongPublicKeyLength for other than 32 bytes.
 */
public class NostrPublicKey(
    bytes: ByteArray,
) : Comparable<NostrPublicKey> {
    private val bytes = Bytes(native { nostrPublicKey(bytes) })

    /** The id of each client of the key's owner. */
    public val clientId: ClientId
        get() = ClientId(toByteArray())

    /** A copy of the 32 bytes. */
    public fun toByteArray(): ByteArray = bytes.toByteArray()

    /** By the bytes, as unsigned numbers. */
    override fun compareTo(other: NostrPublicKey): Int = bytes.compareTo(other.bytes)

    /** Whether the other is the same key. */
    override fun equals(other: Any?): Boolean = other is NostrPublicKey && bytes == other.bytes

    /** Fits [equals]. */
    override fun hashCode(): Int = bytes.hashCode()

    /** 64 lowercase hexadecimal digits, as in events. */
    override fun toString(): String = bytes.toString()

    /** Reads keys. */
    public companion object {
        /**
         * The key in 64 lowercase hexadecimal digits, as in events.
         *
         * @throws MarmotException.WrongPublicKeyText for anything else; for one that begins with `npub1` too, which an app's
         *   Nostr library decodes.
         */
        public fun fromHex(text: String): NostrPublicKey = NostrPublicKey(native { nostrPublicKeyFromHex(text) })

        /**
         * Whom a credential speaks for.
         *
         * @throws MarmotException.NotBasic for another kind of credential.
         * @throws MarmotException.WrongPublicKeyLength for another identity; for a key in hexadecimal digits too.
         */
        public fun of(credential: CredentialInfo): NostrPublicKey =
            NostrPublicKey(native { nostrPublicKeyOf(credential.toFfi()) })
    }
}
