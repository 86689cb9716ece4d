//! What is told of groups.

use mlskit::{
    KeypackageExt as _,
    group::{GroupConfig, JoinOptions, OutgoingKind},
    watch::{GroupChange::*, KeypackageChange},
};

use super::{group, packages, unread};
use crate::{
    common,
    group::{commit, deliver, hear, join, keypackage, outgoing, pair, proposal, say, staged},
};

scenarios! {
    async fn each_change_of_a_group_is_told_once_and_in_order() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let (mut to_alice, mut to_bob) = (alice.changes(), bob.changes());
        let id = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        commit(&alice, async |tx| tx.update_keys(&id, None).await).await;
        commit(&alice, async |tx| tx.commit_rejected(&id).await).await;
        commit(&alice, async |tx| tx.add_members(&id, std::slice::from_ref(&package)).await).await;
        deliver(&alice, &id, &[]).await;
        let expected = [
            group(Created, &id, 0),
            group(CommitPending, &id, 0),
            group(CommitDropped, &id, 0),
            group(CommitPending, &id, 0),
            group(EpochChanged, &id, 1),
        ];
        assert_eq!(unread(&mut to_alice).await, expected);
        join(&bob, &alice).await;
        let used = package.keypackage_ref().unwrap();
        let expected = [packages(KeypackageChange::Consumed, &[&used]), group(Joined, &id, 1)];
        assert_eq!(unread(&mut to_bob).await, expected);

        let said = say(&alice, &id, "hello").await;
        hear(&bob, &said).await;
        assert_eq!((unread(&mut to_alice).await, unread(&mut to_bob).await), (vec![], vec![]), "messages are none");

        commit(&bob, async |tx| tx.leave_group(&id).await).await;
        let leave = proposal(&alice, &outgoing(&bob, OutgoingKind::Leave).await).await;
        commit(&alice, async |tx| {
            tx.accept_proposal(*leave).await?;
            tx.commit_proposals(&id).await
        }).await;
        let commit_bytes = outgoing(&alice, OutgoingKind::Commit).await;
        let leaving = staged(&bob, &commit_bytes).await;
        commit(&bob, async |tx| tx.accept(*leaving).await).await;
        commit(&bob, async |tx| tx.delete_group(&id).await).await;
        let expected = [group(Leaving, &id, 1), group(Removed, &id, 2), group(Deleted, &id, None)];
        assert_eq!(unread(&mut to_bob).await, expected);
    }

    async fn a_commit_that_comes_first_is_told_after_the_one_that_it_drops() {
        let (alice, _, bob, _, id) = pair(GroupConfig::default()).await;
        let mut to_bob = bob.changes();
        commit(&alice, async |tx| tx.update_keys(&id, None).await).await;
        commit(&bob, async |tx| tx.update_keys(&id, None).await).await;
        deliver(&alice, &id, &[&bob]).await;
        let expected = [group(CommitPending, &id, 1), group(CommitDropped, &id, 1), group(EpochChanged, &id, 2)];
        assert_eq!(unread(&mut to_bob).await, expected);
    }

    async fn each_step_of_an_external_join_is_told() {
        let open = GroupConfig::default().external_joins(true);
        let (alice, _, bob, bobs, id) = pair(open.clone()).await;
        let mut to_bob = bob.changes();
        let back = || JoinOptions::default().config(open.clone()).replace(true);
        let info = commit(&alice, async |tx| tx.group_info(&id).await).await;
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        let joining = [group(Joining, &id, 2), group(CommitPending, &id, 2)];
        assert_eq!(unread(&mut to_bob).await, [&[group(Deleted, &id, None)][..], &joining].concat());
        commit(&bob, async |tx| tx.commit_rejected(&id).await).await;
        assert_eq!(unread(&mut to_bob).await, [group(Deleted, &id, None)]);
        commit(&bob, async |tx| tx.join_by_external_commit(&info, &bobs, back()).await).await;
        deliver(&bob, &id, &[&alice]).await;
        assert_eq!(unread(&mut to_bob).await, [&joining[..], &[group(Joined, &id, 2)]].concat());
    }
}
