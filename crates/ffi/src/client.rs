//! The client: an open database and whom it belongs to.

use std::sync::Arc;

use futures_lite::future;

use crate::{
    CancelToken, ClientId, ClientOptions, CredentialRef, Keypackage, KeypackageRef, ManualClock, MlsError, Result,
    Secret, TransactionContext,
    live::{CLIENTS, Live},
};

/// One client of MLS, with everything that it keeps in one encrypted file.
#[derive(Debug, uniffi::Object)]
pub struct Client {
    core: mlskit::Client,
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
        let core = mlskit::Client::open_with(path, &key, client_id.into(), options.to_core(clock)).await?;
        Ok(Self::new(core))
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
        Ok(Self::new(mlskit::Client::temporary_in(folder, client_id.into(), options.to_core(clock)).await?))
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
        let begin = async { Ok(TransactionContext::new(self.core.new_transaction().await?)) };
        let Some(token) = token else { return begin.await };
        let give_up = async {
            token.cancelled().await;
            Err(MlsError::cancelled())
        };
        // What was cancelled before the call begins nothing, so giving up comes first.
        future::or(give_up, begin).await
    }

    /// All credentials, in the order in which they were added.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn credentials(&self) -> Result<Vec<CredentialRef>> {
        Ok(self.core.credentials().await?.iter().map(Into::into).collect())
    }

    /// References to all stored key packages, in the order in which they were made.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        Ok(self.core.get_keypackage_refs().await?.iter().map(Into::into).collect())
    }

    /// The stored key package that `keypackage_ref` names, if it is there.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn keypackage(&self, keypackage_ref: KeypackageRef) -> Result<Option<Keypackage>> {
        let found = self.core.keypackage(&keypackage_ref.try_into()?).await?;
        found.as_ref().map(Keypackage::try_from).transpose()
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
    fn new(core: mlskit::Client) -> Arc<Self> {
        Arc::new(Self { core, _live: Live::new() })
    }
}
