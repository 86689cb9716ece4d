//! The steps of supplying a directory.

use std::sync::Arc;

use async_lock::Mutex;

use crate::{
    Client, CredentialRef, KeypackagePolicy, KeypackagePublication, KeypackageRef, Result,
    live::{KEYPACKAGE_SYNCS, Live},
    numbers::seconds,
};

/// One run of supplying a directory. It does not know the directory: it says what to do, and is told when that is done.
/// What was not confirmed is left for the next run, so it can be freed at any point. Calls wait for one another.
#[derive(Debug, uniffi::Object)]
pub struct KeypackageSync {
    core: Mutex<mlskit::KeypackageSync>,
    _live: Live<KEYPACKAGE_SYNCS>,
}

/// What the loop is to do next.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum KeypackageSyncStep {
    /// Have the directory serve this package, then `confirm`.
    Publish {
        /// The package.
        publication: KeypackagePublication,
    },
    /// Have the directory serve this package no longer, then `confirm`. A directory that does not know it has nothing to
    /// do.
    Withdraw {
        /// The package.
        keypackage_ref: KeypackageRef,
    },
    /// Nothing is left to do before this time, unless something happens: a package is used, or a credential replaced.
    Wait {
        /// When to begin another run, in seconds since 1970.
        until: u64,
    },
    /// Nothing is left to do, unless something happens.
    Done,
}

#[uniffi::export]
impl KeypackageSync {
    /// Begins a run; nothing is done yet.
    ///
    /// # Errors
    /// `Credential` with `UnsupportedCiphersuite`, and `Keypackage` or `Marmot` for a policy whose configuration can't be
    /// read.
    #[uniffi::constructor]
    pub fn new(client: &Client, credential_ref: CredentialRef, policy: KeypackagePolicy) -> Result<Arc<Self>> {
        let core = mlskit::KeypackageSync::new(client.core(), &credential_ref.try_into()?, &policy.try_into()?);
        Ok(Arc::new(Self { core: Mutex::new(core), _live: Live::new() }))
    }

    /// What is to be done next. The step before, if it was not confirmed, is left for the next run. When it returns, no
    /// transaction of its own is open, and whatever the step depends on is stored.
    ///
    /// # Errors
    /// As `Client::maintain_keypackages`. It can be called again.
    pub async fn next(&self) -> Result<KeypackageSyncStep> {
        Ok(self.core.lock().await.next().await?.into())
    }

    /// The directory has done what the last step asked for. Without a step before, it does nothing.
    ///
    /// # Errors
    /// As `Client::new_transaction`. It can be called again.
    pub async fn confirm(&self) -> Result<()> {
        Ok(self.core.lock().await.confirm().await?)
    }
}

impl From<mlskit::KeypackageSyncStep> for KeypackageSyncStep {
    fn from(core: mlskit::KeypackageSyncStep) -> Self {
        match core {
            mlskit::KeypackageSyncStep::Publish(publication) => Self::Publish { publication: publication.into() },
            mlskit::KeypackageSyncStep::Withdraw(keypackage_ref) => {
                Self::Withdraw { keypackage_ref: (&keypackage_ref).into() }
            }
            mlskit::KeypackageSyncStep::Wait(until) => Self::Wait { until: seconds(until) },
            mlskit::KeypackageSyncStep::Done => Self::Done,
        }
    }
}
