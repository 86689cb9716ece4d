//! The outbox: what the delivery service must get is neither lost nor sent for nothing. docs/storage.md, O1–O5.

use mlskit::{
    Client, Error, GroupError, KeypackageExt,
    group::{GroupConfig, OutgoingKind, Received},
};

use super::support::{
    self, Pair, Place, accept, add, add_credential, commit, deliver, join, keypackage, kinds, outgoing, pair,
    pair_with, process, talk,
};
use crate::{
    common,
    group::peer::{self, Peer},
};

scenarios! {
    async fn killed_between_commit_send_answer_and_settling_the_same_bytes_go_out_and_the_welcome_after_acceptance() {
        let place = Place::new();
        let (mut alice, alices) = place.open_with_credential().await;
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let hash_ref = package.keypackage_ref().unwrap().hash_ref().to_vec();
        let group = commit(&alice, async |tx| {
            let group = tx.create_group(&alices, GroupConfig::default()).await?;
            tx.add_members(&group, &[package]).await?;
            Ok(group)
        }).await;
        let sent = alice.outgoing().await.unwrap();
        assert_eq!(kinds(&alice).await, [OutgoingKind::Commit], "the Welcome waits");
        for _ in ["before the commit is sent", "before its answer is there", "before its answer is settled"] {
            alice = place.open().await;
            assert_eq!(alice.outgoing().await.unwrap(), sent);
            assert_eq!(alice.epoch(&group).await.unwrap(), 0);
        }
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let welcome = alice.outgoing().await.unwrap();
        assert_eq!(kinds(&alice).await, [OutgoingKind::Welcome]);
        for _ in ["before the Welcome is sent", "before it is settled"] {
            alice = place.open().await;
            assert_eq!(alice.outgoing().await.unwrap(), welcome);
        }
        let recipients: Vec<_> = welcome[0].recipients.iter().map(|one| one.credential.serialized_content()).collect();
        assert_eq!(recipients, [b"bob"]);
        assert_eq!(welcome[0].recipients[0].hash_ref, hash_ref);
        join(&bob, &alice, GroupConfig::default()).await;
        let alice = place.open().await;
        assert_eq!(alice.outgoing().await.unwrap(), []);
        talk(&alice, &bob, &group, "after all that").await;
    }

    async fn what_was_rolled_back_is_never_in_the_outbox() {
        let place = Place::new();
        let (alice, alices) = place.open_with_credential().await;
        let Pair { alice, bob, group, .. } = pair_with(alice, alices, GroupConfig::default()).await;
        let tx = alice.new_transaction().await.unwrap();
        tx.update_keys(&group, None).await.unwrap();
        tx.abort().await.unwrap();
        let failed = alice.transaction(async |tx| {
            tx.update_keys(&group, None).await?;
            Err::<(), _>(Error::Group(GroupError::NoProposals))
        }).await;
        assert_eq!(failed, Err(Error::Group(GroupError::NoProposals)));
        assert_eq!(alice.outgoing().await.unwrap(), []);
        let alice = place.open().await;
        assert_eq!(alice.outgoing().await.unwrap(), []);
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        deliver(&alice, &group, &[&bob]).await;
        talk(&bob, &alice, &group, "one epoch on").await;
    }

    async fn marking_a_commit_as_sent_is_refused_and_then_nothing_is_marked() {
        let Pair { alice, group, .. } = pair(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let package = keypackage(&carol, &carols).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let [welcome, update] = &alice.outgoing().await.unwrap()[..] else { panic!() };
        assert_eq!((welcome.kind, update.kind), (OutgoingKind::Welcome, OutgoingKind::Commit));
        let refused = alice.transaction(async |tx| tx.mark_sent(&[welcome.id, update.id]).await).await.unwrap_err();
        assert!(matches!(refused, Error::Group(GroupError::NotMarkable { id, .. }) if id == update.id), "{refused:?}");
        let tx = alice.new_transaction().await.unwrap();
        tx.mark_sent(&[welcome.id, update.id]).await.unwrap_err();
        tx.finish().await.unwrap();
        assert_eq!(kinds(&alice).await, [OutgoingKind::Welcome, OutgoingKind::Commit]);
        commit(&alice, async |tx| tx.mark_sent(&[welcome.id]).await).await;
        commit(&alice, async |tx| tx.mark_sent(&[welcome.id]).await).await;
        assert_eq!(kinds(&alice).await, [OutgoingKind::Commit]);
    }

    async fn a_superseded_commit_tells_what_it_was_for_and_leaves_the_outbox() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let (dave, daves) = common::client("dave").await;
        add(&alice, &group, &dave, &daves, &[&bob]).await;
        let package = keypackage(&carol, &carols).await;
        commit(&alice, async |tx| tx.add_members(&group, std::slice::from_ref(&package)).await).await;
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        let winner = outgoing(&bob, OutgoingKind::Commit).await;
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        let superseded = accept(&alice, &winner.bytes).await.superseded.unwrap();
        assert_eq!(superseded.added, [package]);
        assert_eq!((superseded.removed, superseded.credential, superseded.left), (vec![], None, false));
        assert_eq!(alice.outgoing().await.unwrap(), []);
        assert_eq!(accept(&dave, &winner.bytes).await.superseded, None);

        // The same package again; the Welcome that was dropped would not have fitted.
        commit(&alice, async |tx| tx.add_members(&group, &superseded.added).await).await;
        deliver(&alice, &group, &[&bob, &dave]).await;
        join(&carol, &alice, GroupConfig::default()).await;
        talk(&alice, &carol, &group, "welcome").await;

        let daves_place = alice.members(&group).await.unwrap().into_iter()
            .find(|member| member.credential.serialized_content() == b"dave").unwrap();
        commit(&alice, async |tx| tx.remove_members(&group, std::slice::from_ref(&daves_place.id)).await).await;
        commit(&bob, async |tx| tx.update_keys(&group, None).await).await;
        let winner = outgoing(&bob, OutgoingKind::Commit).await;
        commit(&bob, async |tx| tx.commit_accepted(&group).await).await;
        let superseded = accept(&alice, &winner.bytes).await.superseded.unwrap();
        assert_eq!(superseded.removed, [daves_place]);
        assert!(superseded.added.is_empty());
    }

    async fn a_leave_that_others_did_not_commit_is_superseded() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        commit(&bob, async |tx| tx.leave_group(&group).await).await;
        assert_eq!(kinds(&bob).await, [OutgoingKind::Leave]);
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let winner = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let change = accept(&bob, &winner.bytes).await;
        assert!(change.superseded.unwrap().left && !change.self_removed);
        assert_eq!(bob.outgoing().await.unwrap(), [], "a leave of a past epoch would be refused");
        talk(&bob, &alice, &group, "still here").await;
    }

    async fn a_commit_that_carries_anothers_add_names_whom_its_welcome_is_for() {
        for by_update in [true, false] {
            let (alice, alices) = common::client("alice").await;
            let (dave, daves) = common::client("dave").await;
            let mut peer = Peer::new(peer::basic("peer"));
            let package = peer.keypackage();
            let group = commit(&alice, async |tx| {
                let group = tx.create_group(&alices, GroupConfig::default()).await?;
                tx.add_members(&group, &[package]).await?;
                tx.commit_accepted(&group).await?;
                Ok(group)
            }).await;
            let welcome = outgoing(&alice, OutgoingKind::Welcome).await;
            peer.join(&welcome.bytes);
            commit(&alice, async |tx| tx.mark_sent(&[welcome.id]).await).await;
            let package = keypackage(&dave, &daves).await;
            let proposal = peer.with(|group, provider, signer| {
                peer::bytes(&group.propose_add_member(provider, signer, &package).unwrap().0)
            });
            let Received::Proposal(proposal) = process(&alice, &proposal).await.unwrap() else { panic!() };
            commit(&alice, async |tx| {
                tx.accept_proposal(*proposal).await?;
                if by_update { tx.update_keys(&group, None).await } else { tx.commit_proposals(&group).await }
            }).await;
            deliver(&alice, &group, &[]).await;
            let welcome = outgoing(&alice, OutgoingKind::Welcome).await;
            assert_eq!(welcome.recipients.iter().map(|one| one.credential.serialized_content()).collect::<Vec<_>>(), [b"dave"]);
            join(&dave, &alice, GroupConfig::default()).await;
            talk(&alice, &dave, &group, "welcome").await;
        }
    }

    async fn a_message_opens_only_after_its_commit_in_the_closure_form_too() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let sealed = alice.transaction(async |tx| {
            let too_early = tx.encrypt_message(&group, b"early", b"").await?;
            assert_eq!(too_early.open(), Err(GroupError::NotCommitted.into()));
            tx.encrypt_message(&group, b"in time", b"").await
        }).await.unwrap();
        let bytes = sealed.open().unwrap();
        assert_eq!(support::text(process(&bob, &bytes).await.unwrap()), "in time");
    }

    async fn an_outgoing_message_shows_its_length_and_not_its_bytes() {
        let Pair { alice, group, .. } = pair(GroupConfig::default()).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let message = outgoing(&alice, OutgoingKind::Commit).await;
        let length = message.bytes.len();
        assert_eq!(message.to_string(), format!("message {}, a Commit of {length} bytes", message.id));
        let debug = format!("{message:?}");
        assert!(debug.contains(&format!("bytes: {length} bytes")) && debug.len() < 250, "{debug}");
    }

    async fn deleting_a_group_keeps_what_others_wait_for() {
        let Pair { alice, bob, group, .. } = pair(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let package = keypackage(&carol, &carols).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        deliver(&alice, &group, &[&bob]).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        commit(&alice, async |tx| tx.delete_group(&group).await).await;
        assert_eq!(kinds(&alice).await, [OutgoingKind::Welcome]);
        join(&carol, &alice, GroupConfig::default()).await;
        talk(&bob, &carol, &group, "hello").await;
        commit(&bob, async |tx| { tx.leave_group(&group).await?; tx.delete_group(&group).await }).await;
        assert_eq!(kinds(&bob).await, [OutgoingKind::Leave]);
        assert_eq!(bob.groups().await.unwrap(), []);
        let gone = bob.transaction(async |tx| tx.delete_group(&group).await).await.unwrap_err();
        assert_eq!(gone, Error::Group(GroupError::UnknownGroup { group_id: group.to_vec() }));
    }

    async fn new_keys_are_due_when_the_old_ones_are_old_enough() {
        use std::time::Duration;
        let Pair { alice, group, .. } = pair(GroupConfig::default()).await;
        assert_eq!(alice.groups_due_for_update(Duration::from_hours(1)).await.unwrap(), []);
        assert_eq!(alice.groups_due_for_update(Duration::ZERO).await.unwrap(), [group]);
        let empty: Client = common::client("zoe").await.0;
        add_credential(&empty).await;
        assert_eq!(empty.groups_due_for_update(Duration::ZERO).await.unwrap(), []);
    }
}
