//! Groups in memory agree with the file, whoever wrote to it and whatever was undone. Each peer here refuses a key
//! that is used twice.

use std::fs;

use mlskit::{
    Client, ClientId, ClientOptions, DatabaseKey, Error, MessageError, RejoinReason,
    group::{GroupConfig, OutgoingKind, Received},
};

use super::support::{
    Pair, Place, accept, add_credential, commit, deliver, outgoing, pair, pair_with, process, say, talk, text,
};
use crate::common;

scenarios! {
    async fn a_merge_that_was_rolled_back_did_not_happen() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let tx = alice.new_transaction().await.unwrap();
        assert_eq!(tx.commit_accepted(&group).await.unwrap().epoch, 2);
        tx.encrypt_message(&group, b"of an epoch that is not there", b"").await.unwrap();
        tx.abort().await.unwrap();
        assert_eq!(alice.epoch(&group).await.unwrap(), 1);
        talk(&alice, &bob, &group, "of the old epoch").await;
        deliver(&alice, &group, &[&bob]).await;
        talk(&alice, &bob, &group, "of the new one").await;
    }

    async fn messages_that_were_rolled_back_use_up_no_keys_and_none_twice() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        for round in 0..3 {
            talk(&alice, &bob, &group, "before").await;
            let tx = alice.new_transaction().await.unwrap();
            for _ in 0..=round {
                tx.encrypt_message(&group, b"never sent", b"").await.unwrap();
            }
            if round == 1 { drop(tx) } else { tx.abort().await.unwrap() }
            talk(&alice, &bob, &group, "after").await;
        }
    }

    async fn a_message_whose_processing_was_rolled_back_can_be_processed_again() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let hello = say(&alice, &group, "hello").await;
        let tx = bob.new_transaction().await.unwrap();
        assert_eq!(text(tx.process_message(&hello).await.unwrap()), "hello");
        tx.abort().await.unwrap();
        assert_eq!(text(process(&bob, &hello).await.unwrap()), "hello");
        assert_eq!(process(&bob, &hello).await.unwrap_err(), Error::Message(MessageError::Duplicate));

        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let tx = bob.new_transaction().await.unwrap();
        let Received::Commit(staged) = tx.process_message(&bytes).await.unwrap() else { panic!() };
        assert_eq!(tx.accept(*staged).await.unwrap().epoch, 2);
        tx.abort().await.unwrap();
        assert_eq!(bob.epoch(&group).await.unwrap(), 1);
        accept(&bob, &bytes).await;
        talk(&bob, &alice, &group, "of the new epoch").await;
    }

    async fn an_operation_that_fails_after_writing_leaves_the_group_and_the_transaction_as_they_were() {
        use std::time::Duration;
        let options = ClientOptions::default().min_remaining_lifetime(Duration::ZERO);
        let alice = Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap();
        let alices = add_credential(&alice).await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let soon = Some(Duration::from_secs(2));
        let package = commit(&carol, async |tx| tx.generate_keypackage(&carols, soon).await).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        let expired = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        let hello = say(&alice, &group, "hello").await;
        smol::Timer::after(Duration::from_secs(4)).await;

        // It decrypts, which uses up its key in the file, and only then is refused.
        let refused = Error::Message(MessageError::Rejoin(RejoinReason::ExpiredLeaf));
        let tx = bob.new_transaction().await.unwrap();
        let reply = tx.encrypt_message(&group, b"reply", b"").await.unwrap();
        assert_eq!(tx.process_message(&expired).await.unwrap_err(), refused);
        assert_eq!(tx.process_message(&expired).await.unwrap_err(), refused);
        assert_eq!(text(tx.process_message(&hello).await.unwrap()), "hello");
        let more = tx.encrypt_message(&group, b"more", b"").await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(text(process(&alice, &reply.open().unwrap()).await.unwrap()), "reply");
        assert_eq!(text(process(&alice, &more.open().unwrap()).await.unwrap()), "more");
    }

    async fn two_clients_on_one_file_speak_and_hear_in_turn() {
        let place = Place::new();
        let (first, alices) = place.open_with_credential().await;
        let Pair { alice: mut first, bob, group, .. } = pair_with(first, alices, GroupConfig::default()).await;
        let mut second = place.open().await;
        let mut key = place.key.clone();
        for turn in 0..200 {
            if turn % 50 == 49 {
                let new = DatabaseKey::generate().unwrap();
                first.change_key(&new).await.unwrap();
                second = Client::open(&place.path, &new, ClientId::from("alice")).await.unwrap();
                key = new;
            }
            let words = format!("turn {turn}");
            let alice = if turn % 3 == 0 { &second } else { &first };
            if turn % 2 == 0 { talk(alice, &bob, &group, &words).await } else { talk(&bob, alice, &group, &words).await }
            if turn % 20 == 10 {
                commit(alice, async |tx| tx.update_keys(&group, None).await).await;
                let other = if turn % 3 == 0 { &first } else { &second };
                deliver(other, &group, &[&bob]).await;
            }
        }
        first.close().await;
        first = Client::open(&place.path, &key, ClientId::from("alice")).await.unwrap();
        talk(&first, &bob, &group, "the last word").await;
    }

    /// A connection that is opened for the new key counts others' commits anew, and may come to the same number.
    async fn after_a_change_of_key_no_group_is_used_from_memory_that_another_has_moved_on() {
        let place = Place::new();
        let (first, alices) = place.open_with_credential().await;
        let Pair { alice: first, bob, group, .. } = pair_with(first, alices, GroupConfig::default()).await;
        for _ in 0..4 {
            talk(&first, &bob, &group, "by the first").await;
            let key = DatabaseKey::generate().unwrap();
            first.change_key(&key).await.unwrap();
            let second = Client::open(&place.path, &key, ClientId::from("alice")).await.unwrap();
            talk(&second, &bob, &group, "by the second").await;
            second.close().await;
            talk(&first, &bob, &group, "by the first again").await;
        }
    }

    async fn an_epoch_that_ended_and_a_group_that_was_deleted_are_gone_from_the_wal() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let wal = || fs::metadata(place.path.with_extension("db-wal")).map_or(0, |found| found.len());
        say(&alice, &group, "a message alone is left there").await;
        assert!(wal() > 0);
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        assert!(wal() > 0);
        deliver(&alice, &group, &[&bob]).await;
        assert_eq!(wal(), 0, "one's own commit");
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        say(&alice, &group, "and again").await;
        assert!(wal() > 0);
        deliver(&bob, &group, &[&alice]).await;
        assert_eq!(wal(), 0, "another's commit");
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        assert!(wal() > 0);
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        assert_eq!(wal(), 0, "a commit that was taken back");
        say(&alice, &group, "again").await;
        assert!(wal() > 0);
        commit(&alice, async |tx| tx.delete_group(&group).await).await;
        assert_eq!(wal(), 0, "a deleted group");
    }
}
