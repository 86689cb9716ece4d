//! Groups, with what their tests share.

mod following;
mod handed_over;
mod messages;
mod mistakes;
pub(crate) mod peer;
mod strangers;
mod unseen;
mod welcomes;

use mlskit::{
    Client, CredentialRef, Error, Keypackage, MessageError, TransactionContext,
    group::{GroupConfig, JoinOptions, JoinedGroup, OutgoingKind, Received, ReceivedProposal, StagedCommit},
    openmls::prelude::GroupId,
};

use crate::common;

/// A commit of `adder`'s, which the delivery service takes, adds `keypackage`. Returns the commit's and the Welcome's
/// bytes.
pub(crate) async fn add(adder: &Client, group: &GroupId, keypackage: &Keypackage) -> (Vec<u8>, Vec<u8>) {
    commit(adder, async |tx| tx.add_members(group, std::slice::from_ref(keypackage)).await).await;
    let bytes = outgoing(adder, OutgoingKind::Commit).await;
    commit(adder, async |tx| tx.commit_accepted(group).await).await;
    (bytes, welcome(adder).await)
}

/// What becomes of a bad message.
pub(crate) async fn refusal(client: &Client, bytes: &[u8]) -> MessageError {
    match process(client, bytes).await {
        Err(Error::Message(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// A commit that has come in.
pub(crate) async fn staged(client: &Client, bytes: &[u8]) -> Box<StagedCommit> {
    match process(client, bytes).await.unwrap() {
        Received::Commit(staged) => staged,
        other => panic!("{other:?}"),
    }
}

/// A proposal that has come in.
pub(crate) async fn proposal(client: &Client, bytes: &[u8]) -> Box<ReceivedProposal> {
    match process(client, bytes).await.unwrap() {
        Received::Proposal(proposal) => proposal,
        other => panic!("{other:?}"),
    }
}

/// Runs a block in a transaction that must succeed.
pub(crate) async fn commit<T>(client: &Client, work: impl AsyncFnOnce(&TransactionContext) -> mlskit::Result<T>) -> T {
    client.transaction(work).await.unwrap()
}

pub(crate) async fn keypackage(client: &Client, credential_ref: &CredentialRef) -> mlskit::Keypackage {
    commit(client, async |tx| tx.generate_keypackage(credential_ref, None).await).await
}

pub(crate) async fn say(client: &Client, group: &GroupId, text: &str) -> Vec<u8> {
    commit(client, async |tx| tx.encrypt_message(group, text.as_bytes(), b"").await).await.open().unwrap()
}

pub(crate) async fn process(client: &Client, bytes: &[u8]) -> mlskit::Result<Received> {
    client.transaction(async |tx| tx.process_message(bytes).await).await
}

pub(crate) async fn hear(client: &Client, bytes: &[u8]) -> String {
    match process(client, bytes).await.unwrap() {
        Received::Application { plaintext, .. } => String::from_utf8(plaintext).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Takes the one outgoing message of a kind, as an app's sender does.
pub(crate) async fn outgoing(client: &Client, kind: OutgoingKind) -> Vec<u8> {
    let all = client.outgoing().await.unwrap();
    let [message] = &all.iter().filter(|message| message.kind == kind).collect::<Vec<_>>()[..] else {
        panic!("{all:?}")
    };
    message.bytes.clone()
}

/// The delivery service takes `from`'s commit; `to` process and accept it.
pub(crate) async fn deliver(from: &Client, group: &GroupId, to: &[&Client]) {
    let bytes = outgoing(from, OutgoingKind::Commit).await;
    commit(from, async |tx| tx.commit_accepted(group).await).await;
    for client in to {
        let Received::Commit(staged) = process(client, &bytes).await.unwrap() else { panic!("no commit") };
        commit(client, async |tx| tx.accept(*staged).await).await;
    }
}

pub(crate) async fn join(client: &Client, adder: &Client) -> JoinedGroup {
    join_with(client, adder, JoinOptions::default()).await
}

pub(crate) async fn join_with(client: &Client, adder: &Client, options: JoinOptions) -> JoinedGroup {
    let welcome = welcome(adder).await;
    commit(client, async |tx| tx.join_group(&welcome, options).await).await
}

/// Takes the Welcome out of `adder`'s outbox.
pub(crate) async fn welcome(adder: &Client) -> Vec<u8> {
    let welcome = outgoing(adder, OutgoingKind::Welcome).await;
    let ids: Vec<_> = adder.outgoing().await.unwrap().iter().map(|message| message.id).collect();
    commit(adder, async |tx| tx.mark_sent(&ids).await).await;
    welcome
}

/// Alice and Bob in a group of Alice's.
pub(crate) async fn pair(config: GroupConfig) -> (Client, CredentialRef, Client, CredentialRef, GroupId) {
    let (alice, alices) = common::client("alice").await;
    let (bob, bobs) = common::client("bob").await;
    let package = keypackage(&bob, &bobs).await;
    let group = commit(&alice, async |tx| {
        let group = tx.create_group(&alices, config).await?;
        tx.add_members(&group, &[package]).await?;
        Ok(group)
    })
    .await;
    deliver(&alice, &group, &[]).await;
    join(&bob, &alice).await;
    (alice, alices, bob, bobs, group)
}
