//! What a status shows: each figure has a value of its own here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mlskit::{KeypackageExt, KeypackageStatus};

use super::{DAY, Managed, add_credential, few, refs};
use crate::group::commit;

/// Unmanaged, pending, published, stale, retired, withdrawn, removed.
fn figures(status: &KeypackageStatus) -> [u32; 7] {
    let KeypackageStatus { unmanaged, pending, published, stale, retired, withdrawn, removed, .. } = *status;
    [unmanaged, pending, published, stale, retired, withdrawn, removed]
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(second)
}

scenarios! {
    async fn a_status_counts_what_is_in_service_of_a_credential_and_its_predecessors_and_what_is_not_of_all() {
        let mut alice = Managed::new(few(3)).await;
        let old = alice.publish_all().await;
        let new_ref = add_credential(&alice.client).await;
        alice.policy = few(3).last_resort(true);
        commit(&alice.client, async |tx| tx.replace_credential(&alice.credential_ref, &new_ref, &alice.policy).await).await;
        alice.credential_ref = new_ref;
        let status = alice.status().await;
        assert_eq!(figures(&status), [0, 4, 3, 3, 0, 0, 0]);
        assert!(!status.has_last_resort, "nobody has confirmed it");
        let first = alice.publish_all().await;
        assert_eq!(alice.maintain().await.withdraw, old);
        alice.withdrawn(&old[..1]).await;
        let status = alice.status().await;
        assert_eq!(figures(&status), [0, 0, 4, 0, 2, 1, 0]);
        assert!(status.has_last_resort);

        let renew = async || commit(&alice.client, async |tx| tx.renew_keypackages(&alice.credential_ref).await).await;
        renew().await;
        let second = refs(&alice.maintain().await);
        alice.published(&second[1..2]).await;
        assert_eq!(alice.maintain().await.withdraw.len(), 3);
        assert_eq!(figures(&alice.status().await), [0, 3, 4, 3, 3, 1, 0]);
        renew().await;
        assert_eq!(figures(&alice.status().await), [0, 3, 4, 4, 3, 1, 0], "those that wait are not published");
        let third = alice.maintain().await.publish.pop().unwrap().keypackage_ref;
        alice.published(&[third]).await;
        commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, None).await).await;
        commit(&alice.client, async |tx| tx.remove_keypackage(&old[1]).await).await;
        assert_eq!(figures(&alice.status().await), [1, 6, 5, 4, 2, 1, 1]);
        assert_eq!(alice.maintain().await.withdraw.len(), 4);
        assert!(first.iter().any(|one| one.is_last_resort()));
    }

    async fn a_status_shows_a_removed_package_until_its_withdrawal_is_confirmed_expired_or_not() {
        let alice = Managed::new(few(0)).await;
        let hour = Duration::from_hours(1);
        let package = commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, Some(hour)).await).await;
        let published = [package.keypackage_ref().unwrap()];
        alice.published(&published).await;
        commit(&alice.client, async |tx| tx.remove_keypackage(&published[0]).await).await;
        assert_eq!(alice.status().await.removed, 1);
        alice.clock.advance(2 * hour);
        assert_eq!(alice.status().await.removed, 1);
        alice.withdrawn(&published).await;
        assert_eq!(alice.status().await.removed, 0);
    }

    async fn a_status_tells_since_when_something_waits_and_when_the_first_is_to_be_replaced() {
        let mut alice = Managed::new(few(1)).await;
        let status = alice.status().await;
        assert_eq!((status.oldest_pending, status.next_refresh), (None, None));
        let begun = alice.clock.second();
        let old = refs(&alice.maintain().await);
        let first_refresh = alice.status().await.next_refresh.unwrap();
        alice.clock.advance(DAY);
        alice.policy = few(2);
        let later = alice.clock.second();
        alice.maintain().await;
        let status = alice.status().await;
        assert_eq!((status.oldest_pending, status.next_refresh), (Some(at(begun)), Some(first_refresh)));
        alice.published(&old).await;
        assert_eq!(alice.status().await.oldest_pending, Some(at(later)), "the first does not wait any more");
        alice.clock.turn_to(begun);
        assert_eq!(alice.status().await.oldest_pending, Some(at(begun)), "not in the future");
        alice.clock.advance(60 * DAY);
        assert_eq!(alice.status().await.next_refresh, Some(first_refresh), "it is waiting for that");
    }
}
