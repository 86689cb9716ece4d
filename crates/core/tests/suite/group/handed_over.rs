//! What the tests in Kotlin and Swift are handed, because only calls of OpenMLS and mls-rs make it: a member's file, and
//! messages to this member that are wrong on purpose. It lies in crates/testkit/handed-over, with files that
//! mlskit-keystore's tests make out of this one.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use mls_rs::{ExtensionList, MlsMessage};
use mlskit::{
    CertificateError, Client, ClientId, Credential, CredentialError, DatabaseKey, KeypackageConfig, KeypackageExt as _,
    MessageError, RejectedMessage, RejoinReason,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::{ExtensionType, Lifetime, OpenMlsProvider as _},
};

use super::{
    add, commit, keypackage,
    messages::{
        forged::with_proposal,
        unsupported::{dave, psk},
    },
    peer::{CUSTOM, Peer, anothers_chain, basic, bytes, x509},
    refusal, say,
};
use crate::common::{self, SUITE};

/// The member's, as the tests in Kotlin and Swift know it.
const KEY: [u8; 32] = *b"the key of a test file, not ours";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/handed-over")
}

async fn open(path: &Path) -> Client {
    Client::open(path, &DatabaseKey::from_bytes(KEY).unwrap(), ClientId::from("bob")).await.unwrap()
}

scenarios! {
    async fn each_kind_of_wrong_message_is_refused_for_its_own_reason() {
        let copies = tempfile::tempdir().unwrap();
        let path = copies.path().join("member.db");
        fs::copy(folder().join("member.db"), &path).unwrap();
        let bob = open(&path).await;
        let messages = fs::read_dir(folder().join("messages")).unwrap();
        let names: Vec<_> = messages.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names.len(), 11);
        for name in names {
            let message = fs::read(folder().join("messages").join(&name)).unwrap();
            match (name.as_str(), refusal(&bob, &message).await) {
                ("proposal-with-a-psk", MessageError::Rejected(RejectedMessage::UnsupportedProposal { proposal_type: 4 }))
                | ("commit-with-a-psk", MessageError::Rejoin(RejoinReason::UnsupportedProposal { proposal_type: 4 }))
                | ("unreadable-path", MessageError::Rejoin(RejoinReason::UnreadablePath))
                | ("undeclared-proposal", MessageError::Rejected(RejectedMessage::UndeclaredProposal))
                | ("undeclared-extension", MessageError::Rejoin(RejoinReason::UndeclaredExtension))
                | ("leaf-not-yet-valid", MessageError::Rejoin(RejoinReason::LeafNotYetValid))
                | ("expired-leaf", MessageError::Rejoin(RejoinReason::ExpiredLeaf))
                | ("add-of-an-expired-leaf", MessageError::Rejected(RejectedMessage::Invalid { .. }))
                | ("unknown-own-commit", MessageError::Rejected(RejectedMessage::UnknownOwnCommit))
                | (
                    "anothers-chain",
                    MessageError::Rejected(RejectedMessage::Credential(CredentialError::Certificate(
                        CertificateError::DifferentKey { .. },
                    ))),
                )
                | ("another-key", MessageError::Rejected(RejectedMessage::NotAuthentic { .. })) => {}
                (_, other) => panic!("{name}: {other:?}"),
            }
        }
        bob.close().await;
    }
}

/// Makes it anew: remove the folder, then `MLSKIT_HAND_OVER=1 cargo test -p mlskit --test suite makes_what_is_handed_over`
/// and `MLSKIT_HAND_OVER=1 cargo test -p mlskit-keystore makes_what_is_handed_over`.
#[test]
fn makes_what_is_handed_over_when_asked() {
    if env::var_os("MLSKIT_HAND_OVER").is_none() {
        return;
    }
    fs::create_dir_all(folder().join("messages")).unwrap();
    let path = folder().join("member.db");
    assert!(!path.exists(), "remove {} first", folder().display());
    smol::block_on(async {
        let bob = open(&path).await;
        let credential = Credential::basic(SUITE, bob.id()).unwrap();
        let bobs = commit(&bob, async |tx| tx.add_credential(credential).await).await;
        let (alice, alices) = common::client("alice").await;
        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, welcome) = add(&alice, &group, &keypackage(&bob, &bobs).await).await;
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        let mut carol = Peer::new(basic("carol"));
        let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
        let staged = super::staged(&bob, &added).await;
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        carol.join(&welcome);

        let flipped = say(&alice, &group, "hello").await;
        keep(
            "another-key",
            flipped.iter().rev().enumerate().map(|(at, byte)| byte ^ u8::from(at == 0)).rev().collect(),
        );
        keep_commits(&mut carol);
        keep_proposals(&mut carol);
        let epoch = alice.epoch(&group).await.unwrap();
        keep("unknown-own-commit", super::following::forged_commit_of(1, &mut carol, &group, epoch));
        keep("undeclared-extension", undeclared_extension(&bob, &bobs).await);
        // What the other files show to be unreadable.
        let credential = Credential::basic(SUITE, bob.id()).unwrap();
        let second = commit(&bob, async |tx| tx.add_credential(credential).await).await;
        let config = KeypackageConfig::default().last_resort(true);
        commit(&bob, async |tx| tx.generate_keypackage_with(&second, &config).await).await;
        bob.close().await;
    });
}

