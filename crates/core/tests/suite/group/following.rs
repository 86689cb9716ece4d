//! Others' commits are followed whatever the app made of what came before, and nobody can be told to leave by a forgery.

use mlskit::{
    Client, ClientId, Credential, DatabaseKey, Error, GroupError, MessageError, MisplacedMessage, RejectedMessage,
    RejoinReason,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received},
    openmls::prelude::{GroupId, MlsMessageIn, OpenMlsProvider as _, ProtocolMessage},
};
use openmls_traits::{
    crypto::OpenMlsCrypto as _,
    types::{AeadType, HashType},
};
use tls_codec::Deserialize as _;

use super::{
    add, commit, hear, keypackage, outgoing, pair,
    peer::{Peer, basic},
    process, proposal, refusal, say, staged,
};
use crate::common;

/// Alice, Bob and Carol, all with handshakes that are encrypted.
async fn three() -> (Client, Client, Client, GroupId) {
    let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
    let carol = with_carol(&alice, &bob, &group).await;
    (alice, bob, carol, group)
}

async fn with_carol(alice: &Client, bob: &Client, group: &GroupId) -> Client {
    let (carol, carols) = common::client("carol").await;
    let package = keypackage(&carol, &carols).await;
    let (added, welcome) = add(alice, group, &package).await;
    follow(bob, &added).await;
    commit(&carol, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
    carol
}

async fn follow(client: &Client, bytes: &[u8]) {
    let staged = staged(client, bytes).await;
    commit(client, async |tx| tx.accept(*staged).await).await;
}

/// Bob's proposal to leave, for Alice and Carol.
async fn leave(bob: &Client, group: &GroupId) -> Vec<u8> {
    commit(bob, async |tx| tx.leave_group(group).await).await;
    let leave = outgoing(bob, OutgoingKind::Leave).await;
    let message = MlsMessageIn::tls_deserialize_exact(&leave).unwrap().try_into_protocol_message().unwrap();
    assert!(matches!(message, ProtocolMessage::PrivateMessage(_)), "a commit or proposal in clear can come again");
    leave
}

/// A commit of the proposal by somebody who accepts it.
async fn commit_of(carol: &Client, group: &GroupId, proposed: &[u8]) -> Vec<u8> {
    let received = proposal(carol, proposed).await;
    commit(carol, async |tx| tx.accept_proposal(*received).await).await;
    commit(carol, async |tx| tx.commit_proposals(group).await).await;
    let committed = outgoing(carol, OutgoingKind::Commit).await;
    commit(carol, async |tx| tx.commit_accepted(group).await).await;
    committed
}

async fn are_alone(alice: &Client, carol: &Client, group: &GroupId) {
    let names: Vec<_> = alice.members(group).await.unwrap().into_iter().map(|member| member.credential).collect();
    assert_eq!(names, [basic("alice"), basic("carol")]);
    let text = say(alice, group, "without him").await;
    assert_eq!(hear(carol, &text).await, "without him");
    let text = say(carol, group, "without him").await;
    assert_eq!(hear(alice, &text).await, "without him");
}

/// What nobody but Alice makes: a private commit with her name on it, by somebody who knows the group's secrets.
pub(super) fn forged_commit_of(leaf: u32, carol: &mut Peer, group: &GroupId, epoch: u64) -> Vec<u8> {
    let vector = mlskit_testkit::forge::vector;
    let secret = carol.sender_data_secret();
    let ciphertext = [7; 64];
    let crypto = carol.provider.crypto();
    let expand = |label: &str, length: u16| {
        let label = vector(format!("MLS 1.0 {label}").as_bytes());
        let info = [&length.to_be_bytes()[..], &label, &vector(&ciphertext[..32])].concat();
        let expanded = crypto.hkdf_expand(HashType::Sha2_256, &secret, &info, length.into()).unwrap();
        expanded.as_slice().to_vec()
    };
    let (key, nonce) = (expand("key", 16), expand("nonce", 12));
    // The group, the epoch, "commit"; the leaf, generation 0 and a reuse guard (RFC 9420 §6.3).
    let head = [vector(group.as_slice()), epoch.to_be_bytes().to_vec(), vec![3]].concat();
    let sender = [leaf.to_be_bytes(), [0; 4], [1, 2, 3, 4]].concat();
    let sealed = crypto.aead_encrypt(AeadType::Aes128Gcm, &key, &sender, &nonce, &head).unwrap();
    [vec![0, 1, 0, 2], head, vector(b""), vector(&sealed), vector(&ciphertext)].concat()
}

scenarios! {
    /// An app that did nothing with proposals was expelled by the first one that another member committed.
    async fn who_drops_a_proposal_follows_anothers_commit_of_it_and_speaks_until_then() {
        let (alice, bob, carol, group) = three().await;
        let leave = leave(&bob, &group).await;
        drop(proposal(&alice, &leave).await);
        assert_eq!(refusal(&alice, &leave).await, MessageError::Duplicate);
        let text = say(&alice, &group, "meanwhile").await;
        assert_eq!(hear(&carol, &text).await, "meanwhile");
        let committed = commit_of(&carol, &group, &leave).await;
        follow(&alice, &committed).await;
        are_alone(&alice, &carol, &group).await;
    }

    async fn a_dropped_proposal_is_in_no_commit_of_ones_own() {
        let (alice, bob, carol, group) = three().await;
        drop(proposal(&alice, &leave(&bob, &group).await).await);
        let refused = alice.transaction(async |tx| tx.commit_proposals(&group).await).await;
        assert_eq!(refused, Err(Error::Group(GroupError::NoProposals)));
        // Looked at and refused, another's commit leaves nothing behind.
        commit(&carol, async |tx| tx.update_keys(&group, None).await).await;
        drop(staged(&alice, &outgoing(&carol, OutgoingKind::Commit).await).await);
        commit(&carol, async |tx| tx.commit_rejected(&group).await).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(alice.members(&group).await.unwrap().len(), 3);
    }

    async fn accepted_proposals_that_were_dropped_later_are_followed_too() {
        let (alice, bob, carol, group) = three().await;
        let leave = leave(&bob, &group).await;
        let received = proposal(&alice, &leave).await;
        commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        commit(&alice, async |tx| tx.drop_proposals(&group).await).await;
        let text = say(&alice, &group, "meanwhile").await;
        assert_eq!(hear(&carol, &text).await, "meanwhile");
        let committed = commit_of(&carol, &group, &leave).await;
        follow(&alice, &committed).await;
        are_alone(&alice, &carol, &group).await;
    }

    async fn proposals_are_kept_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("alice"), DatabaseKey::from_bytes([7; 32]).unwrap());
        let alice = Client::open(&path, &key, ClientId::from("alice")).await.unwrap();
        let credential = Credential::basic(common::SUITE, alice.id()).unwrap();
        let alices = commit(&alice, async |tx| tx.add_credential(credential).await).await;
        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (bob, bobs) = common::client("bob").await;
        let (_, welcome) = add(&alice, &group, &keypackage(&bob, &bobs).await).await;
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        let ids: Vec<_> = alice.outgoing().await.unwrap().iter().map(|message| message.id).collect();
        commit(&alice, async |tx| tx.mark_sent(&ids).await).await;
        let carol = with_carol(&alice, &bob, &group).await;
        let leave = leave(&bob, &group).await;
        drop(proposal(&alice, &leave).await);
        alice.close().await;

        let alice = Client::open(&path, &key, ClientId::from("alice")).await.unwrap();
        let committed = commit_of(&carol, &group, &leave).await;
        follow(&alice, &committed).await;
        are_alone(&alice, &carol, &group).await;
    }

    async fn a_proposal_whose_processing_was_rolled_back_is_missing_until_it_is_processed_again() {
        let (alice, bob, carol, group) = three().await;
        let leave = leave(&bob, &group).await;
        let tx = alice.new_transaction().await.unwrap();
        tx.process_message(&leave).await.unwrap();
        tx.abort().await.unwrap();
        let committed = commit_of(&carol, &group, &leave).await;
        assert_eq!(refusal(&alice, &committed).await, MessageError::Rejoin(RejoinReason::MissingProposal));
        drop(proposal(&alice, &leave).await);
        follow(&alice, &committed).await;
        are_alone(&alice, &carol, &group).await;
    }

    /// Whoever is in a group can put anybody's name on a private message. It made the one whose name it was leave.
    async fn a_forged_commit_of_ones_own_is_refused_and_changes_nothing() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let mut carol = Peer::new(basic("carol"));
        let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
        follow(&bob, &added).await;
        carol.join(&welcome);
        let forged = forged_commit_of(0, &mut carol, &group, alice.epoch(&group).await.unwrap());
        for _ in 0..2 {
            assert_eq!(refusal(&alice, &forged).await, MessageError::Rejected(RejectedMessage::UnknownOwnCommit));
        }
        // With one of her own that was taken back, it is that one's bytes which count.
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let own = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        assert_eq!(refusal(&alice, &forged).await, MessageError::Rejected(RejectedMessage::UnknownOwnCommit));
        assert_eq!(refusal(&alice, &own).await, MessageError::Rejoin(RejoinReason::OwnCommitLost));
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    /// It was a `Duplicate`, to be dropped, and the client waited for ever.
    async fn a_commit_that_was_processed_and_not_accepted_says_so_when_it_comes_again() {
        let (alice, bob, carol, group) = three().await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let committed = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let held = staged(&bob, &committed).await;
        let again = refusal(&bob, &committed).await;
        assert_eq!(again, MessageError::Rejoin(RejoinReason::CommitNotAccepted));
        let mut other = committed.clone();
        *other.last_mut().unwrap() ^= 1;
        assert_ne!(refusal(&bob, &other).await, again);
        let text = say(&carol, &group, "of the old epoch").await;
        assert_eq!(hear(&bob, &text).await, "of the old epoch");
        assert_eq!(refusal(&bob, &text).await, MessageError::Duplicate);
        // In hand, it can still be accepted, and then it is over.
        commit(&bob, async |tx| tx.accept(*held).await).await;
        assert_eq!(refusal(&bob, &committed).await, MessageError::TooOld { epoch: 2, current: 3 });
        follow(&carol, &committed).await;
        assert_eq!(refusal(&carol, &committed).await, MessageError::TooOld { epoch: 2, current: 3 });
    }

    /// An app with one inbox for all dropped its Welcomes as garbage.
    async fn what_belongs_to_another_call_is_named() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, welcome) = add(&alice, &group, &package).await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let package = [&[0, 1, 0, 5], mlskit::KeypackageExt::to_bytes(&package).unwrap().as_slice()].concat();
        for (bytes, misplaced) in [
            (&info, MisplacedMessage::GroupInfo),
            (&package, MisplacedMessage::Keypackage),
            (&welcome, MisplacedMessage::Welcome),
        ] {
            assert_eq!(refusal(&bob, bytes).await, MessageError::Misplaced(misplaced));
        }
        alice.import_keypackage(&package).await.unwrap();
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        let text = say(&alice, &group, "welcome").await;
        assert!(matches!(process(&bob, &text).await.unwrap(), Received::Application { .. }));
    }
}
