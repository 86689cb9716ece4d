package dev.mlskit

import kotlin.time.Instant
import dev.mlskit.ffi.CredentialReplacement as FfiCredentialReplacement
import dev.mlskit.ffi.KeypackagePublication as FfiKeypackagePublication
import dev.mlskit.ffi.KeypackageStatus as FfiKeypackageStatus
import dev.mlskit.ffi.OutgoingKeypackages as FfiOutgoingKeypackages

/** A key package that a directory is to serve. */
public class KeypackagePublication internal constructor(
    private val ffi: FfiKeypackagePublication,
) {
    /** Names it in [TransactionContext.confirmPublished]. */
    public val ref: KeypackageRef = KeypackageRef(ffi.keypackageRef)

    /** A copy of the package, in the policy's framing: the same bytes until it is confirmed. */
    public fun toByteArray(): ByteArray = ffi.bytes.copyOf()

    /** Whether the other has the same bytes. */
    override fun equals(other: Any?): Boolean =
        other is KeypackagePublication && ffi.bytes.contentEquals(other.ffi.bytes)

    /** Fits [equals]. */
    override fun hashCode(): Int = ffi.bytes.contentHashCode()

    /** For logs: which it is and how long. */
    override fun toString(): String = "KeypackagePublication($ref, ${ffi.bytes.size} bytes)"
}

/**
 * What a directory is to be told of a credential's key packages: committed and unconfirmed, in the order in which it is to
 * be told. After a crash it is the same.
 */
public data class OutgoingKeypackages(
    /** What is to be published: a last-resort package first, then in the order in which they were made. */
    public val publish: List<KeypackagePublication>,
    /** What is to be withdrawn: of this and every other credential what was replaced, and what was removed. */
    public val withdraw: List<KeypackageRef>,
    /** When there will be more to do, if nothing happens before. `null`, where there never will. */
    public val next: Instant?,
)

/** How the key packages of a credential, and of those whose place it took, are doing: to show and to watch. */
public data class KeypackageStatus(
    /** Made by the app and never said to be published: the policy leaves them alone until they expire. */
    public val unmanaged: Int,
    /** Given out to be published, and not confirmed: a peer may have them or not. */
    public val pending: Int,
    /** Published, and neither used up nor retired; with the last-resort package. */
    public val published: Int,
    /** Those of the published that are to be replaced. */
    public val stale: Int,
    /** Replaced, and to be withdrawn; of all credentials. */
    public val retired: Int,
    /** Withdrawn, with keys for Welcomes that are under way; of all credentials. */
    public val withdrawn: Int,
    /** Removed by the app, or used up by a Welcome, and to be withdrawn; of all credentials. They have no keys. */
    public val removed: Int,
    /** Whether one of the published is a last-resort package. */
    public val hasLastResort: Boolean,
    /**
     * Since when the oldest of the pending has been waiting: long ago means that the directory can't be reached, or
     * refuses.
     */
    public val oldestPending: Instant?,
    /** When the first of the packages in service is to be replaced; no later than now, if one is waiting for that. */
    public val nextRefresh: Instant?,
)

/** What is left of a credential that is being replaced. */
public data class CredentialReplacement(
    /** The credential that is in its place now, at the end of a chain of replacements. */
    public val successor: CredentialRef,
    /**
     * The groups that this client is still in with the old credential: a commit that moves it waits for its answer, or
     * the group can't be moved now. Those that this client was removed from are to be deleted by the app.
     */
    public val groups: List<GroupId>,
    /** How many of its key packages are still there, for peers who have fetched them. */
    public val keypackages: Int,
    /** Whether [TransactionContext.removeCredential] takes nothing away from anybody. */
    public val isDone: Boolean,
)

internal fun FfiOutgoingKeypackages.toPublic(): OutgoingKeypackages =
    OutgoingKeypackages(
        publish.map(::KeypackagePublication),
        withdraw.map(::KeypackageRef),
        next?.toInstant(),
    )

internal fun FfiKeypackageStatus.toPublic(): KeypackageStatus =
    KeypackageStatus(
        unmanaged.clamped(),
        pending.clamped(),
        published.clamped(),
        stale.clamped(),
        retired.clamped(),
        withdrawn.clamped(),
        removed.clamped(),
        hasLastResort,
        oldestPending?.toInstant(),
        nextRefresh?.toInstant(),
    )

internal fun FfiCredentialReplacement.toPublic(): CredentialReplacement =
    CredentialReplacement(successor.toPublic(), groups, keypackages.clamped(), isDone)
