//! The calls on the life of key packages. See [`lifecycle`].

use super::TransactionContext;
use crate::{
    CredentialRef, CredentialReplacement, KeypackagePolicy, KeypackageRef, Result, clock,
    lifecycle::{self, CountOf},
};

/// The life of key packages. Beside its own errors each call has those of every call:
/// [`TransactionError`](crate::TransactionError) and [`StorageError`](crate::StorageError).
impl TransactionContext {
    /// Brings a credential's key packages to what `policy` wants: makes what is missing, and puts into the outbox what is
    /// to be published and what is to be withdrawn. See [`Client::outgoing_keypackages`](crate::Client::outgoing_keypackages) for
    /// the outbox, and [`Client::maintain_keypackages`](crate::Client::maintain_keypackages) for both in one call. Called
    /// again it changes nothing, unless time has passed or something has happened.
    ///
    /// It cares for the packages that it has made, and for those that [`confirm_published`](Self::confirm_published) named.
    /// Those that the app has made itself and keeps to itself count for nothing and stay as they are. What has
    /// expired goes, whoever made it, and of whatever credential it is.
    ///
    /// A credential that [was replaced](Self::replace_credential) gets no new packages: the one that took its place is
    /// maintained in its stead.
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's;
    /// [`KeypackageError`](crate::KeypackageError) for packages that can't be made as the policy wants them.
    pub async fn maintain_keypackages(&self, credential_ref: &CredentialRef, policy: &KeypackagePolicy) -> Result<()> {
        let (credential_ref, policy) = (credential_ref.clone(), policy.clone());
        self.run(move |client, operation| lifecycle::maintain(operation, client, &credential_ref, &policy)).await
    }

    /// The directory has taken these packages. It puts packages that the app has made itself under the policy too.
    ///
    /// References that are unknown, confirmed already or gone are no error. A package that was withdrawn in the meantime is
    /// withdrawn once more: its publication may have come after that.
    ///
    /// # Errors
    /// As every call here.
    pub async fn confirm_published(&self, refs: &[KeypackageRef]) -> Result<()> {
        let refs = refs.to_vec();
        self.run(move |client, operation| lifecycle::confirm_published(operation, client, &refs)).await
    }

    /// The directory serves these packages no longer. Their private keys stay until the policy's
    /// [grace](KeypackagePolicy::grace) is over; what was removed is forgotten.
    ///
    /// References that are unknown, confirmed already or gone are no error. A package that was not to be withdrawn is
    /// taken for withdrawn all the same, and the next maintenance replaces it.
    ///
    /// # Errors
    /// As every call here.
    pub async fn confirm_withdrawn(&self, refs: &[KeypackageRef]) -> Result<()> {
        let refs = refs.to_vec();
        self.run(move |client, operation| lifecycle::confirm_withdrawn(operation, client, &refs)).await
    }

    /// Has all packages of a credential that were given out replaced by the next
    /// [`maintain_keypackages`](Self::maintain_keypackages), one for one as the new ones are published: once, after an update
    /// of the app that makes them otherwise, for one. Each call makes a whole new set, and what was not published before stays
    /// until it has expired, or all is.
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's.
    pub async fn renew_keypackages(&self, credential_ref: &CredentialRef) -> Result<()> {
        let credential_ref = credential_ref.clone();
        self.run(move |client, operation| lifecycle::renew(operation, client, &credential_ref)).await
    }

    /// Puts the credential `new` in the place of `old`: packages of `new` are made, those of `old` are withdrawn as their
    /// replacements are published, and each group in which this client has `old` gets a commit that moves it to `new`, in
    /// [`outgoing`](crate::Client::outgoing). Call it again, or [`maintain_keypackages`](Self::maintain_keypackages),
    /// after each [`commit_accepted`](Self::commit_accepted) and [`commit_rejected`](Self::commit_rejected) until nothing is
    /// left, to make the commits that could not be made before.
    ///
    /// From now on `new` is the credential [in force](crate::CredentialFilter::in_force): whatever maintains `old` maintains
    /// `new`. To take it back, replace `new` by `old`.
    ///
    /// It returns what is left of `old`. When [nothing is](CredentialReplacement::is_done),
    /// [`remove_credential`](Self::remove_credential) takes nothing away from anybody.
    ///
    /// # Errors
    /// [`GroupError::DifferentCiphersuite`](crate::GroupError::DifferentCiphersuite),
    /// [`CredentialError::ReplacedByItself`](crate::CredentialError::ReplacedByItself); as
    /// [`maintain_keypackages`](Self::maintain_keypackages).
    pub async fn replace_credential(
        &self,
        old: &CredentialRef,
        new: &CredentialRef,
        policy: &KeypackagePolicy,
    ) -> Result<CredentialReplacement> {
        let (old, new, policy) = (old.clone(), new.clone(), policy.clone());
        self.run(move |client, operation| lifecycle::replace(operation, client, &old, &new, &policy)).await
    }

    /// How many key packages of a credential the transaction sees that are valid now: see
    /// [`Client::count_valid_keypackages`](crate::Client::count_valid_keypackages).
    ///
    /// # Errors
    /// [`CredentialError`](crate::CredentialError) for a reference that is not this client's.
    pub async fn count_valid_keypackages(&self, credential_ref: &CredentialRef) -> Result<u32> {
        let of = CountOf::Credential(credential_ref.clone());
        self.run(move |client, operation| lifecycle::count_valid(operation, client, &of)).await
    }

    /// Removes all key packages that have expired with their private keys, by index, and returns how many there were.
    /// [`maintain_keypackages`](Self::maintain_keypackages) does so by itself, with more regard for clocks that are wrong.
    ///
    /// # Errors
    /// As every call here.
    pub async fn remove_expired_keypackages(&self) -> Result<usize> {
        self.run(|client, operation| Ok(operation.delete_expired_keypackages(clock::seconds(client.now()))?)).await
    }
}
