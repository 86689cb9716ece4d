//! Credentials.

use super::{CertificateFailure, suites};
use crate::GroupId;

/// A credential was refused.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CredentialFailure {
    /// Caller: the database belongs to another client id, given when it was first opened.
    DifferentClient {
        /// The id of the first open.
        expected: String,
        /// The id given now.
        found: String,
    },
    /// Caller: a client needs a name.
    EmptyClientId,
    /// Caller: a Basic credential says who the client is, so its identity is the client's id.
    DifferentIdentity {
        /// The client's id.
        expected: String,
        /// The identity given.
        found: String,
    },
    /// Caller: the ciphersuite is not one of those that this client can work with.
    UnsupportedCiphersuite {
        /// The suite asked for.
        found: u16,
        /// The suites of this client.
        supported: Vec<u16>,
    },
    /// Caller: the reference comes from a client with another id.
    ForeignCredential {
        /// This client's id.
        expected: String,
        /// The id of the client that the reference comes from.
        found: String,
    },
    /// Caller: the credential was removed, its transaction rolled back, or it lies in another database.
    CredentialNotFound,
    /// Caller: a group uses this very credential and key, or is about to.
    CredentialInUse {
        /// The group.
        group_id: GroupId,
    },
    /// Caller: a credential can't take its own place. To take back a replacement, replace the new by the old.
    ReplacedByItself,
    /// Caller: the same credential with the same key is there already.
    CredentialExists,
    /// Caller: the certificates of an X.509 credential.
    Certificate {
        /// Which.
        reason: CertificateFailure,
    },
    /// Caller: the bytes are not an unencrypted private key in PKCS#8.
    NotAPrivateKey {
        /// What was found instead; nothing of the key.
        reason: String,
    },
    /// Caller: the private key is of another kind than the ciphersuite signs with.
    DifferentPrivateKeyAlgorithm {
        /// What the ciphersuite signs with.
        expected: u16,
        /// What the key is for.
        found: u16,
    },
    /// A bug here, damage that SQLCipher did not notice, or a file of a newer version: a stored credential could
    /// not be decoded.
    NotDecoded {
        /// What is wrong with it; nothing of its private key.
        reason: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::CredentialError> for CredentialFailure {
    fn from(core: mlskit::CredentialError) -> Self {
        use mlskit::CredentialError as Core;
        match core {
            Core::DifferentClient { expected, found } => Self::DifferentClient { expected, found },
            Core::EmptyClientId => Self::EmptyClientId,
            Core::DifferentIdentity { expected, found } => Self::DifferentIdentity { expected, found },
            Core::UnsupportedCiphersuite { found, supported } => {
                Self::UnsupportedCiphersuite { found: found.into(), supported: suites(supported) }
            }
            Core::ForeignCredential { expected, found } => Self::ForeignCredential { expected, found },
            Core::CredentialNotFound => Self::CredentialNotFound,
            Core::CredentialInUse { group_id } => Self::CredentialInUse { group_id: GroupId(group_id) },
            Core::ReplacedByItself => Self::ReplacedByItself,
            Core::CredentialExists => Self::CredentialExists,
            Core::Certificate(reason) => Self::Certificate { reason: reason.into() },
            Core::NotAPrivateKey { reason } => Self::NotAPrivateKey { reason },
            Core::DifferentPrivateKeyAlgorithm { expected, found } => {
                Self::DifferentPrivateKeyAlgorithm { expected: expected as u16, found: found as u16 }
            }
            Core::NotDecoded { reason } => Self::NotDecoded { reason },
            _ => Self::Other,
        }
    }
}
