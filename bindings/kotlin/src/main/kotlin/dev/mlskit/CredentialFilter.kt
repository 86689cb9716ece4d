package dev.mlskit

import dev.mlskit.ffi.CredentialFilter as FfiCredentialFilter

/** Which credentials are asked for. What is left out lets all through; each condition narrows it. */
public data class CredentialFilter(
    /** Only credentials for this suite. */
    public val ciphersuite: Ciphersuite? = null,
    /** Only credentials of this type. */
    public val credentialType: CredentialType? = null,
    /** Only credentials with this public signature key. */
    public val signatureKey: SignatureKey? = null,
    /** Only Basic credentials with this identity. */
    public val identity: ClientId? = null,
    /** Only X.509 credentials whose leaf certificate is this one. */
    public val leafCertificate: Certificate? = null,
    /**
     * Only credentials whose place no other [has taken][TransactionContext.replaceCredential]: after a replacement the old
     * one is still listed, and before the new one.
     */
    public val inForce: Boolean = false,
) {
    internal fun toFfi(): FfiCredentialFilter =
        FfiCredentialFilter(
            ciphersuite = ciphersuite?.toFfi(),
            credentialType = credentialType?.toFfi(),
            signatureKey = signatureKey,
            identity = identity?.toByteArray(),
            leafCertificate = leafCertificate?.toByteArray(),
            inForce = inForce,
        )
}
