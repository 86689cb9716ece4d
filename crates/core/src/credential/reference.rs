//! Names a stored credential without its private key.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use mlskit_keystore::CredentialRecord;
use openmls::prelude::{Ciphersuite, CredentialType, CredentialWithKey, SignatureScheme};

use super::certificate_chain;
use crate::{ClientId, CredentialError, Result, hex::Hex};

/// Names a credential of a client. It stays valid until the credential is removed, over restarts too: find it
/// again with [`credentials`](crate::Client::credentials).
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialRef {
    client_id: ClientId,
    ciphersuite: Ciphersuite,
    record: CredentialRecord,
}

impl CredentialRef {
    pub(crate) fn new(client_id: ClientId, record: CredentialRecord) -> Result<Self> {
        let ciphersuite = Ciphersuite::try_from(record.ciphersuite).map_err(|_| CredentialError::NotDecoded {
            reason: format!("its ciphersuite {:#06x} is unknown", record.ciphersuite),
        })?;
        Ok(Self { client_id, ciphersuite, record })
    }

    /// A reference from its parts, as bindings to other languages hand them back. Nothing is verified: one that names
    /// no stored credential is a [`CredentialError::CredentialNotFound`] where it is used.
    #[must_use]
    pub fn from_parts(
        client_id: ClientId,
        ciphersuite: Ciphersuite,
        credential: &openmls::prelude::Credential,
        signature_key: Vec<u8>,
    ) -> Self {
        let record = CredentialRecord {
            ciphersuite: ciphersuite.into(),
            credential_type: credential.credential_type().into(),
            content: credential.serialized_content().to_vec(),
            signature_key,
        };
        Self { client_id, ciphersuite, record }
    }

    /// The credential as peers see it (RFC 9420 §5.3).
    #[must_use]
    pub fn credential(&self) -> openmls::prelude::Credential {
        openmls::prelude::Credential::new(self.credential_type(), self.record.content.clone())
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

    /// The identity of a Basic credential, which is the client's id.
    #[must_use]
    pub fn identity(&self) -> Option<&[u8]> {
        (self.credential_type() == CredentialType::Basic).then_some(&self.record.content)
    }

    /// The certificates of an X.509 credential in DER, leaf first.
    #[must_use]
    pub fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        if self.credential_type() != CredentialType::X509 {
            return None;
        }
        let certificates = certificate_chain::split(&self.record.content).ok()?;
        Some(certificates.into_iter().map(<[u8]>::to_vec).collect())
    }

    pub(crate) fn record(&self) -> &CredentialRecord {
        &self.record
    }

    pub(crate) fn with_key(&self) -> CredentialWithKey {
        CredentialWithKey { credential: self.credential(), signature_key: self.record.signature_key.as_slice().into() }
    }
}

impl Hash for CredentialRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal references have equal keys.
        self.record.signature_key.hash(state);
    }
}

/// The content is left out: certificates are long, and a Basic credential's identity is the client's id.
impl fmt::Debug for CredentialRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, ciphersuite, record } = self;
        let CredentialRecord { ciphersuite: _, credential_type: _, content: _, signature_key } = record;
        formatter
            .debug_struct("CredentialRef")
            .field("client_id", client_id)
            .field("ciphersuite", ciphersuite)
            .field("credential_type", &self.credential_type())
            .field("signature_key", &format_args!("{}", Hex(signature_key)))
            .finish()
    }
}
