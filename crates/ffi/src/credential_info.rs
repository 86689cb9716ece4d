//! Who somebody says it is.

use mlskit::keypackage::CredentialInfo as Core;
use mlskit::openmls::prelude::{Credential, CredentialType};

/// A credential as everybody sees it (RFC 9420 §5.3). Whether it tells the truth is the app's to judge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum CredentialInfo {
    /// Type 1: a bare identity.
    Basic {
        /// Whatever the app calls its clients by.
        identity: Vec<u8>,
    },
    /// Type 2: a chain of certificates.
    X509 {
        /// The certificates in DER, that of the client first.
        certificates: Vec<Vec<u8>>,
    },
    /// Any other type, or a list of certificates that can't be read.
    Other {
        /// The type.
        credential_type: u16,
        /// The content as it stands there.
        content: Vec<u8>,
    },
}

impl CredentialInfo {
    pub(crate) fn of(credential: &Credential) -> Self {
        Core::from(credential).into()
    }

    pub(crate) fn to_openmls(&self) -> Credential {
        match self {
            Self::Basic { identity } => Credential::new(CredentialType::Basic, identity.clone()),
            Self::X509 { certificates } => {
                Credential::new(CredentialType::X509, mlskit::CertificateChain::encode(certificates))
            }
            Self::Other { credential_type, content } => Credential::new((*credential_type).into(), content.clone()),
        }
    }
}

impl From<Core> for CredentialInfo {
    fn from(core: Core) -> Self {
        match core {
            Core::Basic { identity } => Self::Basic { identity },
            Core::X509 { certificates } => Self::X509 { certificates },
            Core::Other { credential_type, content } => Self::Other { credential_type, content },
            other => Self::Other { credential_type: other.credential_type(), content: Vec::new() },
        }
    }
}
