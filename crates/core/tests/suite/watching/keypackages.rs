//! What is told of key packages.

use mlskit::{
    KeypackageConfig, KeypackageExt as _, KeypackagePolicy, StateChange,
    watch::{GroupChange, KeypackageChange::*},
};

use super::{group, packages, unread};
use crate::{
    common,
    group::commit,
    lifecycle::{DAY, Managed, few, refs},
};

scenarios! {
    async fn each_change_of_key_packages_is_told_once_and_in_order() {
        let managed = Managed::new(few(1)).await;
        let mut changes = managed.client.changes();
        let old = &refs(&managed.maintain().await)[0];
        assert_eq!(unread(&mut changes).await, [packages(Generated, &[old]), packages(Pending, &[old])]);
        managed.maintain().await;
        assert_eq!(unread(&mut changes).await, [], "nothing has changed");
        for _ in 0..2 {
            managed.published(std::slice::from_ref(old)).await;
        }
        assert_eq!(unread(&mut changes).await, [packages(Published, &[old])]);
        for _ in 0..2 {
            commit(&managed.client, async |tx| tx.renew_keypackages(&managed.credential_ref).await).await;
        }
        assert_eq!(unread(&mut changes).await, [packages(Outdated, &[old])]);
        let new = &managed.publish_all().await[0];
        let expected = [packages(Generated, &[new]), packages(Pending, &[new]), packages(Published, &[new])];
        assert_eq!(unread(&mut changes).await, expected);
        managed.maintain().await;
        assert_eq!(unread(&mut changes).await, [packages(Retired, &[old])]);
        managed.withdrawn(std::slice::from_ref(old)).await;
        managed.published(std::slice::from_ref(old)).await;
        managed.withdrawn(std::slice::from_ref(old)).await;
        let expected = [packages(Withdrawn, &[old]), packages(Retired, &[old]), packages(Withdrawn, &[old])];
        assert_eq!(unread(&mut changes).await, expected);
        for _ in 0..2 {
            managed.clock.advance(8 * DAY);
            managed.maintain().await;
        }
        assert_eq!(unread(&mut changes).await, [packages(Purged, &[old])]);
    }

    async fn a_package_that_a_welcome_consumes_is_told_with_the_group() {
        let managed = Managed::new(few(1)).await;
        let used = &managed.publish_all().await[0];
        let welcome = managed.welcome_for(used).await;
        let mut changes = managed.client.changes();
        managed.join(&welcome[1..]).await.unwrap_err();
        assert_eq!(unread(&mut changes).await, [], "it is as before");
        let joined = managed.join(&welcome).await.unwrap();
        let expected = [packages(Consumed, &[used]), group(GroupChange::Joined, &joined.id, 1)];
        assert_eq!(unread(&mut changes).await, expected);
        managed.withdrawn(std::slice::from_ref(used)).await;
        assert_eq!(unread(&mut changes).await, [packages(Withdrawn, &[used])], "what it has left behind");
        managed.withdrawn(std::slice::from_ref(used)).await;
        assert_eq!(unread(&mut changes).await, []);
    }

    async fn a_last_resort_package_that_is_used_is_told_once_to_be_replaced() {
        let managed = Managed::new(KeypackagePolicy::default().target(0)).await;
        let used = &managed.publish_all().await[0];
        let welcomes = [managed.welcome_for(used).await, managed.welcome_for(used).await];
        let mut changes = managed.client.changes();
        let first = managed.join(&welcomes[0]).await.unwrap();
        let second = managed.join(&welcomes[1]).await.unwrap();
        let expected = [
            packages(Outdated, &[used]),
            group(GroupChange::Joined, &first.id, 1),
            group(GroupChange::Joined, &second.id, 1),
        ];
        assert_eq!(unread(&mut changes).await, expected);
    }

    async fn what_happens_to_many_packages_at_once_is_one_change() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        let config = KeypackageConfig::default();
        let all = commit(&client, async |tx| tx.generate_keypackages(&credential_ref, 100, &config).await).await;
        let all: Vec<_> = all.iter().map(|package| package.keypackage_ref().unwrap()).collect();
        commit(&client, async |tx| {
            for one in &all[..50] {
                tx.remove_keypackage(one).await?;
            }
            tx.remove_keypackages_for(&credential_ref).await?;
            tx.remove_keypackages_for(&credential_ref).await
        }).await;
        let told = unread(&mut changes).await;
        let [
            StateChange::Keypackages { change: Generated, refs: generated },
            StateChange::Keypackages { change: Removed, refs: removed },
        ] = &told[..] else { panic!("{told:?}") };
        let sorted = |refs: &[mlskit::KeypackageRef]| { let mut refs = refs.to_vec(); refs.sort(); refs };
        assert_eq!(sorted(generated), sorted(&all));
        assert_eq!(sorted(removed), sorted(&all));
    }

    async fn what_has_expired_is_told_as_purged_also_where_the_app_asks_for_it() {
        let managed = Managed::new(few(1)).await;
        let one = &managed.publish_all().await[0];
        let mut changes = managed.client.changes();
        managed.clock.advance(100 * DAY);
        assert_eq!(commit(&managed.client, async |tx| tx.remove_expired_keypackages().await).await, 1);
        assert_eq!(unread(&mut changes).await, [packages(Purged, &[one])]);
    }
}
