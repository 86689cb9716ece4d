package dev.mlskit

import dev.mlskit.ffi.Capabilities as FfiCapabilities

/** What a client says it can work with (RFC 9420 §7.2), in the order in which it says so. Default types are never listed. */
public data class Capabilities(
    /** Ciphersuites. */
    public val ciphersuites: List<Ciphersuite>,
    /** Types of credentials. */
    public val credentials: List<CredentialType>,
    /** Types of extensions. */
    public val extensions: List<ExtensionType> = emptyList(),
    /** Types of proposals, by their numbers in IANA's registry (RFC 9420 §17.4). */
    public val proposals: List<Int> = emptyList(),
    /** Versions of the protocol; 1 is MLS 1.0. */
    public val versions: List<Int> = listOf(1),
) {
    internal fun toFfi(): FfiCapabilities =
        FfiCapabilities(
            versions = versions.map(Int::toUShort),
            ciphersuites = ciphersuites.map(Ciphersuite::toFfi),
            extensions = extensions.map(ExtensionType::toFfi),
            proposals = proposals.map(Int::toUShort),
            credentials = credentials.map(CredentialType::toFfi),
        )
}

internal fun FfiCapabilities.toPublic(): Capabilities =
    Capabilities(
        ciphersuites = ciphersuites.map { Ciphersuite(it.toInt()) },
        credentials = credentials.map { CredentialType(it.toInt()) },
        extensions = extensions.map { ExtensionType(it.toInt()) },
        proposals = proposals.map { it.toInt() },
        versions = versions.map { it.toInt() },
    )
