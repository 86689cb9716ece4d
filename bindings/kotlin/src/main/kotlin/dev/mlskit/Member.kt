package dev.mlskit

import dev.mlskit.ffi.ExternalSender as FfiExternalSender
import dev.mlskit.ffi.Member as FfiMember
import dev.mlskit.ffi.MemberId as FfiMemberId
import dev.mlskit.ffi.NewLeaf as FfiNewLeaf

/** Names a member: its leaf and its signature key, so that a leaf that somebody else took over is noticed. */
public data class MemberId(
    /** The member's place in the ratchet tree. */
    public val leafIndex: Int,
    /** The member's public signature key. */
    public val signatureKey: SignatureKey,
) {
    internal fun toFfi(): FfiMemberId = FfiMemberId(leafIndex.toUInt(), signatureKey)
}

/** A member of a group. */
public data class Member(
    /** Names it in calls. */
    public val id: MemberId,
    /** Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1). */
    public val credential: CredentialInfo,
    /** Whether it is this client. */
    public val isSelf: Boolean,
)

/** A leaf that comes in: of a new member, or of a member that changes its keys. */
public data class NewLeaf(
    /** Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1). */
    public val credential: CredentialInfo,
    /** Its public signature key. For an X.509 credential it is its leaf certificate's key. */
    public val signatureKey: SignatureKey,
)

/** Somebody outside of a group who may propose to add and to remove members (RFC 9420 §12.1.8.1). */
public data class ExternalSender(
    /** Who it says it is. Whether that is true is the app's to judge (RFC 9420 §5.3.1). */
    public val credential: CredentialInfo,
    /** Its public signature key. */
    public val signatureKey: SignatureKey,
) {
    internal fun toFfi(): FfiExternalSender = FfiExternalSender(credential.toFfi(), signatureKey)
}

internal fun FfiMember.toPublic(): Member =
    Member(MemberId(id.leafIndex.toInt(), id.signatureKey), credential.toPublic(), isSelf)

internal fun FfiNewLeaf.toPublic(): NewLeaf = NewLeaf(credential.toPublic(), signatureKey)

internal fun FfiExternalSender.toPublic(): ExternalSender = ExternalSender(credential.toPublic(), signatureKey)
