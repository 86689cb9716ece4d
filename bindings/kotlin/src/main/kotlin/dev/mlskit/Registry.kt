package dev.mlskit

/** A ciphersuite, by its number in IANA's registry (RFC 9420 §17.1). */
@JvmInline
public value class Ciphersuite(
    /** The number, 0 to 65,535. */
    public val number: Int,
) {
    init {
        requireRegistryNumber(number)
    }

    /** The name in the registry, or the number where it has none here. */
    override fun toString(): String = NAMES[number] ?: hex(number)

    /** Those that this client can work with. */
    public companion object {
        /** X25519, AES-128-GCM, SHA-256, Ed25519: what every client speaks. */
        public val MLS_128_DHKEMX25519_AES128GCM_SHA256_ED25519: Ciphersuite = Ciphersuite(1)

        /** P-256, AES-128-GCM, SHA-256, ECDSA with P-256. */
        public val MLS_128_DHKEMP256_AES128GCM_SHA256_P256: Ciphersuite = Ciphersuite(2)

        /** X25519, ChaCha20-Poly1305, SHA-256, Ed25519. */
        public val MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519: Ciphersuite = Ciphersuite(3)

        private val NAMES =
            mapOf(
                1 to "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
                2 to "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
                3 to "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
            )
    }
}

/** A signature scheme, by its number in TLS's registry (RFC 8446 §4.2.3), which MLS shares. */
@JvmInline
public value class SignatureScheme(
    /** The number, 0 to 65,535. */
    public val number: Int,
) {
    init {
        requireRegistryNumber(number)
    }

    /** The name in the registry, or the number where it has none here. */
    override fun toString(): String =
        when (this) {
            ED25519 -> "ed25519"
            ECDSA_SECP256R1_SHA256 -> "ecdsa_secp256r1_sha256"
            else -> hex(number)
        }

    /** Those that this client can work with. */
    public companion object {
        /** ECDSA with P-256 and SHA-256. */
        public val ECDSA_SECP256R1_SHA256: SignatureScheme = SignatureScheme(0x0403)

        /** Ed25519. */
        public val ED25519: SignatureScheme = SignatureScheme(0x0807)
    }
}

/** A type of credentials, by its number in IANA's registry (RFC 9420 §17.5). */
@JvmInline
public value class CredentialType(
    /** The number, 0 to 65,535. */
    public val number: Int,
) {
    init {
        requireRegistryNumber(number)
    }

    /** The name in the registry, or the number where it has none here. */
    override fun toString(): String =
        when (this) {
            BASIC -> "basic"
            X509 -> "x509"
            else -> hex(number)
        }

    /** Those that this client can work with. */
    public companion object {
        /** A bare identity. */
        public val BASIC: CredentialType = CredentialType(1)

        /** A chain of certificates. */
        public val X509: CredentialType = CredentialType(2)
    }
}

/** A type of extensions, by its number in IANA's registry (RFC 9420 §17.3). */
@JvmInline
public value class ExtensionType(
    /** The number, 0 to 65,535. */
    public val number: Int,
) {
    init {
        requireRegistryNumber(number)
    }

    /** The number. */
    override fun toString(): String = hex(number)

    /** The types of RFC 9420. */
    public companion object {
        /** An id that an app gives to a leaf (§5.3.3). */
        public val APPLICATION_ID: ExtensionType = ExtensionType(1)

        /** What every member of a group must be able to do (§11.1). */
        public val REQUIRED_CAPABILITIES: ExtensionType = ExtensionType(3)

        /** Who outside of a group may propose changes (§12.1.8.1). */
        public val EXTERNAL_SENDERS: ExtensionType = ExtensionType(5)

        /** Marks a key package that may be used again. */
        public val LAST_RESORT: ExtensionType = ExtensionType(10)
    }
}

private fun requireRegistryNumber(number: Int) =
    require(number in 0..0xFFFF) { "a number of IANA's registries is 0 to 65,535, but $number was given" }

internal fun hex(number: Int): String = "0x" + number.toString(16).padStart(4, '0')

internal fun Ciphersuite.toFfi(): UShort = number.toUShort()

internal fun SignatureScheme.toFfi(): UShort = number.toUShort()

internal fun CredentialType.toFfi(): UShort = number.toUShort()

internal fun ExtensionType.toFfi(): UShort = number.toUShort()
