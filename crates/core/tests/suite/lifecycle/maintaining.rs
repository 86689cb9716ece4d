//! What is made, given out, replaced and purged.

use std::time::{Duration, UNIX_EPOCH};

use mlskit::{Clock, Error, GroupError, KeypackageExt, keypackage::KeypackageFraming};

use super::{DAY, Managed, add_credential, few, refs};
use crate::group::commit;

scenarios! {
    async fn the_first_maintenance_gives_out_what_the_policy_wants_and_the_next_the_same_bytes() {
        let mut alice = Managed::new(few(3).last_resort(true)).await;
        let first = alice.maintain().await;
        assert_eq!((first.publish.len(), first.withdraw.len()), (4, 0));
        let last_resort: Vec<_> = refs(&first).iter().map(|one| one.is_last_resort()).collect();
        assert_eq!(last_resort, [true, false, false, false], "whoever is interrupted has one for all");
        for publication in &first.publish {
            let package = alice.package(&publication.keypackage_ref).await;
            assert_eq!(package.to_bytes().unwrap(), publication.bytes);
            alice.client.import_keypackage(&publication.bytes).await.unwrap();
        }
        assert_eq!(alice.maintain().await, first);
        alice.reopen().await;
        assert_eq!(alice.client.outgoing_keypackages(&alice.credential_ref, &alice.policy).await.unwrap(), first);
        assert_eq!(alice.maintain().await, first);
        assert_eq!(alice.stored().await.len(), 4);
    }

    async fn what_is_rolled_back_was_never_given_out() {
        let alice = Managed::new(few(3)).await;
        let tx = alice.client.new_transaction().await.unwrap();
        tx.maintain_keypackages(&alice.credential_ref, &alice.policy).await.unwrap();
        let seen = alice.client.outgoing_keypackages(&alice.credential_ref, &alice.policy).await.unwrap();
        assert!(seen.publish.is_empty());
        tx.abort().await.unwrap();
        assert_eq!(alice.stored().await, []);
    }

    async fn packages_are_given_out_in_the_framing_that_the_policy_asks_for() {
        let alice = Managed::new(few(1).framing(KeypackageFraming::MlsMessage)).await;
        let [publication] = &alice.maintain().await.publish[..] else { panic!() };
        let package = alice.package(&publication.keypackage_ref).await;
        assert_eq!(publication.bytes, package.to_mls_message().unwrap());
    }

    async fn what_is_confirmed_is_given_out_no_more_and_the_rest_goes_on_as_it_was() {
        let alice = Managed::new(few(3)).await;
        let first = alice.maintain().await;
        alice.published(&refs(&first)[..1]).await;
        assert_eq!(alice.maintain().await.publish, first.publish[1..]);
        alice.published(&refs(&first)).await;
        let settled = alice.maintain().await;
        assert_eq!((settled.publish.len(), settled.withdraw.len()), (0, 0));
        assert_eq!(alice.stored().await.len(), 3);
    }

    async fn a_package_that_was_used_is_replaced_and_withdrawn_too() {
        let alice = Managed::new(few(2)).await;
        let published = alice.publish_all().await;
        let welcome = alice.welcome_for(&published[0]).await;
        alice.join(&welcome).await.unwrap();
        let outgoing = alice.maintain().await;
        assert_eq!(outgoing.publish.len(), 1);
        // It may be on its way to the directory once more.
        assert_eq!(outgoing.withdraw, published[..1]);
        alice.withdrawn(&published[..1]).await;
        assert!(alice.maintain().await.withdraw.is_empty());
    }

    async fn a_package_whose_publication_was_never_answered_opens_a_welcome() {
        let mut alice = Managed::new(few(1)).await;
        let given_out = refs(&alice.maintain().await);
        let welcome = alice.welcome_for(&given_out[0]).await;
        alice.reopen().await;
        alice.clock.advance(40 * DAY);
        alice.maintain().await;
        alice.join(&welcome).await.unwrap();
        // What arrives now is one without keys.
        assert_eq!(alice.maintain().await.withdraw, given_out);
    }

    async fn an_old_package_is_withdrawn_only_when_its_replacement_is_published() {
        let alice = Managed::new(few(2)).await;
        let old = alice.publish_all().await;
        alice.clock.advance(57 * DAY);
        let outgoing = alice.maintain().await;
        let new = refs(&outgoing);
        assert_eq!((new.len(), outgoing.withdraw.len()), (2, 0));
        assert!(new.iter().all(|one| !old.contains(one)));
        assert_eq!(alice.status().await.stale, 2);
        // Nothing but the answer makes a difference.
        for _ in 0..3 {
            alice.clock.advance(DAY);
            assert!(alice.maintain().await.withdraw.is_empty());
        }
        alice.published(&new[..1]).await;
        assert_eq!(alice.maintain().await.withdraw, old[..1]);
        assert_eq!(alice.maintain().await.withdraw, old[..1], "one for one, however often it is asked");
        alice.published(&new[1..]).await;
        assert_eq!(alice.maintain().await.withdraw, old);
    }

    async fn a_withdrawn_package_opens_a_welcome_until_its_grace_is_over() {
        let alice = Managed::new(few(3)).await;
        let old = alice.publish_all().await;
        let (early, late) = (alice.welcome_for(&old[0]).await, alice.welcome_for(&old[1]).await);
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        let withdraw = alice.maintain().await.withdraw;
        assert_eq!(withdraw, old);
        alice.withdrawn(&withdraw).await;
        assert_eq!(alice.status().await.withdrawn, 3);
        alice.clock.advance(6 * DAY);
        alice.maintain().await;
        alice.join(&early).await.unwrap();
        alice.clock.advance(DAY);
        alice.maintain().await; // sees that it is over
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert_eq!(alice.join(&late).await.unwrap_err(), Error::Group(GroupError::NoMatchingKeypackage));
        assert!(alice.stored().await.iter().all(|one| !old.contains(one)));
    }

    async fn what_expires_before_its_grace_is_over_is_purged_then() {
        let alice = Managed::new(few(1).grace(60 * DAY)).await;
        let old = alice.publish_all().await;
        alice.clock.advance(57 * DAY);
        alice.publish_all().await;
        alice.withdrawn(&alice.maintain().await.withdraw).await;
        alice.clock.advance(27 * DAY);
        alice.maintain().await;
        assert!(alice.stored().await.contains(&old[0]), "seen once");
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert!(!alice.stored().await.contains(&old[0]));
    }

    async fn a_package_that_nobody_could_ever_be_told_of_ends_with_its_expiry() {
        let alice = Managed::new(few(2)).await;
        let first = refs(&alice.maintain().await);
        for _ in 0..90 {
            alice.clock.advance(DAY);
            let outgoing = alice.maintain().await;
            assert_eq!(outgoing.publish.len(), 2, "the old ones are not worth it any more");
            assert!(outgoing.withdraw.iter().all(|one| first.contains(one)), "who knows whether a directory has them");
            assert!(alice.stored().await.len() <= 4);
        }
        assert!(alice.stored().await.iter().all(|one| !first.contains(one)));
    }

    async fn what_the_app_made_for_itself_counts_for_nothing_and_stays_until_it_expires() {
        let alice = Managed::new(few(2)).await;
        let own = commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, None).await).await;
        let own = own.keypackage_ref().unwrap();
        let given_out = alice.publish_all().await;
        assert_eq!(given_out.len(), 2);
        assert!(!given_out.contains(&own));
        assert_eq!((alice.status().await.unmanaged, alice.status().await.published), (1, 2));
        assert_eq!(alice.client.count_valid_keypackages(&alice.credential_ref).await.unwrap(), 3);
        alice.clock.advance(83 * DAY);
        assert!(!alice.maintain().await.withdraw.contains(&own));
        assert!(alice.stored().await.contains(&own));
        alice.clock.advance(2 * DAY);
        alice.maintain().await;
        alice.clock.advance(DAY);
        alice.maintain().await;
        assert!(!alice.stored().await.contains(&own));
    }

    async fn what_the_app_made_and_published_itself_comes_under_the_policy_when_it_says_so() {
        let alice = Managed::new(few(1)).await;
        let own = commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, None).await).await;
        let own = own.keypackage_ref().unwrap();
        alice.published(std::slice::from_ref(&own)).await;
        assert!(alice.maintain().await.publish.is_empty(), "it is the one that the policy wants");
        alice.clock.advance(57 * DAY);
        assert_eq!(alice.publish_all().await.len(), 1);
        assert_eq!(alice.maintain().await.withdraw, [own]);
    }

    async fn what_the_app_removes_is_to_be_withdrawn_until_that_is_confirmed() {
        let mut alice = Managed::new(few(2)).await;
        let published = alice.publish_all().await;
        commit(&alice.client, async |tx| tx.remove_keypackage(&published[0]).await).await;
        for _ in 0..2 {
            alice.reopen().await;
            assert_eq!(alice.maintain().await.withdraw, published[..1]);
            assert_eq!(alice.status().await.removed, 1);
        }
        alice.withdrawn(&published[..1]).await;
        assert!(alice.maintain().await.withdraw.is_empty());
        commit(&alice.client, async |tx| tx.remove_keypackage(&published[1]).await).await;
        alice.clock.advance(85 * DAY);
        assert!(alice.maintain().await.withdraw.contains(&published[1]), "the clock may be wrong");
        alice.clock.advance(DAY);
        assert!(!alice.maintain().await.withdraw.contains(&published[1]), "nobody takes what has expired");
    }

    /// A directory that forgets nothing would have no room left, and serve what opens nothing if the clock is wrong.
    async fn what_has_expired_at_the_directory_is_withdrawn_without_its_keys() {
        let mut alice = Managed::new(few(1)).await;
        let old = alice.publish_all().await;
        alice.clock.advance(85 * DAY);
        assert!(alice.maintain().await.withdraw.is_empty(), "it is replaced by nothing yet");
        alice.clock.advance(DAY);
        let outgoing = alice.maintain().await;
        assert_eq!(alice.stored().await, refs(&outgoing));
        assert_eq!(outgoing.withdraw, old);
        alice.withdrawn(&old).await;
        assert!(alice.maintain().await.withdraw.is_empty());
        alice.reopen().await;
        assert_eq!(alice.status().await.removed, 0);
    }

    /// What it keeps to itself as well, and what another credential has.
    async fn the_next_time_is_told_until_the_last_key_is_gone() {
        let alice = Managed::new(few(0)).await;
        let own = commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, None).await).await;
        let mut calls = 0;
        while let Some(next) = alice.maintain().await.next {
            assert!(next > alice.clock.now(), "a time to come, or an app would call for ever");
            alice.clock.turn_to(next.duration_since(UNIX_EPOCH).unwrap().as_secs());
            calls += 1;
        }
        assert_eq!((alice.stored().await.len(), calls), (0, 2));
        assert!(own.life_time().not_after() < alice.clock.second());
    }

    async fn a_grace_is_that_of_the_policy_of_its_own_credential() {
        let mut alice = Managed::new(few(1)).await;
        let (first, old) = (alice.credential_ref.clone(), alice.publish_all().await);
        alice.policy = few(0);
        alice.withdrawn(&alice.maintain().await.withdraw).await;
        alice.clock.advance(DAY);
        let second = add_credential(&alice.client).await;
        for _ in 0..3 {
            alice.client.maintain_keypackages(&second, &few(0).grace(Duration::ZERO)).await.unwrap();
        }
        assert_eq!(alice.stored().await, old);
        alice.clock.advance(6 * DAY);
        alice.client.maintain_keypackages(&first, &alice.policy).await.unwrap();
        alice.clock.advance(DAY);
        alice.client.maintain_keypackages(&second, &few(0).grace(30 * DAY)).await.unwrap();
        alice.client.maintain_keypackages(&first, &alice.policy).await.unwrap();
        assert_eq!(alice.stored().await, []);
    }

    /// Its directory would go on serving what has no keys, if the clock was wrong.
    async fn a_policy_without_grace_looks_twice_at_what_has_expired_too() {
        let alice = Managed::new(few(2).grace(Duration::ZERO)).await;
        let published = alice.publish_all().await;
        let right = alice.clock.second();
        alice.clock.advance(100 * DAY);
        alice.maintain().await;
        alice.maintain().await;
        alice.clock.turn_to(right);
        alice.maintain().await;
        assert!(published.iter().all(|one| smol::block_on(alice.stored()).contains(one)));
    }

    async fn a_policy_that_wants_fewer_withdraws_what_is_too_many_and_one_that_wants_none_all() {
        let mut alice = Managed::new(few(4)).await;
        let published = alice.publish_all().await;
        alice.policy = few(1);
        let withdraw = alice.maintain().await.withdraw;
        assert_eq!(withdraw.len(), 3);
        assert!(withdraw.iter().all(|one| published.contains(one)));
        alice.policy = few(0);
        assert_eq!(alice.maintain().await.withdraw.len(), 4);
        alice.withdrawn(&published).await;
        alice.clock.advance(8 * DAY);
        alice.maintain().await;
        alice.clock.advance(DAY);
        let outgoing = alice.maintain().await;
        assert_eq!((alice.stored().await.len(), outgoing.next), (0, None));
    }

    async fn packages_are_refreshed_in_their_margin_and_clients_at_times_of_their_own() {
        let mut delays = Vec::new();
        for _ in 0..4 {
            let alice = Managed::new(few(2)).await;
            alice.publish_all().await;
            let next = alice.maintain().await.next.unwrap();
            assert_eq!(alice.maintain().await.next.unwrap(), next, "the same on every call");
            assert_eq!(alice.status().await.next_refresh.unwrap(), next);
            let since = next.duration_since(mlskit::Clock::now(&*alice.clock)).unwrap();
            assert!((49 * DAY..=56 * DAY).contains(&since), "{since:?}");
            delays.push(since);
            alice.clock.advance(since - std::time::Duration::from_secs(1));
            assert!(alice.maintain().await.publish.is_empty());
            alice.clock.advance(std::time::Duration::from_secs(1));
            assert_eq!(alice.maintain().await.publish.len(), 2);
        }
        delays.dedup();
        assert_eq!(delays.len(), 4);
    }

    async fn a_margin_longer_than_the_lifetime_does_not_make_packages_without_end() {
        let policy = few(2).lifetime(2 * DAY).refresh_margin(100 * DAY);
        let alice = Managed::new(policy).await;
        let first = alice.maintain().await;
        assert_eq!(alice.maintain().await.publish, first.publish);
        alice.published(&refs(&first)).await;
        assert!(alice.maintain().await.publish.is_empty());
        assert_eq!(alice.stored().await.len(), 2);
    }

    async fn an_app_that_makes_its_packages_otherwise_has_the_old_ones_replaced() {
        let mut alice = Managed::new(few(2)).await;
        let old = alice.publish_all().await;
        alice.policy = few(2).config(mlskit::KeypackageConfig::default().grease(true));
        assert!(alice.maintain().await.publish.is_empty());
        commit(&alice.client, async |tx| tx.renew_keypackages(&alice.credential_ref).await).await;
        let outgoing = alice.maintain().await;
        assert_eq!((outgoing.publish.len(), outgoing.withdraw.len()), (2, 0));
        alice.published(&refs(&outgoing)).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        assert!(alice.maintain().await.publish.is_empty());
    }

    async fn counts_are_by_credential_and_by_ciphersuite() {
        let alice = Managed::new(few(3)).await;
        alice.maintain().await;
        let other = add_credential(&alice.client).await;
        commit(&alice.client, async |tx| tx.generate_keypackage(&other, None).await).await;
        let client = &alice.client;
        assert_eq!(client.count_valid_keypackages(&alice.credential_ref).await.unwrap(), 3);
        assert_eq!(client.count_valid_keypackages(&other).await.unwrap(), 1);
        assert_eq!(commit(client, async |tx| tx.count_valid_keypackages(&other).await).await, 1);
        assert_eq!(client.count_valid_keypackages_in(crate::common::SUITE).await.unwrap(), 4);
        let p256 = mlskit::openmls::prelude::Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
        assert_eq!(client.count_valid_keypackages_in(p256).await.unwrap(), 0);
        alice.clock.advance(85 * DAY);
        assert_eq!(client.count_valid_keypackages_in(crate::common::SUITE).await.unwrap(), 0);
        assert_eq!(commit(client, async |tx| tx.remove_expired_keypackages().await).await, 4);
        assert_eq!(alice.stored().await, []);
    }
}
