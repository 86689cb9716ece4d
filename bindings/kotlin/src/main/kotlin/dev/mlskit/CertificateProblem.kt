package dev.mlskit

import kotlin.time.Instant
import dev.mlskit.ffi.CertificateFailure as FfiCertificateFailure

/** The certificates of an X.509 credential (RFC 9420 §5.3) were refused. Positions count from the leaf, which is 0. */
public sealed interface CertificateProblem {
    /** Whoever made the credential: there is no leaf certificate. */
    public data object EmptyChain : CertificateProblem

    /** Caller: the text is not a row of certificates in PEM. */
    public data class NotPem(
        /** Which certificate. */
        public val position: Int,
        /** What was found instead. */
        public val reason: String,
    ) : CertificateProblem

    /** Whoever made the credential: its content is not a list of certificates. */
    public data class NotAList(
        /** Which certificate. */
        public val position: Int,
        /** What is wrong with the list. */
        public val reason: String,
    ) : CertificateProblem

    /** Whoever made the credential: these bytes are not a certificate. */
    public data class NotACertificate(
        /** Which certificate. */
        public val position: Int,
        /** The decoder's words. */
        public val reason: String,
    ) : CertificateProblem

    /** Caller: the leaf comes first, and each certificate is followed by its issuer's. */
    public data class OutOfOrder(
        /** Which certificate. */
        public val position: Int,
        /** The issuer that it names. */
        public val issuer: String,
        /** The subject of the one after it. */
        public val nextSubject: String,
    ) : CertificateProblem

    /** Caller: the certificate has expired. */
    public data class Expired(
        /** Which certificate. */
        public val position: Int,
        /** The last second in which it was valid. */
        public val notAfter: Instant,
        /** The time by the client's clock. */
        public val now: Instant,
    ) : CertificateProblem

    /** Caller: the certificate is not valid yet, or the clock is behind. */
    public data class NotYetValid(
        /** Which certificate. */
        public val position: Int,
        /** The first second in which it is valid. */
        public val notBefore: Instant,
        /** The time by the client's clock. */
        public val now: Instant,
    ) : CertificateProblem

    /** Whoever made the credential: the leaf certificate's key is of a kind that is unknown here. */
    public data class UnknownKeyAlgorithm(
        /** The algorithm's name. */
        public val found: String,
    ) : CertificateProblem

    /** Caller: the leaf certificate's key is of another kind than the ciphersuite signs with. */
    public data class DifferentKeyAlgorithm(
        /** What the ciphersuite signs with. */
        public val expected: SignatureScheme,
        /** What the certificate's key is for. */
        public val found: SignatureScheme,
    ) : CertificateProblem

    /**
     * Whoever made the credential: the leaf certificate is for another key than the one that signs. In one's own,
     * the private key does not belong to the certificate; in another's, the certificate is not theirs.
     */
    public data class DifferentKey(
        /** The public key in the certificate, as RFC 9420 §5.1.1 encodes it. */
        public val certificate: SignatureKey,
        /** The public key that signs. */
        public val signatureKey: SignatureKey,
    ) : CertificateProblem

    /** One that these bindings have no name for. */
    public data object Other : CertificateProblem
}

internal fun FfiCertificateFailure.toPublic(): CertificateProblem =
    when (this) {
        FfiCertificateFailure.EmptyChain -> CertificateProblem.EmptyChain
        is FfiCertificateFailure.NotPem -> CertificateProblem.NotPem(position.toInt(), reason)
        is FfiCertificateFailure.NotAList -> CertificateProblem.NotAList(position.toInt(), reason)
        is FfiCertificateFailure.NotACertificate -> CertificateProblem.NotACertificate(position.toInt(), reason)
        is FfiCertificateFailure.OutOfOrder -> CertificateProblem.OutOfOrder(position.toInt(), issuer, nextSubject)
        is FfiCertificateFailure.Expired ->
            CertificateProblem.Expired(
                position.toInt(),
                notAfter.toInstant(),
                now.toInstant(),
            )
        is FfiCertificateFailure.NotYetValid ->
            CertificateProblem.NotYetValid(
                position.toInt(),
                notBefore.toInstant(),
                now.toInstant(),
            )
        is FfiCertificateFailure.UnknownKeyAlgorithm -> CertificateProblem.UnknownKeyAlgorithm(found)
        is FfiCertificateFailure.DifferentKeyAlgorithm ->
            CertificateProblem.DifferentKeyAlgorithm(
                SignatureScheme(expected.toInt()),
                SignatureScheme(found.toInt()),
            )
        is FfiCertificateFailure.DifferentKey ->
            CertificateProblem.DifferentKey(
                SignatureKey(certificate),
                signatureKey,
            )
        FfiCertificateFailure.Other -> CertificateProblem.Other
    }
