//! The life of key packages, outside of transactions.

use super::Client;
use crate::{
    CredentialRef, CredentialReplacement, KeypackagePolicy, KeypackageStatus, OutgoingKeypackages, Result,
    credential_ref::known_ciphersuite,
};

#[uniffi::export]
impl Client {
    /// Brings a credential's key packages to what `policy` wants, in a transaction of its own, and returns what the
    /// directory is to be told: tell it, then tell the store what it has answered. Until then it is returned again, byte for
    /// byte.
    ///
    /// # Errors
    /// As `new_transaction` and `TransactionContext::maintain_keypackages`.
    pub async fn maintain_keypackages(
        &self,
        credential_ref: CredentialRef,
        policy: KeypackagePolicy,
    ) -> Result<OutgoingKeypackages> {
        let (credential_ref, policy) = (credential_ref.try_into()?, policy.try_into()?);
        Ok(self.core.maintain_keypackages(&credential_ref, &policy).await?.into())
    }

    /// What the directory is to be told, as the last `maintain_keypackages` left it: committed and unconfirmed.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's; `Storage`.
    pub async fn outgoing_keypackages(
        &self,
        credential_ref: CredentialRef,
        policy: KeypackagePolicy,
    ) -> Result<OutgoingKeypackages> {
        let (credential_ref, policy) = (credential_ref.try_into()?, policy.try_into()?);
        Ok(self.core.outgoing_keypackages(&credential_ref, &policy).await?.into())
    }

    /// How a credential's key packages are doing.
    ///
    /// # Errors
    /// As `outgoing_keypackages`.
    pub async fn keypackage_status(
        &self,
        credential_ref: CredentialRef,
        policy: KeypackagePolicy,
    ) -> Result<KeypackageStatus> {
        let (credential_ref, policy) = (credential_ref.try_into()?, policy.try_into()?);
        Ok(self.core.keypackage_status(&credential_ref, &policy).await?.into())
    }

    /// What is left of a credential that was replaced. Nothing for one whose place no other has taken.
    ///
    /// # Errors
    /// As `outgoing_keypackages`.
    pub async fn credential_replacement(&self, old: CredentialRef) -> Result<Option<CredentialReplacement>> {
        Ok(self.core.credential_replacement(&old.try_into()?).await?.map(Into::into))
    }

    /// How many key packages of a credential are valid now, and neither retired nor withdrawn: those that the app keeps to
    /// itself, and last-resort ones, among them. By index.
    ///
    /// # Errors
    /// As `outgoing_keypackages`.
    pub async fn count_valid_keypackages(&self, credential_ref: CredentialRef) -> Result<u32> {
        Ok(self.core.count_valid_keypackages(&credential_ref.try_into()?).await?)
    }

    /// `count_valid_keypackages` of all credentials for a ciphersuite.
    ///
    /// # Errors
    /// `Credential` with `UnsupportedCiphersuite`; `Storage`.
    pub async fn count_valid_keypackages_in(&self, ciphersuite: u16) -> Result<u32> {
        Ok(self.core.count_valid_keypackages_in(known_ciphersuite(ciphersuite)?).await?)
    }
}
