//! What can happen.

use mlskit_testkit::directory::Fault;
use proptest::{collection::vec, prelude::*, strategy::Union};

/// One event. A number picks one of what is there, whatever that is.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Maintain,
    /// The library's own loop; what becomes of its first requests.
    Sync(Vec<Fault>),
    /// The app publishes, withdraws, and tells the store by itself, from what it was last told to.
    Publish(u8, Fault),
    Withdraw(u8, Fault),
    /// An answer that was lost comes after all, or once more.
    LateAnswer(u8),
    /// Requests that were late arrive.
    DeliverLate,
    Crash(Crash),
    Fetch,
    Welcome(u8, Letter),
    Replay(u8),
    /// Hours pass.
    Pass(u16),
    /// The clock is set, so many hours away from what is right.
    SetClock(i32),
    Replace,
    RemoveOld(u8),
    Remove(u8),
    RemoveAll,
    RemoveExpired,
    Policy(u8),
    Renew,
    /// The app makes a package for itself.
    Own,
    /// It publishes one of those, and puts it under the policy.
    OwnPublished(u8),
    /// The app withdraws a published package by itself.
    OwnWithdrawal(u8),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Crash {
    /// The file is closed in order.
    Closed,
    /// The file is what it is at this moment.
    Killed,
    /// So, while a maintenance has not been committed.
    KilledMaintaining,
    /// That maintenance is rolled back, and nothing else happens.
    RolledBack,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Letter {
    Good,
    /// Joined, and rolled back.
    RolledBack,
    Garbage,
    Truncated,
    /// A bit of what the keys open is wrong.
    Tampered,
}

const DAY: u16 = 24;
const YEARS: i32 = 24 * 365 * 10;

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        2 => Just(Fault::LostAnswer),
        1 => Just(Fault::LostRequest),
        1 => Just(Fault::Refused),
        1 => Just(Fault::Duplicate),
        2 => Just(Fault::Late),
    ]
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![6 => fault(), 1 => Just(Fault::Hangs), 1 => Just(Fault::HangsWhenDone)];
    prop_oneof![2 => Just(Vec::new()), 3 => vec(fault, 1..5)]
}

fn crash() -> impl Strategy<Value = Crash> {
    prop::sample::select(vec![Crash::Closed, Crash::Killed, Crash::KilledMaintaining, Crash::RolledBack])
}

fn letter() -> impl Strategy<Value = Letter> {
    prop_oneof![
        6 => Just(Letter::Good),
        1 => Just(Letter::RolledBack),
        1 => Just(Letter::Garbage),
        1 => Just(Letter::Truncated),
        2 => Just(Letter::Tampered),
    ]
}

fn hours() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![1, 23, DAY, 2 * DAY, 3 * DAY, 8 * DAY, 29 * DAY, 40 * DAY, 57 * DAY, 85 * DAY])
}

fn wrong_hours() -> impl Strategy<Value = i32> {
    prop_oneof![5 => Just(0), 4 => prop::sample::select(vec![-YEARS, -57 * 24, -48, -20, 20, 48, 30 * 24, 90 * 24, YEARS])]
}

fn step() -> impl Strategy<Value = Step> {
    let number = any::<u8>;
    Union::new_weighted(vec![
        (8, Just(Step::Maintain).boxed()),
        (14, faults().prop_map(Step::Sync).boxed()),
        (8, (number(), fault()).prop_map(|(number, fault)| Step::Publish(number, fault)).boxed()),
        (6, (number(), fault()).prop_map(|(number, fault)| Step::Withdraw(number, fault)).boxed()),
        (4, number().prop_map(Step::LateAnswer).boxed()),
        (3, Just(Step::DeliverLate).boxed()),
        (4, crash().prop_map(Step::Crash).boxed()),
        (6, Just(Step::Fetch).boxed()),
        (7, (number(), letter()).prop_map(|(number, letter)| Step::Welcome(number, letter)).boxed()),
        (2, number().prop_map(Step::Replay).boxed()),
        (18, hours().prop_map(Step::Pass).boxed()),
        (6, wrong_hours().prop_map(Step::SetClock).boxed()),
        (3, Just(Step::Replace).boxed()),
        (1, number().prop_map(Step::RemoveOld).boxed()),
        (3, number().prop_map(Step::Remove).boxed()),
        (1, Just(Step::RemoveAll).boxed()),
        (1, Just(Step::RemoveExpired).boxed()),
        (4, number().prop_map(Step::Policy).boxed()),
        (3, Just(Step::Renew).boxed()),
        (1, Just(Step::Own).boxed()),
        (1, number().prop_map(Step::OwnPublished).boxed()),
        (1, number().prop_map(Step::OwnWithdrawal).boxed()),
    ])
}

pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    // From one on, so that a failure shrinks to what matters.
    vec(step(), 1..=35)
}
