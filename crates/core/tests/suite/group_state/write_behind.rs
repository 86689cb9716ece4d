//! Messages of one transaction write their group's secrets together (docs/storage.md, G6), and none of their keys is
//! ever used again (G4). Each peer here refuses a key that is used twice.

use mlskit::{
    Client, Error, GroupError, MessageError, RejectedMessage, RejoinReason, TransactionContext, TransactionError,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received, SealedMessage},
    openmls::prelude::GroupId,
};

use super::support::{Pair, Place, accept, commit, deliver, outgoing, pair, pair_with, process, say, talk, text};
use crate::group::peer::{Peer, anothers_chain, basic, x509};

async fn seal(tx: &TransactionContext, group: &GroupId, words: &str) -> SealedMessage {
    tx.encrypt_message(group, words.as_bytes(), b"").await.unwrap()
}

/// Hears all of `sealed` in one transaction, in an order of its own and each twice.
async fn hear_all(client: &Client, sealed: Vec<SealedMessage>) -> Vec<String> {
    let messages: Vec<_> = sealed.into_iter().map(|message| message.open().unwrap()).collect();
    let tx = client.new_transaction().await.unwrap();
    let mut heard = Vec::new();
    for message in messages.iter().rev() {
        heard.insert(0, text(tx.process_message(message).await.unwrap()));
        assert_eq!(tx.process_message(message).await.unwrap_err(), Error::Message(MessageError::Duplicate));
    }
    tx.finish().await.unwrap();
    heard
}

