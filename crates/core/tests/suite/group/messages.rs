//! What becomes of each kind of bad message, and that the good ones beside it do not suffer.

mod batch;
pub(super) mod forged;
mod order;
pub(super) mod unsupported;

use mlskit::{
    Error, GroupError, MessageError, RejectedMessage, RejoinReason,
    group::{GroupConfig, JoinOptions, OutgoingKind, PlainMessage, Received},
    openmls::prelude::{GroupId, Lifetime},
};

use super::{
    add, commit, deliver, hear, keypackage, outgoing, pair,
    peer::{Peer, basic, bytes},
    process, proposal, refusal, say, staged,
};
use crate::common;

scenarios! {
    async fn a_message_is_read_as_long_as_its_epoch_is_kept() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default().past_epochs(2)).await;
        let delayed = [say(&alice, &group, "one").await, say(&alice, &group, "two").await];
        for _ in 0..2 {
            commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
            deliver(&alice, &group, &[&bob]).await;
        }
        assert_eq!(hear(&bob, &delayed[0]).await, "one");
        assert_eq!(refusal(&bob, &delayed[0]).await, MessageError::Duplicate);
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        deliver(&alice, &group, &[&bob]).await;
        assert_eq!(refusal(&bob, &delayed[1]).await, MessageError::TooOld { epoch: 1, current: 4 });
    }

    async fn a_message_of_the_next_epoch_waits_for_its_commit() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let early = say(&alice, &group, "early").await;
        assert_eq!(refusal(&bob, &early).await, MessageError::FutureEpoch { epoch: 2, current: 1 });
        let staged = staged(&bob, &bytes).await;
        assert_eq!(refusal(&bob, &early).await, MessageError::FutureEpoch { epoch: 2, current: 1 });
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        assert_eq!(hear(&bob, &early).await, "early");
    }

    async fn a_message_of_an_unknown_group_says_so() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let (carol, _) = common::client("carol").await;
        let text = say(&alice, &group, "text").await;
        let unknown = MessageError::UnknownGroup { group_id: group.to_vec() };
        assert_eq!(refusal(&carol, &text).await, unknown);
        commit(&bob, async |tx| tx.delete_group(&group).await).await;
        assert_eq!(refusal(&bob, &text).await, unknown);
    }

    async fn many_messages_are_encrypted_in_one_call_and_come_back_in_their_order() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let text = |number: usize| format!("text {number}").into_bytes();
        let aad = |number: usize| format!("number {number}").into_bytes();
        let messages = || (0..100).map(|number| PlainMessage::new(&text(number)).aad(&aad(number))).collect();
        let tx = alice.new_transaction().await.unwrap();
        for sealed in tx.encrypt_messages(&group, messages()).await.unwrap() {
            assert!(matches!(sealed.open(), Err(Error::Group(GroupError::NotCommitted))));
        }
        tx.abort().await.unwrap();
        let sealed = commit(&alice, async |tx| tx.encrypt_messages(&group, messages()).await).await;
        assert_eq!(sealed.len(), 100);
        for (number, sealed) in sealed.into_iter().enumerate() {
            let received = process(&bob, &sealed.open().unwrap()).await.unwrap();
            let Received::Application { plaintext, aad: in_clear, .. } = received else { panic!("it is a message") };
            assert_eq!((plaintext, in_clear), (text(number), aad(number)));
        }
        let unknown = GroupId::from_slice(b"unknown");
        let tx = alice.new_transaction().await.unwrap();
        assert!(tx.encrypt_messages(&group, Vec::new()).await.unwrap().is_empty());
        tx.encrypt_messages(&unknown, messages()).await.unwrap_err();
        tx.finish().await.unwrap();
    }

    async fn who_was_removed_is_in_the_group_no_more() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let bobs = alice.members(&group).await.unwrap()[1].id.clone();
        commit(&alice, async |tx| tx.remove_members(&group, &[bobs]).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let staged = staged(&bob, &bytes).await;
        assert!(staged.self_removed);
        let text = say(&bob, &group, "last words").await;
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        assert_eq!(refusal(&bob, &text).await, MessageError::UnknownGroup { group_id: group.to_vec() });
        assert_eq!(hear(&alice, &text).await, "last words");
    }

    async fn a_message_of_a_member_who_has_left_since_tells_who_it_was() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let text = say(&bob, &group, "goodbye").await;
        let bobs = alice.members(&group).await.unwrap()[1].id.clone();
        commit(&alice, async |tx| tx.remove_members(&group, &[bobs]).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        // Somebody else takes the leaf.
        let (carol, carols) = common::client("carol").await;
        let package = keypackage(&carol, &carols).await;
        add(&alice, &group, &package).await;
        let Received::Application { sender, plaintext, epoch, .. } = process(&alice, &text).await.unwrap() else {
            panic!("no message")
        };
        assert_eq!((sender.credential, plaintext.as_slice(), epoch), (basic("bob"), b"goodbye".as_slice(), 1));
        assert!(!sender.is_self);
    }

    async fn garbage_of_every_length_is_malformed() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let text = say(&alice, &group, "text").await;
        let mut garbage = vec![Vec::new(), b"certainly no message".to_vec(), vec![0xff; 300], vec![0; 300]];
        garbage.extend((1..text.len()).map(|length| text[..length].to_vec()));
        garbage.push([text.as_slice(), &[0]].concat());
        // Messages of wire formats 0 and 7.
        garbage.extend([0, 7].map(|format| [&[0, 1, 0, format], &text[4..]].concat()));
        let tx = bob.new_transaction().await.unwrap();
        for bad in garbage {
            let error = tx.process_message(&bad).await.unwrap_err();
            assert!(matches!(error, Error::Message(MessageError::Malformed { .. })), "{bad:02x?}: {error:?}");
        }
        tx.finish().await.unwrap();
        assert_eq!(hear(&bob, &text).await, "text");
    }

    async fn a_message_with_any_bit_flipped_is_a_typed_refusal_and_leaves_the_right_one_readable() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let mut carol = Peer::new(basic("carol"));
        let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
        let staged = staged(&bob, &added).await;
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        carol.join(&welcome);
        let private = say(&alice, &group, "text").await;
        let public = carol.commit();
        let tx = bob.new_transaction().await.unwrap();
        for good in [&private, &public] {
            for at in (0..good.len()).step_by(if good.len() > 600 { 7 } else { 1 }) {
                let mut bad = good.clone();
                bad[at] ^= 1 << (at % 8);
                let error = tx.process_message(&bad).await.unwrap_err();
                assert!(matches!(error, Error::Message(_)), "byte {at}: {error:?}");
            }
        }
        assert!(matches!(tx.process_message(&private).await.unwrap(), Received::Application { .. }));
        let Received::Commit(staged) = tx.process_message(&public).await.unwrap() else { panic!("no commit") };
        tx.accept(*staged).await.unwrap();
        tx.finish().await.unwrap();
    }

    async fn a_bad_signature_or_tag_is_not_authentic() {
        let (alice, bob, group, mut carol) = three().await;
        let public = carol.commit();
        // The last bytes are the membership tag's.
        let mut forged_tag = public.clone();
        *forged_tag.last_mut().unwrap() ^= 1;
        let mut private = say(&alice, &group, "text").await;
        *private.last_mut().unwrap() ^= 1;
        for bad in [forged_tag, private] {
            let error = refusal(&bob, &bad).await;
            assert!(matches!(error, MessageError::Rejected(RejectedMessage::NotAuthentic { .. })), "{error:?}");
        }
        // Made by a member, under its tag, with a key that is not its leaf's.
        let (stranger, _) = crate::group::peer::new_key(basic("carol"));
        let forged = carol.with(|group, provider, _| {
            group.clear_pending_commit(mlskit::openmls::prelude::OpenMlsProvider::storage(provider)).unwrap();
            bytes(&group.create_message(provider, &stranger, b"forged").unwrap())
        });
        let error = refusal(&bob, &forged).await;
        assert!(matches!(error, MessageError::Rejected(RejectedMessage::NotAuthentic { .. })), "{error:?}");
        let staged = staged(&bob, &public).await;
        commit(&bob, async |tx| tx.accept(*staged).await).await;
    }

    async fn echoes_of_ones_own_are_told_apart() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let text = say(&alice, &group, "text").await;
        assert!(matches!(process(&alice, &text).await.unwrap(), Received::OwnMessage));
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        assert!(matches!(process(&alice, &bytes).await.unwrap(), Received::OwnCommit));
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(refusal(&alice, &bytes).await, MessageError::TooOld { epoch: 1, current: 2 });
        let staged = staged(&bob, &bytes).await;
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        let text = say(&bob, &group, "text").await;
        assert_eq!(hear(&alice, &text).await, "text");
    }

    async fn the_echo_of_an_external_commit_is_told_too() {
        let open = GroupConfig::default().external_joins(true);
        let (alice, _, bob, bobs, group) = pair(open.clone()).await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let options = JoinOptions::default().config(open).replace(true);
        // A bare `GroupInfo` is taken too.
        commit(&bob, async |tx| tx.join_by_external_commit(&info[4..], &bobs, options).await).await;
        let bytes = outgoing(&bob, OutgoingKind::Commit).await;
        assert_eq!(bytes[..4], [0, 1, 0, 1], "an external commit is in clear");
        assert!(matches!(process(&bob, &bytes).await.unwrap(), Received::OwnCommit));
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(refusal(&bob, &bytes).await, MessageError::TooOld { epoch: 1, current: 2 });
    }

    async fn a_commit_taken_back_that_comes_back_asks_to_rejoin() {
        let (alice, _, _, _, group) = pair(GroupConfig::default()).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        assert_eq!(refusal(&alice, &bytes).await, MessageError::Rejoin(RejoinReason::OwnCommitLost));
    }

    async fn a_commit_of_a_proposal_that_is_missing_can_be_followed_once_it_is_there() {
        let (alice, _, _, mut carol) = three().await;
        let (proposal_bytes, commit_bytes) = carol.with(|group, provider, signer| {
            let bobs = group.members().find(|member| member.credential == basic("bob")).unwrap().index;
            let (proposal, _) = group.propose_remove_member(provider, signer, bobs).unwrap();
            let (commit, _, _) = group.commit_to_pending_proposals(provider, signer).unwrap();
            (bytes(&proposal), bytes(&commit))
        });
        assert_eq!(refusal(&alice, &commit_bytes).await, MessageError::Rejoin(RejoinReason::MissingProposal));
        let received = proposal(&alice, &proposal_bytes).await;
        commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        // In clear it may come again.
        let again = proposal(&alice, &proposal_bytes).await;
        commit(&alice, async |tx| tx.accept_proposal(*again).await).await;
        let staged = staged(&alice, &commit_bytes).await;
        assert_eq!(staged.removed.len(), 1);
        commit(&alice, async |tx| tx.accept(*staged).await).await;
    }

    async fn a_commit_that_adds_an_expired_package_asks_to_rejoin_and_a_stale_member_bars_nobody() {
        let (alice, bob, group, mut carol) = three().await;
        let now = mlskit_testkit::forge::now();
        let until = now + 2;
        let dave = Peer::new(basic("dave")).keypackage_until(Lifetime::init(now - 60, until));
        let (erin, erins) = common::client("erin").await;
        let erins = keypackage(&erin, &erins).await;
        let proposed = carol.with(|group, provider, signer| {
            let (proposed, _) = group.propose_add_member(provider, signer, &dave).unwrap();
            group.clear_pending_proposals(mlskit::openmls::prelude::OpenMlsProvider::storage(provider)).unwrap();
            bytes(&proposed)
        });
        let (committed, welcome) = carol.add(&[dave, erins]);
        // OpenMLS asks the system's clock, which can't be turned.
        while mlskit_testkit::forge::now() <= until {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        assert_eq!(refusal(&alice, &committed).await, MessageError::Rejoin(RejoinReason::ExpiredLeaf));
        let error = refusal(&alice, &proposed).await;
        assert!(matches!(error, MessageError::Rejected(RejectedMessage::Invalid { .. })), "{error:?}");
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
        let joined = commit(&erin, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        assert_eq!(joined.members.len(), 5);
    }

    async fn a_proposal_accepted_twice_is_committed_once() {
        let (alice, _, group, mut carol) = three().await;
        let bytes = carol.with(|group, provider, signer| bytes(&group.leave_group(provider, signer).unwrap()));
        for _ in 0..2 {
            let received = proposal(&alice, &bytes).await;
            commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        }
        commit(&alice, async |tx| tx.commit_proposals(&group).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(alice.members(&group).await.unwrap().len(), 2);
    }

    async fn nothing_is_processed_while_a_join_waits_for_its_answer() {
        let open = GroupConfig::default().external_joins(true);
        let (alice, _, bob, bobs, group) = pair(open.clone()).await;
        let text = say(&alice, &group, "text").await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let options = JoinOptions::default().config(open).replace(true);
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, options).await).await;
        assert_eq!(refusal(&bob, &text).await, MessageError::JoinPending);
    }
}

/// Alice and Bob, and Carol whose handshakes come in clear.
async fn three() -> (mlskit::Client, mlskit::Client, GroupId, Peer) {
    let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
    let mut carol = Peer::new(basic("carol"));
    let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
    let staged = staged(&bob, &added).await;
    commit(&bob, async |tx| tx.accept(*staged).await).await;
    carol.join(&welcome);
    (alice, bob, group, carol)
}
