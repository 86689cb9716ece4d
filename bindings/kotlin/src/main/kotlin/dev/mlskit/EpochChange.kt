package dev.mlskit

import dev.mlskit.ffi.EpochChange as FfiEpochChange
import dev.mlskit.ffi.JoinedGroup as FfiJoinedGroup

/** A group has gone one epoch on. */
public data class EpochChange(
    /** The new epoch. */
    public val epoch: Long,
    /** What this client had begun itself, if the change has overtaken it. */
    public val superseded: Superseded?,
    /** Whether this client is no longer a member. The group's state stays until it is deleted. */
    public val isSelfRemoved: Boolean,
)

/**
 * What this client had begun when another's commit came first. None of it will ever hold, and it is out of the outbox:
 * whoever still wants it does it again. All empty, it was an update of this client's keys.
 */
public data class Superseded(
    /** Whom the pending commit would have added. Their Welcome was never sent, so the same packages can be added again. */
    public val added: List<Keypackage>,
    /** Whom it would have removed. */
    public val removed: List<Member>,
    /** The credential that it would have moved this client to. */
    public val credential: CredentialRef?,
    /** Whether this client had proposed to leave. */
    public val hasLeft: Boolean,
)

/** A group that was just joined. Whoever dislikes what it shows throws, or deletes the group. */
public data class JoinedGroup(
    /** The group's id. */
    public val id: GroupId,
    /** The epoch joined. */
    public val epoch: Long,
    /** All members, this client among them. */
    public val members: List<Member>,
    /** Who added this client; nobody, if it joined by an external commit. */
    public val addedBy: Member?,
    /** Who outside of the group may propose to add and to remove members. */
    public val externalSenders: List<ExternalSender>,
    /** The package that the Welcome was for; none, if it joined by an external commit. */
    public val keypackageRef: KeypackageRef?,
)

internal fun FfiEpochChange.toPublic(): EpochChange =
    EpochChange(
        epoch.clamped(),
        superseded?.let { begun ->
            Superseded(
                begun.added.map(::Keypackage),
                begun.removed.map { it.toPublic() },
                begun.credential?.toPublic(),
                begun.left,
            )
        },
        selfRemoved,
    )

internal fun FfiJoinedGroup.toPublic(): JoinedGroup =
    JoinedGroup(
        id,
        epoch.clamped(),
        members.map { it.toPublic() },
        addedBy?.toPublic(),
        externalSenders.map { it.toPublic() },
        keypackageRef?.let(::KeypackageRef),
    )
