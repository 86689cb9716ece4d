package dev.mlskit

import dev.mlskit.ffi.CredentialRef as FfiCredentialRef

/** Names a credential of a client. It stays valid until the credential is removed, over restarts too. */
@ConsistentCopyVisibility
public data class CredentialRef internal constructor(
    /** The client that the credential belongs to. */
    public val clientId: ClientId,
    /** The one ciphersuite that the credential is for. */
    public val ciphersuite: Ciphersuite,
    /** How it signs. */
    public val signatureScheme: SignatureScheme,
    /** The credential as peers see it. */
    public val credential: CredentialInfo,
    /** The public signature key. */
    public val signatureKey: SignatureKey,
) {
    internal fun toFfi(): FfiCredentialRef =
        FfiCredentialRef(
            clientId,
            ciphersuite.toFfi(),
            signatureScheme.toFfi(),
            credential.toFfi(),
            signatureKey,
        )
}

internal fun FfiCredentialRef.toPublic(): CredentialRef =
    CredentialRef(
        clientId,
        Ciphersuite(ciphersuite.toInt()),
        SignatureScheme(signatureScheme.toInt()),
        credential.toPublic(),
        signatureKey,
    )
