package dev.mlskit

import dev.mlskit.ffi.GroupFailure as FfiGroupFailure

/** A call on a group was refused. Nothing of the group has changed. */
public sealed class GroupException(
    message: String,
) : MlsException(message) {
    /** Caller: the client is not in this group. */
    public class UnknownGroup internal constructor(
        /** The id asked for. */
        public val groupId: GroupId,
        message: String,
    ) : GroupException(message)

    /** Caller or peer: the client is in this group already. */
    public class AlreadyJoined internal constructor(
        /** The group's id. */
        public val groupId: GroupId,
        message: String,
    ) : GroupException(message)

    /** Caller: the leaf is empty, or somebody else has it now. */
    public class UnknownMember internal constructor(
        /** The leaf asked for. */
        public val leafIndex: Int,
        message: String,
    ) : GroupException(message)

    /** Caller: a commit waits for the delivery service's answer. */
    public class CommitPending internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: the client's own external commit waits for the delivery service's answer. */
    public class JoinPending internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: this client has proposed to leave, and waits for another member to commit to it. */
    public class Leaving internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: this client is no longer a member. What was said before can still be read of the group. */
    public class Removed internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: the credential is for another ciphersuite than the group's. */
    public class DifferentCiphersuite internal constructor(
        /** The group's. */
        public val expected: Ciphersuite,
        /** The credential's. */
        public val found: Ciphersuite,
        message: String,
    ) : GroupException(message)

    /** Caller: a member does not know this type of credential, and would refuse the commit (RFC 9420 §7.3). */
    public class CredentialTypeNotSupported internal constructor(
        /** The new credential's type. */
        public val credentialType: CredentialType,
        /** The member's leaf. */
        public val leafIndex: Int,
        message: String,
    ) : GroupException(message)

    /** Caller: the extension may not stand in a group's context (RFC 9420 §17.3). */
    public class ExtensionMisplaced internal constructor(
        /** Its type. */
        public val found: ExtensionType,
        message: String,
    ) : GroupException(message)

    /** Caller: an extension was given twice. */
    public class DuplicateExtension internal constructor(
        /** Its type. */
        public val found: ExtensionType,
        message: String,
    ) : GroupException(message)

    /** Caller: the required capabilities ask for what this client can't do (RFC 9420 §11.1). */
    public class CapabilityNotSupported internal constructor(
        /** What they ask for. */
        public val what: String,
        message: String,
    ) : GroupException(message)

    /** Caller: a number of the configuration is too large. */
    public class SettingTooLarge internal constructor(
        /** Which number. */
        public val setting: String,
        /** The most that it can be. */
        public val limit: Long,
        /** What was given. */
        public val found: Long,
        message: String,
    ) : GroupException(message)

    /** Caller: there is no commit whose answer could be told. */
    public class NoPendingCommit internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: there is nothing to commit. */
    public class NoProposals internal constructor(
        message: String,
    ) : GroupException(message)

    /** Peer: a proposal was accepted; until it is committed nothing may be said (RFC 9420 §12.4). */
    public class ProposalsPending internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: the commit or proposal is of an epoch that has passed. */
    public class StaleCommit internal constructor(
        /** The commit's epoch. */
        public val epoch: Long,
        /** The group's epoch. */
        public val current: Long,
        message: String,
    ) : GroupException(message)

    /** Caller: the commit or proposal was processed by another client, or before the group was joined anew. */
    public class ForeignCommit internal constructor(
        message: String,
    ) : GroupException(message)

    /** Server: the Welcome is for none of the stored key packages. */
    public class NoMatchingKeypackage internal constructor(
        message: String,
    ) : GroupException(message)

    /** Server: the last-resort package has opened this Welcome before. */
    public class WelcomeReplayed internal constructor(
        message: String,
    ) : GroupException(message)

    /**
     * Server or peer: the Welcome was changed on the way, or was never right. Drop it; its package is as before, and
     * opens the right one.
     */
    public class BadWelcome internal constructor(
        /** What is wrong, in OpenMLS's words. */
        public val reason: String,
        message: String,
    ) : GroupException(message)

    /** Caller: the Welcome or group info comes without the ratchet tree. */
    public class RatchetTreeMissing internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: the message's transaction has not been committed. */
    public class NotCommitted internal constructor(
        message: String,
    ) : GroupException(message)

    /** Caller: the outbox has no such message, or its kind is settled in another way. */
    public class NotMarkable internal constructor(
        /** The message's id. */
        public val id: OutgoingId,
        /** What is to be done instead. */
        public val reason: String,
        message: String,
    ) : GroupException(message)

    /** OpenMLS refused for a reason that has no name here. */
    public class Refused internal constructor(
        /** OpenMLS's words. */
        public val reason: String,
        message: String,
    ) : GroupException(message)

    /** A bug here or in OpenMLS. */
    public class Bug internal constructor(
        /** What went wrong. */
        public val reason: String,
        message: String,
    ) : GroupException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : GroupException(message)
}

