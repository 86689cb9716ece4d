//! The signature key, expanded once. `openmls_basic_credential` expands it anew for each signature, which costs a
//! third of a key package's generation.

#[cfg(test)]
mod tests;

use std::fmt;

use ed25519_dalek::Signer as _;
use openmls::prelude::{Ciphersuite, SignatureScheme};
use openmls_traits::signatures::{Signer, SignerError};
use p256::pkcs8::DecodePrivateKey;
use zeroize::Zeroizing;

use super::{PrivateKey, unsupported};
use crate::{CredentialError, Result, StorageError};

/// Both kinds wipe themselves when dropped.
pub(crate) enum SignatureKey {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
}

impl SignatureKey {
    pub(crate) fn generate(ciphersuite: Ciphersuite) -> Result<Self> {
        match ciphersuite.signature_algorithm() {
            SignatureScheme::ED25519 => Ok(Self::ed25519(ed25519_dalek::SigningKey::from_bytes(&*random()?))),
            SignatureScheme::ECDSA_SECP256R1_SHA256 => loop {
                // A key is a number below the group's order; nearly every one of 32 bytes is.
                if let Ok(key) = p256::ecdsa::SigningKey::from_slice(random()?.as_slice()) {
                    return Ok(Self::p256(key));
                }
            },
            _ => Err(unsupported(ciphersuite).into()),
        }
    }

    /// Takes the 32 bytes that [`private`](Self::private) gave.
    pub(crate) fn from_private(ciphersuite: Ciphersuite, private: &[u8]) -> Result<Self> {
        let damaged = || CredentialError::NotDecoded {
            reason: format!("its private key of {} bytes is none for {ciphersuite:?}", private.len()),
        };
        match ciphersuite.signature_algorithm() {
            SignatureScheme::ED25519 => {
                Ok(Self::ed25519(ed25519_dalek::SigningKey::try_from(private).map_err(|_| damaged())?))
            }
            SignatureScheme::ECDSA_SECP256R1_SHA256 => {
                Ok(Self::p256(p256::ecdsa::SigningKey::from_slice(private).map_err(|_| damaged())?))
            }
            _ => Err(unsupported(ciphersuite).into()),
        }
    }

    /// Computes the public key too, and compares it with the one in the document if that has one.
    pub(crate) fn from_pkcs8(key: &PrivateKey) -> Result<Self> {
        let refused = |error: p256::pkcs8::Error| CredentialError::NotAPrivateKey { reason: error.to_string() };
        Ok(match key.scheme() {
            SignatureScheme::ED25519 => {
                Self::ed25519(ed25519_dalek::SigningKey::from_pkcs8_der(key.der()).map_err(refused)?)
            }
            _ => Self::p256(p256::ecdsa::SigningKey::from_pkcs8_der(key.der()).map_err(refused)?),
        })
    }

    fn ed25519(key: ed25519_dalek::SigningKey) -> Self {
        #[cfg(test)]
        crate::witness::note();
        Self::Ed25519(Box::new(key))
    }

    fn p256(key: p256::ecdsa::SigningKey) -> Self {
        #[cfg(test)]
        crate::witness::note();
        Self::P256(Box::new(key))
    }

    pub(crate) fn private(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Ed25519(key) => key.as_bytes().to_vec(),
            // The scalar is encoded into an array, which would stay on the stack.
            Self::P256(key) => Zeroizing::new(key.to_bytes()).to_vec(),
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

fn random() -> Result<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|error| StorageError::Io { kind: std::io::ErrorKind::Other, message: error.to_string() })?;
    Ok(bytes)
}

impl Signer for SignatureKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        #[cfg(test)]
        crate::witness::note();
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
