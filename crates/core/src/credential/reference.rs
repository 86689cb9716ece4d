//! Names a stored credential, without its private key.

use std::hash::{Hash, Hasher};

use mlskit_keystore::CredentialRecord;
use openmls::prelude::{Ciphersuite, CredentialType, CredentialWithKey, SignatureScheme};

use crate::{ClientId, CredentialError, Result};

/// Names a credential of a client. It stays valid until the credential is removed, over restarts too: find it
/// again with [`credentials`](crate::Client::credentials).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRef {
    client_id: ClientId,
    ciphersuite: Ciphersuite,
    record: CredentialRecord,
}

impl CredentialRef {
    pub(crate) fn new(client_id: ClientId, record: CredentialRecord) -> Result<Self> {
        let ciphersuite = Ciphersuite::try_from(record.ciphersuite).map_err(|_| CredentialError::CredentialNotFound)?;
        Ok(Self { client_id, ciphersuite, record })
    }

    /// The client that the credential belongs to.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The one ciphersuite that the credential is for.
    #[must_use]
    pub fn ciphersuite(&self) -> Ciphersuite {
        self.ciphersuite
    }

    /// How the credential signs.
    #[must_use]
    pub fn signature_scheme(&self) -> SignatureScheme {
        self.ciphersuite.signature_algorithm()
    }

    /// Basic or X.509.
    #[must_use]
    pub fn credential_type(&self) -> CredentialType {
        self.record.credential_type.into()
    }

    /// The public signature key.
    #[must_use]
    pub fn signature_key(&self) -> &[u8] {
        &self.record.signature_key
    }

    pub(crate) fn record(&self) -> &CredentialRecord {
        &self.record
    }

    pub(crate) fn with_key(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: openmls::prelude::Credential::new(self.credential_type(), self.record.content.clone()),
            signature_key: self.record.signature_key.as_slice().into(),
        }
    }
}

impl Hash for CredentialRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal references have equal keys.
        self.record.signature_key.hash(state);
    }
}

/// Which credentials [`find_credentials`](crate::Client::find_credentials) returns. The default lets all through;
/// each condition narrows it.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CredentialFilter {
    ciphersuite: Option<Ciphersuite>,
    credential_type: Option<CredentialType>,
    signature_key: Option<Vec<u8>>,
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

    pub(crate) fn lets_through(&self, credential_ref: &CredentialRef) -> bool {
        let Self { ciphersuite, credential_type, signature_key } = self;
        ciphersuite.is_none_or(|wanted| wanted == credential_ref.ciphersuite())
            && credential_type.is_none_or(|wanted| wanted == credential_ref.credential_type())
            && signature_key.as_ref().is_none_or(|wanted| wanted == credential_ref.signature_key())
    }
}