scenarios! {
    async fn no_key_of_a_transactions_messages_is_used_again_by_who_opens_the_file_later() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { mut alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        for round in 0..3 {
            let tx = alice.new_transaction().await.unwrap();
            let mut sealed = Vec::new();
            for number in 0..5 {
                sealed.push(seal(&tx, &group, &format!("{round}.{number}")).await);
            }
            tx.finish().await.unwrap();
            assert_eq!(hear_all(&bob, sealed).await, (0..5).map(|number| format!("{round}.{number}")).collect::<Vec<_>>());
            alice = place.open().await;
        }
    }

    async fn no_message_of_a_transaction_is_heard_again_by_who_opens_the_file_later() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let tx = bob.new_transaction().await.unwrap();
        let mut sealed = Vec::new();
        for number in 0..100 {
            sealed.push(seal(&tx, &group, &number.to_string()).await);
        }
        tx.finish().await.unwrap();
        let messages: Vec<_> = sealed.into_iter().map(|message| message.open().unwrap()).collect();

        let tx = alice.new_transaction().await.unwrap();
        for (number, message) in messages.iter().enumerate() {
            if number % 10 == 5 {
                let mut forged = message.clone();
                *forged.last_mut().unwrap() ^= 1;
                assert!(matches!(
                    tx.process_message(&forged).await.unwrap_err(),
                    Error::Message(MessageError::Rejected(_))
                ));
            }
            assert_eq!(text(tx.process_message(message).await.unwrap()), number.to_string());
            if number % 10 == 6 {
                let replayed = tx.process_message(&messages[number - 3]).await.unwrap_err();
                assert_eq!(replayed, Error::Message(MessageError::Duplicate));
            }
        }
        tx.finish().await.unwrap();

        let alice_again = place.open().await;
        for client in [&alice, &alice_again] {
            let tx = client.new_transaction().await.unwrap();
            for message in &messages {
                let refused = tx.process_message(message).await.unwrap_err();
                // Of messages long ago not even that is kept.
                let (duplicate, too_old) = (MessageError::Duplicate, MessageError::TooOld { epoch: 1, current: 1 });
                assert!([duplicate, too_old].map(Error::Message).contains(&refused), "{refused:?}");
            }
            tx.finish().await.unwrap();
        }
        talk(&bob, &alice_again, &group, "another").await;
    }

    /// The operation has deleted the group's state before it fails, so the store drops what is in memory.
    async fn an_operation_that_writes_and_fails_between_messages_takes_none_of_their_keys_along() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let (info, tree) = (commit(&alice, async |tx| tx.group_info(&group).await).await, b"no tree".to_vec());
        let alices = alice.credentials().await.unwrap().remove(0);
        let heard = say(&bob, &group, "heard").await;
        let tx = alice.new_transaction().await.unwrap();
        let mut sealed = vec![seal(&tx, &group, "one").await];
        tx.process_message(&heard).await.unwrap();
        for words in ["two", "three"] {
            let options = JoinOptions::default().replace(true).ratchet_tree(tree.clone());
            let error = tx.join_by_external_commit(&info, &alices, options).await.unwrap_err();
            assert!(matches!(error, Error::Message(MessageError::Malformed { .. })), "{error:?}");
            sealed.push(seal(&tx, &group, words).await);
        }
        assert_eq!(tx.process_message(&heard).await.unwrap_err(), Error::Message(MessageError::Duplicate));
        tx.finish().await.unwrap();
        assert_eq!(hear_all(&bob, sealed).await, ["one", "two", "three"]);
        talk(&alice, &bob, &group, "four").await;
    }

    async fn a_commit_of_the_group_in_the_midst_of_messages_changes_none_of_their_keys() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let tx = alice.new_transaction().await.unwrap();
        let mut old = vec![seal(&tx, &group, "one").await];
        tx.update_keys(&group, None).await.unwrap();
        old.push(seal(&tx, &group, "two").await);
        tx.commit_rejected(&group).await.unwrap();
        old.push(seal(&tx, &group, "three").await);
        tx.update_keys(&group, None).await.unwrap();
        tx.finish().await.unwrap();
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;

        let alice = place.open().await;
        let tx = alice.new_transaction().await.unwrap();
        old.push(seal(&tx, &group, "four").await);
        assert_eq!(tx.commit_accepted(&group).await.unwrap().epoch, 2);
        assert_eq!(tx.members(&group).await.unwrap().len(), 2);
        let new = vec![seal(&tx, &group, "five").await, seal(&tx, &group, "six").await];
        tx.finish().await.unwrap();

        assert_eq!(hear_all(&bob, old).await, ["one", "two", "three", "four"]);
        accept(&bob, &bytes).await;
        assert_eq!(hear_all(&bob, new).await, ["five", "six"]);
        talk(&place.open().await, &bob, &group, "seven").await;
    }

    async fn a_commit_that_comes_in_in_the_midst_of_messages_changes_none_of_their_keys() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let early = [say(&alice, &group, "one").await, say(&alice, &group, "two").await];
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await.bytes;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let late = say(&alice, &group, "three").await;

        let tx = bob.new_transaction().await.unwrap();
        assert_eq!(text(tx.process_message(&early[0]).await.unwrap()), "one");
        let reply = seal(&tx, &group, "reply").await;
        let Received::Commit(staged) = tx.process_message(&bytes).await.unwrap() else { panic!("no commit") };
        let again = tx.process_message(&bytes).await.unwrap_err();
        assert_eq!(again, Error::Message(MessageError::Rejoin(RejoinReason::CommitNotAccepted)));
        assert_eq!(text(tx.process_message(&early[1]).await.unwrap()), "two");
        tx.accept(*staged).await.unwrap();
        assert_eq!(text(tx.process_message(&late).await.unwrap()), "three");
        let more = seal(&tx, &group, "more").await;
        tx.finish().await.unwrap();
        for message in early.iter().chain([&late]) {
            assert_eq!(process(&bob, message).await.unwrap_err(), Error::Message(MessageError::Duplicate));
        }
        assert_eq!(hear_all(&alice, vec![reply, more]).await, ["reply", "more"]);
    }

    /// Its sender encrypts it, so that OpenMLS uses up its key; then mlskit finds a credential in it that it refuses.
    async fn a_commit_that_is_refused_after_it_was_decrypted_is_as_before_and_changes_none_of_their_keys() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let mut carol = Peer::new(basic("carol"));
        let package = carol.keypackage();
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        deliver(&alice, &group, &[&bob]).await;
        carol.join(&outgoing(&alice, OutgoingKind::Welcome).await.bytes);
        carol.encrypts_all();
        let refused = carol.commit_credential(x509(&anothers_chain()));
        let words = [say(&alice, &group, "one").await, say(&alice, &group, "two").await];

        let tx = bob.new_transaction().await.unwrap();
        tx.process_message(&words[0]).await.unwrap();
        let mut sealed = vec![seal(&tx, &group, "reply").await];
        for _ in 0..2 {
            let error = tx.process_message(&refused).await.unwrap_err();
            let Error::Message(MessageError::Rejected(reason)) = error else { panic!("{error:?}") };
            assert!(matches!(reason, RejectedMessage::Credential(_)), "{reason:?}");
            sealed.push(seal(&tx, &group, "more").await);
        }
        assert_eq!(tx.process_message(&words[0]).await.unwrap_err(), Error::Message(MessageError::Duplicate));
        tx.process_message(&words[1]).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(hear_all(&alice, sealed).await, ["reply", "more", "more"]);
        assert_eq!(process(&bob, &words[1]).await.unwrap_err(), Error::Message(MessageError::Duplicate));
    }

    async fn a_message_that_may_not_be_sent_leaves_the_transaction_and_its_messages_as_they_were() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let words = [say(&alice, &group, "one").await, say(&alice, &group, "two").await];
        let tx = bob.new_transaction().await.unwrap();
        let reply = seal(&tx, &group, "reply").await;
        tx.leave_group(&group).await.unwrap();
        for message in &words {
            tx.process_message(message).await.unwrap();
            let refused = tx.encrypt_message(&group, b"a word more", b"").await.unwrap_err();
            assert_eq!(refused, Error::Group(GroupError::Leaving));
        }
        tx.finish().await.unwrap();
        assert_eq!(hear_all(&alice, vec![reply]).await, ["reply"]);
        for message in &words {
            assert_eq!(process(&bob, message).await.unwrap_err(), Error::Message(MessageError::Duplicate));
        }
    }

    async fn a_group_that_is_deleted_after_its_messages_needs_none_of_their_keys() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let tx = alice.new_transaction().await.unwrap();
        let sealed = vec![seal(&tx, &group, "goodbye").await];
        tx.delete_group(&group).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(hear_all(&bob, sealed).await, ["goodbye"]);
    }

    async fn a_transaction_that_is_rolled_back_opens_none_of_its_messages_and_uses_up_none_of_their_keys() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let tx = alice.new_transaction().await.unwrap();
        let sealed = [seal(&tx, &group, "one").await, seal(&tx, &group, "two").await];
        tx.abort().await.unwrap();
        for message in sealed {
            assert_eq!(message.open().unwrap_err(), Error::Group(GroupError::NotCommitted));
        }
        let finished = tx.encrypt_message(&group, b"three", b"").await.unwrap_err();
        assert_eq!(finished, Error::Transaction(TransactionError::TransactionFinished));
        talk(&alice, &bob, &group, "four").await;
    }
}
