//! Messages that overtake each other, within one epoch.

use mlskit::{
    Client, MessageError, RejectedMessage,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::GroupId,
};

use crate::{
    common,
    group::{commit, deliver, hear, join_with, keypackage, pair, refusal, say},
};

scenarios! {
    async fn messages_out_of_order_are_all_read_once() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let mut sent = Vec::new();
        for number in 0..5 {
            sent.push(say(&alice, &group, &number.to_string()).await);
        }
        for number in [4, 2, 0, 3, 1] {
            assert_eq!(hear(&bob, &sent[number]).await, number.to_string());
            assert_eq!(refusal(&bob, &sent[number]).await, MessageError::Duplicate);
        }
    }

    async fn a_message_far_behind_others_of_its_sender_is_too_old() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let late = say(&alice, &group, "late").await;
        for number in 0..33 {
            let text = say(&alice, &group, &number.to_string()).await;
            hear(&bob, &text).await;
        }
        assert_eq!(refusal(&bob, &late).await, MessageError::TooOld { epoch: 1, current: 1 });
    }

    async fn a_message_far_ahead_of_others_of_its_sender_is_rejected() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let (first, last) = commit(&alice, async |tx| {
            let first = tx.encrypt_message(&group, b"first", b"").await?;
            for _ in 0..1_000 {
                tx.encrypt_message(&group, b"lost", b"").await?;
            }
            Ok((first, tx.encrypt_message(&group, b"last", b"").await?))
        }).await;
        let (first, last) = (first.open().unwrap(), last.open().unwrap());
        assert_eq!(refusal(&bob, &last).await, MessageError::Rejected(RejectedMessage::TooFarAhead));
        assert_eq!(hear(&bob, &first).await, "first");
        assert_eq!(hear(&bob, &last).await, "last");
    }


    async fn by_default_a_burst_that_is_turned_around_is_read() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let mut burst = several(&alice, &group, 33).await;
        burst.reverse();
        assert_eq!(read(&bob, &burst).await, 33);
    }

    async fn who_creates_and_who_joins_say_how_many_messages_may_overtake_one_and_it_stays_so() {
        let (alice, bob, group) = pair_of(GroupConfig::default().late_messages(3), GroupConfig::default().late_messages(10)).await;
        for (from, to, late) in [(&alice, &bob, 10), (&bob, &alice, 3)] {
            let mut sent = several(from, &group, late + 2).await;
            let last = sent.pop().unwrap();
            hear(to, &last).await;
            assert_eq!(refusal(to, &sent.remove(0)).await, MessageError::TooOld { epoch: 1, current: 1 });
            // What was read is remembered for as long.
            assert_eq!(refusal(to, &last).await, MessageError::Duplicate);
            assert_eq!(read(to, &sent).await, late);
        }
    }

    async fn who_creates_and_who_joins_say_how_many_messages_may_be_missing() {
        let few = |skipped| GroupConfig::default().skipped_messages(skipped);
        let (alice, bob, group) = pair_of(few(4), few(8)).await;
        for (from, to, skipped) in [(&alice, &bob, 8), (&bob, &alice, 4)] {
            let sent = several(from, &group, skipped + 2).await;
            let far = MessageError::Rejected(RejectedMessage::TooFarAhead);
            assert_eq!(refusal(to, &sent[skipped + 1]).await, far);
            hear(to, &sent[skipped]).await;
            hear(to, &sent[skipped + 1]).await;
        }
    }

    async fn where_none_may_be_late_the_order_is_strict() {
        let strict = GroupConfig::default().late_messages(0);
        let (alice, bob, group) = pair_of(strict.clone(), strict).await;
        let sent = several(&alice, &group, 3).await;
        hear(&bob, &sent[1]).await;
        assert_eq!(refusal(&bob, &sent[0]).await, MessageError::TooOld { epoch: 1, current: 1 });
        hear(&bob, &sent[2]).await;
    }
}

async fn several(from: &Client, group: &GroupId, number: usize) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for _ in 0..number {
        sent.push(say(from, group, "one of several").await);
    }
    sent
}

/// How many can be read.
async fn read(client: &Client, messages: &[Vec<u8>]) -> usize {
    for message in messages {
        hear(client, message).await;
    }
    messages.len()
}

/// Alice and Bob in a group, which both have to load from their files.
async fn pair_of(alices: GroupConfig, bobs: GroupConfig) -> (Client, Client, GroupId) {
    let (alice, alices_credential) = common::client("alice").await;
    let (bob, bobs_credential) = common::client("bob").await;
    let package = keypackage(&bob, &bobs_credential).await;
    let group = commit(&alice, async |tx| {
        let group = tx.create_group(&alices_credential, alices).await?;
        tx.add_members(&group, &[package]).await?;
        Ok(group)
    })
    .await;
    deliver(&alice, &group, &[]).await;
    join_with(&bob, &alice, JoinOptions::default().config(bobs)).await;
    forget_groups(&alice).await;
    forget_groups(&bob).await;
    (alice, bob, group)
}

/// A rollback empties what is in memory: from here on the file counts.
async fn forget_groups(client: &Client) {
    client.new_transaction().await.unwrap().abort().await.unwrap();
}
