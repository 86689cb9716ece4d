//! Asks for credentials.

use crate::{MlsError, Result, SignatureKey, credential_ref::known_ciphersuite};

/// Which credentials are asked for. What is left out lets all through; each condition narrows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct CredentialFilter {
    /// Only credentials for this suite.
    #[uniffi(default = None)]
    pub ciphersuite: Option<u16>,
    /// Only credentials of this type.
    #[uniffi(default = None)]
    pub credential_type: Option<u16>,
    /// Only credentials with this public signature key.
    #[uniffi(default = None)]
    pub signature_key: Option<SignatureKey>,
    /// Only Basic credentials with this identity.
    #[uniffi(default = None)]
    pub identity: Option<Vec<u8>>,
    /// Only X.509 credentials whose leaf certificate is this one, in DER.
    #[uniffi(default = None)]
    pub leaf_certificate: Option<Vec<u8>>,
    /// Only credentials whose place no other has taken.
    #[uniffi(default = false)]
    pub in_force: bool,
}

impl TryFrom<CredentialFilter> for mlskit::CredentialFilter {
    type Error = MlsError;

    fn try_from(value: CredentialFilter) -> Result<Self> {
        let CredentialFilter { ciphersuite, credential_type, signature_key, identity, leaf_certificate, in_force } =
            value;
        let mut filter = Self::default();
        if let Some(ciphersuite) = ciphersuite {
            filter = filter.ciphersuite(known_ciphersuite(ciphersuite)?);
        }
        if let Some(credential_type) = credential_type {
            filter = filter.credential_type(credential_type.into());
        }
        if let Some(SignatureKey(signature_key)) = signature_key {
            filter = filter.signature_key(signature_key);
        }
        if let Some(identity) = identity {
            filter = filter.identity(identity);
        }
        if let Some(leaf_certificate) = leaf_certificate {
            filter = filter.leaf_certificate(leaf_certificate);
        }
        Ok(if in_force { filter.in_force() } else { filter })
    }
}
