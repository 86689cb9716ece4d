//! The life of key packages.

use super::TransactionContext;
use crate::{CredentialRef, CredentialReplacement, KeypackagePolicy, KeypackageRef, Result, numbers::count};

#[uniffi::export]
impl TransactionContext {
    /// Brings a credential's key packages to what `policy` wants: makes what is missing, and puts into the outbox what is
    /// to be published and what is to be withdrawn. See `Client::outgoing_keypackages` for the outbox, and
    /// `Client::maintain_keypackages` for both in one call. Called again it changes nothing, unless time has passed or
    /// something has happened.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's; `Keypackage` for packages that can't be made as the policy
    /// wants them.
    pub async fn maintain_keypackages(&self, credential_ref: CredentialRef, policy: KeypackagePolicy) -> Result<()> {
        Ok(self.core.maintain_keypackages(&credential_ref.try_into()?, &policy.try_into()?).await?)
    }

    /// The directory has taken these packages. It puts packages that the app has made itself under the policy too.
    /// References that are unknown, confirmed already or gone are no error.
    ///
    /// # Errors
    /// As every call here.
    pub async fn confirm_published(&self, refs: Vec<KeypackageRef>) -> Result<()> {
        Ok(self.core.confirm_published(&to_core(refs)?).await?)
    }

    /// The directory serves these packages no longer. Their private keys stay until the policy's grace is over; what was
    /// removed is forgotten. References that are unknown, confirmed already or gone are no error.
    ///
    /// # Errors
    /// As every call here.
    pub async fn confirm_withdrawn(&self, refs: Vec<KeypackageRef>) -> Result<()> {
        Ok(self.core.confirm_withdrawn(&to_core(refs)?).await?)
    }

    /// Has all packages of a credential that were given out replaced by the next `maintain_keypackages`, one for one as the
    /// new ones are published.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's.
    pub async fn renew_keypackages(&self, credential_ref: CredentialRef) -> Result<()> {
        Ok(self.core.renew_keypackages(&credential_ref.try_into()?).await?)
    }

    /// Puts the credential `new` in the place of `old`: packages of `new` are made, those of `old` are withdrawn as their
    /// replacements are published, and each group in which this client has `old` gets a commit that moves it to `new`, in
    /// `Client::outgoing`. Call it again, or `maintain_keypackages`, after each `commit_accepted` and `commit_rejected` until
    /// nothing is left, to make the commits that could not be made before. It returns what is left of `old`.
    ///
    /// From now on `new` is the credential in force: whatever maintains `old` maintains `new`. To take it back, replace `new`
    /// by `old`.
    ///
    /// # Errors
    /// `Group` with `DifferentCiphersuite`; `Credential` with `ReplacedByItself`; as `maintain_keypackages`.
    pub async fn replace_credential(
        &self,
        old: CredentialRef,
        new: CredentialRef,
        policy: KeypackagePolicy,
    ) -> Result<CredentialReplacement> {
        let (old, new, policy) = (old.try_into()?, new.try_into()?, policy.try_into()?);
        Ok(self.core.replace_credential(&old, &new, &policy).await?.into())
    }

    /// `Client::count_valid_keypackages`, of what the transaction sees.
    ///
    /// # Errors
    /// `Credential` for a reference that is not this client's.
    pub async fn count_valid_keypackages(&self, credential_ref: CredentialRef) -> Result<u32> {
        Ok(self.core.count_valid_keypackages(&credential_ref.try_into()?).await?)
    }

    /// Removes all key packages that have expired with their private keys, by index, and returns how many there were.
    ///
    /// # Errors
    /// As every call here.
    pub async fn remove_expired_keypackages(&self) -> Result<u64> {
        Ok(count(self.core.remove_expired_keypackages().await?))
    }
}

fn to_core(refs: Vec<KeypackageRef>) -> Result<Vec<mlskit::KeypackageRef>> {
    refs.into_iter().map(TryInto::try_into).collect()
}
