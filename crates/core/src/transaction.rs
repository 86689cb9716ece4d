//! What can be done inside a transaction.

mod groups;
mod keypackages;
mod lifecycle;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mlskit_keystore::{Operation, Transaction};

use crate::{
    Client, Credential, CredentialFilter, CredentialRef, Keypackage, KeypackageConfig, KeypackageRef, Result, clock,
    credential, keypackage,
};

/// An open transaction. Everything that it changes is stored by [`finish`](Self::finish), or not at all.
///
/// Each call is all or nothing in itself: one that fails leaves the transaction as it was before. After `finish`
/// or `abort`, every call but a second `abort` gets
/// [`TransactionFinished`](crate::TransactionError::TransactionFinished). Dropping the context rolls back.
///
/// A full disk, a failing medium or a bug can undo the whole transaction in the middle of a call. Every later one, `finish`
/// among them, then gets [`TransactionUndone`](crate::TransactionError::TransactionUndone): nothing is stored.
#[derive(Debug)]
pub struct TransactionContext {
    client: Client,
    transaction: Transaction,
    is_committed: Arc<AtomicBool>,
}

impl TransactionContext {
    pub(crate) fn new(client: Client, transaction: Transaction) -> Self {
        Self { client, transaction, is_committed: Arc::default() }
    }

