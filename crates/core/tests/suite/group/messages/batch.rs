//! One bad message never poisons a batch.

use mlskit::{
    Client, Error, MessageError, MisplacedMessage, RejectedMessage, RejoinReason,
    group::{GroupConfig, JoinOptions, Received},
};

use super::three;
use crate::{
    common,
    group::{
        add, commit, pair,
        peer::{Peer, basic, bytes},
        say,
    },
};

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Message(MessageError::Duplicate) => "duplicate",
        Error::Message(MessageError::TooOld { .. }) => "too old",
        Error::Message(MessageError::FutureEpoch { .. }) => "future epoch",
        Error::Message(MessageError::UnknownGroup { .. }) => "unknown group",
        Error::Message(MessageError::JoinPending) => "join pending",
        Error::Message(MessageError::Misplaced(MisplacedMessage::Welcome)) => "a Welcome",
        Error::Message(MessageError::Malformed { .. }) => "malformed",
        Error::Message(MessageError::Rejected(RejectedMessage::NotAuthentic { .. })) => "not authentic",
        Error::Message(MessageError::Rejected(RejectedMessage::UnsupportedProposal { .. })) => "unsupported",
        Error::Message(MessageError::Rejoin(RejoinReason::MissingProposal)) => "rejoin",
        other => panic!("{other:?}"),
    }
}

/// A message of a group that Bob is about to be in, by a commit that waits for its answer; and the Welcome that another
/// member was given.
async fn bob_is_joining(bob: &Client) -> (Vec<u8>, Vec<u8>) {
    let open = GroupConfig::default().external_joins(true);
    let (erin, _, _, _, group) = pair(open.clone()).await;
    let (_, welcome) = add(&erin, &group, &Peer::new(basic("frank")).keypackage()).await;
    let bobs = bob.credentials().await.unwrap().remove(0);
    let info = commit(&erin, async |tx| tx.group_info(&group).await).await;
    let options = JoinOptions::default().config(open);
    commit(bob, async |tx| tx.join_by_external_commit(&info, &bobs, options).await).await;
    (say(&erin, &group, "wait").await, welcome)
}

scenarios! {
    async fn a_batch_of_fifty_with_one_bad_of_each_kind_processes_the_rest() {
        let (alice, bob, group, mut carol) = three().await;
        // Alice's last message but twenty is too old when the rest has come.
        let mut texts = Vec::new();
        for number in 0..40 {
            texts.push(say(&alice, &group, &number.to_string()).await);
        }
        let late = texts[0].clone();
        let mut forged = texts[39].clone();
        *forged.last_mut().unwrap() ^= 1;
        let unsupported = carol.with(|group, provider, signer| {
            let custom = mlskit::openmls::prelude::CustomProposal::new(crate::group::peer::CUSTOM, Vec::new());
            let (proposal, _) = group.propose_custom_proposal_by_reference(provider, signer, custom).unwrap();
            group.clear_pending_proposals(mlskit::openmls::prelude::OpenMlsProvider::storage(provider)).unwrap();
            bytes(&proposal)
        });
        let missing = carol.with(|group, provider, signer| {
            let bobs = mlskit::openmls::prelude::LeafNodeIndex::new(1);
            group.propose_remove_member(provider, signer, bobs).unwrap();
            bytes(&group.commit_to_pending_proposals(provider, signer).unwrap().0)
        });
        let (stranger, strangers) = common::client("stranger").await;
        let other = commit(&stranger, async |tx| tx.create_group(&strangers, GroupConfig::default()).await).await;
        let unknown = say(&stranger, &other, "nothing to you").await;
        let (waiting, welcome) = bob_is_joining(&bob).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let early = say(&alice, &group, "early").await;

        let mut batch: Vec<_> = texts[1..].iter().map(|text| (text.clone(), "")).collect();
        batch.insert(5, (forged, "not authentic"));
        batch.insert(9, (texts[7].clone(), "duplicate"));
        batch.insert(13, (early, "future epoch"));
        batch.insert(17, (unknown, "unknown group"));
        batch.insert(21, (b"no message".to_vec(), "malformed"));
        batch.insert(25, (unsupported, "unsupported"));
        batch.insert(29, (missing, "rejoin"));
        batch.insert(33, (waiting, "join pending"));
        batch.insert(35, (welcome, "a Welcome"));
        batch.push((late, "too old"));
        batch.push((texts[39].clone(), "duplicate"));
        assert_eq!(batch.len(), 50);

        let mut read = Vec::new();
        commit(&bob, async |tx| {
            for (bytes, bad) in &batch {
                match tx.process_message(bytes).await {
                    Ok(Received::Application { plaintext, .. }) => read.push(String::from_utf8(plaintext).unwrap()),
                    Ok(other) => panic!("{other:?}"),
                    Err(error) => assert_eq!(kind(&error), *bad),
                }
            }
            Ok(())
        }).await;
        assert_eq!(read, (1..40).map(|number| number.to_string()).collect::<Vec<_>>());
        // What was read is read for good, bad ones after it or not.
        for text in &texts[35..] {
            assert_eq!(crate::group::refusal(&bob, text).await, MessageError::Duplicate);
        }
    }

    async fn what_failed_in_a_transaction_does_not_give_back_the_keys_of_what_was_read_before() {
        let (alice, bob, group, _) = three().await;
        let texts = [say(&alice, &group, "one").await, say(&alice, &group, "two").await];
        let mut forged = texts[1].clone();
        *forged.last_mut().unwrap() ^= 1;
        let tx = bob.new_transaction().await.unwrap();
        tx.process_message(&texts[0]).await.unwrap();
        assert_eq!(kind(&tx.process_message(&forged).await.unwrap_err()), "not authentic");
        assert_eq!(kind(&tx.process_message(&texts[0]).await.unwrap_err()), "duplicate");
        tx.process_message(&texts[1]).await.unwrap();
        tx.finish().await.unwrap();
        for text in &texts {
            assert_eq!(crate::group::refusal(&bob, text).await, MessageError::Duplicate);
        }
    }
}
