//! The client: an open database and whom it belongs to.

mod groups;
mod keypackages;
mod lifecycle;

use std::sync::Arc;

use futures_lite::future;

use crate::{
    CancelToken, ClientId, ClientOptions, CredentialFilter, CredentialRef, Keypackage, KeypackageRef, ManualClock,
    MlsError, Result, Secret, StateChanges, TransactionContext,
    keypackage_ref::packed,
    live::{CLIENTS, Live},
    member::each,
};

/// One client of MLS, with everything that it keeps in one encrypted file.
#[derive(Debug, uniffi::Object)]
pub struct Client {
    core: mlskit::Client,
    checks: mlskit::KeypackageChecks,
    _live: Live<CLIENTS>,
}

#[uniffi::export]
impl Client {
    /// Opens the database at `path` under a key of 32 bytes, creating it if there is none. The first open gives it to
    /// `client_id` for good. `clock` is for tests; without it the system's clock serves.
    ///
    /// # Errors
    /// `Storage` for the file and the key; `Credential` with `DifferentClient` or `EmptyClientId`.
    #[uniffi::constructor]
    pub async fn open(
        path: String,
        key: Secret,
        client_id: ClientId,
        options: ClientOptions,
        clock: Option<Arc<ManualClock>>,
    ) -> Result<Arc<Self>> {
        let key = mlskit::DatabaseKey::from_bytes(key.as_bytes())?;
        let options = options.to_core(clock);
        let checks = (&options).into();
        Ok(Self::new(mlskit::Client::open_with(path, &key, client_id.into(), options).await?, checks))
    }

    /// Makes a client for a test or a demo, in a new folder inside `folder` or inside the system's for temporary files. It
    /// is a file, under a key that nobody keeps, and goes when the client is shut down.
    ///
    /// # Errors
    /// `Storage` with `Io` when the folder can't be made.
    #[uniffi::constructor]
    pub async fn temporary(
        folder: Option<String>,
        client_id: ClientId,
        options: ClientOptions,
        clock: Option<Arc<ManualClock>>,
    ) -> Result<Arc<Self>> {
        let folder = folder.map_or_else(std::env::temp_dir, Into::into);
        let options = options.to_core(clock);
        let checks = (&options).into();
        Ok(Self::new(mlskit::Client::temporary_in(folder, client_id.into(), options).await?, checks))
    }

    /// The client's id.
    pub fn id(&self) -> ClientId {
        self.core.id().into()
    }

    /// Begins a transaction, when all that were asked for earlier have ended; or not at all, if `token` is cancelled
    /// before that.
    ///
    /// # Errors
    /// `Cancelled`; `Transaction` with `TransactionBusy` and `Storage` with `DatabaseBusy` after the busy time-out;
    /// `Storage` for the file.
    pub async fn new_transaction(&self, token: Option<Arc<CancelToken>>) -> Result<Arc<TransactionContext>> {
        let begin = async { Ok(TransactionContext::new(self.checks.clone(), self.core.new_transaction().await?)) };
        let Some(token) = token else { return begin.await };
        let give_up = async {
            token.cancelled().await;
            Err(MlsError::cancelled())
        };
        // What was cancelled before the call begins nothing, so giving up comes first.
        future::or(give_up, begin).await
    }

    /// Subscribes to what is changed from now on by transactions of this client. What is not committed is not told, and
    /// neither is what another client of the same file commits. It does not keep the client open.
    #[must_use]
    pub fn changes(&self) -> Arc<StateChanges> {
        StateChanges::new(self.core.changes())
    }

    /// All credentials, in the order in which they were added.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn credentials(&self) -> Result<Vec<CredentialRef>> {
        Ok(each(&self.core.credentials().await?))
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn find_credentials(&self, filter: CredentialFilter) -> Result<Vec<CredentialRef>> {
        Ok(each(&self.core.find_credentials(filter.try_into()?).await?))
    }

    /// References to all stored key packages, in the order in which they were made.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(each(&self.core.get_keypackage_refs().await?))
    }

    /// `get_keypackage_refs` in one piece of bytes, for Swift: `keypackage_ref.rs` says how.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn get_keypackage_refs_packed(&self) -> Result<Vec<u8>> {
        Ok(packed(&self.core.get_keypackage_refs().await?))
    }

    /// The stored key package that `keypackage_ref` names, if it is there.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn keypackage(&self, keypackage_ref: KeypackageRef) -> Result<Option<Keypackage>> {
        let found = self.core.keypackage(&keypackage_ref.try_into()?).await?;
        found.as_ref().map(Keypackage::try_from).transpose()
    }

    /// Decodes another client's key package, bare or in an `MLSMessage`, and checks all that RFC 9420 §10.1 and §7.3 ask
    /// before it may be added to a group. Nothing is stored. Whose it is remains to be seen: from its credential, or with
    /// `import_keypackage_of`.
    ///
    /// # Errors
    /// `Keypackage` with `Rejected`.
    pub async fn import_keypackage(&self, bytes: Vec<u8>) -> Result<Keypackage> {
        Keypackage::try_from(&self.core.import_keypackage(&bytes).await?)
    }

    /// `import_keypackage` of what a directory gave for the client `owner`: its Basic credential must name that client.
    ///
    /// # Errors
    /// As `import_keypackage`; `OtherClient`; `NoClientId` for an X.509 credential, whose identity is the app's to read.
    pub async fn import_keypackage_of(&self, owner: ClientId, bytes: Vec<u8>) -> Result<Keypackage> {
        Keypackage::try_from(&self.core.import_keypackage_of(&owner.into(), &bytes).await?)
    }

    /// Encrypts the whole file with another key of 32 bytes. Killed at any moment, the file opens with either the old or
    /// the new one: keep both until this has returned. Another client of the same file then gets `KeyChanged`.
    ///
    /// # Errors
    /// As `new_transaction`; `Storage` with `InvalidKeyLength`. After a change that could not be seen through, every call
    /// gets `KeyChanged`: open again with the new key.
    pub async fn change_key(&self, key: Secret) -> Result<()> {
        Ok(self.core.change_key(&mlskit::DatabaseKey::from_bytes(key.as_bytes())?).await?)
    }

    /// Reads the whole file, in its turn among the transactions, and checks that every page is as it was written and that
    /// everything in it agrees. It takes some 10 ms a megabyte and changes nothing.
    ///
    /// # Errors
    /// `Storage` with `Corrupt`; as `new_transaction`.
    pub async fn check_integrity(&self) -> Result<()> {
        Ok(self.core.check_integrity().await?)
    }

    /// Rolls back what is open and frees all that the client holds. Every later call on it that needs the file is
    /// `Closed`; shutting down again does nothing.
    ///
    /// # Errors
    /// None today.
    pub async fn shutdown(&self) -> Result<()> {
        self.core.close().await;
        Ok(())
    }
}

impl Client {
    pub(crate) fn core(&self) -> &mlskit::Client {
        &self.core
    }

    fn new(core: mlskit::Client, checks: mlskit::KeypackageChecks) -> Arc<Self> {
        Arc::new(Self { core, checks, _live: Live::new() })
    }
}