    /// Adds a credential and makes or takes its signature key.
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError); as every call here, [`TransactionError`](crate::TransactionError)
    /// and [`StorageError`](crate::StorageError).
    pub async fn add_credential(&self, credential: Credential) -> Result<CredentialRef> {
        self.run(move |client, operation| credential::add(operation, client, credential)).await
    }

    /// All credentials that the transaction sees, in the order in which they were added.
    ///
    /// # Errors
    /// As every call here.
    pub async fn credentials(&self) -> Result<Vec<CredentialRef>> {
        self.find_credentials(CredentialFilter::default()).await
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    ///
    /// # Errors
    /// As every call here.
    pub async fn find_credentials(&self, filter: CredentialFilter) -> Result<Vec<CredentialRef>> {
        self.run(move |client, operation| credential::find(operation, client.id(), &filter)).await
    }

    /// Removes a credential with its signature key, and all of its key packages with theirs.
    ///
    /// # Errors
    /// [`CredentialNotFound`](crate::CredentialError::CredentialNotFound),
    /// [`ForeignCredential`](crate::CredentialError::ForeignCredential); as every call here.
    pub async fn remove_credential(&self, credential_ref: &CredentialRef) -> Result<()> {
        let credential_ref = credential_ref.clone();
        self.run(move |client, operation| credential::remove(operation, client, &credential_ref)).await
    }

    /// Generates a key package that lives for `lifetime`, or for
    /// [`KEYPACKAGE_DEFAULT_LIFETIME`](crate::KEYPACKAGE_DEFAULT_LIFETIME) (the client's `max_lifetime` if that is
    /// shorter), and stores it with its private keys. No other package is touched.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// use std::time::Duration;
    ///
    /// let tx = client.new_transaction().await?;
    /// let keypackage = tx.generate_keypackage(&credential_ref, None).await?;
    /// let for_30_days = Some(Duration::from_secs(60 * 60 * 24 * 30));
    /// let short_lived = tx.generate_keypackage(&credential_ref, for_30_days).await?;
    /// tx.finish().await?;
    /// # assert!(short_lived.life_time().not_after() < keypackage.life_time().not_after());
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// [`KeypackageError`](crate::KeypackageError) for a lifetime out of bounds;
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's; as every call here.
    pub async fn generate_keypackage(
        &self,
        credential_ref: &CredentialRef,
        lifetime: Option<Duration>,
    ) -> Result<Keypackage> {
        let config = KeypackageConfig::default();
        let config = match lifetime {
            Some(lifetime) => config.lifetime(lifetime),
            None => config,
        };
        self.generate_keypackage_with(credential_ref, &config).await
    }

    /// Generates a key package as `config` says and stores it with its private keys.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// use mlskit::{KeypackageConfig, openmls::prelude::{ApplicationIdExtension, Extension}};
    ///
    /// let application_id = Extension::ApplicationId(ApplicationIdExtension::new(b"myapp"));
    /// let config = KeypackageConfig::default().leaf_node_extension(application_id).last_resort(true);
    /// let tx = client.new_transaction().await?;
    /// let keypackage = tx.generate_keypackage_with(&credential_ref, &config).await?;
    /// tx.finish().await?;
    /// assert!(keypackage.last_resort());
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// As [`generate_keypackage`](Self::generate_keypackage), and [`KeypackageError`](crate::KeypackageError) for
    /// what a key package can't have.
    pub async fn generate_keypackage_with(
        &self,
        credential_ref: &CredentialRef,
        config: &KeypackageConfig,
    ) -> Result<Keypackage> {
        let (credential_ref, config) = (credential_ref.clone(), config.clone());
        self.run(move |client, operation| keypackage::generate_one(operation, client, &credential_ref, &config)).await
    }

    /// Generates `count` key packages, at most [`MAX_BATCH`](crate::keypackage::MAX_BATCH), on all cores; all or
    /// none of them are stored.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// use mlskit::KeypackageConfig;
    ///
    /// let tx = client.new_transaction().await?;
    /// let batch = tx.generate_keypackages(&credential_ref, 100, &KeypackageConfig::default()).await?;
    /// tx.finish().await?;
    /// assert_eq!(batch.len(), 100);
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// As [`generate_keypackage_with`](Self::generate_keypackage_with).
    pub async fn generate_keypackages(
        &self,
        credential_ref: &CredentialRef,
        count: usize,
        config: &KeypackageConfig,
    ) -> Result<Vec<Keypackage>> {
        let (credential_ref, config) = (credential_ref.clone(), config.clone());
        self.run(move |client, operation| {
            keypackage::generate_batch(operation, client, &credential_ref, count, &config)
        })
        .await
    }

    /// References to all key packages that the transaction sees, in the order in which they were made.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// # client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await?;
    /// let tx = client.new_transaction().await?;
    /// let refs = tx.get_keypackage_refs().await?;
    /// let valid_count = refs.iter().filter(|keypackage_ref| keypackage_ref.is_valid()).count();
    /// println!("{valid_count} valid key packages available");
    /// tx.finish().await?;
    /// # assert_eq!(valid_count, 1);
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// As every call here.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        self.run(|_, operation| keypackage::list(operation)).await
    }

    /// The key package that `keypackage_ref` names, if the transaction sees it.
    ///
    /// # Errors
    /// As every call here.
    pub async fn keypackage(&self, keypackage_ref: &KeypackageRef) -> Result<Option<Keypackage>> {
        let keypackage_ref = keypackage_ref.clone();
        self.run(move |_, operation| keypackage::load(operation, &keypackage_ref)).await
    }

    /// Removes a key package and its private keys. One that is gone already is no error.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// # client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await?;
    /// let tx = client.new_transaction().await?;
    /// for keypackage_ref in tx.get_keypackage_refs().await? {
    ///     if keypackage_ref.is_expired() {
    ///         tx.remove_keypackage(&keypackage_ref).await?;
    ///     }
    /// }
    /// tx.finish().await?;
    /// # assert_eq!(client.get_keypackage_refs().await?.len(), 1);
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// As every call here.
    pub async fn remove_keypackage(&self, keypackage_ref: &KeypackageRef) -> Result<()> {
        let keypackage_ref = keypackage_ref.clone();
        self.run(move |client, operation| {
            operation.delete_keypackage(keypackage_ref.hash_ref(), clock::seconds(client.now()))?;
            Ok(())
        })
        .await
    }

    /// Removes all key packages of a credential with their private keys, by index.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// # client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await?;
    /// let tx = client.new_transaction().await?;
    /// tx.remove_keypackages_for(&credential_ref).await?;
    /// tx.finish().await?;
    /// # assert_eq!(client.get_keypackage_refs().await?, []);
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's; as every call here.
    pub async fn remove_keypackages_for(&self, credential_ref: &CredentialRef) -> Result<()> {
        let credential_ref = credential_ref.clone();
        self.run(move |client, operation| {
            let id = credential::resolve(operation, client.id(), &credential_ref)?;
            operation.delete_keypackages_of(id, clock::seconds(client.now()))?;
            Ok(())
        })
        .await
    }

    /// Commits.
    ///
    /// - `Ok`: everything is stored and survives a crash and, as far as the medium keeps its promises, a loss of
    ///   power. Private keys that the transaction removed are gone from the file, and from its log unless a reader
    ///   was in the way; then they go as soon as it is done.
    /// - `Err`: nothing of the transaction is stored, unless an earlier `finish` has stored it. After an
    ///   [`Io`](crate::StorageError::Io) error it may be otherwise if the medium, having refused
    ///   to sync the commit, refuses to have it overwritten too, or the power fails before the next commit.
    /// - Future dropped: either of the two, never half.
    ///
    /// In each case the transaction is finished.
    ///
    /// # Errors
    /// [`TransactionFinished`](crate::TransactionError::TransactionFinished),
    /// [`TransactionUndone`](crate::TransactionError::TransactionUndone);
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub async fn finish(&self) -> Result<()> {
        self.transaction.finish().await?;
        self.is_committed.store(true, Ordering::Release);
        Ok(())
    }

    /// Rolls back. On a transaction that is finished already it does nothing.
    ///
    /// # Errors
    /// [`StorageError::Closed`](crate::StorageError::Closed).
    pub async fn abort(&self) -> Result<()> {
        Ok(self.transaction.abort().await?)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Client, &mut Operation<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let client = self.client.clone();
        self.transaction.run(move |operation| work(&client, operation)).await
    }

    /// Runs what encrypts or decrypts a message: what this changes is written with what the next ones change.
    async fn run_message<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Client, &mut Operation<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let client = self.client.clone();
        self.transaction.run_deferring(move |operation| work(&client, operation)).await
    }
}
