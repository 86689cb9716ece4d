package dev.mlskit

import kotlin.time.Duration
import kotlin.time.Instant
import dev.mlskit.ffi.KeypackageRejection as FfiKeypackageRejection

/**
 * Why another client's key package is not accepted. Each reason is the fault of whoever made or delivered the
 * package; the way out is another package from the same client. Extension types, suites and the like are numbers of
 * the IANA registries (RFC 9420 §17); times are seconds since 1970.
 */
public sealed interface KeypackageRejection {
    /** There are no bytes. */
    public data object Empty : KeypackageRejection

    /** The bytes begin as a key package and end in its middle. */
    public data class Truncated(
        /** The field that the bytes end in. */
        public val field: String,
        /** How many more bytes that field announces. */
        public val missing: Long,
    ) : KeypackageRejection

    /** A whole key package is there, and then something else. */
    public data class TrailingBytes(
        /** How many. */
        public val count: Long,
    ) : KeypackageRejection

    /** The bytes are something else. */
    public data class NotAKeypackage(
        /** The first two bytes. */
        public val begins: Int,
    ) : KeypackageRejection

    /** The bytes break the encoding rules of RFC 9420 §2.1. */
    public data class Malformed(
        /** The field that breaks them. */
        public val field: String,
        /** How. */
        public val reason: String,
    ) : KeypackageRejection

    /** The protocol version is not MLS 1.0 (RFC 9420 §10.1). */
    public data class UnknownVersion(
        /** The version. */
        public val found: Int,
    ) : KeypackageRejection

    /** The ciphersuite is one that this client can't work with (RFC 9420 §10.1). */
    public data class UnsupportedCiphersuite(
        /** The suite. */
        public val found: Ciphersuite,
        /** The suites of this client. */
        public val supported: List<Ciphersuite>,
    ) : KeypackageRejection

    /** The leaf node was not made for a key package (RFC 9420 §7.3). */
    public data class WrongLeafSource(
        /** The source. */
        public val found: Int,
    ) : KeypackageRejection

    /** The signature over the package is not by the key in its leaf (RFC 9420 §10.1). */
    public data object WrongSignature : KeypackageRejection

    /** The signature over the leaf node is not by the key in it (RFC 9420 §7.3). */
    public data object WrongLeafSignature : KeypackageRejection

    /** The lifetime is over (RFC 9420 §7.2). */
    public data class Expired(
        /** The end of its lifetime. */
        public val notAfter: Instant,
        /** The time of the check. */
        public val now: Instant,
    ) : KeypackageRejection

    /** The lifetime has not begun (RFC 9420 §7.2). */
    public data class NotYetValid(
        /** The beginning of its lifetime. */
        public val notBefore: Instant,
        /** The time of the check. */
        public val now: Instant,
    ) : KeypackageRejection

    /** The lifetime ends before it begins. */
    public data class InvertedLifetime(
        /** The beginning of its lifetime. */
        public val notBefore: Instant,
        /** The end of its lifetime. */
        public val notAfter: Instant,
    ) : KeypackageRejection

    /**
     * The lifetime is longer than this client accepts, and the longer it is, the longer a stolen key is of use
     * (RFC 9420 §7.2).
     */
    public data class LifetimeTooLong(
        /** Its lifetime. */
        public val found: Duration,
        /** The limit, with the hour for clocks. */
        public val limit: Duration,
    ) : KeypackageRejection

    /** A key has the wrong length for the ciphersuite (RFC 9420 §5.1). */
    public data class WrongKeyLength(
        /** The field that the key is in. */
        public val field: String,
        /** The package's suite. */
        public val ciphersuite: Ciphersuite,
        /** The length of the suite's keys, in bytes. */
        public val expected: Long,
        /** The length of this key, in bytes. */
        public val found: Long,
    ) : KeypackageRejection

    /** A key that nobody can encrypt to (RFC 9180 §7.1.4): a group with it could not commit any more. */
    public data class UnusableKey(
        /** The field that the key is in. */
        public val field: String,
        /** The package's suite. */
        public val ciphersuite: Ciphersuite,
        /** What is wrong with it. */
        public val reason: String,
    ) : KeypackageRejection

