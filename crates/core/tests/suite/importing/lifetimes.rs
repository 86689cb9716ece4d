//! When a package may be used, and how long.

use super::*;

#[test]
fn an_expired_package_is_rejected_with_both_times() {
    let not_after = now() - 10;
    let RejectedKeypackage::Expired { not_after: found, now: then } =
        reason(&with_lifetime(not_after - DAY, not_after))
    else {
        panic!("another reason")
    };
    assert_eq!(found, not_after);
    assert!(now().abs_diff(then) < 60);
}

#[test]
fn a_package_that_is_not_yet_valid_is_rejected_with_both_times() {
    let not_before = now() + DAY;
    let forge = with_lifetime(not_before, not_before + DAY);
    let RejectedKeypackage::NotYetValid { not_before: found, now: then } = reason(&forge) else {
        panic!("another reason")
    };
    assert_eq!(found, not_before);
    assert!(now().abs_diff(then) < 60);
}

#[test]
fn the_turned_clock_decides_from_the_first_second_to_the_last_but_one() {
    let (not_before, not_after) = (now() - DAY, now() + DAY);
    let bytes = with_lifetime(not_before, not_after).bytes();
    let at = |second| KeypackageChecks::default().clock(Arc::new(TurnedClock::at_second(second))).check(&bytes);
    let early = not_before - 1;
    assert_eq!(at(early), Err(RejectedKeypackage::NotYetValid { not_before, now: early }));
    at(not_before).unwrap();
    at(not_after - 1).unwrap();
    assert_eq!(at(not_after), Err(RejectedKeypackage::Expired { not_after, now: not_after }));
}

/// OpenMLS reads the system's clock, so turning ours makes no expired package good.
#[test]
fn turning_the_clock_back_revives_nothing() {
    let not_after = now() - DAY;
    let bytes = with_lifetime(not_after - DAY, not_after).bytes();
    let checks = KeypackageChecks::default().clock(Arc::new(TurnedClock::at_second(not_after - 10)));
    assert!(matches!(checks.check(&bytes), Err(RejectedKeypackage::Expired { .. })));
    let not_before = now() + DAY;
    let bytes = with_lifetime(not_before, not_before + DAY).bytes();
    let checks = KeypackageChecks::default().clock(Arc::new(TurnedClock::at_second(not_before)));
    assert!(matches!(checks.check(&bytes), Err(RejectedKeypackage::NotYetValid { .. })));
}

#[test]
fn a_lifetime_over_the_limit_and_an_hour_is_rejected() {
    let limit = Duration::from_secs(10 * DAY + 60 * 60);
    let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::from_secs(10 * DAY));
    let not_before = now() - 60;
    let with = |seconds| with_lifetime(not_before, not_before + seconds).bytes();
    checks.check(&with(limit.as_secs())).unwrap();
    let found = limit + Duration::from_secs(1);
    assert_eq!(checks.check(&with(found.as_secs())), Err(RejectedKeypackage::LifetimeTooLong { found, limit }));
}

#[test]
fn the_default_limit_is_a_hundred_days_and_an_hour() {
    let limit = Duration::from_secs(100 * DAY + 60 * 60);
    let not_before = now() - 60;
    accept(&with_lifetime(not_before, not_before + limit.as_secs()));
    let found = Duration::from_secs(u64::MAX);
    assert_eq!(reason(&with_lifetime(0, u64::MAX)), RejectedKeypackage::LifetimeTooLong { found, limit });
    let any = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX);
    any.check(&with_lifetime(0, u64::MAX).bytes()).unwrap();
}

#[test]
fn a_lifetime_that_ends_before_it_begins_is_rejected() {
    for (not_before, not_after) in [(now() + DAY, now() - DAY), (now(), now()), (u64::MAX, 0)] {
        let forge = with_lifetime(not_before, not_after);
        assert_eq!(reason(&forge), RejectedKeypackage::InvertedLifetime { not_before, not_after });
    }
}
