package dev.mlskit

/** An identifier that is nothing but bytes: equal if its bytes are, and fit to be a key of a map. */
public sealed class OpaqueBytes(
    bytes: ByteArray,
) {
    internal val bytes: ByteArray = bytes.copyOf()

    /** How many bytes there are. */
    public val size: Int
        get() = bytes.size

    /** A copy of the bytes. */
    public fun toByteArray(): ByteArray = bytes.copyOf()

    /** Whether the other is of the same kind and has the same bytes. */
    final override fun equals(other: Any?): Boolean =
        other is OpaqueBytes && other::class == this::class && bytes.contentEquals(other.bytes)

    /** Fits [equals]. */
    final override fun hashCode(): Int = bytes.contentHashCode()

    /** The bytes in hexadecimal. */
    override fun toString(): String = bytes.toHexString()
}

/** Names a client, for good: whoever opens a database first gives it to an id. At least one byte. */
public class ClientId(
    bytes: ByteArray,
) : OpaqueBytes(bytes),
    Comparable<ClientId> {
    /** The id whose bytes are [name] in UTF-8. */
    public constructor(name: String) : this(name.encodeToByteArray())

    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: ClientId): Int = compareBytes(bytes, other.bytes)

    /** The text, where the bytes are printable UTF-8, else hexadecimal. */
    override fun toString(): String = readable(bytes)
}

/** Names a group. */
public class GroupId(
    bytes: ByteArray,
) : OpaqueBytes(bytes),
    Comparable<GroupId> {
    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: GroupId): Int = compareBytes(bytes, other.bytes)
}

/** A public signature key, as RFC 9420 §5.1.1 encodes it. */
public class SignatureKey(
    bytes: ByteArray,
) : OpaqueBytes(bytes),
    Comparable<SignatureKey> {
    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: SignatureKey): Int = compareBytes(bytes, other.bytes)
}

/** The hash of a key package (RFC 9420 §5.2), 32 bytes for the ciphersuites that are supported here. */
public class HashRef(
    bytes: ByteArray,
) : OpaqueBytes(bytes),
    Comparable<HashRef> {
    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: HashRef): Int = compareBytes(bytes, other.bytes)
}

/** Bytes inside of a value, so that the value is equal by what they are. */
public class Bytes(
    bytes: ByteArray,
) : OpaqueBytes(bytes),
    Comparable<Bytes> {
    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: Bytes): Int = compareBytes(bytes, other.bytes)
}

/** An X.509 certificate in DER. */
public class Certificate(
    der: ByteArray,
) : OpaqueBytes(der),
    Comparable<Certificate> {
    /** By the bytes, as unsigned numbers; of two that begin alike the shorter comes first. */
    override fun compareTo(other: Certificate): Int = compareBytes(bytes, other.bytes)
}

private fun compareBytes(
    one: ByteArray,
    other: ByteArray,
): Int {
    for (place in 0..<minOf(one.size, other.size)) {
        val difference = one[place].toUByte().compareTo(other[place].toUByte())
        if (difference != 0) return difference
    }
    return one.size.compareTo(other.size)
}

private fun readable(bytes: ByteArray): String {
    val text = runCatching { bytes.decodeToString(throwOnInvalidSequence = true) }.getOrNull()
    return text?.takeIf { it.none(Char::isISOControl) } ?: bytes.toHexString()
}
