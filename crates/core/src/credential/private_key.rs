//! A private key that the app brings along.

use std::fmt;

use openmls::prelude::SignatureScheme;
use p256::pkcs8::{PrivateKeyInfo, SecretDocument};
use zeroize::Zeroizing;

use super::{algorithm, pem};
use crate::{CredentialError, Result};

/// The private key of an X.509 credential, in PKCS#8 (RFC 5958). It is wiped from memory when dropped.
#[derive(Clone)]
pub struct PrivateKey {
    scheme: SignatureScheme,
    der: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// Takes an unencrypted PKCS#8 document in DER, or in PEM with the label `PRIVATE KEY`: the first such block, so that
    /// the same file may hold certificates. Whether the key is sound shows when its credential is added.
    ///
    /// # Errors
    /// [`CredentialError::NotAPrivateKey`]; also for an algorithm that is unknown here.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self> {
        let der = match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(pem::BEGIN) => from_pem(text)?,
            _ => Zeroizing::new(bytes.to_vec()),
        };
        let info = PrivateKeyInfo::try_from(der.as_slice()).map_err(refused)?;
        let scheme = scheme(&info)?;
        Ok(Self { scheme, der })
    }

    pub(crate) fn scheme(&self) -> SignatureScheme {
        self.scheme
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, der: _ } = self;
        write!(formatter, "PrivateKey({scheme:?}, redacted)")
    }
}

fn from_pem(text: &str) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    const LABEL: &str = "PRIVATE KEY";
    let mut blocks = text.split(pem::BEGIN).skip(1);
    let first = blocks.next().unwrap_or_default();
    let key = std::iter::once(first).chain(blocks).find(|block| pem::check_label(block, LABEL).is_ok());
    let block = pem::normalize(key.unwrap_or(first), LABEL).map_err(refused)?;
    let (_, document) = SecretDocument::from_pem(&block).map_err(refused)?;
    Ok(Zeroizing::new(document.as_bytes().to_vec()))
}

fn scheme(info: &PrivateKeyInfo<'_>) -> Result<SignatureScheme, CredentialError> {
    let curve = info.algorithm.parameters_oid().ok().map(|curve| curve.to_string());
    algorithm::scheme(&info.algorithm.oid.to_string(), curve.as_deref())
        .map_err(|found| refused(format!("found a key for {found}; Ed25519 and ECDSA with P-256 are supported")))
}

fn refused(reason: impl ToString) -> CredentialError {
    CredentialError::NotAPrivateKey { reason: reason.to_string() }
}
