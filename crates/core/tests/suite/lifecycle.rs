//! Key packages under a policy, from the first to the last. docs/lifecycle.md tells the rules.

mod clocks;
mod confirming;
mod last_resort;
mod maintaining;
pub(crate) mod model;
mod replacing;
mod status;
mod syncing;

use std::{path::Path, sync::Arc, time::Duration};

use mlskit::{
    Client, ClientId, ClientOptions, Credential, CredentialRef, DatabaseKey, Keypackage, KeypackagePolicy,
    KeypackageRef, KeypackageStatus, OutgoingKeypackages,
    group::{GroupConfig, JoinOptions},
};
use mlskit_testkit::{
    clock::HandClock,
    directory::{ClientsDirectory, MemoryDirectory},
};
use tempfile::TempDir;

use crate::{
    common::{self, SUITE},
    group::{add, commit},
};

pub(crate) const DAY: Duration = Duration::from_hours(24);

/// A client in a file, whose packages follow a policy by a clock that the test turns.
pub(crate) struct Managed {
    folder: TempDir,
    pub(crate) client: Client,
    pub(crate) credential_ref: CredentialRef,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) policy: KeypackagePolicy,
    pub(crate) directory: MemoryDirectory,
}

impl Managed {
    pub(crate) async fn new(policy: KeypackagePolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at_present());
        let client = open(folder.path(), &clock).await;
        let credential_ref = add_credential(&client).await;
        Self { folder, client, credential_ref, clock, policy, directory: MemoryDirectory::default() }
    }

    /// As after a crash: nothing of what was in memory is left.
    pub(crate) async fn reopen(&mut self) {
        self.client.close().await;
        self.client = open(self.folder.path(), &self.clock).await;
    }

    pub(crate) async fn maintain(&self) -> OutgoingKeypackages {
        self.client.maintain_keypackages(&self.credential_ref, &self.policy).await.unwrap()
    }

    pub(crate) async fn published(&self, refs: &[KeypackageRef]) {
        commit(&self.client, async |tx| tx.confirm_published(refs).await).await;
    }

    pub(crate) async fn withdrawn(&self, refs: &[KeypackageRef]) {
        commit(&self.client, async |tx| tx.confirm_withdrawn(refs).await).await;
    }

    /// Maintains and publishes all; returns what that was.
    pub(crate) async fn publish_all(&self) -> Vec<KeypackageRef> {
        let refs = refs(&self.maintain().await);
        self.published(&refs).await;
        refs
    }

    pub(crate) async fn sync(&self) -> mlskit::KeypackageSyncReport<mlskit_testkit::directory::DirectoryError> {
        self.client.sync_keypackages(&self.shelf(), &self.credential_ref, &self.policy).await.unwrap()
    }

    pub(crate) fn shelf(&self) -> ClientsDirectory {
        self.directory.of(self.client.id())
    }

    pub(crate) fn served(&self) -> Vec<KeypackageRef> {
        self.directory.served(self.client.id())
    }

    pub(crate) async fn status(&self) -> KeypackageStatus {
        self.client.keypackage_status(&self.credential_ref, &self.policy).await.unwrap()
    }

    pub(crate) async fn stored(&self) -> Vec<KeypackageRef> {
        self.client.get_keypackage_refs().await.unwrap()
    }

    pub(crate) async fn package(&self, keypackage_ref: &KeypackageRef) -> Keypackage {
        self.client.keypackage(keypackage_ref).await.unwrap().unwrap()
    }

    /// A Welcome of a peer's, for one of the packages.
    pub(crate) async fn welcome_for(&self, keypackage_ref: &KeypackageRef) -> Vec<u8> {
        let package = self.package(keypackage_ref).await;
        let (peer, credential_ref) = common::client("peer").await;
        let group = commit(&peer, async |tx| tx.create_group(&credential_ref, GroupConfig::default()).await).await;
        let (_, welcome) = add(&peer, &group, &package).await;
        peer.close().await;
        welcome
    }

    pub(crate) async fn join(&self, welcome: &[u8]) -> mlskit::Result<mlskit::group::JoinedGroup> {
        self.client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await).await
    }
}

pub(crate) async fn open(folder: &Path, clock: &Arc<HandClock>) -> Client {
    let key = DatabaseKey::from_bytes([7; DatabaseKey::LENGTH]).unwrap();
    let options = ClientOptions::default().clock(clock.clone());
    Client::open_with(folder.join("client.db"), &key, ClientId::from("alice"), options).await.unwrap()
}

pub(crate) async fn add_credential(client: &Client) -> CredentialRef {
    let credential = Credential::basic(SUITE, client.id()).unwrap();
    commit(client, async |tx| tx.add_credential(credential).await).await
}

/// A few single-use packages and none of last resort.
pub(crate) fn few(target: u32) -> KeypackagePolicy {
    KeypackagePolicy::default().target(target).last_resort(false)
}

pub(crate) fn refs(outgoing: &OutgoingKeypackages) -> Vec<KeypackageRef> {
    outgoing.publish.iter().map(|publication| publication.keypackage_ref.clone()).collect()
}
