//! Asks for credentials.

use openmls::prelude::{Ciphersuite, CredentialType};

use super::CredentialRef;

/// Which credentials [`find_credentials`](crate::Client::find_credentials) returns. The default lets all through;
/// each condition narrows it.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CredentialFilter {
    ciphersuite: Option<Ciphersuite>,
    credential_type: Option<CredentialType>,
    signature_key: Option<Vec<u8>>,
    identity: Option<Vec<u8>>,
    leaf_certificate: Option<Vec<u8>>,
    pub(super) in_force: bool,
}

impl CredentialFilter {
    /// Only credentials for this suite.
    pub fn ciphersuite(self, ciphersuite: Ciphersuite) -> Self {
        Self { ciphersuite: Some(ciphersuite), ..self }
    }

    /// Only credentials of this type.
    pub fn credential_type(self, credential_type: CredentialType) -> Self {
        Self { credential_type: Some(credential_type), ..self }
    }

    /// Only credentials with this public signature key.
    pub fn signature_key(self, signature_key: impl Into<Vec<u8>>) -> Self {
        Self { signature_key: Some(signature_key.into()), ..self }
    }

    /// Only Basic credentials with this identity.
    pub fn identity(self, identity: impl Into<Vec<u8>>) -> Self {
        Self { identity: Some(identity.into()), ..self }
    }

    /// Only X.509 credentials whose leaf certificate is this one, in DER.
    pub fn leaf_certificate(self, der: impl Into<Vec<u8>>) -> Self {
        Self { leaf_certificate: Some(der.into()), ..self }
    }

    /// Only credentials whose place no other [has taken](crate::TransactionContext::replace_credential): after a
    /// replacement the old one is still listed, and before the new one.
    pub fn in_force(self) -> Self {
        Self { in_force: true, ..self }
    }

    pub(crate) fn lets_through(&self, credential_ref: &CredentialRef) -> bool {
        let Self { ciphersuite, credential_type, signature_key, identity, leaf_certificate, in_force: _ } = self;
        ciphersuite.is_none_or(|wanted| wanted == credential_ref.ciphersuite())
            && credential_type.is_none_or(|wanted| wanted == credential_ref.credential_type())
            && signature_key.as_ref().is_none_or(|wanted| wanted == credential_ref.signature_key())
            && identity.as_deref().is_none_or(|wanted| Some(wanted) == credential_ref.identity())
            && leaf_certificate.as_ref().is_none_or(|wanted| {
                credential_ref.certificates().is_some_and(|certificates| certificates.first() == Some(wanted))
            })
    }
}
