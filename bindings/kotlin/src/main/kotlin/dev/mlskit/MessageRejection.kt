package dev.mlskit

import dev.mlskit.ffi.MessageRejection as FfiMessageRejection

/** Why a message is not allowed. */
public sealed interface MessageRejection {
    /** A commit of somebody who is no member, where this client's configuration of the group lets none in. */
    public data object ExternalJoin : MessageRejection

    /** A credential that it brings is not what it seems. */
    public data class Credential(
        /** Which. */
        public val reason: CredentialException,
    ) : MessageRejection

    /** A proposal that is not supported. */
    public data class UnsupportedProposal(
        /** RFC 9420 §17.4. */
        public val proposalType: Int,
    ) : MessageRejection

    /** A commit has a proposal of a type that not all members declare to support. */
    public data object UndeclaredProposal : MessageRejection

    /** Its signature, its membership tag or its encryption is wrong: it was forged, or changed on the way. */
    public data class NotAuthentic(
        /** What is wrong, in OpenMLS's words. */
        public val reason: String,
    ) : MessageRejection

    /**
     * A commit that says that this client made it, which it did not in this epoch: any member can say so. Or the file is
     * an old copy; then the group goes on without this client, which has to join again.
     */
    public data object UnknownOwnCommit : MessageRejection

    /** Too many messages of its sender are missing before it. Should they come, it can be tried again after them. */
    public data object TooFarAhead : MessageRejection

    /** It breaks another rule of RFC 9420 §12. */
    public data class Invalid(
        /** The rule, in OpenMLS's words. */
        public val reason: String,
    ) : MessageRejection

    /** One that these bindings have no name for. */
    public data object Other : MessageRejection
}

internal fun FfiMessageRejection.toPublic(message: String): MessageRejection =
    when (this) {
        FfiMessageRejection.ExternalJoin -> MessageRejection.ExternalJoin
        is FfiMessageRejection.Credential -> MessageRejection.Credential(credentialException(reason, message))
        is FfiMessageRejection.UnsupportedProposal -> MessageRejection.UnsupportedProposal(proposalType.toInt())
        FfiMessageRejection.UndeclaredProposal -> MessageRejection.UndeclaredProposal
        is FfiMessageRejection.NotAuthentic -> MessageRejection.NotAuthentic(reason)
        FfiMessageRejection.UnknownOwnCommit -> MessageRejection.UnknownOwnCommit
        FfiMessageRejection.TooFarAhead -> MessageRejection.TooFarAhead
        is FfiMessageRejection.Invalid -> MessageRejection.Invalid(reason)
        FfiMessageRejection.Other -> MessageRejection.Other
    }
