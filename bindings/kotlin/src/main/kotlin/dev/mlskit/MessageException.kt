package dev.mlskit

import dev.mlskit.ffi.MessageFailure as FfiMessageFailure

/**
 * What becomes of a message that was refused. Nothing of the group has changed, and the other messages of a batch
 * can go on.
 */
public sealed class MessageException(
    message: String,
) : MlsException(message) {
    /** Server: it has been processed before. Drop it. */
    public class Duplicate internal constructor(
        message: String,
    ) : MessageException(message)

    /**
     * Server: too much has come since: its keys are gone, or it is a commit or proposal of an epoch that is over, one's
     * own that was accepted among them. Drop it.
     */
    public class TooOld internal constructor(
        /** The message's epoch. */
        public val epoch: Long,
        /** The group's epoch. */
        public val current: Long,
        message: String,
    ) : MessageException(message)

    /** Server: a commit before it is missing. Process that one, then try again. */
    public class FutureEpoch internal constructor(
        /** The message's epoch. */
        public val epoch: Long,
        /** The group's epoch. */
        public val current: Long,
        message: String,
    ) : MessageException(message)

    /** Server: this client is not in its group, or not yet. */
    public class UnknownGroup internal constructor(
        /** The id in the message. */
        public val groupId: GroupId,
        message: String,
    ) : MessageException(message)

    /**
     * Caller: this client's own joining of the group waits for its answer. Tell that by `commitAccepted` or
     * `commitRejected`, then try again.
     */
    public class JoinPending internal constructor(
        message: String,
    ) : MessageException(message)

    /** Caller: it is meant for another call. Dropped, a Welcome is lost, and with it the way into a group. */
    public class Misplaced internal constructor(
        /** What it is. */
        public val kind: MisplacedMessage,
        message: String,
    ) : MessageException(message)

    /** Peer or server: the bytes are no message that is understood. Drop it. */
    public class Malformed internal constructor(
        /** What is wrong with them. */
        public val reason: String,
        message: String,
    ) : MessageException(message)

    /** Peer: the message is understood and not allowed. Drop it. */
    public class Rejected internal constructor(
        /** Which. */
        public val reason: MessageRejection,
        message: String,
    ) : MessageException(message)

    /**
     * The others may have accepted this commit, this client can't. What may help first stands with the reason; else
     * join again, by an external commit or a Welcome.
     */
    public class Rejoin internal constructor(
        /** Which. */
        public val reason: RejoinReason,
        message: String,
    ) : MessageException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : MessageException(message)
}

internal fun messageException(
    failure: FfiMessageFailure,
    message: String,
): MessageException =
    when (failure) {
        FfiMessageFailure.Duplicate -> MessageException.Duplicate(message)
        is FfiMessageFailure.TooOld ->
            MessageException.TooOld(
                failure.epoch.clamped(),
                failure.current.clamped(),
                message,
            )
        is FfiMessageFailure.FutureEpoch ->
            MessageException.FutureEpoch(
                failure.epoch.clamped(),
                failure.current.clamped(),
                message,
            )
        is FfiMessageFailure.UnknownGroup -> MessageException.UnknownGroup(failure.groupId, message)
        FfiMessageFailure.JoinPending -> MessageException.JoinPending(message)
        is FfiMessageFailure.Misplaced -> MessageException.Misplaced(failure.message.toPublic(), message)
        is FfiMessageFailure.Malformed -> MessageException.Malformed(failure.reason, message)
        is FfiMessageFailure.Rejected -> MessageException.Rejected(failure.reason.toPublic(message), message)
        is FfiMessageFailure.Rejoin -> MessageException.Rejoin(failure.reason.toPublic(), message)
        FfiMessageFailure.Other -> MessageException.Other(message)
    }
