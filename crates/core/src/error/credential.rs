//! Why a credential was refused.

use openmls::prelude::{Ciphersuite, SignatureScheme};

use super::CertificateError;
use crate::hex::Hex;

/// A credential was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Caller: the database belongs to another client id, given when it was first opened.
    #[error("the database belongs to client {expected}, not to {found}; open it under its own id")]
    DifferentClient {
        /// The id of the first open.
        expected: String,
        /// The id given now.
        found: String,
    },
    /// Caller: a client needs a name.
    #[error("a client id has at least one byte, but it was empty")]
    EmptyClientId,
    /// Caller: a Basic credential says who the client is, so its identity is the client's id.
    #[error("a Basic credential of this client has the identity {expected}, but {found} was given")]
    DifferentIdentity {
        /// The client's id.
        expected: String,
        /// The identity given.
        found: String,
    },
    /// Caller: the ciphersuite is not one of those that this client can work with.
    #[error("ciphersuite {found:?} is not supported; supported are {supported:?}")]
    UnsupportedCiphersuite {
        /// The suite asked for.
        found: Ciphersuite,
        /// The suites of this client.
        supported: Vec<Ciphersuite>,
    },
    /// Caller: the reference comes from a client with another id.
    #[error("the credential reference belongs to client {found}, not to {expected}")]
    ForeignCredential {
        /// This client's id.
        expected: String,
        /// The id of the client that the reference comes from.
        found: String,
    },
    /// Caller: the credential was removed, its transaction rolled back, or it lies in another database.
    #[error("the credential is not in this database; it was removed or never committed")]
    CredentialNotFound,
    /// Caller: a group uses this very credential and key, or is about to.
    #[error("the group {} uses the credential; move it to another with `update_keys`, or delete it", Hex(.group_id))]
    CredentialInUse {
        /// The group.
        group_id: Vec<u8>,
    },
    /// Caller: a credential can't take its own place. To take back a replacement, replace the new by the old.
    #[error("another credential was expected to take this one's place, but it is the same; add the new one first")]
    ReplacedByItself,
    /// Caller: the same credential with the same key is there already.
    #[error("the credential is in this database already")]
    CredentialExists,
    /// Caller: the certificates of an X.509 credential.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Caller: the bytes are not an unencrypted private key in PKCS#8.
    #[error("a private key in PKCS#8, as DER or PEM, was expected: {reason}")]
    NotAPrivateKey {
        /// What was found instead; nothing of the key.
        reason: String,
    },
    /// Caller: the private key is of another kind than the ciphersuite signs with.
    #[error("the ciphersuite signs with {expected:?}, but the private key is for {found:?}")]
    DifferentPrivateKeyAlgorithm {
        /// What the ciphersuite signs with.
        expected: SignatureScheme,
        /// What the key is for.
        found: SignatureScheme,
    },
    /// A bug here, damage that SQLCipher did not notice, or a file of a newer version: a stored credential could
    /// not be decoded.
    #[error("a stored credential could not be decoded: {reason}")]
    NotDecoded {
        /// What is wrong with it; nothing of its private key.
        reason: String,
    },
}
