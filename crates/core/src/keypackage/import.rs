//! Key packages that others made.

use openmls::prelude::CredentialType;

use super::{Keypackage, KeypackageChecks, RejectedKeypackage};
use crate::{Client, ClientId, Result};

impl Client {
    /// Decodes another client's key package, bare or in an `MLSMessage`, and checks all that RFC 9420 §10.1 and §7.3
    /// ask before it may be added to a group. Nothing is stored. Whose it is remains to be seen: from its credential,
    /// or with [`import_keypackage_of`](Self::import_keypackage_of).
    ///
    /// The work is done on another thread; [`KeypackageChecks`] does it on the caller's.
    ///
    /// # Errors
    /// [`KeypackageError::Rejected`](crate::KeypackageError::Rejected) with the first [`RejectedKeypackage`].
    pub async fn import_keypackage(&self, bytes: &[u8]) -> Result<Keypackage> {
        let (checks, bytes) = (KeypackageChecks::from(self.options()), bytes.to_vec());
        Ok(blocking::unblock(move || checks.check(&bytes)).await?)
    }

    /// [`import_keypackage`](Self::import_keypackage) of what a directory gave for the client `owner`: its Basic
    /// credential must name that client.
    ///
    /// # Errors
    /// As `import_keypackage`; [`RejectedKeypackage::OtherClient`]; [`RejectedKeypackage::NoClientId`] for an X.509
    /// credential, whose identity is the app's to read.
    pub async fn import_keypackage_of(&self, owner: &ClientId, bytes: &[u8]) -> Result<Keypackage> {
        let keypackage = self.import_keypackage(bytes).await?;
        let credential = keypackage.leaf_node().credential();
        if credential.credential_type() != CredentialType::Basic {
            return Err(RejectedKeypackage::NoClientId { credential_type: credential.credential_type().into() }.into());
        }
        if credential.serialized_content() != owner.as_bytes() {
            let found = ClientId::from(credential.serialized_content()).to_string();
            return Err(RejectedKeypackage::OtherClient { expected: owner.to_string(), found }.into());
        }
        Ok(keypackage)
    }
}
