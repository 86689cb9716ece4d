//! Answers that are late, repeated, unknown or wrong.

use mlskit::KeypackageExt;

use super::{DAY, Managed, few, refs};
use crate::common;

scenarios! {
    async fn confirmations_of_what_is_unknown_are_harmless() {
        let alice = Managed::new(few(2)).await;
        let before = alice.maintain().await;
        let (bob, bobs) = common::client("bob").await;
        let foreign = crate::group::keypackage(&bob, &bobs).await.keypackage_ref().unwrap();
        alice.published(&[foreign.clone(), foreign.clone()]).await;
        alice.withdrawn(&[foreign]).await;
        alice.published(&[]).await;
        assert_eq!(alice.maintain().await, before);
    }

    async fn confirmations_that_are_repeated_are_harmless() {
        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        for _ in 0..3 {
            alice.published(&old).await;
        }
        assert_eq!(alice.status().await.published, 1);
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.maintain().await;
        alice.withdrawn(&old).await;
        alice.clock.advance(5 * DAY);
        // The grace is counted from the first.
        alice.withdrawn(&old).await;
        alice.clock.advance(2 * DAY);
        alice.maintain().await;
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert!(!alice.stored().await.contains(&old[0]));
        alice.withdrawn(&old).await;
        alice.published(&old).await;
        assert!(alice.maintain().await.withdraw.is_empty());
    }

    async fn an_answer_that_comes_when_the_package_is_to_be_withdrawn_does_not_bring_it_back() {
        let alice = Managed::new(few(1)).await;
        let old = refs(&alice.maintain().await);
        alice.clock.advance(57 * DAY);
        let new = alice.publish_all().await;
        assert_eq!(alice.maintain().await.withdraw, old);
        alice.published(&old).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        assert_eq!(alice.status().await.published, 1);
        assert!(!old.contains(&new[0]));
    }

    /// The directory may have served it after the withdrawal, and would do so when its keys are gone.
    async fn a_package_whose_publication_is_confirmed_after_its_withdrawal_is_withdrawn_again() {
        let alice = Managed::new(few(1)).await;
        let old = refs(&alice.maintain().await);
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.maintain().await;
        alice.withdrawn(&old).await;
        assert!(alice.maintain().await.withdraw.is_empty());
        alice.published(&old).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        alice.withdrawn(&old).await;
        alice.clock.advance(6 * DAY);
        alice.maintain().await;
        assert!(alice.stored().await.contains(&old[0]), "its grace begins with the second withdrawal");

        // So it does where the first grace was seen to be over.
        alice.clock.advance(DAY);
        alice.maintain().await;
        alice.published(&old).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        alice.withdrawn(&old).await;
        alice.clock.advance(2 * DAY);
        alice.maintain().await;
        assert!(alice.stored().await.contains(&old[0]));
    }

    async fn a_package_that_the_app_withdrew_by_itself_is_replaced_and_keeps_its_keys_for_the_grace() {
        let alice = Managed::new(few(2)).await;
        let published = alice.publish_all().await;
        let welcome = alice.welcome_for(&published[0]).await;
        alice.withdrawn(&published[..1]).await;
        let outgoing = alice.maintain().await;
        assert_eq!((outgoing.publish.len(), outgoing.withdraw.len()), (1, 0));
        alice.join(&welcome).await.unwrap();
    }
}