    /** The keys are no longer two when one is used as the other (RFC 9420 §10.1). */
    public data object InitKeyIsEncryptionKey : KeypackageRejection

    /** One extension type stands twice in one list (RFC 9420 §13.4). */
    public data class RepeatedExtension(
        /** The list. */
        public val field: String,
        /** The extension's type. */
        public val extensionType: ExtensionType,
    ) : KeypackageRejection

    /** An extension belongs elsewhere (RFC 9420 §17.3). */
    public data class ForbiddenExtension(
        /** The extension's type. */
        public val extensionType: ExtensionType,
    ) : KeypackageRejection

    /** An extension belongs elsewhere (RFC 9420 §17.3). */
    public data class ForbiddenLeafExtension(
        /** The extension's type. */
        public val extensionType: ExtensionType,
    ) : KeypackageRejection

    /** An extension of the package is not among the capabilities of its leaf (RFC 9420 §10.1). */
    public data class UndeclaredExtension(
        /** The extension's type. */
        public val extensionType: ExtensionType,
        /** The declared ones. */
        public val declared: List<ExtensionType>,
    ) : KeypackageRejection

    /** An extension of the leaf is not among its capabilities (RFC 9420 §7.3). */
    public data class UndeclaredLeafExtension(
        /** The extension's type. */
        public val extensionType: ExtensionType,
        /** The declared ones. */
        public val declared: List<ExtensionType>,
    ) : KeypackageRejection

    /**
     * An extension of a GREASE type (RFC 9420 §13.5), properly declared. Nothing is wrong with it, but OpenMLS 0.9
     * mistakes it for undeclared: no group with a member that runs it can add such a package.
     */
    public data class GreaseExtension(
        /** The extension's type. */
        public val extensionType: ExtensionType,
    ) : KeypackageRejection

    /** The package's own ciphersuite is not among the capabilities of its leaf (RFC 9420 §7.2). */
    public data class UndeclaredCiphersuite(
        /** The package's suite. */
        public val found: Ciphersuite,
        /** The declared ones. */
        public val declared: List<Ciphersuite>,
    ) : KeypackageRejection

    /** The package's own protocol version is not among the capabilities of its leaf (RFC 9420 §7.2). */
    public data class UndeclaredVersion(
        /** The package's version. */
        public val found: Int,
        /** The declared ones. */
        public val declared: List<Int>,
    ) : KeypackageRejection

    /** The type of the package's own credential is not among the capabilities of its leaf (RFC 9420 §7.3). */
    public data class UndeclaredCredentialType(
        /** The credential's type. */
        public val found: CredentialType,
        /** The declared ones. */
        public val declared: List<CredentialType>,
    ) : KeypackageRejection

    /** The X.509 credential can't be read, or its certificate is for another key than the leaf's (RFC 9420 §5.3). */
    public data class Certificate(
        /** Which. */
        public val reason: CertificateProblem,
    ) : KeypackageRejection

    /** A directory gave the package of another client. */
    public data class OtherClient(
        /** The client asked for. */
        public val expected: String,
        /** The identity in the package. */
        public val found: String,
    ) : KeypackageRejection

    /** Whose the package is can't be read from a credential of this type. */
    public data class NoClientId(
        /** The credential's type. */
        public val credentialType: CredentialType,
    ) : KeypackageRejection

    /** One that these bindings have no name for. */
    public data object Other : KeypackageRejection
}

