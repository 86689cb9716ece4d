//! The signature key, expanded once. `openmls_basic_credential` expands it anew for each signature, which costs a
//! third of a key package's generation.

use std::fmt;

use ed25519_dalek::Signer as _;
use openmls::prelude::SignatureScheme;
use openmls_traits::signatures::{Signer, SignerError};
use zeroize::Zeroizing;

use crate::{CredentialError, Result, StorageError};

/// Both kinds wipe themselves when dropped.
#[derive(Clone)]
pub(crate) enum SignatureKey {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
}

impl SignatureKey {
    pub(crate) fn generate(scheme: SignatureScheme) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        loop {
            getrandom::fill(seed.as_mut_slice())
                .map_err(|error| StorageError::Io { kind: std::io::ErrorKind::Other, message: error.to_string() })?;
            // A P-256 key is a number below the group's order; nearly every one of 32 bytes is.
            match Self::from_private(scheme, seed.as_slice()) {
                Err(_) if scheme == SignatureScheme::ECDSA_SECP256R1_SHA256 => {}
                other => return other,
            }
        }
    }

    /// Takes the 32 bytes that [`private`](Self::private) gave.
    pub(crate) fn from_private(scheme: SignatureScheme, private: &[u8]) -> Result<Self> {
        let key = match scheme {
            SignatureScheme::ED25519 => {
                ed25519_dalek::SigningKey::try_from(private).ok().map(|key| Self::Ed25519(Box::new(key)))
            }
            SignatureScheme::ECDSA_SECP256R1_SHA256 => {
                p256::ecdsa::SigningKey::from_slice(private).ok().map(|key| Self::P256(Box::new(key)))
            }
            _ => None,
        };
        key.ok_or_else(|| CredentialError::CredentialNotFound.into())
    }

    pub(crate) fn private(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Ed25519(key) => key.as_bytes().to_vec(),
            Self::P256(key) => key.to_bytes().to_vec(),
        })
    }

    /// As RFC 9420 §5.1.1 has it: 32 bytes of Ed25519, an uncompressed point of P-256.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
            Self::P256(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
        }
    }
}

impl Signer for SignatureKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(match self {
            Self::Ed25519(key) => key.sign(payload).to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(payload);
                signature.to_der().as_bytes().to_vec()
            }
        })
    }

    fn signature_scheme(&self) -> SignatureScheme {
        match self {
            Self::Ed25519(_) => SignatureScheme::ED25519,
            Self::P256(_) => SignatureScheme::ECDSA_SECP256R1_SHA256,
        }
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519(_) => formatter.write_str("SignatureKey::Ed25519(redacted)"),
            Self::P256(_) => formatter.write_str("SignatureKey::P256(redacted)"),
        }
    }
}
