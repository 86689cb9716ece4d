//! A Welcome that can't be opened, for any reason, leaves its key package to the right one.

use mlskit::{
    Client, ClientId, Error, GroupError, KeypackageConfig, KeypackageExt, MessageError,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::GroupId,
};

use super::{add, commit, hear, keypackage, pair, peer::Peer, say};
use crate::common;

/// Alice's group, a package of Bob's, and the Welcome for it.
async fn invited(config: GroupConfig) -> (Client, Client, GroupId, Vec<u8>) {
    let (alice, alices) = common::client("alice").await;
    let (bob, bobs) = common::client("bob").await;
    let package = keypackage(&bob, &bobs).await;
    let group = commit(&alice, async |tx| tx.create_group(&alices, config).await).await;
    let (_, welcome) = add(&alice, &group, &package).await;
    (alice, bob, group, welcome)
}

async fn refused(client: &Client, welcome: &[u8], options: JoinOptions) -> Error {
    client.transaction(async |tx| tx.join_group(welcome, options).await).await.unwrap_err()
}

scenarios! {
    async fn garbage_is_malformed_and_leaves_the_package() {
        let (alice, bob, group, good) = invited(GroupConfig::default()).await;
        let before = bob.get_keypackage_refs().await.unwrap();
        let tx = bob.new_transaction().await.unwrap();
        let garbage: [&[u8]; 5] = [b"", b"certainly no Welcome", &[0], &[0, 1, 0, 3], &[0, 1, 0, 3, 0, 1, 0x41]];
        for bad in garbage {
            let error = tx.join_group(bad, JoinOptions::default()).await.unwrap_err();
            assert!(matches!(error, Error::Message(MessageError::Malformed { .. })), "{bad:02x?}: {error:?}");
            assert_eq!(tx.get_keypackage_refs().await.unwrap(), before);
        }
        tx.finish().await.unwrap();
        assert_eq!(bob.get_keypackage_refs().await.unwrap(), before);
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_truncated_or_lengthened_welcome_is_malformed_and_leaves_the_package() {
        let (_, bob, _, good) = invited(GroupConfig::default()).await;
        let before = bob.get_keypackage_refs().await.unwrap();
        let tx = bob.new_transaction().await.unwrap();
        let truncated = (0..good.len()).step_by(7).map(|length| good[..length].to_vec());
        for bad in truncated.chain([[good.as_slice(), &[0]].concat()]) {
            let error = tx.join_group(&bad, JoinOptions::default()).await.unwrap_err();
            assert!(matches!(error, Error::Message(MessageError::Malformed { .. })), "{} bytes: {error:?}", bad.len());
        }
        tx.finish().await.unwrap();
        assert_eq!(bob.get_keypackage_refs().await.unwrap(), before);
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
    }

    async fn a_welcome_with_any_bit_flipped_is_a_typed_refusal_and_leaves_the_package() {
        let (alice, bob, group, good) = invited(GroupConfig::default()).await;
        let before = bob.get_keypackage_refs().await.unwrap();
        let tx = bob.new_transaction().await.unwrap();
        for at in (0..good.len()).step_by(5) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            match tx.join_group(&bad, JoinOptions::default()).await.unwrap_err() {
                Error::Message(MessageError::Malformed { .. })
                | Error::Group(GroupError::BadWelcome { .. } | GroupError::NoMatchingKeypackage) => {}
                other => panic!("byte {at}: {other:?}"),
            }
            assert_eq!(tx.get_keypackage_refs().await.unwrap(), before, "byte {at}");
        }
        tx.join_group(&good, JoinOptions::default()).await.unwrap();
        tx.finish().await.unwrap();
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_bare_welcome_is_taken_like_one_in_an_mls_message() {
        let (alice, bob, group, good) = invited(GroupConfig::default()).await;
        let bare = &good[4..];
        assert_eq!(bob.welcome_refs(bare).await.unwrap(), bob.welcome_refs(&good).await.unwrap());
        commit(&bob, async |tx| tx.join_group(bare, JoinOptions::default()).await).await;
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_welcome_for_another_client_is_for_no_package_of_this_one() {
        let (_, bob, _, good) = invited(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        keypackage(&carol, &carols).await;
        let none = Error::Group(GroupError::NoMatchingKeypackage);
        assert_eq!(refused(&carol, &good, JoinOptions::default()).await, none);
        assert_eq!(carol.welcome_refs(&good).await.unwrap_err(), none);
        assert_eq!(carol.get_keypackage_refs().await.unwrap().len(), 1);
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
    }

    async fn a_bad_welcome_for_a_package_of_the_same_transaction_leaves_it() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let tx = bob.new_transaction().await.unwrap();
        let package = tx.generate_keypackage(&bobs, None).await.unwrap();
        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, good) = add(&alice, &group, &package).await;
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        let error = tx.join_group(&bad, JoinOptions::default()).await.unwrap_err();
        assert!(matches!(error, Error::Group(GroupError::BadWelcome { .. })), "{error:?}");
        tx.join_group(&good, JoinOptions::default()).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(bob.get_keypackage_refs().await.unwrap(), []);
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_join_that_is_rolled_back_leaves_the_package_to_the_same_welcome() {
        let (alice, bob, group, good) = invited(GroupConfig::default()).await;
        let tx = bob.new_transaction().await.unwrap();
        tx.join_group(&good, JoinOptions::default()).await.unwrap();
        tx.abort().await.unwrap();
        assert_eq!(bob.groups().await.unwrap(), []);
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_replayed_welcome_finds_its_package_gone() {
        let (_, bob, group, good) = invited(GroupConfig::default()).await;
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
        let replace = JoinOptions::default().replace(true);
        assert_eq!(refused(&bob, &good, replace).await, Error::Group(GroupError::NoMatchingKeypackage));
        commit(&bob, async |tx| tx.delete_group(&group).await).await;
        let again = refused(&bob, &good, JoinOptions::default()).await;
        assert_eq!(again, Error::Group(GroupError::NoMatchingKeypackage));
    }

    async fn a_last_resort_packages_welcome_is_never_opened_twice_even_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("bob"), mlskit::DatabaseKey::from_bytes([7; 32]).unwrap());
        let (alice, alices) = common::client("alice").await;
        let bob = Client::open(&path, &key, ClientId::from("bob")).await.unwrap();
        let credential = mlskit::Credential::basic(common::SUITE, bob.id()).unwrap();
        let bobs = commit(&bob, async |tx| tx.add_credential(credential).await).await;
        let last_resort = KeypackageConfig::default().last_resort(true);
        let package = commit(&bob, async |tx| tx.generate_keypackage_with(&bobs, &last_resort).await).await;
        let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, first) = add(&alice, &group, &package).await;
        commit(&bob, async |tx| tx.join_group(&first, JoinOptions::default()).await).await;
        let replayed = Error::Group(GroupError::WelcomeReplayed);
        let replace = JoinOptions::default().replace(true);
        assert_eq!(refused(&bob, &first, replace.clone()).await, replayed);
        assert_eq!(bob.epoch(&group).await.unwrap(), 1);
        commit(&bob, async |tx| tx.delete_group(&group).await).await;
        assert_eq!(refused(&bob, &first, JoinOptions::default()).await, replayed);
        bob.close().await;

        let bob = Client::open(&path, &key, ClientId::from("bob")).await.unwrap();
        assert_eq!(refused(&bob, &first, replace).await, replayed);
        // Into another group the package still leads.
        let other = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        let (_, second) = add(&alice, &other, &package).await;
        assert_eq!(bob.welcome_refs(&second).await.unwrap(), [package.keypackage_ref().unwrap()]);
        commit(&bob, async |tx| tx.join_group(&second, JoinOptions::default()).await).await;
        let text = say(&alice, &other, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn a_failed_welcome_for_a_last_resort_package_is_not_noted_as_opened() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let last_resort = KeypackageConfig::default().last_resort(true);
        let package = commit(&bob, async |tx| tx.generate_keypackage_with(&bobs, &last_resort).await).await;
        let group = commit(&alice, async |tx| {
            tx.create_group(&alices, GroupConfig::default().ratchet_tree_in_welcome(false)).await
        }).await;
        let (_, good) = add(&alice, &group, &package).await;
        assert_eq!(refused(&bob, &good, JoinOptions::default()).await, Error::Group(GroupError::RatchetTreeMissing));
        let tree = alice.ratchet_tree(&group).await.unwrap();
        commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default().ratchet_tree(tree)).await).await;
    }

    async fn a_ratchet_tree_comes_out_of_band() {
        let (alice, bob, group, good) = invited(GroupConfig::default().ratchet_tree_in_welcome(false)).await;
        let options = JoinOptions::default();
        assert_eq!(refused(&bob, &good, options.clone()).await, Error::Group(GroupError::RatchetTreeMissing));
        let garbage = options.clone().ratchet_tree(*b"no tree");
        let error = refused(&bob, &good, garbage).await;
        assert!(matches!(error, Error::Message(MessageError::Malformed { .. })), "{error:?}");
        let (carol, carols) = common::client("carol").await;
        let other = commit(&carol, async |tx| tx.create_group(&carols, GroupConfig::default()).await).await;
        let anothers = options.clone().ratchet_tree(carol.ratchet_tree(&other).await.unwrap());
        let error = refused(&bob, &good, anothers).await;
        assert!(matches!(error, Error::Group(GroupError::BadWelcome { .. })), "{error:?}");
        let right = options.ratchet_tree(alice.ratchet_tree(&group).await.unwrap());
        commit(&bob, async |tx| tx.join_group(&good, right).await).await;
        let text = say(&alice, &group, "welcome").await;
        assert_eq!(hear(&bob, &text).await, "welcome");
    }

    async fn who_is_in_a_group_joins_it_again_only_if_told_to_replace_it() {
        let (alice, _, bob, bobs, group) = pair(GroupConfig::default()).await;
        let stranded = alice.members(&group).await.unwrap()[1].id.clone();
        commit(&alice, async |tx| tx.remove_members(&group, &[stranded]).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let package = keypackage(&bob, &bobs).await;
        let (_, good) = add(&alice, &group, &package).await;
        let already = Error::Group(GroupError::AlreadyJoined { group_id: group.to_vec() });
        assert_eq!(refused(&bob, &good, JoinOptions::default()).await, already);
        assert_eq!(bob.get_keypackage_refs().await.unwrap().len(), 1);
        assert_eq!(bob.epoch(&group).await.unwrap(), 1);
        let joined = commit(&bob, async |tx| tx.join_group(&good, JoinOptions::default().replace(true)).await).await;
        assert_eq!(joined.epoch, 3);
        let text = say(&alice, &group, "again").await;
        assert_eq!(hear(&bob, &text).await, "again");
    }

    async fn a_replacement_that_fails_leaves_the_old_group() {
        let (alice, _, bob, bobs, group) = pair(GroupConfig::default()).await;
        // Whoever makes a group may give it any id.
        let mut mallory = Peer::new(crate::group::peer::x509(&crate::group::peer::anothers_chain()));
        mallory.create_as(&group);
        let package = keypackage(&bob, &bobs).await;
        let (_, bad) = mallory.add(&[package]);
        let error = refused(&bob, &bad, JoinOptions::default().replace(true)).await;
        assert!(matches!(error, Error::Credential(_) | Error::Group(GroupError::BadWelcome { .. })), "{error:?}");
        let text = say(&alice, &group, "still here").await;
        assert_eq!(hear(&bob, &text).await, "still here");
    }
}
