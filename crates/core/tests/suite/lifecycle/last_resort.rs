//! The package for when no other is left.

use mlskit::{Error, GroupError};

use super::{DAY, Managed, few, refs};

scenarios! {
    async fn a_last_resort_package_that_was_used_is_replaced_then_withdrawn_and_purged_after_its_grace() {
        let alice = Managed::new(few(0).last_resort(true)).await;
        let old = alice.publish_all().await;
        assert!(alice.status().await.has_last_resort);
        let (first, second) = (alice.welcome_for(&old[0]).await, alice.welcome_for(&old[0]).await);
        alice.join(&first).await.unwrap();
        assert!(alice.stored().await.contains(&old[0]), "others may have fetched it");

        let outgoing = alice.maintain().await;
        assert_eq!((outgoing.publish.len(), outgoing.withdraw.len()), (1, 0));
        assert_eq!(alice.maintain().await, outgoing);
        alice.published(&refs(&outgoing)).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        alice.join(&second).await.unwrap();
        assert_eq!(alice.join(&first).await.unwrap_err(), Error::Group(GroupError::WelcomeReplayed));

        alice.withdrawn(&old).await;
        alice.clock.advance(7 * DAY);
        alice.maintain().await;
        assert!(alice.stored().await.contains(&old[0]));
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert_eq!(alice.stored().await, refs(&outgoing));
        assert_eq!(alice.join(&first).await.unwrap_err(), Error::Group(GroupError::NoMatchingKeypackage));
    }

    async fn a_join_that_is_rolled_back_has_not_used_the_last_resort_package() {
        let alice = Managed::new(few(0).last_resort(true)).await;
        let published = alice.publish_all().await;
        let welcome = alice.welcome_for(&published[0]).await;
        let tx = alice.client.new_transaction().await.unwrap();
        tx.join_group(&welcome, mlskit::group::JoinOptions::default()).await.unwrap();
        tx.abort().await.unwrap();
        assert!(alice.maintain().await.publish.is_empty());
    }

    async fn the_last_resort_package_is_given_out_before_what_has_waited_for_longer() {
        let mut alice = Managed::new(few(2)).await;
        let single_use = alice.maintain().await.publish;
        alice.policy = few(2).last_resort(true);
        let all = alice.maintain().await.publish;
        assert!(all[0].keypackage_ref.is_last_resort());
        assert_eq!(all[1..], single_use);
    }

    async fn a_policy_that_wants_no_last_resort_package_any_more_has_it_withdrawn() {
        let mut alice = Managed::new(few(1).last_resort(true)).await;
        let published = alice.publish_all().await;
        alice.policy = few(1);
        let withdraw = alice.maintain().await.withdraw;
        assert_eq!(withdraw, published[..1]);
        assert!(withdraw[0].is_last_resort());
    }
}
