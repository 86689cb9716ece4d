package dev.mlskit

import dev.mlskit.ffi.RejoinReason as FfiRejoinReason

/** Why a client has to join its group again. */
public sealed interface RejoinReason {
    /** A commit adds a key package that has expired by now. */
    public data object ExpiredLeaf : RejoinReason

    /**
     * A commit adds a key package that is not valid yet by this device's clock. Once the clock is right, process the
     * commit again.
     */
    public data object LeafNotYetValid : RejoinReason

    /**
     * A commit sets a context extension that the group's required capabilities do not name. RFC 9420 lets it, OpenMLS
     * does not.
     */
    public data object UndeclaredExtension : RejoinReason

    /**
     * A commit has a proposal that this client did not get, or refused. If it is still to come, process it, then process
     * the commit again; whether it is accepted plays no part.
     */
    public data object MissingProposal : RejoinReason

    /**
     * A commit is of this client itself, which took it back or, if it is in clear, does not know it: the delivery service
     * took it after all, or the file is an old copy.
     */
    public data object OwnCommitLost : RejoinReason

    /**
     * A commit was processed before and not accepted: its keys are used up, so it can't be checked again. Whoever still
     * has its `StagedCommit` accepts that.
     */
    public data object CommitNotAccepted : RejoinReason

    /** A commit's path secrets can't be decrypted here, or not to what the commit says. */
    public data object UnreadablePath : RejoinReason

    /** A commit is valid, but has a proposal that is not supported. */
    public data class UnsupportedProposal(
        /** RFC 9420 §17.4. */
        public val proposalType: Int,
    ) : RejoinReason

    /** One that these bindings have no name for. */
    public data object Other : RejoinReason
}

internal fun FfiRejoinReason.toPublic(): RejoinReason =
    when (this) {
        FfiRejoinReason.ExpiredLeaf -> RejoinReason.ExpiredLeaf
        FfiRejoinReason.LeafNotYetValid -> RejoinReason.LeafNotYetValid
        FfiRejoinReason.UndeclaredExtension -> RejoinReason.UndeclaredExtension
        FfiRejoinReason.CommitNotAccepted -> RejoinReason.CommitNotAccepted
        FfiRejoinReason.MissingProposal -> RejoinReason.MissingProposal
        FfiRejoinReason.OwnCommitLost -> RejoinReason.OwnCommitLost
        FfiRejoinReason.UnreadablePath -> RejoinReason.UnreadablePath
        is FfiRejoinReason.UnsupportedProposal -> RejoinReason.UnsupportedProposal(proposalType.toInt())
        FfiRejoinReason.Other -> RejoinReason.Other
    }
