//! Names a stored credential.

use mlskit::openmls::prelude::Ciphersuite;

use crate::{ClientId, CredentialFailure, CredentialInfo, MlsError, Result, SignatureKey};

/// Names a credential of a client. It stays valid until the credential is removed, over restarts too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct CredentialRef {
    /// The client that the credential belongs to.
    pub client_id: ClientId,
    /// The one ciphersuite that the credential is for.
    pub ciphersuite: u16,
    /// How it signs.
    pub signature_scheme: u16,
    /// The credential as peers see it.
    pub credential: CredentialInfo,
    /// The public signature key.
    pub signature_key: SignatureKey,
}

impl From<&mlskit::CredentialRef> for CredentialRef {
    fn from(core: &mlskit::CredentialRef) -> Self {
        Self {
            client_id: core.client_id().into(),
            ciphersuite: core.ciphersuite().into(),
            signature_scheme: core.signature_scheme() as u16,
            credential: CredentialInfo::of(&core.credential()),
            signature_key: SignatureKey(core.signature_key().to_vec()),
        }
    }
}

impl TryFrom<CredentialRef> for mlskit::CredentialRef {
    type Error = MlsError;

    fn try_from(value: CredentialRef) -> Result<Self> {
        let CredentialRef { client_id, ciphersuite, signature_scheme: _, credential, signature_key } = value;
        let ciphersuite = known_ciphersuite(ciphersuite)?;
        Ok(Self::from_parts(client_id.into(), ciphersuite, &credential.to_openmls(), signature_key.0))
    }
}

/// The suite behind a number.
///
/// # Errors
/// `UnsupportedCiphersuite` for a number that even OpenMLS does not know.
pub(crate) fn known_ciphersuite(found: u16) -> Result<Ciphersuite> {
    Ciphersuite::try_from(found).map_err(|_| {
        let supported = mlskit::SUPPORTED_CIPHERSUITES.map(u16::from).to_vec();
        let detail = format!("ciphersuite {found:#06x} is not supported; supported are {supported:?}");
        MlsError::Credential { reason: CredentialFailure::UnsupportedCiphersuite { found, supported }, detail }
    })
}
