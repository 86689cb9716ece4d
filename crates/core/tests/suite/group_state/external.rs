//! Losing track, coming back, leaving and being removed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mlskit::{
    Client, ClientId, ClientOptions, Error, GroupError, Keypackage, KeypackageError, MessageError, RejectedMessage,
    RejoinReason,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received, Sender},
    openmls::prelude::{GroupId, OpenMlsProvider as _},
};

use super::support::{
    self, Pair, Place, accept, add, add_credential, commit, deliver, join, kinds, outgoing, pair, pair_with, process,
    say, talk,
};
use crate::{
    common,
    group::peer::{self, Peer},
};

fn open() -> GroupConfig {
    GroupConfig::default().external_joins(true)
}

fn back() -> JoinOptions {
    JoinOptions::default().config(open()).replace(true)
}

async fn group_info(client: &Client, group: &GroupId) -> Vec<u8> {
    commit(client, async |tx| tx.group_info(group).await).await
}

/// Every call that sends or changes something, and the one error that all of them give.
async fn all_refused(client: &Client, group: &GroupId, error: &GroupError) {
    let refused = Error::Group(error.clone());
    let tx = client.new_transaction().await.unwrap();
    assert_eq!(tx.encrypt_message(group, b"", b"").await.unwrap_err(), refused);
    assert_eq!(tx.update_keys(group, None).await.unwrap_err(), refused);
    assert_eq!(tx.remove_members(group, &[]).await.unwrap_err(), refused);
    assert_eq!(tx.add_members(group, &[]).await.unwrap_err(), refused);
    assert_eq!(tx.commit_proposals(group).await.unwrap_err(), refused);
    assert_eq!(tx.leave_group(group).await.unwrap_err(), refused);
    tx.abort().await.unwrap();
}

/// And those that only read secrets.
async fn nothing_exported(client: &Client, group: &GroupId, error: &GroupError) {
    let refused = Error::Group(error.clone());
    let tx = client.new_transaction().await.unwrap();
    assert_eq!(tx.export_secret(group, "label", b"", 32).await.unwrap_err(), refused);
    assert_eq!(tx.group_info(group).await.unwrap_err(), refused);
    tx.abort().await.unwrap();
}