fn keep(name: &str, message: Vec<u8>) {
    fs::write(folder().join("messages").join(name), message).unwrap();
}

fn keep_commits(carol: &mut Peer) {
    keep("unreadable-path", forged(carol, |content| *content.last_mut().unwrap() ^= 1));
    keep("undeclared-proposal", forged(carol, |content| with_proposal(content, CUSTOM, &[3, 1, 2, 3])));
    // In 2100 and in 2020.
    for (name, begin) in [("leaf-not-yet-valid", 4_102_444_800), ("expired-leaf", 1_577_836_800)] {
        let package = Peer::new(basic("dave")).keypackage_until(Lifetime::init(begin, begin + 3_600));
        keep(name, forged(carol, |content| with_proposal(content, 1, &package.to_bytes().unwrap())));
    }
    let id = psk(carol);
    carol.with(|group, provider, signer| {
        group.propose_pre_shared_key_by_value(provider, signer, id).unwrap();
        keep("commit-with-a-psk", bytes(&group.commit_to_pending_proposals(provider, signer).unwrap().0));
        group.clear_pending_commit(provider.storage()).unwrap();
        group.clear_pending_proposals(provider.storage()).unwrap();
    });
}

fn keep_proposals(carol: &mut Peer) {
    let id = psk(carol);
    let late = Peer::new(basic("dave")).keypackage_until(Lifetime::init(1_577_836_800, 1_577_840_400));
    carol.with(|group, provider, signer| {
        let psk = group.propose_pre_shared_key(provider, signer, id).unwrap().0;
        let add = group.propose_add_member(provider, signer, &late).unwrap().0;
        for (name, proposal) in [("proposal-with-a-psk", psk), ("add-of-an-expired-leaf", add)] {
            keep(name, bytes(&proposal));
        }
        group.clear_pending_proposals(provider.storage()).unwrap();
    });
    let update = carol.propose_credential(x509(&anothers_chain()));
    keep("anothers-chain", update);
}

/// [`Peer::forge`], after which nothing is pending.
fn forged(carol: &mut Peer, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let forged = carol.forge(change);
    carol.with(|group, provider, _| group.clear_pending_commit(provider.storage()).unwrap());
    forged
}

/// By a member by mls-rs, in a group that bob joins.
async fn undeclared_extension(bob: &Client, bobs: &mlskit::CredentialRef) -> Vec<u8> {
    let config = KeypackageConfig::default().supports_extension(ExtensionType::Unknown(CUSTOM));
    let package = commit(bob, async |tx| tx.generate_keypackage_with(bobs, &config).await).await;
    let package = [&[0, 1, 0, 5], package.to_bytes().unwrap().as_slice()].concat();
    let mut daves = dave().create_group(ExtensionList::new(), ExtensionList::new(), None).unwrap();
    let added = daves.commit_builder().add_member(MlsMessage::from_bytes(&package).unwrap()).unwrap().build().unwrap();
    daves.apply_pending_commit().unwrap();
    let welcome = added.welcome_messages[0].to_bytes().unwrap();
    commit(bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
    let mut extensions = ExtensionList::new();
    extensions.set(mls_rs::Extension::new(CUSTOM.into(), b"anything".to_vec()));
    let committed = daves.commit_builder().set_group_context_ext(extensions).unwrap().build().unwrap();
    committed.commit_message.to_bytes().unwrap()
}
