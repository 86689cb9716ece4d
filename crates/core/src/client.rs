//! The client: an open database and whom it belongs to.

mod groups;
mod keypackages;
mod lifecycle;
mod options;

use std::{path::PathBuf, sync::Arc, time::SystemTime};

use mlskit_keystore::{DatabaseKey, Keystore, View};
pub use options::ClientOptions;

use crate::{
    ClientId, CredentialError, CredentialFilter, CredentialRef, Error, Keypackage, KeypackageRef, Result, StateChanges,
    TransactionContext, TransactionError, credential, keypackage, nesting, watch::Feed,
};

/// One client of MLS, with everything that it keeps in one encrypted file. Clones are cheap and share it.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    keystore: Keystore,
    id: ClientId,
    options: ClientOptions,
    feed: Feed,
}

impl Client {
    /// Opens the database at `path`, creating it if there is none. The first open gives it to `id` for good.
    ///
    /// # Errors
    /// Each [`StorageError`](crate::StorageError) that speaks of the file; [`CredentialError::DifferentClient`].
    /// The file is left as it was.
    pub async fn open(path: impl Into<PathBuf>, key: &DatabaseKey, id: ClientId) -> Result<Self> {
        Self::open_with(path, key, id, ClientOptions::default()).await
    }

    /// [`open`](Self::open) with options.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_with(
        path: impl Into<PathBuf>,
        key: &DatabaseKey,
        id: ClientId,
        options: ClientOptions,
    ) -> Result<Self> {
        check_id(&id)?;
        Self::claim(Keystore::open(path, key, options.busy_timeout).await?, id, options).await
    }

    /// Makes a client for a test or a demo, in a folder of the system's temporary files. It is a file, under a
    /// key that nobody keeps, and goes when the client closes: await [`close`](Self::close) before the program ends.
    ///
    /// # Errors
    /// [`StorageError::Io`](crate::StorageError::Io) when the folder can't be made, as on Android before 13,
    /// whose apps can't write there: see [`temporary_in`](Self::temporary_in).
    pub async fn temporary(id: ClientId) -> Result<Self> {
        Self::temporary_in(std::env::temp_dir(), id, ClientOptions::default()).await
    }

    /// [`temporary`](Self::temporary) in a new folder inside `folder`, with options.
    ///
    /// # Errors
    /// [`StorageError::Io`](crate::StorageError::Io) when the new folder can't be made.
    pub async fn temporary_in(folder: impl Into<PathBuf>, id: ClientId, options: ClientOptions) -> Result<Self> {
        check_id(&id)?;
        Self::claim(Keystore::temporary(folder, options.busy_timeout).await?, id, options).await
    }

    async fn claim(keystore: Keystore, id: ClientId, options: ClientOptions) -> Result<Self> {
        let found = match keystore.read(|view| view.client_id()).await? {
            Some(found) => found,
            None => {
                let transaction = keystore.begin().await?;
                let wanted = id.clone();
                let claim = move |operation: &mut mlskit_keystore::Operation<'_>| match operation.client_id()? {
                    Some(found) => Ok::<_, mlskit_keystore::Error>(found),
                    None => operation.insert_client_id(wanted.as_bytes()).map(|()| wanted.as_bytes().to_vec()),
                };
                let found = transaction.run(claim).await?;
                transaction.finish().await?;
                found
            }
        };
        if found != id.as_bytes() {
            keystore.close().await;
            let expected = ClientId::from(found).to_string();
            return Err(CredentialError::DifferentClient { expected, found: id.to_string() }.into());
        }
        let feed = Feed::of(&keystore, &id);
        Ok(Self { inner: Arc::new(Inner { keystore, id, options, feed }) })
    }

    /// The client's id.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.inner.id
    }

    /// Begins a transaction, when all that were asked for earlier have ended. One that is awaited while this task, or one
    /// that it waits for, holds another open waits for itself; that ends after the
    /// [busy time-out](ClientOptions::busy_timeout).
    ///
    /// # Errors
    /// [`TransactionError::NestedTransaction`] inside a block of [`transaction`](Self::transaction);
    /// [`TransactionError::TransactionBusy`] and [`StorageError::DatabaseBusy`](crate::StorageError::DatabaseBusy)
    /// after the busy time-out; [`StorageError`](crate::StorageError)s of the file.
    pub async fn new_transaction(&self) -> Result<TransactionContext> {
        if nesting::is_inside(self.nesting_mark()) {
            return Err(TransactionError::NestedTransaction.into());
        }
        Ok(TransactionContext::new(self.clone(), self.inner.keystore.begin().await?))
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns `Err`, panics or
    /// is dropped. Its own error comes back as it is, whatever the rollback says. A block that calls `abort` or `finish`
    /// itself has ended the transaction, and its `Ok` comes back all the same.
    ///
    /// ```
    /// # async fn example(client: mlskit::Client, credential_ref: mlskit::CredentialRef) -> mlskit::Result<()> {
    /// let keypackage = client
    ///     .transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await)
    ///     .await?;
    ///
    /// // Where the block's own `Ok` is all that tells its error's type, name it.
    /// client
    ///     .transaction(async |tx| {
    ///         tx.remove_keypackages_for(&credential_ref).await?;
    ///         Ok::<_, mlskit::Error>(())
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of `work`; those of [`new_transaction`](Self::new_transaction) and
    /// [`finish`](TransactionContext::finish).
    pub async fn transaction<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&TransactionContext) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.new_transaction().await?;
        match nesting::inside(self.nesting_mark(), work(&transaction)).await {
            Ok(value) => {
                match transaction.finish().await {
                    // The block has ended it itself. `TransactionUndone` is an error, whatever the block made of
                    // the failure behind it: nothing is stored.
                    Err(Error::Transaction(TransactionError::TransactionFinished)) => {}
                    other => other?,
                }
                Ok(value)
            }
            Err(error) => {
                let _ = transaction.abort().await;
                Err(error)
            }
        }
    }

    /// Subscribes to what is changed from now on: each commit of a transaction of this client or a clone, in their order,
    /// is told before its [`finish`](TransactionContext::finish) returns. What is not committed is not told.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, openmls::prelude::Ciphersuite};
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// use mlskit::{StateChange, watch::KeypackageChange};
    ///
    /// let mut changes = client.changes();
    /// client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await?;
    /// # client.close().await;
    /// # let mut generated = 0;
    /// while let Some(change) = changes.next().await {
    ///     match change {
    ///         StateChange::Keypackages { change: KeypackageChange::Generated, refs } => {
    ///             println!("{} new key packages", refs.len());
    ///             # generated += refs.len();
    ///         }
    ///         StateChange::Missed { count } => println!("{count} changes went by unread"),
    ///         _ => {}
    ///     }
    /// }
    /// # assert_eq!(generated, 1);
    /// # Ok(()) }) }
    /// ```
    ///
    /// Another client of the same file is not heard, in this process or another: [`keypackage_status`](Self::keypackage_status)
    /// and the lists show what is stored, whoever stored it. A subscription does not keep the client open.
    #[must_use]
    pub fn changes(&self) -> StateChanges {
        self.inner.feed.subscribe()
    }

    /// All credentials, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn credentials(&self) -> Result<Vec<CredentialRef>> {
        self.find_credentials(CredentialFilter::default()).await
    }

    /// The credentials that `filter` lets through, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn find_credentials(&self, filter: CredentialFilter) -> Result<Vec<CredentialRef>> {
        let id = self.inner.id.clone();
        self.read(move |view| credential::find(view, &id, &filter)).await
    }

    /// References to all stored key packages, in the order in which they were made.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn get_keypackage_refs(&self) -> Result<Vec<KeypackageRef>> {
        self.read(keypackage::list).await
    }

    /// The stored key package that `keypackage_ref` names, if it is there.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn keypackage(&self, keypackage_ref: &KeypackageRef) -> Result<Option<Keypackage>> {
        let keypackage_ref = keypackage_ref.clone();
        self.read(move |view| keypackage::load(view, &keypackage_ref)).await
    }

    /// Encrypts the whole file with another key. Killed at any moment, the file opens with either the old or the
    /// new one. Another client of the same file then gets [`StorageError::KeyChanged`](crate::StorageError).
    ///
    /// Keep both keys until this has returned `Ok`. After an error the old one is nearly always in force, but an
    /// error of opening the file anew comes after the change; after a dropped future it may be either. Then try
    /// both.
    ///
    /// # Errors
    /// As [`new_transaction`](Self::new_transaction). After a change that could not be seen through, every call
    /// gets [`StorageError::KeyChanged`](crate::StorageError): open again with the new key.
    pub async fn change_key(&self, key: &DatabaseKey) -> Result<()> {
        if nesting::is_inside(self.nesting_mark()) {
            return Err(TransactionError::NestedTransaction.into());
        }
        Ok(self.inner.keystore.change_key(key).await?)
    }

    /// Reads the whole file, in its turn among the transactions, and checks that every page is as it was written
    /// and that everything in it agrees: for diagnostics, or after a medium has misbehaved. It takes some 10 ms a
    /// megabyte and changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`](crate::StorageError::Corrupt); as [`new_transaction`](Self::new_transaction).
    pub async fn check_integrity(&self) -> Result<()> {
        if nesting::is_inside(self.nesting_mark()) {
            return Err(TransactionError::NestedTransaction.into());
        }
        Ok(self.inner.keystore.check_integrity().await?)
    }

    /// Rolls back what is open and closes the file. Every later call on this client or a clone that needs the file
    /// gets [`StorageError::Closed`](crate::StorageError::Closed); closing again does nothing.
    ///
    /// A process may exit without it. The exit waits for the call that is under way, ten seconds at most, and rolls
    /// back what is open; calls that come later never return. What is in the write-ahead log stays there until the
    /// next open, and the folder of a temporary client stays for good.
    pub async fn close(&self) {
        self.inner.keystore.close().await;
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.inner.options.clock.now()
    }

    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&View<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.inner.keystore.read(work).await
    }

    fn nesting_mark(&self) -> usize {
        Arc::as_ptr(&self.inner).addr()
    }
}

fn check_id(id: &ClientId) -> Result<(), CredentialError> {
    if id.as_bytes().is_empty() { Err(CredentialError::EmptyClientId) } else { Ok(()) }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { keystore: _, id, options, feed: _ } = &*self.inner;
        formatter.debug_struct("Client").field("id", id).field("options", options).finish_non_exhaustive()
    }
}
