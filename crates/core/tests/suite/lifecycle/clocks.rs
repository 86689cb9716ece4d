//! Clocks that jump, either way.

use mlskit::{CredentialRef, KeypackageRef, Result, TransactionContext};

use super::{DAY, Managed, add_credential, few, refs};
use crate::group::commit;

const YEARS: std::time::Duration = std::time::Duration::from_hours(24 * 365 * 10);

/// The calls by which an app removes packages.
#[derive(Debug, Clone, Copy)]
enum Removal {
    One,
    OfCredential,
    WithCredential,
    Expired,
}

impl Removal {
    const ALL: [Self; 4] = [Self::One, Self::OfCredential, Self::WithCredential, Self::Expired];

    async fn of(self, tx: &TransactionContext, credential: &CredentialRef, one: &KeypackageRef) -> Result<()> {
        match self {
            Self::One => tx.remove_keypackage(one).await,
            Self::OfCredential => tx.remove_keypackages_for(credential).await,
            Self::WithCredential => tx.remove_credential(credential).await,
            Self::Expired => tx.remove_expired_keypackages().await.map(drop),
        }
    }
}

scenarios! {
    async fn a_clock_that_is_years_ahead_for_an_hour_costs_no_keys() {
        let mut alice = Managed::new(few(2)).await;
        let published = alice.publish_all().await;
        let welcome = alice.welcome_for(&published[0]).await;
        let right = alice.clock.second();
        alice.clock.advance(YEARS);
        for _ in 0..5 {
            alice.maintain().await;
            alice.reopen().await;
        }
        alice.clock.turn_to(right + 3600);
        let outgoing = alice.maintain().await;
        assert!(outgoing.withdraw.iter().all(|one| !published.contains(one)), "nothing has replaced them");
        alice.clock.advance(2 * DAY);
        for _ in 0..2 {
            alice.maintain().await;
        }
        alice.join(&welcome).await.unwrap();
        assert!(alice.stored().await.contains(&published[1]));
        alice.clock.advance(85 * DAY);
        alice.maintain().await;
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert!(!alice.stored().await.contains(&published[1]), "its end comes when it is due");
    }

    async fn a_clock_that_is_years_ahead_for_an_hour_forgets_no_withdrawal() {
        let alice = Managed::new(few(1)).await;
        let removed = alice.publish_all().await;
        commit(&alice.client, async |tx| tx.remove_keypackage(&removed[0]).await).await;
        let right = alice.clock.second();
        alice.clock.advance(YEARS);
        assert!(alice.maintain().await.withdraw.contains(&removed[0]));
        alice.clock.turn_to(right);
        assert_eq!(alice.maintain().await.withdraw, removed);
        for _ in 0..3 {
            alice.clock.advance(50 * DAY);
            alice.maintain().await;
        }
        alice.clock.turn_to(right);
        assert!(!alice.maintain().await.withdraw.contains(&removed[0]), "it has expired, and that was seen twice");
    }

    /// A removal asked the clock once: it took for expired what was removed, and forgot what had been removed before.
    async fn what_is_removed_by_a_clock_that_is_ahead_is_withdrawn_when_the_clock_is_right_again() {
        for removal in Removal::ALL {
            let mut alice = Managed::new(few(1)).await;
            let other = add_credential(&alice.client).await;
            let published = alice.publish_all().await;
            let right = alice.clock.second();
            alice.clock.advance(90 * DAY);
            commit(&alice.client, async |tx| removal.of(tx, &alice.credential_ref, &published[0]).await).await;
            assert_eq!(alice.stored().await, [], "{removal:?}");
            alice.clock.turn_to(right);
            alice.credential_ref = other;
            for _ in 0..2 {
                assert_eq!(alice.maintain().await.withdraw, published, "{removal:?}");
                alice.reopen().await;
            }
            assert_eq!(alice.status().await.removed, 1);
        }
    }

    async fn a_removal_by_a_clock_that_is_ahead_forgets_no_removal_before_it() {
        for removal in Removal::ALL {
            let mut alice = Managed::new(few(2)).await;
            let other = add_credential(&alice.client).await;
            let mut published = alice.publish_all().await;
            commit(&alice.client, async |tx| tx.remove_keypackage(&published[0]).await).await;
            let right = alice.clock.second();
            alice.clock.advance(90 * DAY);
            for _ in 0..2 {
                commit(&alice.client, async |tx| removal.of(tx, &alice.credential_ref, &published[1]).await).await;
                if matches!(removal, Removal::WithCredential) {
                    break;
                }
            }
            alice.clock.turn_to(right);
            alice.credential_ref = other;
            let mut withdraw = alice.maintain().await.withdraw;
            withdraw.sort();
            published.sort();
            assert_eq!(withdraw, published, "{removal:?}");
        }
    }

    async fn packages_made_by_a_clock_that_was_ahead_are_replaced_and_don_t_stay_for_ever() {
        let alice = Managed::new(few(2)).await;
        let right = alice.clock.second();
        alice.clock.advance(YEARS);
        let ahead = alice.publish_all().await;
        alice.clock.turn_to(right);
        let outgoing = alice.maintain().await;
        let new = refs(&outgoing);
        assert_eq!((new.len(), outgoing.withdraw.len()), (2, 0));
        alice.published(&new).await;
        let withdraw = alice.maintain().await.withdraw;
        assert_eq!(withdraw, ahead);
        alice.withdrawn(&withdraw).await;
        for _ in 0..9 {
            alice.clock.advance(DAY);
            alice.maintain().await;
        }
        assert_eq!(alice.stored().await, new);
    }

    async fn a_withdrawal_noted_by_a_clock_that_was_ahead_has_its_grace_from_now_on() {
        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        let welcome = alice.welcome_for(&old[0]).await;
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.maintain().await;
        let right = alice.clock.second();
        alice.clock.advance(YEARS);
        alice.withdrawn(&old).await;
        alice.clock.turn_to(right);
        for _ in 0..6 {
            alice.maintain().await;
            alice.clock.advance(DAY);
        }
        alice.maintain().await;
        alice.join(&welcome).await.unwrap();

        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        alice.clock.advance(YEARS);
        alice.withdrawn(&old).await;
        alice.clock.turn_to(right - 57 * DAY.as_secs());
        for _ in 0..9 {
            alice.maintain().await;
            alice.clock.advance(DAY);
        }
        assert!(!alice.stored().await.contains(&old[0]), "not for ever");
    }

    /// Whatever is looked at by it seems to have been withdrawn in the future.
    async fn a_clock_that_is_wrong_either_way_for_an_hour_shortens_no_grace() {
        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        let welcome = alice.welcome_for(&old[0]).await;
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.withdrawn(&alice.maintain().await.withdraw).await;
        let right = alice.clock.second();
        for wrong in [right - 40 * DAY.as_secs(), 100, right + 30 * DAY.as_secs(), right + YEARS.as_secs()] {
            for _ in 0..2 {
                alice.clock.turn_to(wrong);
                alice.maintain().await;
                alice.clock.turn_to(right);
                alice.maintain().await;
            }
        }
        for _ in 0..6 {
            alice.clock.advance(DAY);
            alice.maintain().await;
        }
        alice.join(&welcome).await.unwrap();
    }

    async fn a_clock_that_starts_in_1970_purges_nothing_and_makes_up_for_it_later() {
        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        let welcome = alice.welcome_for(&old[0]).await;
        let right = alice.clock.second();
        alice.clock.turn_to(100);
        let unusable = alice.publish_all().await;
        alice.withdrawn(&alice.maintain().await.withdraw).await;
        alice.clock.turn_to(right + 60);
        // It was withdrawn a minute ago, and the clock says that it was half a century ago.
        for _ in 0..3 {
            alice.maintain().await;
        }
        assert!(alice.stored().await.contains(&old[0]));
        let outgoing = alice.maintain().await;
        assert_eq!(outgoing.publish.len(), 1);
        assert!(!refs(&outgoing).contains(&unusable[0]));
        alice.join(&welcome).await.unwrap();
    }

    async fn a_clock_set_back_by_hours_changes_nothing() {
        let alice = Managed::new(few(3).last_resort(true)).await;
        alice.publish_all().await;
        let before = alice.maintain().await;
        alice.clock.turn_to(alice.clock.second() - 20 * 3600);
        assert_eq!(alice.maintain().await, before);
        assert_eq!(alice.stored().await.len(), 4);
    }

    /// Its messages wait at the server while it is away, Welcomes among them.
    async fn a_client_that_was_away_for_long_gets_its_welcomes_before_it_purges() {
        let alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        let welcome = alice.welcome_for(&old[0]).await;
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.withdrawn(&alice.maintain().await.withdraw).await;
        alice.clock.advance(100 * DAY);
        for _ in 0..3 {
            alice.maintain().await;
        }
        alice.join(&welcome).await.unwrap();
    }
}
