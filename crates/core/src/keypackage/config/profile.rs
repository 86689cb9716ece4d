//! What a protocol over MLS asks of each of its packages.

use std::time::Duration;

use openmls::prelude::{Ciphersuite, ExtensionType};

use crate::{ClientId, CredentialError, CredentialRef};

/// Rules that hold whatever else a configuration asks for. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    /// The identity of the Basic credential.
    pub(crate) identity: Option<ClientId>,
    /// The only ciphersuite.
    pub(crate) ciphersuite: Option<Ciphersuite>,
    /// Extensions that each package declares.
    pub(crate) extensions: Vec<ExtensionType>,
    /// The longest lifetime, in place of the client's.
    pub(crate) max_lifetime: Option<Duration>,
}

impl Profile {
    /// Whether the credential is one that such a package may have.
    pub(super) fn check(&self, credential_ref: &CredentialRef) -> Result<(), CredentialError> {
        let found = credential_ref.ciphersuite();
        if let Some(only) = self.ciphersuite.filter(|&only| only != found) {
            return Err(CredentialError::UnsupportedCiphersuite { found, supported: vec![only] });
        }
        let found = credential_ref.identity();
        match &self.identity {
            Some(identity) if found != Some(identity.as_bytes()) => {
                let found = found.map_or_else(|| "none".to_owned(), |found| ClientId::from(found).to_string());
                Err(CredentialError::DifferentIdentity { expected: identity.to_string(), found })
            }
            _ => Ok(()),
        }
    }
}