internal fun groupException(
    failure: FfiGroupFailure,
    message: String,
): GroupException =
    when (failure) {
        is FfiGroupFailure.UnknownGroup -> GroupException.UnknownGroup(failure.groupId, message)
        is FfiGroupFailure.AlreadyJoined -> GroupException.AlreadyJoined(failure.groupId, message)
        is FfiGroupFailure.UnknownMember -> GroupException.UnknownMember(failure.leafIndex.toInt(), message)
        FfiGroupFailure.CommitPending -> GroupException.CommitPending(message)
        FfiGroupFailure.JoinPending -> GroupException.JoinPending(message)
        FfiGroupFailure.Leaving -> GroupException.Leaving(message)
        FfiGroupFailure.Removed -> GroupException.Removed(message)
        is FfiGroupFailure.DifferentCiphersuite ->
            GroupException.DifferentCiphersuite(
                Ciphersuite(failure.expected.toInt()),
                Ciphersuite(failure.found.toInt()),
                message,
            )
        is FfiGroupFailure.CredentialTypeNotSupported ->
            GroupException.CredentialTypeNotSupported(
                CredentialType(failure.credentialType.toInt()),
                failure.leafIndex.toInt(),
                message,
            )
        is FfiGroupFailure.ExtensionMisplaced ->
            GroupException.ExtensionMisplaced(
                ExtensionType(failure.found.toInt()),
                message,
            )
        is FfiGroupFailure.DuplicateExtension ->
            GroupException.DuplicateExtension(
                ExtensionType(failure.found.toInt()),
                message,
            )
        is FfiGroupFailure.CapabilityNotSupported -> GroupException.CapabilityNotSupported(failure.what, message)
        is FfiGroupFailure.SettingTooLarge ->
            GroupException.SettingTooLarge(
                failure.setting,
                failure.limit.clamped(),
                failure.found.clamped(),
                message,
            )
        FfiGroupFailure.NoPendingCommit -> GroupException.NoPendingCommit(message)
        FfiGroupFailure.NoProposals -> GroupException.NoProposals(message)
        FfiGroupFailure.ProposalsPending -> GroupException.ProposalsPending(message)
        is FfiGroupFailure.StaleCommit ->
            GroupException.StaleCommit(
                failure.epoch.clamped(),
                failure.current.clamped(),
                message,
            )
        FfiGroupFailure.ForeignCommit -> GroupException.ForeignCommit(message)
        FfiGroupFailure.NoMatchingKeypackage -> GroupException.NoMatchingKeypackage(message)
        FfiGroupFailure.WelcomeReplayed -> GroupException.WelcomeReplayed(message)
        is FfiGroupFailure.BadWelcome -> GroupException.BadWelcome(failure.reason, message)
        FfiGroupFailure.RatchetTreeMissing -> GroupException.RatchetTreeMissing(message)
        FfiGroupFailure.NotCommitted -> GroupException.NotCommitted(message)
        is FfiGroupFailure.NotMarkable -> GroupException.NotMarkable(OutgoingId(failure.id), failure.reason, message)
        is FfiGroupFailure.Refused -> GroupException.Refused(failure.reason, message)
        is FfiGroupFailure.Bug -> GroupException.Bug(failure.reason, message)
        FfiGroupFailure.Other -> GroupException.Other(message)
    }
