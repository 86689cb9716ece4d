//! A group's life, from the first package to the last member, between clients on real files.

use mlskit::{
    Credential, CredentialError, Error, GroupError, KeypackageConfig, KeypackageExt, MessageError, RejectedMessage,
    group::{Change, GroupConfig, JoinOptions, OutgoingKind, Received, Sender},
};

use crate::{
    common::{self, SUITE},
    group::{commit, deliver, hear, join, keypackage, outgoing, pair, process, say},
};

scenarios! {
    async fn a_package_opens_its_welcome_and_both_talk() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let other = keypackage(&bob, &bobs).await;
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, GroupConfig::default()).await?;
            tx.add_members(&group, std::slice::from_ref(&package)).await?;
            Ok(group)
        }).await;
        let kinds = |all: Vec<mlskit::group::OutgoingMessage>| all.iter().map(|message| message.kind).collect::<Vec<_>>();
        assert_eq!(kinds(alice.outgoing().await.unwrap()), [OutgoingKind::Commit]);
        deliver(&alice, &group, &[]).await;
        assert_eq!(kinds(alice.outgoing().await.unwrap()), [OutgoingKind::Welcome]);
        let welcome = outgoing(&alice, OutgoingKind::Welcome).await;
        assert_eq!(bob.welcome_refs(&welcome).await.unwrap(), [package.keypackage_ref().unwrap()]);

        let joined = join(&bob, &alice).await;
        assert_eq!((&joined.id, joined.epoch, joined.members.len()), (&group, 1, 2));
        assert_eq!(joined.added_by.unwrap().credential.serialized_content(), b"alice");
        assert_eq!(joined.keypackage_ref, Some(package.keypackage_ref().unwrap()));
        assert_eq!(bob.get_keypackage_refs().await.unwrap(), [other.keypackage_ref().unwrap()]);
        assert_eq!(alice.outgoing().await.unwrap(), []);

        let hello = say(&alice, &group, "hello").await;
        assert_eq!(hear(&bob, &hello).await, "hello");
        assert_eq!(process(&bob, &hello).await.unwrap_err(), Error::Message(MessageError::Duplicate));
        let hi = say(&bob, &group, "hi").await;
        assert_eq!(hear(&alice, &hi).await, "hi");
    }

    async fn a_message_that_was_rolled_back_stays_sealed_and_its_key_is_not_used_twice() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let tx = alice.new_transaction().await.unwrap();
        let sealed = tx.encrypt_message(&group, b"never", b"").await.unwrap();
        tx.abort().await.unwrap();
        assert_eq!(sealed.open(), Err(GroupError::NotCommitted.into()));
        let again = say(&alice, &group, "again").await;
        assert_eq!(hear(&bob, &again).await, "again");
    }

    async fn a_welcome_that_can_not_be_opened_leaves_its_package() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, GroupConfig::default()).await?;
            tx.add_members(&group, &[package]).await?;
            Ok(group)
        }).await;
        deliver(&alice, &group, &[]).await;
        let good = outgoing(&alice, OutgoingKind::Welcome).await;
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        let tx = bob.new_transaction().await.unwrap();
        assert!(tx.join_group(&bad, JoinOptions::default()).await.is_err());
        assert_eq!(tx.get_keypackage_refs().await.unwrap().len(), 1);
        let joined = tx.join_group(&good, JoinOptions::default()).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(joined.id, group);
        let replay = bob.transaction(async |tx| tx.join_group(&good, JoinOptions::default()).await).await;
        assert_eq!(replay.unwrap_err(), Error::Group(GroupError::NoMatchingKeypackage));
    }

    async fn a_last_resort_package_opens_a_welcome_once() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let config = KeypackageConfig::default().last_resort(true);
        let package = commit(&bob, async |tx| tx.generate_keypackage_with(&bobs, &config).await).await;
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, GroupConfig::default()).await?;
            tx.add_members(&group, &[package]).await?;
            Ok(group)
        }).await;
        deliver(&alice, &group, &[]).await;
        let welcome = outgoing(&alice, OutgoingKind::Welcome).await;
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        assert_eq!(bob.get_keypackage_refs().await.unwrap().len(), 1);
        commit(&bob, async |tx| tx.delete_group(&group).await).await;
        let replay = bob.transaction(async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        assert_eq!(replay.unwrap_err(), Error::Group(GroupError::WelcomeReplayed));
    }

    async fn a_rejected_commit_changes_nothing_and_drops_its_welcome() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let package = keypackage(&carol, &carols).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        assert!(!commit(&alice, async |tx| tx.commit_rejected(&group).await).await);
        assert_eq!(alice.outgoing().await.unwrap(), []);
        assert_eq!(alice.epoch(&group).await.unwrap(), 1);
        let text = say(&alice, &group, "still here").await;
        assert_eq!(hear(&bob, &text).await, "still here");
    }

    async fn a_member_moves_to_a_new_credential_and_the_old_one_can_go() {
        let (alice, alices, bob, _, group) = pair(GroupConfig::default()).await;
        let new = commit(&alice, async |tx| tx.add_credential(Credential::basic(SUITE, alice.id())?).await).await;
        let refused = alice.transaction(async |tx| tx.remove_credential(&alices).await).await;
        assert_eq!(refused, Err(Error::Credential(CredentialError::CredentialInUse { group_id: group.to_vec() })));
        commit(&alice, async |tx| tx.update_keys(&group, Some(&new)).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let Received::Commit(staged) = process(&bob, &bytes).await.unwrap() else { panic!("no commit") };
        let [(before, after)] = &staged.updated[..] else { panic!("{staged:?}") };
        assert_eq!((before.id.signature_key(), &after.signature_key[..]), (alices.signature_key(), new.signature_key()));
        commit(&bob, async |tx| tx.accept(*staged).await).await;
        commit(&alice, async |tx| tx.remove_credential(&alices).await).await;
        let text = say(&alice, &group, "with the new key").await;
        assert_eq!(hear(&bob, &text).await, "with the new key");
    }

    async fn a_member_leaves_by_a_proposal_that_another_commits() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        commit(&bob, async |tx| tx.leave_group(&group).await).await;
        let leave = outgoing(&bob, OutgoingKind::Leave).await;
        let Received::Proposal(proposal) = process(&alice, &leave).await.unwrap() else { panic!("no proposal") };
        assert!(matches!(&proposal.change, Change::Remove(member) if member.credential.serialized_content() == b"bob"));
        commit(&alice, async |tx| {
            tx.accept_proposal(*proposal).await?;
            let refused = tx.encrypt_message(&group, b"", b"").await;
            assert_eq!(refused.unwrap_err(), Error::Group(GroupError::ProposalsPending));
            tx.commit_proposals(&group).await
        }).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let Received::Commit(staged) = process(&bob, &bytes).await.unwrap() else { panic!("no commit") };
        assert!(staged.self_removed);
        assert!(commit(&bob, async |tx| tx.accept(*staged).await).await.self_removed);
        assert_eq!(alice.members(&group).await.unwrap().len(), 1);
    }

    async fn a_member_who_lost_track_comes_back_by_an_external_commit_where_that_is_allowed() {
        let open = GroupConfig::default().external_joins(true);
        let (alice, _, bob, bobs, group) = pair(open.clone()).await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let options = JoinOptions::default().config(open).replace(true);
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, options).await).await;
        let early = bob.transaction(async |tx| tx.encrypt_message(&group, b"", b"").await).await;
        assert_eq!(early.unwrap_err(), Error::Group(GroupError::JoinPending));
        let bytes = outgoing(&bob, OutgoingKind::Commit).await;
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        let Received::Commit(staged) = process(&alice, &bytes).await.unwrap() else { panic!("no commit") };
        assert!(matches!(&staged.sender, Sender::NewMember(leaf) if leaf.signature_key == bobs.signature_key()));
        commit(&alice, async |tx| tx.accept(*staged).await).await;
        let text = say(&bob, &group, "back").await;
        assert_eq!(hear(&alice, &text).await, "back");
    }

    async fn an_external_commit_is_refused_where_it_is_not_allowed() {
        let (alice, _, bob, bobs, group) = pair(GroupConfig::default()).await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let options = JoinOptions::default().replace(true);
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, options).await).await;
        let bytes = outgoing(&bob, OutgoingKind::Commit).await;
        let refused = process(&alice, &bytes).await.unwrap_err();
        assert_eq!(refused, Error::Message(MessageError::Rejected(RejectedMessage::ExternalJoin)));
        assert!(commit(&bob, async |tx| tx.commit_rejected(&group).await).await);
        assert_eq!(bob.groups().await.unwrap(), []);
    }
}
