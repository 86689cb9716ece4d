//! The loop over a directory that goes wrong.

use std::collections::HashSet;

use mlskit::{KeypackageDirectory, KeypackageSync, KeypackageSyncError, KeypackageSyncStep};
use mlskit_testkit::directory::{DirectoryError, Fault, Request};

use super::{DAY, Managed, few, refs};
use crate::{common::SUITE, group::commit};

scenarios! {
    async fn a_run_supplies_the_directory_and_says_when_to_come_back() {
        let alice = Managed::new(few(3).last_resort(true)).await;
        let report = alice.sync().await;
        assert_eq!((report.published.len(), report.withdrawn.len(), report.refused.len()), (4, 0, 0));
        assert_eq!(alice.served(), report.published);
        let second = alice.sync().await;
        assert_eq!((second.published.len(), second.next), (0, report.next));
        alice.clock.turn_to(report.next.unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs());
        let refresh = alice.sync().await;
        assert_eq!((refresh.published.len(), refresh.withdrawn.len()), (4, 4));
        assert_eq!(alice.served(), refresh.published);
        let nothing = alice.client.sync_keypackages(&alice.shelf(), &alice.credential_ref, &few(0)).await.unwrap();
        assert_eq!(nothing.withdrawn.len(), 4);
        for _ in 0..9 {
            alice.clock.advance(DAY);
            alice.client.sync_keypackages(&alice.shelf(), &alice.credential_ref, &few(0)).await.unwrap();
        }
        let done = alice.client.sync_keypackages(&alice.shelf(), &alice.credential_ref, &few(0)).await.unwrap();
        assert_eq!((done.next, alice.stored().await.len()), (None, 0));
    }

    async fn a_peer_fetches_what_was_published_and_its_welcome_opens() {
        let alice = Managed::new(few(1).last_resort(true)).await;
        alice.sync().await;
        let (bob, bobs) = crate::common::client("bob").await;
        let shelf = alice.directory.of(bob.id());
        for round in 0..3 {
            let bytes = shelf.fetch(alice.client.id(), SUITE).await.unwrap().unwrap();
            let package = bob.import_keypackage_of(alice.client.id(), &bytes).await.unwrap();
            assert_eq!(package.last_resort(), round > 0, "last, and again and again");
            let group = commit(&bob, async |tx| tx.create_group(&bobs, Default::default()).await).await;
            let (_, welcome) = crate::group::add(&bob, &group, &package).await;
            alice.join(&welcome).await.unwrap();
        }
        alice.sync().await;
        assert_eq!(alice.served().len(), 2);
    }

    async fn whatever_goes_wrong_the_next_run_ends_it() {
        let faults = [
            Fault::LostAnswer,
            Fault::LostRequest,
            Fault::Refused,
            Fault::Duplicate,
            Fault::Late,
        ];
        for fault in faults {
            for at in 0..6 {
                let mut alice = Managed::new(few(3)).await;
                alice.sync().await;
                alice.clock.advance(57 * DAY);
                alice.directory.fail((0..at).map(|_| Fault::None).chain([fault]));
                let outcome = alice.client.sync_keypackages(&alice.shelf(), &alice.credential_ref, &alice.policy).await;
                match fault {
                    Fault::Duplicate => assert_eq!(outcome.unwrap().published.len(), 3),
                    Fault::Refused => {
                        let report = outcome.unwrap();
                        assert_eq!(report.refused.len(), 1);
                        let wait = report.next.unwrap().duration_since(mlskit::Clock::now(&*alice.clock)).unwrap();
                        assert!(wait <= std::time::Duration::from_hours(1));
                    }
                    _ => {
                        let error = outcome.unwrap_err();
                        assert!(matches!(error, KeypackageSyncError::Directory(DirectoryError::NoAnswer)));
                    }
                }
                assert!(alice.served().len() >= 3, "{fault:?} at {at}");
                alice.reopen().await;
                alice.sync().await;
                alice.directory.deliver_late();
                alice.sync().await;
                let served = alice.served();
                assert_eq!(served.len(), 3, "{fault:?} at {at}");
                let stored = alice.stored().await;
                assert!(served.iter().all(|one| stored.contains(one)), "{fault:?} at {at}");
            }
        }
    }

    async fn a_directory_that_hangs_is_given_up_and_the_next_run_goes_on() {
        for fault in [Fault::Hangs, Fault::HangsWhenDone] {
            let alice = Managed::new(few(3)).await;
            alice.directory.fail([Fault::None, fault]);
            let shelf = alice.shelf();
            let sync = alice.client.sync_keypackages(&shelf, &alice.credential_ref, &alice.policy);
            let arrived = if fault == Fault::Hangs { 1 } else { 2 };
            let is_hanging = async {
                while alice.status().await.published < 1 || alice.directory.requests().len() < arrived {
                    smol::Timer::after(std::time::Duration::from_millis(1)).await;
                }
                // While it hangs, others work.
                commit(&alice.client, async |tx| tx.generate_keypackage(&alice.credential_ref, None).await).await;
            };
            smol::future::or(async { drop(sync.await) }, is_hanging).await;
            assert_eq!(alice.status().await.pending, 2);
            assert_eq!(alice.sync().await.published.len(), 2);
            assert_eq!(alice.served().len(), 3);
        }
    }

    async fn two_runs_at_once_do_no_harm() {
        let alice = Managed::new(few(5)).await;
        let shelf = alice.shelf();
        let run = async || alice.client.sync_keypackages(&shelf, &alice.credential_ref, &alice.policy).await.unwrap();
        for round in 1..=3 {
            smol::future::zip(run(), run()).await;
            assert_eq!(alice.served().len(), 5);
            let named = alice.directory.requests().into_iter().map(|request| match request {
                Request::Publish(keypackage_ref, _) | Request::Withdraw(keypackage_ref) => keypackage_ref,
            });
            assert_eq!(named.collect::<HashSet<_>>().len(), 5 * round, "none was made in vain");
            let status = alice.status().await;
            assert_eq!((status.pending, status.published, status.retired), (0, 5, 0));
            alice.clock.advance(57 * DAY);
        }
    }

    async fn a_refused_package_holds_nothing_else_up() {
        let alice = Managed::new(few(3)).await;
        alice.directory.fail([Fault::Refused]);
        let report = alice.sync().await;
        assert_eq!((report.published.len(), report.refused.len()), (2, 1));
        assert_eq!(report.refused[0].1, DirectoryError::Refused);
        let again = alice.sync().await;
        assert_eq!(again.published, [report.refused[0].0.clone()]);
    }

    async fn a_package_that_was_used_while_a_run_was_under_way_is_not_published() {
        let alice = Managed::new(few(2)).await;
        let outgoing = alice.maintain().await;
        let welcome = alice.welcome_for(&refs(&outgoing)[1]).await;
        let mut sync = KeypackageSync::new(&alice.client, &alice.credential_ref, &alice.policy);
        let KeypackageSyncStep::Publish(first) = sync.next().await.unwrap() else { panic!() };
        assert_eq!(first, outgoing.publish[0]);
        alice.join(&welcome).await.unwrap();
        sync.confirm().await.unwrap();
        let next = sync.next().await.unwrap();
        let KeypackageSyncStep::Publish(next) = next else { panic!("{next:?}") };
        assert!(!refs(&outgoing).contains(&next.keypackage_ref));
        // Without a confirmation it is left for the next run.
        let KeypackageSyncStep::Withdraw(used) = sync.next().await.unwrap() else { panic!() };
        assert_eq!(used, refs(&outgoing)[1]);
        sync.confirm().await.unwrap();
        sync.confirm().await.unwrap();
        assert!(matches!(sync.next().await.unwrap(), KeypackageSyncStep::Wait(_)));
        assert_eq!(alice.maintain().await.publish, [next]);
    }

    async fn a_withdrawal_comes_after_the_publication_of_what_replaces_it() {
        let alice = Managed::new(few(1).last_resort(true)).await;
        alice.sync().await;
        alice.clock.advance(57 * DAY);
        alice.sync().await;
        let order: Vec<_> =
            alice.directory.requests().iter().map(|one| matches!(one, Request::Publish(..))).collect();
        assert_eq!(order, [true, true, true, true, false, false]);
    }

    async fn no_transaction_is_open_while_a_step_is_taken() {
        let alice = Managed::new(few(1)).await;
        let mut sync = KeypackageSync::new(&alice.client, &alice.credential_ref, &alice.policy);
        while let KeypackageSyncStep::Publish(_) | KeypackageSyncStep::Withdraw(_) = sync.next().await.unwrap() {
            let tx = alice.client.new_transaction().await.unwrap();
            tx.abort().await.unwrap();
            sync.confirm().await.unwrap();
        }
    }
}