async fn lives_for(client: &Client, lifetime: Duration) -> Keypackage {
    let credential_ref = client.credentials().await.unwrap().remove(0);
    commit(client, async |tx| tx.generate_keypackage(&credential_ref, Some(lifetime)).await).await
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

scenarios! {
    async fn while_joining_nothing_is_sent_or_processed() {
        let Pair { alice, bob, bobs, group, .. } = pair(open()).await;
        let hello = say(&alice, &group, "hello").await;
        let info = group_info(&alice, &group).await;
        let again = bob.transaction(async |tx| {
            tx.join_by_external_commit(&info, &bobs, JoinOptions::default()).await
        }).await.unwrap_err();
        assert_eq!(again, Error::Group(GroupError::AlreadyJoined { group_id: group.to_vec() }));

        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        all_refused(&bob, &group, &GroupError::JoinPending).await;
        nothing_exported(&bob, &group, &GroupError::JoinPending).await;
        assert_eq!(process(&bob, &hello).await.unwrap_err(), Error::Message(MessageError::JoinPending));
        assert_eq!(bob.groups_due_for_update(Duration::ZERO).await.unwrap(), []);

        assert!(commit(&bob, async |tx| tx.commit_rejected(&group).await).await, "the group is gone");
        assert_eq!((bob.groups().await.unwrap(), bob.outgoing().await.unwrap()), (vec![], vec![]));
        let info = group_info(&alice, &group).await;
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        deliver(&bob, &group, &[&alice]).await;
        talk(&bob, &alice, &group, "back").await;
        talk(&alice, &bob, &group, "good").await;
    }

    async fn who_joins_under_a_members_name_is_shown_as_a_new_member() {
        let Pair { alice, bob, group, .. } = pair(open()).await;
        let (impostor, impostors) = common::client("bob").await;
        let info = group_info(&alice, &group).await;
        commit(&impostor, async |tx| tx.join_by_external_commit(&info, &impostors, back()).await).await;
        let bytes = outgoing(&impostor, OutgoingKind::Commit).await.bytes;
        let Received::Commit(staged) = process(&alice, &bytes).await.unwrap() else { panic!() };
        let Sender::NewMember(leaf) = &staged.sender else { panic!("{staged:?}") };
        assert_eq!((leaf.credential.serialized_content(), &leaf.signature_key[..]), (&b"bob"[..], impostors.signature_key()));
        assert!(staged.removed.is_empty() && staged.updated.is_empty(), "the real one stays: {staged:?}");
        drop(staged);
        assert_eq!(alice.epoch(&group).await.unwrap(), 1);
        talk(&alice, &bob, &group, "dropped").await;
        talk(&bob, &alice, &group, "good").await;
    }

    async fn a_tree_out_of_band_opens_a_welcome_without_one() {
        let config = GroupConfig::default().ratchet_tree_in_welcome(false);
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let package = support::keypackage(&bob, &bobs).await;
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, config).await?;
            tx.add_members(&group, &[package]).await?;
            Ok(group)
        }).await;
        deliver(&alice, &group, &[]).await;
        let welcome = outgoing(&alice, OutgoingKind::Welcome).await.bytes;
        bob.transaction(async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await.unwrap_err();
        let tree = alice.ratchet_tree(&group).await.unwrap();
        let options = JoinOptions::default().ratchet_tree(tree);
        commit(&bob, async |tx| tx.join_group(&welcome, options).await).await;
        talk(&bob, &alice, &group, "in").await;
    }

    async fn a_tree_out_of_band_lets_somebody_in_by_an_external_commit() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        // mlskit's own group infos carry the tree.
        let mut peer = Peer::new(peer::basic("peer"));
        let package = peer.keypackage();
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, open()).await?;
            tx.add_members(&group, &[package]).await?;
            tx.commit_accepted(&group).await?;
            Ok(group)
        }).await;
        peer.join(&outgoing(&alice, OutgoingKind::Welcome).await.bytes);
        let info = peer.with(|group, provider, signer| {
            peer::bytes(&group.export_group_info(provider.crypto(), signer, false).unwrap())
        });
        let tree = alice.ratchet_tree(&group).await.unwrap();
        let options = JoinOptions::default().config(open());
        let join = async |options: JoinOptions| {
            bob.transaction(async |tx| tx.join_by_external_commit(&info, &bobs, options).await).await
        };
        assert_eq!(join(options.clone()).await.unwrap_err(), Error::Group(GroupError::RatchetTreeMissing));
        let malformed = join(options.clone().ratchet_tree(*b"no tree")).await.unwrap_err();
        assert!(matches!(malformed, Error::Message(MessageError::Malformed { .. })), "{malformed:?}");
        assert_eq!(bob.groups().await.unwrap(), []);
        join(options.ratchet_tree(tree)).await.unwrap();
        deliver(&bob, &group, &[&alice]).await;
        talk(&bob, &alice, &group, "in").await;
        talk(&alice, &bob, &group, "good").await;
    }

    async fn a_package_that_expires_soon_is_not_added() {
        let Pair { alice, group, .. } = pair(GroupConfig::default()).await;
        let (carol, _) = common::client("carol").await;
        let package = lives_for(&carol, Duration::from_hours(23)).await;
        let refused = alice.transaction(async |tx| tx.add_members(&group, &[package]).await).await.unwrap_err();
        let Error::Keypackage(KeypackageError::ExpiresTooSoon { remaining, limit }) = refused else {
            panic!("{refused:?}")
        };
        assert!(remaining <= Duration::from_hours(23) && limit == Duration::from_hours(24));
        assert_eq!(alice.outgoing().await.unwrap(), []);
        let package = lives_for(&carol, Duration::from_hours(25)).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
    }

    async fn who_comes_too_late_for_a_package_has_to_rejoin_and_can() {
        let options = ClientOptions::default().min_remaining_lifetime(Duration::ZERO);
        let alice = Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap();
        let alices = add_credential(&alice).await;
        let Pair { alice, bob, bobs, group, .. } = support::pair_with(alice, alices, open()).await;
        let (carol, _) = common::client("carol").await;
        let package = lives_for(&carol, Duration::from_secs(4)).await;
        let expires = package.life_time().not_after();
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        let late = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        join(&carol, &alice, open()).await;
        while now() <= expires {
            smol::Timer::after(Duration::from_millis(100)).await;
        }
        let rejoin = Error::Message(MessageError::Rejoin(RejoinReason::ExpiredLeaf));
        for _ in 0..2 {
            assert_eq!(process(&bob, &late).await.unwrap_err(), rejoin, "not a duplicate: nothing was used up");
        }
        let info = group_info(&alice, &group).await;
        let joined = commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        assert_eq!(joined.members.len(), 3, "a stale member bars nobody");
        deliver(&bob, &group, &[&alice, &carol]).await;
        talk(&bob, &carol, &group, "back").await;
        talk(&carol, &bob, &group, "good").await;
    }

    async fn somebody_joins_by_a_welcome_a_group_with_a_stale_member() {
        let options = ClientOptions::default().min_remaining_lifetime(Duration::ZERO);
        let alice = Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap();
        let alices = add_credential(&alice).await;
        let Pair { alice, bob, group, .. } = support::pair_with(alice, alices, open()).await;
        let (carol, _) = common::client("carol").await;
        let package = lives_for(&carol, Duration::from_secs(4)).await;
        let expires = package.life_time().not_after();
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        deliver(&alice, &group, &[&bob]).await;
        join(&carol, &alice, open()).await;
        while now() <= expires {
            smol::Timer::after(Duration::from_millis(100)).await;
        }
        let (dave, daves) = common::client("dave").await;
        add(&alice, &group, &dave, &daves, &[&bob, &carol]).await;
        talk(&dave, &carol, &group, "hello").await;
    }

    async fn leaving_is_refused_while_something_is_pending_and_stops_all_sending() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        let pending = bob.transaction(async |tx| tx.leave_group(&group).await).await;
        assert_eq!(pending, Err(Error::Group(GroupError::CommitPending)));
        commit(&bob, async |tx| tx.commit_rejected(&group).await).await;
        commit(&bob, async |tx| tx.leave_group(&group).await).await;
        all_refused(&bob, &group, &GroupError::Leaving).await;
        assert_eq!(kinds(&bob).await, [OutgoingKind::Leave]);
        talk(&alice, &bob, &group, "you can still hear me").await;
    }

    async fn a_group_that_one_was_removed_from_refuses_all_but_its_deletion() {
        let Pair { alice, bob, bobs, group, .. } = pair(GroupConfig::default()).await;
        let bobs_place = alice.members(&group).await.unwrap().remove(1);
        commit(&alice, async |tx| tx.remove_members(&group, &[bobs_place.id]).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        assert!(accept(&bob, &bytes).await.self_removed);
        all_refused(&bob, &group, &GroupError::Removed).await;
        nothing_exported(&bob, &group, &GroupError::Removed).await;
        let settle = bob.transaction(async |tx| tx.commit_accepted(&group).await).await.unwrap_err();
        assert_eq!(settle, Error::Group(GroupError::NoPendingCommit));
        assert_eq!(bob.outgoing().await.unwrap(), []);
        assert_eq!(bob.groups_due_for_update(Duration::ZERO).await.unwrap(), []);
        commit(&bob, async |tx| tx.delete_group(&group).await).await;
        add(&alice, &group, &bob, &bobs, &[]).await;
        talk(&bob, &alice, &group, "in again").await;
    }

    /// Its Welcome was refused as for a group that the client is in, and a plain loop dropped it.
    async fn who_was_removed_is_added_again_without_deleting_what_is_left_of_the_group() {
        let Pair { alice, bob, bobs, group, .. } = pair(GroupConfig::default()).await;
        let bobs_place = alice.members(&group).await.unwrap().remove(1);
        commit(&alice, async |tx| tx.remove_members(&group, &[bobs_place.id]).await).await;
        deliver(&alice, &group, &[&bob]).await;
        add(&alice, &group, &bob, &bobs, &[]).await;
        talk(&bob, &alice, &group, "in again").await;
        talk(&alice, &bob, &group, "so I see").await;
    }

    async fn where_external_joins_are_not_allowed_they_are_refused_and_change_nothing() {
        let Pair { alice, bob, bobs, group, .. } = pair(GroupConfig::default()).await;
        let info = group_info(&alice, &group).await;
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        let bytes = outgoing(&bob, OutgoingKind::Commit).await.bytes;
        let refused = Error::Message(MessageError::Rejected(RejectedMessage::ExternalJoin));
        assert_eq!(process(&alice, &bytes).await.unwrap_err(), refused);
        assert_eq!(alice.epoch(&group).await.unwrap(), 1);
    }

    /// Whoever had refused a commit that the others took stayed behind for ever.
    async fn who_refused_an_external_join_that_others_let_in_can_follow_after_all() {
        let Pair { alice, bob, bobs, group, .. } = pair(GroupConfig::default()).await;
        let info = group_info(&alice, &group).await;
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        let bytes = outgoing(&bob, OutgoingKind::Commit).await.bytes;
        process(&alice, &bytes).await.unwrap_err();
        commit(&alice, async |tx| tx.configure_group(&group, GroupConfig::default()).await).await;
        process(&alice, &bytes).await.unwrap_err();
        commit(&alice, async |tx| tx.configure_group(&group, open()).await).await;
        accept(&alice, &bytes).await;
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        talk(&bob, &alice, &group, "back").await;
        commit(&alice, async |tx| tx.configure_group(&group, GroupConfig::default()).await).await;
        talk(&alice, &bob, &group, "still").await;
    }

    async fn who_came_in_by_an_external_commit_lets_others_in_by_one() {
        let Pair { alice, bob, bobs, group, .. } = pair(open()).await;
        let info = group_info(&alice, &group).await;
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, JoinOptions::default().replace(true)).await).await;
        deliver(&bob, &group, &[&alice]).await;
        let (carol, carols) = common::client("carol").await;
        let info = group_info(&alice, &group).await;
        commit(&carol, async |tx| tx.join_by_external_commit(&info, &carols, JoinOptions::default()).await).await;
        deliver(&carol, &group, &[&alice, &bob]).await;
        talk(&carol, &bob, &group, "hello").await;
    }

    async fn what_a_group_is_configured_to_do_holds_at_once_and_after_opening_again() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let short = say(&alice, &group, "x").await.len();
        let padded = GroupConfig::default().padding(4096);
        commit(&alice, async |tx| tx.configure_group(&group, padded).await).await;
        assert!(say(&alice, &group, "x").await.len() > short + 3000);
        alice.close().await;
        let alice = place.open().await;
        assert!(say(&alice, &group, "x").await.len() > short + 3000);

        let late = say(&bob, &group, "late").await;
        let forgetful = GroupConfig::default().past_epochs(0);
        commit(&alice, async |tx| tx.configure_group(&group, forgetful).await).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        deliver(&alice, &group, &[&bob]).await;
        let refused = process(&alice, &late).await.unwrap_err();
        assert_eq!(refused, Error::Message(MessageError::TooOld { epoch: 1, current: 2 }));
    }
}
