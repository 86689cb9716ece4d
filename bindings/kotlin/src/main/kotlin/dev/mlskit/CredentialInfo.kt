package dev.mlskit

import dev.mlskit.ffi.CredentialInfo as FfiCredentialInfo

/** A credential as everybody sees it (RFC 9420 §5.3). Whether it tells the truth is the app's to judge (§5.3.1). */
public sealed class CredentialInfo {
    /** What it is in the registry. */
    public abstract val type: CredentialType

    /** A bare identity: whatever the app calls its clients by. */
    public data class Basic(
        /** The identity; that of a client of mlskit is its id. */
        public val identity: ClientId,
    ) : CredentialInfo() {
        /** [CredentialType.BASIC]. */
        override val type: CredentialType
            get() = CredentialType.BASIC
    }

    /** A chain of certificates. */
    public data class X509(
        /** The certificates, that of the client first. */
        public val certificates: List<Certificate>,
    ) : CredentialInfo() {
        /** [CredentialType.X509]. */
        override val type: CredentialType
            get() = CredentialType.X509
    }

    /** Any other type, or a list of certificates that can't be read. */
    public data class Other(
        /** What it is in the registry. */
        override val type: CredentialType,
        /** The content as it stands there. */
        public val content: Bytes,
    ) : CredentialInfo()

    internal fun toFfi(): FfiCredentialInfo =
        when (this) {
            is Basic -> FfiCredentialInfo.Basic(identity.toByteArray())
            is X509 -> FfiCredentialInfo.X509(certificates.map { it.toByteArray() })
            is Other -> FfiCredentialInfo.Other(type.toFfi(), content.toByteArray())
        }
}

internal fun FfiCredentialInfo.toPublic(): CredentialInfo =
    when (this) {
        is FfiCredentialInfo.Basic -> CredentialInfo.Basic(ClientId(identity))
        is FfiCredentialInfo.X509 -> CredentialInfo.X509(certificates.map(::Certificate))
        is FfiCredentialInfo.Other -> CredentialInfo.Other(CredentialType(credentialType.toInt()), Bytes(content))
    }
