//! What can be wrong with the certificates of an X.509 credential, one's own or another's.

use std::time::SystemTime;

use openmls::prelude::SignatureScheme;

use crate::{
    clock::{self, Utc},
    hex::Hex,
};

/// The certificates of an X.509 credential (RFC 9420 §5.3) were refused. Positions count from the leaf, which is 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Whoever made the credential: there is no leaf certificate.
    #[error("a chain has at least one certificate, but it was empty")]
    EmptyChain,
    /// Caller: the text is not a row of certificates in PEM.
    #[error("certificate {position}: a PEM block with the label CERTIFICATE was expected: {reason}")]
    NotPem {
        /// Which certificate.
        position: u32,
        /// What was found instead.
        reason: String,
    },
    /// Whoever made the credential: its content is not a list of certificates.
    #[error("certificate {position}: the credential's content is not a list of certificates: {reason}")]
    NotAList {
        /// Which certificate.
        position: u32,
        /// What is wrong with the list.
        reason: String,
    },
    /// Whoever made the credential: these bytes are not a certificate.
    #[error("certificate {position}: not an X.509 certificate in DER: {reason}")]
    NotACertificate {
        /// Which certificate.
        position: u32,
        /// The decoder's words.
        reason: String,
    },
    /// Caller: the leaf comes first, and each certificate is followed by its issuer's.
    #[error(
        "certificate {position} was issued by \"{issuer}\", but the next one is of \"{next_subject}\"; \
         begin with the leaf and let each be followed by its issuer's"
    )]
    OutOfOrder {
        /// Which certificate.
        position: u32,
        /// The issuer that it names.
        issuer: String,
        /// The subject of the one after it.
        next_subject: String,
    },
    /// Caller: the certificate has expired.
    #[error("certificate {position} was valid until {}, but it is {}", utc(not_after), utc(now))]
    Expired {
        /// Which certificate.
        position: u32,
        /// The last second in which it was valid.
        not_after: SystemTime,
        /// The time by the client's clock.
        now: SystemTime,
    },
    /// Caller: the certificate is not valid yet, or the clock is behind.
    #[error("certificate {position} is valid from {}, but it is {}", utc(not_before), utc(now))]
    NotYetValid {
        /// Which certificate.
        position: u32,
        /// The first second in which it is valid.
        not_before: SystemTime,
        /// The time by the client's clock.
        now: SystemTime,
    },
    /// Whoever made the credential: the leaf certificate's key is of a kind that is unknown here.
    #[error("the leaf certificate has a key for {found}; Ed25519 and ECDSA with P-256 are supported")]
    UnknownKeyAlgorithm {
        /// The algorithm's name.
        found: String,
    },
    /// Caller: the leaf certificate's key is of another kind than the ciphersuite signs with.
    #[error("the ciphersuite signs with {expected:?}, but the leaf certificate has a key for {found:?}")]
    DifferentKeyAlgorithm {
        /// What the ciphersuite signs with.
        expected: SignatureScheme,
        /// What the certificate's key is for.
        found: SignatureScheme,
    },
    /// Whoever made the credential: the leaf certificate is for another key than the one that signs. In one's own,
    /// the private key does not belong to the certificate; in another's, the certificate is not theirs.
    #[error(
        "the leaf certificate is for the key {}, but the signature key is {}",
        Hex(certificate),
        Hex(signature_key)
    )]
    DifferentKey {
        /// The public key in the certificate, as RFC 9420 §5.1.1 encodes it.
        certificate: Vec<u8>,
        /// The public key that signs.
        signature_key: Vec<u8>,
    },
}

fn utc(time: &SystemTime) -> Utc {
    Utc(clock::seconds(*time))
}
