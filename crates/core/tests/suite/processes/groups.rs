//! Two processes that are one member of a group. Bob refuses a key that is used twice.

use mlskit::{
    Client,
    group::{GroupConfig, JoinOptions, Received},
    openmls::prelude::GroupId,
};

use super::{
    LONG, Place, add_credential,
    second::{SAID, hex, unhex},
};
use crate::common;

async fn bob_in_a_group_of(alice: &Client) -> (Client, GroupId) {
    let (bob, bobs) = common::client("bob").await;
    let package = bob.transaction(async |tx| tx.generate_keypackage(&bobs, None).await).await.unwrap();
    let alices = alice.credentials().await.unwrap().remove(0);
    let created = alice.transaction(async |tx| {
        let group = tx.create_group(&alices, GroupConfig::default()).await?;
        tx.add_members(&group, &[package]).await?;
        tx.commit_accepted(&group).await?;
        Ok::<_, mlskit::Error>(group)
    });
    let group = created.await.unwrap();
    let welcome = alice.outgoing().await.unwrap().remove(0).bytes;
    bob.transaction(async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await.unwrap();
    (bob, group)
}

async fn say(client: &Client, group: &GroupId, text: &[u8]) -> Vec<u8> {
    client.transaction(async |tx| tx.encrypt_message(group, text, b"").await).await.unwrap().open().unwrap()
}

async fn hear(client: &Client, bytes: &[u8]) -> Vec<u8> {
    match client.transaction(async |tx| tx.process_message(bytes).await).await.unwrap() {
        Received::Application { plaintext, .. } => plaintext,
        other => panic!("{other:?}"),
    }
}

scenarios! {
    async fn two_processes_speak_and_hear_in_turn_in_one_group_and_no_key_is_used_twice() {
        let place = Place::new();
        let alice = place.open(LONG).await;
        add_credential(&alice).await.unwrap();
        let (bob, group) = bob_in_a_group_of(&alice).await;
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        assert_eq!(second.ask("members"), "2");
        for turn in 0..50 {
            assert_eq!(hear(&bob, &say(&alice, &group, b"by the first").await).await, b"by the first");
            assert_eq!(hear(&bob, &unhex(&second.ask("say"))).await, SAID);
            let to_both = say(&bob, &group, b"for both").await;
            // One hears it for both.
            let order = format!("hear {}", hex(&to_both));
            if turn % 2 == 0 {
                assert_eq!(second.ask(&order), "for both");
                let again = alice.transaction(async |tx| tx.process_message(&to_both).await).await.map(drop);
                assert_eq!(again, Err(mlskit::MessageError::Duplicate.into()));
            } else {
                assert_eq!(hear(&alice, &to_both).await, b"for both");
                assert_eq!(second.ask(&order), "Message(Duplicate)");
            }
            assert_eq!(hear(&alice, &say(&bob, &group, b"for the first").await).await, b"for the first");
            if turn % 10 == 5 {
                alice.transaction(async |tx| tx.update_keys(&group, None).await).await.unwrap();
                let commit = alice.outgoing().await.unwrap().pop().unwrap().bytes;
                alice.transaction(async |tx| tx.commit_accepted(&group).await).await.unwrap();
                let accepted = bob.transaction(async |tx| match tx.process_message(&commit).await? {
                    Received::Commit(staged) => tx.accept(*staged).await,
                    other => panic!("{other:?}"),
                });
                accepted.await.unwrap();
            }
        }
    }
}
