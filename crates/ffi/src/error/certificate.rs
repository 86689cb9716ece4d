//! Certificates.

use crate::SignatureKey;
use crate::numbers::seconds;

/// The certificates of an X.509 credential (RFC 9420 §5.3) were refused. Positions count from the leaf, which is 0.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CertificateFailure {
    /// Whoever made the credential: there is no leaf certificate.
    EmptyChain,
    /// Caller: the text is not a row of certificates in PEM.
    NotPem {
        /// Which certificate.
        position: u32,
        /// What was found instead.
        reason: String,
    },
    /// Whoever made the credential: its content is not a list of certificates.
    NotAList {
        /// Which certificate.
        position: u32,
        /// What is wrong with the list.
        reason: String,
    },
    /// Whoever made the credential: these bytes are not a certificate.
    NotACertificate {
        /// Which certificate.
        position: u32,
        /// The decoder's words.
        reason: String,
    },
    /// Caller: the leaf comes first, and each certificate is followed by its issuer's.
    OutOfOrder {
        /// Which certificate.
        position: u32,
        /// The issuer that it names.
        issuer: String,
        /// The subject of the one after it.
        next_subject: String,
    },
    /// Caller: the certificate has expired.
    Expired {
        /// Which certificate.
        position: u32,
        /// The last second in which it was valid, in seconds since 1970.
        not_after: u64,
        /// The time by the client's clock, in seconds since 1970.
        now: u64,
    },
    /// Caller: the certificate is not valid yet, or the clock is behind.
    NotYetValid {
        /// Which certificate.
        position: u32,
        /// The first second in which it is valid, in seconds since 1970.
        not_before: u64,
        /// The time by the client's clock, in seconds since 1970.
        now: u64,
    },
    /// Whoever made the credential: the leaf certificate's key is of a kind that is unknown here.
    UnknownKeyAlgorithm {
        /// The algorithm's name.
        found: String,
    },
    /// Caller: the leaf certificate's key is of another kind than the ciphersuite signs with.
    DifferentKeyAlgorithm {
        /// What the ciphersuite signs with.
        expected: u16,
        /// What the certificate's key is for.
        found: u16,
    },
    /// Whoever made the credential: the leaf certificate is for another key than the one that signs. In one's own,
    /// the private key does not belong to the certificate; in another's, the certificate is not theirs.
    DifferentKey {
        /// The public key in the certificate, as RFC 9420 §5.1.1 encodes it.
        certificate: Vec<u8>,
        /// The public key that signs.
        signature_key: SignatureKey,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::CertificateError> for CertificateFailure {
    fn from(core: mlskit::CertificateError) -> Self {
        use mlskit::CertificateError as Core;
        match core {
            Core::EmptyChain => Self::EmptyChain,
            Core::NotPem { position, reason } => Self::NotPem { position, reason },
            Core::NotAList { position, reason } => Self::NotAList { position, reason },
            Core::NotACertificate { position, reason } => Self::NotACertificate { position, reason },
            Core::OutOfOrder { position, issuer, next_subject } => Self::OutOfOrder { position, issuer, next_subject },
            Core::Expired { position, not_after, now } => {
                Self::Expired { position, not_after: seconds(not_after), now: seconds(now) }
            }
            Core::NotYetValid { position, not_before, now } => {
                Self::NotYetValid { position, not_before: seconds(not_before), now: seconds(now) }
            }
            Core::UnknownKeyAlgorithm { found } => Self::UnknownKeyAlgorithm { found },
            Core::DifferentKeyAlgorithm { expected, found } => {
                Self::DifferentKeyAlgorithm { expected: expected as u16, found: found as u16 }
            }
            Core::DifferentKey { certificate, signature_key } => {
                Self::DifferentKey { certificate, signature_key: SignatureKey(signature_key) }
            }
            _ => Self::Other,
        }
    }
}
