//! What can be done inside a transaction.

mod groups;
mod keypackages;
mod lifecycle;

use std::{sync::Arc, time::Duration};

use crate::{
    Credential, CredentialFilter, CredentialRef, Keypackage, KeypackageConfig, KeypackageRef, Result,
    bound::AllBound,
    keypackage_ref::packed,
    live::{Live, TRANSACTIONS},
    member::each,
    numbers::size,
};

/// An open transaction. Everything that it changes is stored by `finish`, or not at all.
///
/// Each call is all or nothing in itself: one that fails leaves the transaction as it was before. After `finish`
/// or `abort`, every call but a second `abort` gets `TransactionFinished`. An object that is freed rolls back.
#[derive(Debug, uniffi::Object)]
pub struct TransactionContext {
    checks: mlskit::KeypackageChecks,
    core: mlskit::TransactionContext,
    bound: AllBound,
    _live: Live<TRANSACTIONS>,
}

#[uniffi::export]
impl TransactionContext {
    /// Adds a credential and makes or takes its signature key.
    ///
    /// # Errors
    /// `Credential`; as every call here, `Transaction` and `Storage`.
    pub async fn add_credential(&self, credential: Credential) -> Result<CredentialRef> {
        Ok((&self.core.add_credential(credential.try_into()?).await?).into())
    }

    /// All credentials that the transaction sees, in the order in which they were added.
    ///
    /// # Errors
    /// As every call here.
    pub async fn credentials(&self) -> Result<Vec<CredentialRef>> {
        Ok(each(&self.core.credentials().await?))
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    ///
    /// # Errors
    /// As every call here.
    pub async fn find_credentials(&self, filter: CredentialFilter) -> Result<Vec<CredentialRef>> {
        Ok(each(&self.core.find_credentials(filter.try_into()?).await?))
    }

    /// Removes a credential with its signature key, and all of its key packages with theirs.
    ///
    /// # Errors
    /// `Credential` with `CredentialNotFound`, `ForeignCredential` or `CredentialInUse`.
    pub async fn remove_credential(&self, credential_ref: CredentialRef) -> Result<()> {
        Ok(self.core.remove_credential(&credential_ref.try_into()?).await?)
    }

    /// Generates a key package that lives for `lifetime` seconds, or for the default lifetime, and stores it with its
    /// private keys.
    ///
    /// # Errors
    /// `Keypackage` for a lifetime out of bounds; `Credential` for a reference that is not this client's.
    pub async fn generate_keypackage(
        &self,
        credential_ref: CredentialRef,
        lifetime: Option<u64>,
    ) -> Result<Keypackage> {
        let lifetime = lifetime.map(Duration::from_secs);
        let generated = self.core.generate_keypackage(&credential_ref.try_into()?, lifetime).await?;
        Keypackage::try_from(&generated)
    }

    /// Generates a key package as `config` says and stores it with its private keys.
    ///
    /// # Errors
    /// As `generate_keypackage`, and `Keypackage` for what a key package can't have.
    pub async fn generate_keypackage_with(
        &self,
        credential_ref: CredentialRef,
        config: KeypackageConfig,
    ) -> Result<Keypackage> {
        let (credential_ref, config) = (credential_ref.try_into()?, config.try_into()?);
        Keypackage::try_from(&self.core.generate_keypackage_with(&credential_ref, &config).await?)
    }

    /// Generates `count` key packages on all cores; all or none of them are stored.
    ///
    /// # Errors
    /// As `generate_keypackage_with`, and `Keypackage` with `BatchTooLarge`.
    pub async fn generate_keypackages(
        &self,
        credential_ref: CredentialRef,
        count: u64,
        config: KeypackageConfig,
    ) -> Result<Vec<Keypackage>> {
        let (credential_ref, config) = (credential_ref.try_into()?, config.try_into()?);
        let generated = self.core.generate_keypackages(&credential_ref, size(count), &config).await?;
        generated.iter().map(Keypackage::try_from).collect()
    }

    /// References to all key packages that the transaction sees, in the order in which they were made.
    ///
    /// # Errors
    /// As every call here.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(each(&self.core.get_keypackage_refs().await?))
    }

    /// `get_keypackage_refs` in one piece of bytes, for Swift: `keypackage_ref.rs` says how.
    ///
    /// # Errors
    /// As every call here.
    pub async fn get_keypackage_refs_packed(&self) -> Result<Vec<u8>> {
        Ok(packed(&self.core.get_keypackage_refs().await?))
    }

    /// The key package that `keypackage_ref` names, if the transaction sees it.
    ///
    /// # Errors
    /// As every call here.
    pub async fn keypackage(&self, keypackage_ref: KeypackageRef) -> Result<Option<Keypackage>> {
        let found = self.core.keypackage(&keypackage_ref.try_into()?).await?;
        found.as_ref().map(Keypackage::try_from).transpose()
    }

    /// Removes a key package and its private keys. One that is gone already is no error.
    ///
    /// # Errors
    /// As every call here.
    pub async fn remove_keypackage(&self, keypackage_ref: KeypackageRef) -> Result<()> {
        Ok(self.core.remove_keypackage(&keypackage_ref.try_into()?).await?)
    }

    /// Removes all key packages of a credential with their private keys, by index.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's.
    pub async fn remove_keypackages_for(&self, credential_ref: CredentialRef) -> Result<()> {
        Ok(self.core.remove_keypackages_for(&credential_ref.try_into()?).await?)
    }

    /// Commits. In each case the transaction is finished: stored whole if this returns, not at all if it fails, save
    /// for a medium that refuses even to be put right.
    ///
    /// # Errors
    /// `Transaction` with `TransactionFinished` or `TransactionUndone`; `Storage` for the medium.
    pub async fn finish(&self) -> Result<()> {
        self.bound.end();
        Ok(self.core.finish().await?)
    }

    /// Rolls back. On a transaction that is finished already it does nothing.
    ///
    /// # Errors
    /// `Storage` with `Closed`.
    pub async fn abort(&self) -> Result<()> {
        self.bound.end();
        Ok(self.core.abort().await?)
    }
}

impl TransactionContext {
    pub(crate) fn core(&self) -> &mlskit::TransactionContext {
        &self.core
    }

    pub(crate) fn new(checks: mlskit::KeypackageChecks, core: mlskit::TransactionContext) -> Arc<Self> {
        Arc::new(Self { checks, core, bound: AllBound::default(), _live: Live::new() })
    }
}