internal fun FfiKeypackageRejection.toPublic(): KeypackageRejection =
    when (this) {
        FfiKeypackageRejection.Empty -> KeypackageRejection.Empty
        is FfiKeypackageRejection.Truncated -> KeypackageRejection.Truncated(field, missing.clamped())
        is FfiKeypackageRejection.TrailingBytes -> KeypackageRejection.TrailingBytes(count.clamped())
        is FfiKeypackageRejection.NotAKeypackage -> KeypackageRejection.NotAKeypackage(begins.toInt())
        is FfiKeypackageRejection.Malformed -> KeypackageRejection.Malformed(field, reason)
        is FfiKeypackageRejection.UnknownVersion -> KeypackageRejection.UnknownVersion(found.toInt())
        is FfiKeypackageRejection.UnsupportedCiphersuite ->
            KeypackageRejection.UnsupportedCiphersuite(
                Ciphersuite(found.toInt()),
                supported.map { number ->
                    Ciphersuite(number.toInt())
                },
            )
        is FfiKeypackageRejection.WrongLeafSource -> KeypackageRejection.WrongLeafSource(found.toInt())
        FfiKeypackageRejection.WrongSignature -> KeypackageRejection.WrongSignature
        FfiKeypackageRejection.WrongLeafSignature -> KeypackageRejection.WrongLeafSignature
        is FfiKeypackageRejection.Expired -> KeypackageRejection.Expired(notAfter.toInstant(), now.toInstant())
        is FfiKeypackageRejection.NotYetValid -> KeypackageRejection.NotYetValid(notBefore.toInstant(), now.toInstant())
        is FfiKeypackageRejection.InvertedLifetime ->
            KeypackageRejection.InvertedLifetime(
                notBefore.toInstant(),
                notAfter.toInstant(),
            )
        is FfiKeypackageRejection.LifetimeTooLong ->
            KeypackageRejection.LifetimeTooLong(
                found.toSeconds(),
                limit.toSeconds(),
            )
        is FfiKeypackageRejection.WrongKeyLength ->
            KeypackageRejection.WrongKeyLength(
                field,
                Ciphersuite(ciphersuite.toInt()),
                expected.clamped(),
                found.clamped(),
            )
        is FfiKeypackageRejection.UnusableKey ->
            KeypackageRejection.UnusableKey(
                field,
                Ciphersuite(ciphersuite.toInt()),
                reason,
            )
        FfiKeypackageRejection.InitKeyIsEncryptionKey -> KeypackageRejection.InitKeyIsEncryptionKey
        is FfiKeypackageRejection.RepeatedExtension ->
            KeypackageRejection.RepeatedExtension(
                field,
                ExtensionType(extensionType.toInt()),
            )
        is FfiKeypackageRejection.ForbiddenExtension ->
            KeypackageRejection.ForbiddenExtension(
                ExtensionType(extensionType.toInt()),
            )
        is FfiKeypackageRejection.ForbiddenLeafExtension ->
            KeypackageRejection.ForbiddenLeafExtension(
                ExtensionType(extensionType.toInt()),
            )
        is FfiKeypackageRejection.UndeclaredExtension ->
            KeypackageRejection.UndeclaredExtension(
                ExtensionType(extensionType.toInt()),
                declared.map { number ->
                    ExtensionType(number.toInt())
                },
            )
        is FfiKeypackageRejection.UndeclaredLeafExtension ->
            KeypackageRejection.UndeclaredLeafExtension(
                ExtensionType(extensionType.toInt()),
                declared.map { number ->
                    ExtensionType(number.toInt())
                },
            )
        is FfiKeypackageRejection.GreaseExtension ->
            KeypackageRejection.GreaseExtension(
                ExtensionType(extensionType.toInt()),
            )
        is FfiKeypackageRejection.UndeclaredCiphersuite ->
            KeypackageRejection.UndeclaredCiphersuite(
                Ciphersuite(found.toInt()),
                declared.map { number ->
                    Ciphersuite(number.toInt())
                },
            )
        is FfiKeypackageRejection.UndeclaredVersion ->
            KeypackageRejection.UndeclaredVersion(
                found.toInt(),
                declared.map { number ->
                    number.toInt()
                },
            )
        is FfiKeypackageRejection.UndeclaredCredentialType ->
            KeypackageRejection.UndeclaredCredentialType(
                CredentialType(found.toInt()),
                declared.map { number ->
                    CredentialType(number.toInt())
                },
            )
        is FfiKeypackageRejection.Certificate -> KeypackageRejection.Certificate(reason.toPublic())
        is FfiKeypackageRejection.OtherClient -> KeypackageRejection.OtherClient(expected, found)
        is FfiKeypackageRejection.NoClientId -> KeypackageRejection.NoClientId(CredentialType(credentialType.toInt()))
        FfiKeypackageRejection.Other -> KeypackageRejection.Other
    }
