//! The steps of supplying a directory, for whoever writes the loop: an app's own, or that of another language.
//!
//! | the machine says | the loop does | then |
//! |---|---|---|
//! | `Publish` | has the directory serve it | `confirm` if it does; else nothing |
//! | `Withdraw` | has the directory serve it no longer | `confirm` if it does so; else nothing |
//! | `Wait` | nothing more now | begins anew at that time, or earlier |
//! | `Done` | nothing more | begins anew when something has happened |
//!
//! What was not confirmed is left for the next time, in the file and not in the machine: it can be dropped at any point.

use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, SystemTime},
};

use super::{KeypackagePolicy, KeypackagePublication, OutgoingKeypackages};
use crate::{Client, CredentialRef, KeypackageRef, Result};

/// When to try again what a directory has refused.
const RETRY: Duration = Duration::from_hours(1);

/// One run of supplying a directory. It does not know the directory: it says what to do, and is told when that is done.
///
/// ```
/// # use mlskit::{Client, ClientId, Credential, KeypackagePolicy, openmls::prelude::Ciphersuite};
/// # fn publish(_: &[u8]) -> bool { true } fn withdraw(_: &str) -> bool { true }
/// use mlskit::{KeypackageSync, KeypackageSyncStep};
///
/// # fn main() -> mlskit::Result<()> { smol::block_on(async {
/// # let client = Client::temporary(ClientId::from("alice")).await?;
/// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
/// # let credential = Credential::basic(suite, client.id())?;
/// # let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
/// let mut sync = KeypackageSync::new(&client, &credential_ref, &KeypackagePolicy::default());
/// let next = loop {
///     let is_done = match sync.next().await? {
///         KeypackageSyncStep::Publish(publication) => publish(&publication.bytes), // to your directory
///         KeypackageSyncStep::Withdraw(keypackage_ref) => withdraw(&keypackage_ref.to_string()),
///         KeypackageSyncStep::Wait(until) => break Some(until),
///         KeypackageSyncStep::Done => break None,
///     };
///     if is_done {
///         sync.confirm().await?;
///     }
/// };
/// # assert!(next.is_some());
/// # client.close().await;
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
pub struct KeypackageSync {
    client: Client,
    credential_ref: CredentialRef,
    policy: KeypackagePolicy,
    queue: VecDeque<Task>,
    /// What this run has asked for: it asks once.
    asked: HashSet<(bool, KeypackageRef)>,
    current: Option<Task>,
}

/// What the loop is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeypackageSyncStep {
    /// Have the directory serve this package, then [`confirm`](KeypackageSync::confirm).
    Publish(KeypackagePublication),
    /// Have the directory serve this package no longer, then [`confirm`](KeypackageSync::confirm). A directory that does
    /// not know it has nothing to do.
    Withdraw(KeypackageRef),
    /// Nothing is left to do before this time, unless something happens: a package is used, or a credential replaced.
    Wait(SystemTime),
    /// Nothing is left to do, unless something happens.
    Done,
}

#[derive(Debug)]
enum Task {
    Publish(KeypackagePublication),
    Withdraw(KeypackageRef),
}

impl Task {
    fn key(&self) -> (bool, KeypackageRef) {
        match self {
            Self::Publish(publication) => (true, publication.keypackage_ref.clone()),
            Self::Withdraw(keypackage_ref) => (false, keypackage_ref.clone()),
        }
    }
}

impl KeypackageSync {
    /// Begins a run; nothing is done yet.
    #[must_use]
    pub fn new(client: &Client, credential_ref: &CredentialRef, policy: &KeypackagePolicy) -> Self {
        Self {
            client: client.clone(),
            credential_ref: credential_ref.clone(),
            policy: policy.clone(),
            queue: VecDeque::new(),
            asked: HashSet::new(),
            current: None,
        }
    }

    /// What is to be done next. The step before, if it was not confirmed, is left for the next run. When it returns, no
    /// transaction of its own is open, and whatever the step depends on is stored.
    ///
    /// # Errors
    /// As [`Client::maintain_keypackages`]. It can be called again.
    pub async fn next(&mut self) -> Result<KeypackageSyncStep> {
        self.current = None;
        loop {
            if let Some(task) = self.queue.pop_front() {
                if let Some(step) = self.begin(task).await? {
                    return Ok(step);
                }
                continue;
            }
            let outgoing = self.client.maintain_keypackages(&self.credential_ref, &self.policy).await?;
            let end = self.end(&outgoing);
            let OutgoingKeypackages { publish, withdraw, next: _ } = outgoing;
            let tasks = publish.into_iter().map(Task::Publish).chain(withdraw.into_iter().map(Task::Withdraw));
            self.queue = tasks.filter(|task| !self.asked.contains(&task.key())).collect();
            if self.queue.is_empty() {
                return Ok(end);
            }
        }
    }

    /// The directory has done what the last step asked for. Without a step before, it does nothing.
    ///
    /// # Errors
    /// As [`Client::new_transaction`]. It can be called again.
    pub async fn confirm(&mut self) -> Result<()> {
        match &self.current {
            Some(Task::Publish(publication)) => {
                let refs = std::slice::from_ref(&publication.keypackage_ref);
                self.client.transaction(async |tx| tx.confirm_published(refs).await).await?;
            }
            Some(Task::Withdraw(keypackage_ref)) => {
                let refs = std::slice::from_ref(keypackage_ref);
                self.client.transaction(async |tx| tx.confirm_withdrawn(refs).await).await?;
            }
            None => {}
        }
        self.current = None;
        Ok(())
    }

    /// Nothing, where a Welcome, the app or another run was faster.
    async fn begin(&mut self, task: Task) -> Result<Option<KeypackageSyncStep>> {
        let step = match &task {
            Task::Publish(publication) => {
                if !self.client.is_keypackage_pending(&publication.keypackage_ref).await? {
                    return Ok(None);
                }
                KeypackageSyncStep::Publish(publication.clone())
            }
            Task::Withdraw(keypackage_ref) => KeypackageSyncStep::Withdraw(keypackage_ref.clone()),
        };
        self.asked.insert(task.key());
        self.current = Some(task);
        Ok(Some(step))
    }

    fn end(&self, outgoing: &OutgoingKeypackages) -> KeypackageSyncStep {
        let is_settled = outgoing.publish.is_empty() && outgoing.withdraw.is_empty();
        let retry = if is_settled { None } else { self.client.now().checked_add(RETRY) };
        match outgoing.next.into_iter().chain(retry).min() {
            Some(until) => KeypackageSyncStep::Wait(until),
            None => KeypackageSyncStep::Done,
        }
    }
}
