package dev.mlskit

import dev.mlskit.ffi.OutgoingKind as FfiOutgoingKind
import dev.mlskit.ffi.OutgoingMessage as FfiOutgoingMessage

/** Names a message of the outbox. No other message of the same file ever gets it again. */
@JvmInline
public value class OutgoingId(
    /** The id as a number, to be written down. */
    public val number: Long,
) {
    /** The number. */
    override fun toString(): String = number.toString()
}

/** What an outgoing message is, and so how it is settled. */
public enum class OutgoingKind {
    /** A commit, settled by the delivery service's answer. */
    COMMIT,

    /** A Welcome, which waits until its commit was accepted; settled by [TransactionContext.markSent]. */
    WELCOME,

    /** A proposal to leave, settled by [TransactionContext.markSent]. */
    LEAVE,
}

/** A message that is committed and unsettled: the same bytes on every try, after a crash too. */
public class OutgoingMessage internal constructor(
    private val ffi: FfiOutgoingMessage,
) {
    /** Names it in [TransactionContext.markSent]. */
    public val id: OutgoingId
        get() = OutgoingId(ffi.id)

    /** What it is. */
    public val kind: OutgoingKind
        get() =
            when (ffi.kind) {
                FfiOutgoingKind.COMMIT -> OutgoingKind.COMMIT
                FfiOutgoingKind.WELCOME -> OutgoingKind.WELCOME
                FfiOutgoingKind.LEAVE -> OutgoingKind.LEAVE
            }

    /** The group that it belongs to. */
    public val groupId: GroupId
        get() = ffi.groupId

    /** Whom it is for: the new members for a Welcome, empty for what goes to the whole group. */
    public val recipients: List<CredentialInfo>
        get() = ffi.recipients.map { it.toPublic() }

    /** A copy of the `MLSMessage` to send (RFC 9420 §6). */
    public fun toByteArray(): ByteArray = ffi.bytes.copyOf()

    /** Whether the other is the same message of the same file. */
    override fun equals(other: Any?): Boolean =
        other is OutgoingMessage && id == other.id && ffi.bytes.contentEquals(other.ffi.bytes)

    /** Fits [equals]. */
    override fun hashCode(): Int = id.hashCode()

    /** For logs: what it is and how long, and nothing of whom it is for. */
    override fun toString(): String = "message $id, a $kind of ${ffi.bytes.size} bytes"
}
