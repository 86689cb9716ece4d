package dev.mlskit

import dev.mlskit.ffi.CertificateChain as FfiCertificateChain
import dev.mlskit.ffi.Credential as FfiCredential

/**
 * A credential to be added to a client, for one ciphersuite (RFC 9420 §5.3).
 *
 * ```kotlin
 * val credential = client.transaction { tx -> tx.addCredential(Credential.basic(suite, client.id)) }
 * ```
 */
public class Credential private constructor(
    private val secret: SecretBytes?,
    private val make: (ByteArray) -> FfiCredential,
) : AutoCloseable {
    /** Wipes the private key, if there is one; then the credential can't be added. A client that has it keeps it. */
    override fun close() {
        secret?.wipe()
    }

    /** Nothing of the private key. */
    override fun toString(): String = if (secret == null) "Credential(basic)" else "Credential(x509, redacted)"

    internal suspend fun <T> lend(work: suspend (FfiCredential) -> T): T =
        if (secret == null) work(make(ByteArray(0))) else secret.lend { work(make(it)) }

    /** The kinds of credentials. */
    public companion object {
        /** A bare [identity], which is the client's id. Its signature key is generated when it is added. */
        public fun basic(
            ciphersuite: Ciphersuite,
            identity: ClientId,
        ): Credential = Credential(null) { FfiCredential.Basic(ciphersuite.toFfi(), identity) }

        /**
         * A chain of certificates, the leaf first, each followed by its issuer's, each in DER; and the private key
         * that belongs to the leaf's, an unencrypted PKCS#8 document in DER or PEM, of which a copy is taken.
         */
        public fun x509(
            ciphersuite: Ciphersuite,
            certificates: List<ByteArray>,
            privateKey: ByteArray,
        ): Credential = x509(ciphersuite, FfiCertificateChain.Der(certificates), privateKey)

        /** The same with the certificates as PEM blocks one after another. */
        public fun x509(
            ciphersuite: Ciphersuite,
            certificates: String,
            privateKey: ByteArray,
        ): Credential = x509(ciphersuite, FfiCertificateChain.Pem(certificates), privateKey)

        private fun x509(
            ciphersuite: Ciphersuite,
            chain: FfiCertificateChain,
            privateKey: ByteArray,
        ): Credential =
            Credential(SecretBytes(privateKey.copyOf(), "credential")) { key ->
                FfiCredential.X509(ciphersuite.toFfi(), chain, key)
            }
    }
}
