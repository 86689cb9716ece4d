//! What can be done inside a transaction.

use std::{sync::Arc, time::Duration};

use crate::{
    Credential, CredentialRef, Keypackage, KeypackageRef, Result,
    live::{Live, TRANSACTIONS},
};

/// An open transaction. Everything that it changes is stored by `finish`, or not at all.
///
/// Each call is all or nothing in itself: one that fails leaves the transaction as it was before. After `finish`
/// or `abort`, every call but a second `abort` gets `TransactionFinished`. An object that is freed rolls back.
#[derive(Debug, uniffi::Object)]
pub struct TransactionContext {
    core: mlskit::TransactionContext,
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

    /// References to all key packages that the transaction sees, in the order in which they were made.
    ///
    /// # Errors
    /// As every call here.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(self.core.get_keypackage_refs().await?.iter().map(Into::into).collect())
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
        Ok(self.core.finish().await?)
    }

    /// Rolls back. On a transaction that is finished already it does nothing.
    ///
    /// # Errors
    /// `Storage` with `Closed`.
    pub async fn abort(&self) -> Result<()> {
        Ok(self.core.abort().await?)
    }
}

impl TransactionContext {
    pub(crate) fn new(core: mlskit::TransactionContext) -> Arc<Self> {
        Arc::new(Self { core, _live: Live::new() })
    }
}
