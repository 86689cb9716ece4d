package dev.mlskit

import dev.mlskit.ffi.CredentialFailure as FfiCredentialFailure

/** A credential was refused. */
public sealed class CredentialException(
    message: String,
) : MlsException(message) {
    /** Caller: the database belongs to another client id, given when it was first opened. */
    public class DifferentClient internal constructor(
        /** The id of the first open. */
        public val expected: String,
        /** The id given now. */
        public val found: String,
        message: String,
    ) : CredentialException(message)

    /** Caller: a client needs a name. */
    public class EmptyClientId internal constructor(
        message: String,
    ) : CredentialException(message)

    /** Caller: a Basic credential says who the client is, so its identity is the client's id. */
    public class DifferentIdentity internal constructor(
        /** The client's id. */
        public val expected: String,
        /** The identity given. */
        public val found: String,
        message: String,
    ) : CredentialException(message)

    /** Caller: the ciphersuite is not one of those that this client can work with. */
    public class UnsupportedCiphersuite internal constructor(
        /** The suite asked for. */
        public val found: Ciphersuite,
        /** The suites of this client. */
        public val supported: List<Ciphersuite>,
        message: String,
    ) : CredentialException(message)

    /** Caller: the reference comes from a client with another id. */
    public class ForeignCredential internal constructor(
        /** This client's id. */
        public val expected: String,
        /** The id of the client that the reference comes from. */
        public val found: String,
        message: String,
    ) : CredentialException(message)

    /** Caller: the credential was removed, its transaction rolled back, or it lies in another database. */
    public class CredentialNotFound internal constructor(
        message: String,
    ) : CredentialException(message)

    /** Caller: a group uses this very credential and key, or is about to. */
    public class CredentialInUse internal constructor(
        /** The group. */
        public val groupId: GroupId,
        message: String,
    ) : CredentialException(message)

    /** Caller: a credential can't take its own place. To take back a replacement, replace the new by the old. */
    public class ReplacedByItself internal constructor(
        message: String,
    ) : CredentialException(message)

    /** Caller: the same credential with the same key is there already. */
    public class CredentialExists internal constructor(
        message: String,
    ) : CredentialException(message)

    /** Caller: the certificates of an X.509 credential. */
    public class Certificate internal constructor(
        /** Which. */
        public val reason: CertificateProblem,
        message: String,
    ) : CredentialException(message)

    /** Caller: the bytes are not an unencrypted private key in PKCS#8. */
    public class NotAPrivateKey internal constructor(
        /** What was found instead; nothing of the key. */
        public val reason: String,
        message: String,
    ) : CredentialException(message)

    /** Caller: the private key is of another kind than the ciphersuite signs with. */
    public class DifferentPrivateKeyAlgorithm internal constructor(
        /** What the ciphersuite signs with. */
        public val expected: SignatureScheme,
        /** What the key is for. */
        public val found: SignatureScheme,
        message: String,
    ) : CredentialException(message)

    /**
     * A bug here, damage that SQLCipher did not notice, or a file of a newer version: a stored credential could
     * not be decoded.
     */
    public class NotDecoded internal constructor(
        /** What is wrong with it; nothing of its private key. */
        public val reason: String,
        message: String,
    ) : CredentialException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : CredentialException(message)
}

internal fun credentialException(
    failure: FfiCredentialFailure,
    message: String,
): CredentialException =
    when (failure) {
        is FfiCredentialFailure.DifferentClient ->
            CredentialException.DifferentClient(
                failure.expected,
                failure.found,
                message,
            )
        FfiCredentialFailure.EmptyClientId -> CredentialException.EmptyClientId(message)
        is FfiCredentialFailure.DifferentIdentity ->
            CredentialException.DifferentIdentity(
                failure.expected,
                failure.found,
                message,
            )
        is FfiCredentialFailure.UnsupportedCiphersuite ->
            CredentialException.UnsupportedCiphersuite(
                Ciphersuite(failure.found.toInt()),
                failure.supported.map { number ->
                    Ciphersuite(number.toInt())
                },
                message,
            )
        is FfiCredentialFailure.ForeignCredential ->
            CredentialException.ForeignCredential(
                failure.expected,
                failure.found,
                message,
            )
        FfiCredentialFailure.CredentialNotFound -> CredentialException.CredentialNotFound(message)
        is FfiCredentialFailure.CredentialInUse -> CredentialException.CredentialInUse(failure.groupId, message)
        FfiCredentialFailure.ReplacedByItself -> CredentialException.ReplacedByItself(message)
        FfiCredentialFailure.CredentialExists -> CredentialException.CredentialExists(message)
        is FfiCredentialFailure.Certificate -> CredentialException.Certificate(failure.reason.toPublic(), message)
        is FfiCredentialFailure.NotAPrivateKey -> CredentialException.NotAPrivateKey(failure.reason, message)
        is FfiCredentialFailure.DifferentPrivateKeyAlgorithm ->
            CredentialException.DifferentPrivateKeyAlgorithm(
                SignatureScheme(failure.expected.toInt()),
                SignatureScheme(failure.found.toInt()),
                message,
            )
        is FfiCredentialFailure.NotDecoded -> CredentialException.NotDecoded(failure.reason, message)
        FfiCredentialFailure.Other -> CredentialException.Other(message)
    }
