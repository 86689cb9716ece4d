//! Groups of clients, in a few words.

use std::path::PathBuf;

use mlskit::{
    Client, ClientId, Credential, CredentialRef, DatabaseKey, Keypackage, TransactionContext,
    group::{EpochChange, GroupConfig, JoinOptions, OutgoingKind, OutgoingMessage, Received},
    openmls::prelude::GroupId,
};
use tempfile::TempDir;

use crate::common::{self, SUITE};

/// Runs a block in a transaction that must succeed.
pub(super) async fn commit<T>(client: &Client, work: impl AsyncFnOnce(&TransactionContext) -> mlskit::Result<T>) -> T {
    client.transaction(work).await.unwrap()
}

/// A file that several clients, one after the other or at once, have open.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) key: DatabaseKey,
    _folder: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("alice.db"), key: DatabaseKey::generate().unwrap(), _folder: folder }
    }

    /// As a process would after the one before was killed: nothing was closed.
    pub(super) async fn open(&self) -> Client {
        Client::open(&self.path, &self.key, ClientId::from("alice")).await.unwrap()
    }

    pub(super) async fn open_with_credential(&self) -> (Client, CredentialRef) {
        let client = self.open().await;
        let credential_ref = add_credential(&client).await;
        (client, credential_ref)
    }
}

pub(super) async fn add_credential(client: &Client) -> CredentialRef {
    commit(client, async |tx| tx.add_credential(Credential::basic(SUITE, client.id())?).await).await
}

pub(super) async fn keypackage(client: &Client, credential_ref: &CredentialRef) -> Keypackage {
    commit(client, async |tx| tx.generate_keypackage(credential_ref, None).await).await
}

pub(super) async fn say(client: &Client, group: &GroupId, text: &str) -> Vec<u8> {
    commit(client, async |tx| tx.encrypt_message(group, text.as_bytes(), b"").await).await.open().unwrap()
}

pub(super) async fn process(client: &Client, bytes: &[u8]) -> mlskit::Result<Received> {
    client.transaction(async |tx| tx.process_message(bytes).await).await
}

pub(super) fn text(received: Received) -> String {
    match received {
        Received::Application { plaintext, .. } => String::from_utf8(plaintext).unwrap(),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn talk(from: &Client, to: &Client, group: &GroupId, words: &str) {
    let bytes = say(from, group, words).await;
    assert_eq!(text(process(to, &bytes).await.unwrap()), words);
}

pub(super) async fn kinds(client: &Client) -> Vec<OutgoingKind> {
    client.outgoing().await.unwrap().iter().map(|message| message.kind).collect()
}

/// The one outgoing message of a kind.
pub(super) async fn outgoing(client: &Client, kind: OutgoingKind) -> OutgoingMessage {
    let mut all = client.outgoing().await.unwrap();
    all.retain(|message| message.kind == kind);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

pub(super) async fn accept(client: &Client, bytes: &[u8]) -> EpochChange {
    let Received::Commit(staged) = process(client, bytes).await.unwrap() else { panic!("no commit") };
    commit(client, async |tx| tx.accept(*staged).await).await
}

/// The delivery service takes `from`'s commit; `to` accept it.
pub(super) async fn deliver(from: &Client, group: &GroupId, to: &[&Client]) {
    let message = outgoing(from, OutgoingKind::Commit).await;
    commit(from, async |tx| tx.commit_accepted(group).await).await;
    for client in to {
        accept(client, &message.bytes).await;
    }
}

/// Joins from the Welcome in the outbox of `adder`.
pub(super) async fn join(client: &Client, adder: &Client, config: GroupConfig) {
    let welcome = outgoing(adder, OutgoingKind::Welcome).await;
    commit(adder, async |tx| tx.mark_sent(&[welcome.id]).await).await;
    let options = JoinOptions::default().config(config);
    commit(client, async |tx| tx.join_group(&welcome.bytes, options).await).await;
}

/// `adder` adds `client`; `others` learn of it.
pub(super) async fn add(
    adder: &Client,
    group: &GroupId,
    client: &Client,
    credential_ref: &CredentialRef,
    others: &[&Client],
) {
    let package = keypackage(client, credential_ref).await;
    commit(adder, async |tx| tx.add_members(group, &[package]).await).await;
    deliver(adder, group, others).await;
    join(client, adder, GroupConfig::default()).await;
}

pub(super) struct Pair {
    pub(super) alice: Client,
    pub(super) alices: CredentialRef,
    pub(super) bob: Client,
    pub(super) bobs: CredentialRef,
    pub(super) group: GroupId,
}

/// Alice and Bob in a group of Alice's.
pub(super) async fn pair(config: GroupConfig) -> Pair {
    let (alice, alices) = common::client("alice").await;
    pair_with(alice, alices, config).await
}

pub(super) async fn pair_with(alice: Client, alices: CredentialRef, config: GroupConfig) -> Pair {
    let (bob, bobs) = common::client("bob").await;
    let package = keypackage(&bob, &bobs).await;
    let group = commit(&alice, async |tx| {
        let group = tx.create_group(&alices, config.clone()).await?;
        tx.add_members(&group, &[package]).await?;
        Ok(group)
    })
    .await;
    deliver(&alice, &group, &[]).await;
    join(&bob, &alice, config).await;
    Pair { alice, alices, bob, bobs, group }
}
