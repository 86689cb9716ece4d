//! Groups shared with members by mls-rs, which is configured as it comes, in each ciphersuite that both have.

mod peer;

use std::time::Duration;

use mls_rs::client_builder::MlsConfig;
use mlskit::{
    Client, ClientOptions, Credential, CredentialRef, Error, KeypackageError, RejectedKeypackage,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received, Sender},
    openmls::prelude::{Ciphersuite, GroupId},
};
use peer::{Peer, framed, peer};

use crate::{
    common,
    group::{commit, deliver, hear, keypackage, outgoing, process, proposal, say, staged, welcome},
};

const SUITES: [Ciphersuite; 3] = [
    Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256,
    Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
];

/// What mls-rs gives its key packages.
const YEAR: Duration = Duration::from_hours(365 * 24);

async fn client(suite: Ciphersuite, name: &str) -> (Client, CredentialRef) {
    let options = ClientOptions::default().max_accepted_lifetime(YEAR);
    let client = Client::temporary_in(std::env::temp_dir(), name.into(), options).await.unwrap();
    let credential = Credential::basic(suite, client.id()).unwrap();
    let credential_ref = commit(&client, async |tx| tx.add_credential(credential).await).await;
    (client, credential_ref)
}

/// Bob, by mls-rs, makes a group and adds Alice.
async fn theirs(suite: Ciphersuite) -> (Client, CredentialRef, Peer<impl MlsConfig>, GroupId) {
    let (alice, alices) = client(suite, "alice").await;
    let mut bob = peer(suite, "bob");
    bob.create();
    let package = keypackage(&alice, &alices).await;
    let (_, welcome) = bob.add(&framed(&package));
    let options = JoinOptions::default().config(GroupConfig::default().external_joins(true));
    let joined = commit(&alice, async |tx| tx.join_group(&welcome, options).await).await;
    assert_eq!(joined.members.len(), 2);
    (alice, alices, bob, joined.id)
}

/// Alice makes a group and adds Bob, by mls-rs.
async fn ours(suite: Ciphersuite) -> (Client, CredentialRef, Peer<impl MlsConfig>, GroupId) {
    let (alice, alices) = client(suite, "alice").await;
    let mut bob = peer(suite, "bob");
    let package = alice.import_keypackage(&bob.publish()).await.unwrap();
    let config = GroupConfig::default().external_joins(true);
    let group = commit(&alice, async |tx| {
        let group = tx.create_group(&alices, config).await?;
        tx.add_members(&group, &[package]).await?;
        Ok(group)
    })
    .await;
    deliver(&alice, &group, &[]).await;
    bob.join(&welcome(&alice).await);
    (alice, alices, bob, group)
}

/// Alice's pending commit reaches Bob.
async fn take(alice: &Client, group: &GroupId, bob: &mut Peer<impl MlsConfig>) {
    bob.process(&outgoing(alice, OutgoingKind::Commit).await);
    commit(alice, async |tx| tx.commit_accepted(group).await).await;
}

/// Both in the same epoch, with the same secrets, and each understands the other.
async fn talk(alice: &Client, bob: &mut Peer<impl MlsConfig>, group: &GroupId) {
    assert_eq!(alice.epoch(group).await.unwrap(), bob.group().current_epoch());
    assert_eq!(bob.hear(&say(alice, group, "hello").await), "hello");
    for text in ["hi", "and hi again"] {
        assert_eq!(hear(alice, &bob.say(text)).await, text);
    }
    let ours = commit(alice, async |tx| tx.export_secret(group, "interop", b"context", 32).await).await;
    assert_eq!(&ours[..], bob.group().export_secret(b"interop", b"context", 32).unwrap().as_bytes());
}

