package dev.mlskit

import dev.mlskit.ffi.Change as FfiChange
import dev.mlskit.ffi.CommitContents as FfiCommitContents
import dev.mlskit.ffi.ProposalContents as FfiProposalContents
import dev.mlskit.ffi.ReceivedProposal as FfiReceivedProposal
import dev.mlskit.ffi.Sender as FfiSender
import dev.mlskit.ffi.StagedCommit as FfiStagedCommit

/** What a message turned out to be. */
public sealed interface Received {
    /** Something that a member says. */
    public class Application internal constructor(
        /** The group in which it is said, as the message itself has it: trust no server's word for that. */
        public val groupId: GroupId,
        /** Who says it, as of the epoch in which it was said. */
        public val sender: Member,
        /** What is said. */
        public val plaintext: ByteArray,
        /** What was authenticated along with it, in clear. */
        public val aad: ByteArray,
        /** The epoch in which it was said. */
        public val epoch: Long,
    ) : Received {
        /** For logs: nothing of what is said. */
        override fun toString(): String = "Application(${plaintext.size} bytes, epoch=$epoch)"
    }

    /** A change of the group, which holds when it is [accepted][TransactionContext.accept]. */
    public class Commit internal constructor(
        /** What it would change, to be accepted. */
        public val commit: StagedCommit,
    ) : Received

    /**
     * A proposal, which this client may commit when it is [accepted][TransactionContext.acceptProposal]. Only accept what
     * shall happen: until a commit carries it, nothing can be said. To follow another's commit of it, it need not be.
     */
    public class Proposal internal constructor(
        /** What it proposes, to be accepted. */
        public val proposal: ReceivedProposal,
    ) : Received

    /** The echo of one's own pending commit: the delivery service has taken it, see [TransactionContext.commitAccepted]. */
    public data object OwnCommit : Received

    /** The echo of another message of one's own. */
    public data object OwnMessage : Received
}

/** Who made a commit or a proposal. */
public sealed interface Sender {
    /** A member. */
    public data class FromMember(
        /** The member. */
        public val member: Member,
    ) : Sender

    /** Somebody who joins by it (RFC 9420 §12.4.3.2), under whatever name: no member vouches for the credential. */
    public data class FromNewMember(
        /** The leaf that it brings. */
        public val leaf: NewLeaf,
    ) : Sender

    /** Somebody outside, whom the group's external senders allow to propose. */
    public data class FromOutside(
        /** The one outside. */
        public val externalSender: ExternalSender,
    ) : Sender
}

/**
 * A commit that has been checked and does not hold yet: of use in its transaction only. Every credential that it brings
 * is in here (RFC 9420 §5.3.1): in [added], in [updated], in [externalSenders], or in [sender].
 */
public class StagedCommit internal constructor(
    internal val ffi: FfiStagedCommit,
    private val contents: FfiCommitContents,
) {
    /** The group that it changes. */
    public val groupId: GroupId
        get() = contents.groupId

    /** Who made it. */
    public val sender: Sender
        get() = contents.sender.toPublic()

    /** Who comes in. */
    public val added: List<NewLeaf>
        get() = contents.added.map { it.toPublic() }

    /** Who goes. */
    public val removed: List<Member>
        get() = contents.removed.map { it.toPublic() }

    /** Whose leaf changes. */
    public val updated: List<LeafUpdate>
        get() = contents.updated.map { LeafUpdate(it.before.toPublic(), it.after.toPublic()) }

    /** Whether this client goes. */
    public val isSelfRemoved: Boolean
        get() = contents.selfRemoved

    /** Who outside of the group may propose changes from then on, if that changes. */
    public val externalSenders: List<ExternalSender>?
        get() = contents.externalSenders?.map { it.toPublic() }
}

/** A leaf that changes. */
public data class LeafUpdate(
    /** The leaf so far. */
    public val before: Member,
    /** The leaf from then on. */
    public val after: NewLeaf,
)

/** A proposal that has been checked and can't be committed yet: of use in its transaction only. */
public class ReceivedProposal internal constructor(
    internal val ffi: FfiReceivedProposal,
    private val contents: FfiProposalContents,
) {
    /** The group that it is for. */
    public val groupId: GroupId
        get() = contents.groupId

    /** Who made it. */
    public val sender: Sender
        get() = contents.sender.toPublic()

    /** What it proposes. */
    public val change: Change
        get() = contents.change.toPublic()
}

/** What somebody proposes. */
public sealed interface Change {
    /** That somebody comes in. */
    public data class Add(
        /** The new leaf. */
        public val leaf: NewLeaf,
    ) : Change

    /** That a member goes; its own leave, if it is the sender. */
    public data class Remove(
        /** The member. */
        public val member: Member,
    ) : Change

    /** That the sender's leaf changes. */
    public data class Update(
        /** The leaf so far. */
        public val before: Member,
        /** The leaf proposed. */
        public val after: NewLeaf,
    ) : Change

    /** That the group's context extensions change. */
    public data class ContextExtensions(
        /** Who outside of the group may propose changes from then on. */
        public val externalSenders: List<ExternalSender>,
    ) : Change
}

private fun FfiSender.toPublic(): Sender =
    when (this) {
        is FfiSender.FromMember -> Sender.FromMember(member.toPublic())
        is FfiSender.FromNewMember -> Sender.FromNewMember(leaf.toPublic())
        is FfiSender.FromOutside -> Sender.FromOutside(externalSender.toPublic())
    }

private fun FfiChange.toPublic(): Change =
    when (this) {
        is FfiChange.Add -> Change.Add(leaf.toPublic())
        is FfiChange.Remove -> Change.Remove(member.toPublic())
        is FfiChange.Update -> Change.Update(before.toPublic(), after.toPublic())
        is FfiChange.ContextExtensions -> Change.ContextExtensions(externalSenders.map { it.toPublic() })
    }
