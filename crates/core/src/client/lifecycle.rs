//! The life of key packages, outside of transactions. See [`lifecycle`].

use openmls::prelude::Ciphersuite;

use super::Client;
use crate::{
    CredentialRef, CredentialReplacement, KeypackageDirectory, KeypackagePolicy, KeypackageRef, KeypackageStatus,
    KeypackageSync, KeypackageSyncError, KeypackageSyncReport, OutgoingKeypackages, Result, clock,
    lifecycle::{self, CountOf},
};

impl Client {
    /// Brings a credential's key packages to what `policy` wants, in a transaction of its own, and returns what the
    /// directory is to be told: see [`TransactionContext::maintain_keypackages`](crate::TransactionContext::maintain_keypackages).
    ///
    /// After a [replacement](crate::TransactionContext::replace_credential) it may have put commits into
    /// [`outgoing`](Self::outgoing), too.
    ///
    /// What it returns is stored: tell the directory, then tell the store what it has answered. Until then it is returned
    /// again, byte for byte.
    ///
    /// ```
    /// # use mlskit::{Client, ClientId, Credential, KeypackagePolicy, openmls::prelude::Ciphersuite};
    /// # fn publish(_: &[u8]) {} fn withdraw(_: &str) {}
    /// # fn main() -> mlskit::Result<()> { smol::block_on(async {
    /// # let client = Client::temporary(ClientId::from("alice")).await?;
    /// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    /// # let credential = Credential::basic(suite, client.id())?;
    /// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    /// let next = loop { // once more after what was confirmed: only then is what it replaces to be withdrawn
    ///     let outgoing = client.maintain_keypackages(&credential_ref, &KeypackagePolicy::default()).await?;
    ///     if outgoing.publish.is_empty() && outgoing.withdraw.is_empty() {
    ///         break outgoing.next;
    ///     }
    ///     for publication in outgoing.publish {
    ///         publish(&publication.bytes); // to your directory; leave the loop when it fails
    ///         let published = [publication.keypackage_ref];
    ///         client.transaction(async |tx| tx.confirm_published(&published).await).await?;
    ///     }
    ///     for keypackage_ref in outgoing.withdraw {
    ///         withdraw(&keypackage_ref.to_string());
    ///         client.transaction(async |tx| tx.confirm_withdrawn(&[keypackage_ref]).await).await?;
    ///     }
    /// };
    /// # assert!(next.is_some());
    /// # client.close().await;
    /// # Ok(()) }) }
    /// ```
    ///
    /// # Errors
    /// As [`new_transaction`](Self::new_transaction) and
    /// [`TransactionContext::maintain_keypackages`](crate::TransactionContext::maintain_keypackages).
    pub async fn maintain_keypackages(
        &self,
        credential_ref: &CredentialRef,
        policy: &KeypackagePolicy,
    ) -> Result<OutgoingKeypackages> {
        self.transaction(async |tx| tx.maintain_keypackages(credential_ref, policy).await).await?;
        self.outgoing_keypackages(credential_ref, policy).await
    }

    /// What the directory is to be told, as the last [`maintain_keypackages`](Self::maintain_keypackages) left it: committed
    /// and unconfirmed.
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's;
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn outgoing_keypackages(
        &self,
        credential_ref: &CredentialRef,
        policy: &KeypackagePolicy,
    ) -> Result<OutgoingKeypackages> {
        let (client, credential_ref, policy) = (self.clone(), credential_ref.clone(), policy.clone());
        self.read(move |view| lifecycle::outgoing(view, &client, &credential_ref, &policy)).await
    }

    /// Keeps a directory supplied: calls [`maintain_keypackages`](Self::maintain_keypackages), tells the directory what it is to be told, and
    /// stores each answer, until nothing is left to do. No transaction is open while the directory is awaited.
    ///
    /// Stopped or dropped at any point, it goes on where it was when it is called again: no later than at
    /// [`KeypackageSyncReport::next`], and after an error as soon as the app tries the network again. Two at once do no
    /// harm. After a [replacement](crate::TransactionContext::replace_credential) it may put commits into
    /// [`outgoing`](Self::outgoing): send them.
    ///
    /// # Errors
    /// [`KeypackageSyncError::Directory`] with the directory's error, unless that concerns one package alone;
    /// [`KeypackageSyncError::Client`] as `maintain_keypackages`. What was done until then stays done.
    pub async fn sync_keypackages<D: KeypackageDirectory>(
        &self,
        directory: &D,
        credential_ref: &CredentialRef,
        policy: &KeypackagePolicy,
    ) -> Result<KeypackageSyncReport<D::Error>, KeypackageSyncError<D::Error>> {
        lifecycle::sync(KeypackageSync::new(self, credential_ref, policy), directory).await
    }

    /// How a credential's key packages are doing.
    ///
    /// # Errors
    /// As [`outgoing_keypackages`](Self::outgoing_keypackages).
    pub async fn keypackage_status(
        &self,
        credential_ref: &CredentialRef,
        policy: &KeypackagePolicy,
    ) -> Result<KeypackageStatus> {
        let (client, credential_ref, policy) = (self.clone(), credential_ref.clone(), policy.clone());
        self.read(move |view| lifecycle::status(view, &client, &credential_ref, &policy)).await
    }

    /// What is left of a credential that [was replaced](crate::TransactionContext::replace_credential), and by which.
    /// Nothing for one whose place no other has taken.
    ///
    /// # Errors
    /// As [`outgoing_keypackages`](Self::outgoing_keypackages).
    pub async fn credential_replacement(&self, old: &CredentialRef) -> Result<Option<CredentialReplacement>> {
        let (client, old) = (self.clone(), old.clone());
        self.read(move |view| lifecycle::replacement(view, &client, &old)).await
    }

    /// How many key packages of a credential are valid now, and neither retired nor withdrawn: those that the app keeps to
    /// itself, and last-resort ones, among them. By index; the credential says which ciphersuite.
    ///
    /// # Errors
    /// As [`outgoing_keypackages`](Self::outgoing_keypackages).
    pub async fn count_valid_keypackages(&self, credential_ref: &CredentialRef) -> Result<u32> {
        self.count(CountOf::Credential(credential_ref.clone())).await
    }

    /// [`count_valid_keypackages`](Self::count_valid_keypackages) of all credentials for a ciphersuite.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the file.
    pub async fn count_valid_keypackages_in(&self, ciphersuite: Ciphersuite) -> Result<u32> {
        self.count(CountOf::Ciphersuite(ciphersuite)).await
    }

    async fn count(&self, of: CountOf) -> Result<u32> {
        let client = self.clone();
        self.read(move |view| lifecycle::count_valid(view, &client, &of)).await
    }

    /// Whether a package was given out, and is still to be published.
    pub(crate) async fn is_keypackage_pending(&self, keypackage_ref: &KeypackageRef) -> Result<bool> {
        let (keypackage_ref, now) = (keypackage_ref.clone(), clock::seconds(self.now()));
        self.read(move |view| Ok(view.is_keypackage_pending(keypackage_ref.hash_ref(), now)?)).await
    }
}