/// Each changes its keys, thrice in turn, and each adds and removes somebody of the other's kind.
async fn live(suite: Ciphersuite, alice: &Client, bob: &mut Peer<impl MlsConfig>, group: &GroupId) {
    talk(alice, bob, group).await;
    for _ in 0..3 {
        commit(alice, async |tx| tx.update_keys(group, None).await).await;
        take(alice, group, bob).await;
        talk(alice, bob, group).await;
        let update = staged(alice, &bob.update()).await;
        assert_eq!(update.updated.len(), 1);
        commit(alice, async |tx| tx.accept(*update).await).await;
        talk(alice, bob, group).await;
    }
    let (carol, carols) = client(suite, "carol").await;
    let (added, welcome) = bob.add(&framed(&keypackage(&carol, &carols).await));
    let added = staged(alice, &added).await;
    commit(alice, async |tx| tx.accept(*added).await).await;
    commit(&carol, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
    talk(&carol, bob, group).await;
    let carols = bob.index_of("carol");
    let removed = bob.remove(carols);
    let gone = staged(&carol, &removed).await;
    assert!(gone.self_removed);
    let removed = staged(alice, &removed).await;
    assert_eq!(removed.removed.len(), 1);
    commit(alice, async |tx| tx.accept(*removed).await).await;
    talk(alice, bob, group).await;
    let dave = peer(suite, "dave").publish();
    let added = staged(alice, &bob.add(&dave).0).await;
    assert_eq!(added.added.len(), 1);
    commit(alice, async |tx| tx.accept(*added).await).await;
    talk(alice, bob, group).await;
    let update = proposal(alice, &bob.propose_update()).await;
    commit(alice, async |tx| {
        tx.accept_proposal(*update).await?;
        tx.commit_proposals(group).await
    })
    .await;
    take(alice, group, bob).await;
    talk(alice, bob, group).await;
    let id = alice
        .members(group)
        .await
        .unwrap()
        .into_iter()
        .find(|member| member.credential.serialized_content() == b"bob")
        .unwrap()
        .id;
    commit(alice, async |tx| tx.remove_members(group, &[id]).await).await;
    assert!(bob.process(&outgoing(alice, OutgoingKind::Commit).await).is_removed());
}

scenarios! {
    async fn a_package_of_mls_rs_lives_for_a_year_and_we_take_it_only_if_told_to() {
        let (alice, _) = common::client("alice").await;
        let refused = alice.import_keypackage(&peer(common::SUITE, "bob").publish()).await.unwrap_err();
        let Error::Keypackage(KeypackageError::Rejected(RejectedKeypackage::LifetimeTooLong { found, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(found, YEAR);
    }

    async fn a_member_by_mls_rs_adds_us_and_we_live_together() {
        for suite in SUITES {
            let (alice, _, mut bob, group) = theirs(suite).await;
            live(suite, &alice, &mut bob, &group).await;
        }
    }

    async fn we_add_a_member_by_mls_rs_and_live_together() {
        for suite in SUITES {
            let (alice, _, mut bob, group) = ours(suite).await;
            live(suite, &alice, &mut bob, &group).await;
        }
    }

    async fn a_member_by_mls_rs_removes_us() {
        for suite in SUITES {
            let (alice, _, mut bob, _) = theirs(suite).await;
            let alices = bob.index_of("alice");
            let removed = staged(&alice, &bob.remove(alices)).await;
            assert!(removed.self_removed);
            assert!(commit(&alice, async |tx| tx.accept(*removed).await).await.self_removed);
        }
    }

    async fn we_leave_by_a_proposal_that_a_member_by_mls_rs_commits() {
        for suite in SUITES {
            let (alice, _, mut bob, group) = theirs(suite).await;
            commit(&alice, async |tx| tx.leave_group(&group).await).await;
            bob.process(&outgoing(&alice, OutgoingKind::Leave).await);
            let removed = staged(&alice, &bob.update()).await;
            assert!(removed.self_removed);
            assert_eq!(bob.group().roster().members().len(), 1);
        }
    }

    async fn we_join_a_group_of_mls_rs_by_external_commit_and_come_back_by_another() {
        for suite in SUITES {
            let mut bob = peer(suite, "bob");
            bob.create();
            let (alice, alices) = client(suite, "alice").await;
            for _ in 0..2 {
                let options = JoinOptions::default().replace(true);
                let info = bob.group_info();
                let joined = commit(&alice, async |tx| tx.join_by_external_commit(&info, &alices, options).await).await;
                take(&alice, &joined.id, &mut bob).await;
                assert_eq!(bob.group().roster().members().len(), 2);
                talk(&alice, &mut bob, &joined.id).await;
            }
        }
    }

    async fn a_client_by_mls_rs_joins_our_group_by_external_commit() {
        for suite in SUITES {
            let (alice, alices) = client(suite, "alice").await;
            let config = GroupConfig::default().external_joins(true);
            let group = commit(&alice, async |tx| tx.create_group(&alices, config).await).await;
            let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
            let mut bob = peer(suite, "bob");
            let Received::Commit(joined) = process(&alice, &bob.join_by_external_commit(&info)).await.unwrap() else {
                panic!("no commit")
            };
            assert!(matches!(&joined.sender, Sender::NewMember(leaf) if leaf.credential.serialized_content() == b"bob"));
            commit(&alice, async |tx| tx.accept(*joined).await).await;
            talk(&alice, &mut bob, &group).await;
        }
    }
}
