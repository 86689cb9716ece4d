package dev.mlskit

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import dev.mlskit.ffi.CredentialChange as FfiCredentialChange
import dev.mlskit.ffi.GroupChange as FfiGroupChange
import dev.mlskit.ffi.KeypackageChange as FfiKeypackageChange
import dev.mlskit.ffi.StateChange as FfiStateChange

/** What a committed transaction has changed. What happens to several key packages in a row is one change. */
public sealed interface StateChange {
    /** Of a credential. */
    public data class OfCredential(
        /** What happened. */
        public val change: CredentialChange,
        /** To which. */
        public val credential: CredentialRef,
    ) : StateChange

    /** Of key packages. */
    public data class OfKeypackages(
        /** What happened. */
        public val change: KeypackageChange,
        /** To which, in no particular order. */
        public val refs: List<KeypackageRef>,
    ) : StateChange

    /** Of a group. Settings of one's own side and messages are no changes. */
    public data class OfGroup(
        /** What happened. */
        public val change: GroupChange,
        /** To which. */
        public val groupId: GroupId,
        /** The epoch that the group is in then; `null`, if it is deleted. */
        public val epoch: Long?,
    ) : StateChange

    /** No change, but a gap: so many were not read in time. Look at the state itself, as at the beginning. */
    public data class Missed(
        /** How many. */
        public val count: Long,
    ) : StateChange
}

/** What happened to a credential. */
public sealed interface CredentialChange {
    /** It was added. */
    public data object Added : CredentialChange

    /** Another takes its place. */
    public data class Replaced(
        /** That one. */
        public val by: CredentialRef,
    ) : CredentialChange

    /** It was removed with its signature key. Those whose place it had taken have it again. */
    public data object Removed : CredentialChange
}

/** What happened to key packages. */
public enum class KeypackageChange {
    /** Made and stored. */
    GENERATED,

    /** Given out to be published: from here on a peer may have it. */
    PENDING,

    /** A directory serves it. */
    PUBLISHED,

    /** To be replaced before its time: a last-resort package that has opened a Welcome, or one that the app wants renewed. */
    OUTDATED,

    /** To be withdrawn from the directory. */
    RETIRED,

    /** No directory serves it any more; also of one that was removed or consumed, which leaves nothing then. */
    WITHDRAWN,

    /** A Welcome for it was joined: it is gone with its private keys. */
    CONSUMED,

    /** The app removed it, or its credential: it is gone with its private keys. */
    REMOVED,

    /** It expired, or had its grace after its withdrawal: it is gone with its private keys. */
    PURGED,
}

/** What happened to a group. */
public enum class GroupChange {
    /** This client created it. */
    CREATED,

    /** This client joined it: by a Welcome, or by an external commit that was accepted. */
    JOINED,

    /** An external commit of this client, with which it joins, waits for the delivery service's answer. */
    JOINING,

    /** A commit of this client waits for the delivery service's answer. */
    COMMIT_PENDING,

    /** That commit was dropped: it was rejected, or another's came first. */
    COMMIT_DROPPED,

    /** This client has proposed to be removed. */
    LEAVING,

    /** A commit holds, one's own or another's. */
    EPOCH_CHANGED,

    /** A commit holds that removed this client. */
    REMOVED,

    /** Its state was deleted: by the app, by joining it anew, or since the commit to join it was rejected. */
    DELETED,
}

/** Each collector has a subscription of its own from the moment on in which it begins, which is freed when it ends. */
internal fun MlsClient.watch(): Flow<StateChange> =
    flow {
        val changes = subscribe() ?: return@flow
        try {
            while (true) emit(background { changes.next() }?.toPublic() ?: break)
        } finally {
            uninterrupted { changes.close() }
        }
    }

private fun FfiStateChange.toPublic(): StateChange =
    when (this) {
        is FfiStateChange.OfCredential -> StateChange.OfCredential(change.toPublic(), credentialRef.toPublic())
        is FfiStateChange.OfKeypackages -> StateChange.OfKeypackages(change.toPublic(), refs.map(::KeypackageRef))
        is FfiStateChange.OfGroup -> StateChange.OfGroup(change.toPublic(), groupId, epoch?.clamped())
        is FfiStateChange.Missed -> StateChange.Missed(count.clamped())
    }

private fun FfiCredentialChange.toPublic(): CredentialChange =
    when (this) {
        is FfiCredentialChange.Added -> CredentialChange.Added
        is FfiCredentialChange.Replaced -> CredentialChange.Replaced(by.toPublic())
        is FfiCredentialChange.Removed -> CredentialChange.Removed
    }

private fun FfiKeypackageChange.toPublic(): KeypackageChange =
    when (this) {
        FfiKeypackageChange.GENERATED -> KeypackageChange.GENERATED
        FfiKeypackageChange.PENDING -> KeypackageChange.PENDING
        FfiKeypackageChange.PUBLISHED -> KeypackageChange.PUBLISHED
        FfiKeypackageChange.OUTDATED -> KeypackageChange.OUTDATED
        FfiKeypackageChange.RETIRED -> KeypackageChange.RETIRED
        FfiKeypackageChange.WITHDRAWN -> KeypackageChange.WITHDRAWN
        FfiKeypackageChange.CONSUMED -> KeypackageChange.CONSUMED
        FfiKeypackageChange.REMOVED -> KeypackageChange.REMOVED
        FfiKeypackageChange.PURGED -> KeypackageChange.PURGED
    }

private fun FfiGroupChange.toPublic(): GroupChange =
    when (this) {
        FfiGroupChange.CREATED -> GroupChange.CREATED
        FfiGroupChange.JOINED -> GroupChange.JOINED
        FfiGroupChange.JOINING -> GroupChange.JOINING
        FfiGroupChange.COMMIT_PENDING -> GroupChange.COMMIT_PENDING
        FfiGroupChange.COMMIT_DROPPED -> GroupChange.COMMIT_DROPPED
        FfiGroupChange.LEAVING -> GroupChange.LEAVING
        FfiGroupChange.EPOCH_CHANGED -> GroupChange.EPOCH_CHANGED
        FfiGroupChange.REMOVED -> GroupChange.REMOVED
        FfiGroupChange.DELETED -> GroupChange.DELETED
    }
