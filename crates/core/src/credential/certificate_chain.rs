//! A chain of certificates, and how a credential holds it.

use std::fmt;

use tls_codec::{DeserializeBytes, Serialize, TlsVarInt, VLByteSlice};
use x509_cert::{
    Certificate,
    der::{Decode, Document},
};

use super::pem;
use crate::{CertificateError, Result};

/// The certificates of an X.509 credential: the leaf first, each followed by its issuer's. Whether the chain ends
/// in a root, and whether that is trusted, is the app's business.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateChain {
    /// As RFC 9420 §5.3 lists them, without the length of the whole.
    content: Vec<u8>,
    certificates: Vec<Certificate>,
}

impl CertificateChain {
    /// Takes each certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError::EmptyChain`], [`NotACertificate`](CertificateError::NotACertificate),
    /// [`OutOfOrder`](CertificateError::OutOfOrder).
    pub fn from_der(certificates: Vec<Vec<u8>>) -> Result<Self> {
        if certificates.is_empty() {
            return Err(CertificateError::EmptyChain.into());
        }
        let mut chain = Self { content: Vec::new(), certificates: Vec::with_capacity(certificates.len()) };
        for (position, der) in (0..).zip(&certificates) {
            chain.certificates.push(decode_certificate(position, der)?);
            VLByteSlice(der)
                .tls_serialize(&mut chain.content)
                .map_err(|error| CertificateError::NotACertificate { position, reason: error.to_string() })?;
        }
        chain.check_order()?;
        Ok(chain)
    }

    /// Takes the certificates as PEM blocks one after another, with or without text between them.
    ///
    /// # Errors
    /// As [`from_der`](Self::from_der), and [`CertificateError::NotPem`].
    pub fn from_pem(text: &str) -> Result<Self> {
        let blocks = (0..).zip(text.split(pem::BEGIN).skip(1));
        Self::from_der(blocks.map(|(position, block)| from_pem(position, block)).collect::<Result<_, _>>()?)
    }

    /// The content of an X.509 credential (RFC 9420 §5.3) with these certificates, in DER, whatever they are. A
    /// length that a list can't hold leaves a certificate empty.
    #[must_use]
    pub fn encode(certificates: &[Vec<u8>]) -> Vec<u8> {
        certificates.iter().flat_map(|der| VLByteSlice(der).tls_serialize_detached().unwrap_or_default()).collect()
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    fn check_order(&self) -> Result<(), CertificateError> {
        let pairs = self.certificates.iter().zip(self.certificates.iter().skip(1));
        for (position, (certificate, next)) in (0..).zip(pairs) {
            let (issuer, next_subject) = (certificate.tbs_certificate().issuer(), next.tbs_certificate().subject());
            if issuer != next_subject {
                let (issuer, next_subject) = (issuer.to_string(), next_subject.to_string());
                return Err(CertificateError::OutOfOrder { position, issuer, next_subject });
            }
        }
        Ok(())
    }
}

/// The subjects, leaf first.
impl fmt::Debug for CertificateChain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content: _, certificates } = self;
        let subjects = certificates.iter().map(|certificate| certificate.tbs_certificate().subject().to_string());
        formatter.write_str("CertificateChain")?;
        formatter.debug_list().entries(subjects).finish()
    }
}

/// Takes a block without its first words, and whatever follows it.
fn from_pem(position: u32, block: &str) -> Result<Vec<u8>, CertificateError> {
    let refused = |reason: String| CertificateError::NotPem { position, reason };
    let block = pem::normalize(block, "CERTIFICATE").map_err(refused)?;
    let (_, der) = Document::from_pem(&block).map_err(|error| refused(error.to_string()))?;
    Ok(der.into_vec())
}

pub(crate) fn decode_certificate(position: u32, der: &[u8]) -> Result<Certificate, CertificateError> {
    Certificate::from_der(der)
        .map_err(|error| CertificateError::NotACertificate { position, reason: error.to_string() })
}

/// Splits a credential's content into its certificates, without decoding those.
pub(crate) fn split(mut content: &[u8]) -> Result<Vec<&[u8]>, CertificateError> {
    let mut certificates = Vec::new();
    while !content.is_empty() {
        let position = u32::try_from(certificates.len()).unwrap_or(u32::MAX);
        let refused = |reason: String| CertificateError::NotAList { position, reason };
        // `VLBytes` asserts in debug builds that all of its bytes are there; a peer must not make us panic.
        let (length, rest) = TlsVarInt::tls_deserialize_bytes(content).map_err(|error| refused(error.to_string()))?;
        let length = usize::try_from(length.value()).unwrap_or(usize::MAX);
        let (certificate, rest) = rest
            .split_at_checked(length)
            .ok_or_else(|| refused(format!("{length} bytes were announced, but {} are left", rest.len())))?;
        certificates.push(certificate);
        content = rest;
    }
    Ok(certificates)
}
