//! A credential to be added.

use crate::{ClientId, Result, Secret, credential_ref::known_ciphersuite};

/// A credential to be added to a client.
#[derive(Debug, uniffi::Enum)]
pub enum Credential {
    /// The bare identity, which is the client's id. Its signature key is generated when it is added.
    Basic {
        /// The suite that it is for.
        ciphersuite: u16,
        /// The client's id.
        identity: ClientId,
    },
    /// A chain of certificates, and the private key that belongs to the leaf's.
    X509 {
        /// The suite that it is for.
        ciphersuite: u16,
        /// The certificates.
        chain: CertificateChain,
        /// An unencrypted PKCS#8 document, in DER or PEM.
        private_key: Secret,
    },
}

/// The certificates of an X.509 credential: the leaf first, each followed by its issuer's.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CertificateChain {
    /// Each in DER.
    Der {
        /// The certificates.
        certificates: Vec<Vec<u8>>,
    },
    /// PEM blocks one after another.
    Pem {
        /// The text.
        text: String,
    },
}

impl TryFrom<Credential> for mlskit::Credential {
    type Error = crate::MlsError;

    fn try_from(value: Credential) -> Result<Self> {
        Ok(match value {
            Credential::Basic { ciphersuite, identity } => {
                Self::basic(known_ciphersuite(ciphersuite)?, &identity.into())?
            }
            Credential::X509 { ciphersuite, chain, private_key } => {
                let key = mlskit::PrivateKey::from_pkcs8(private_key.as_bytes())?;
                Self::x509(known_ciphersuite(ciphersuite)?, chain.try_into()?, key)?
            }
        })
    }
}

impl TryFrom<CertificateChain> for mlskit::CertificateChain {
    type Error = crate::MlsError;

    fn try_from(value: CertificateChain) -> Result<Self> {
        Ok(match value {
            CertificateChain::Der { certificates } => Self::from_der(certificates)?,
            CertificateChain::Pem { text } => Self::from_pem(&text)?,
        })
    }
}
