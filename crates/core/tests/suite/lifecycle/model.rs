//! Random lives of key packages beside a model that knows nothing of the engine: only what peers could have fetched, what
//! the directory has confirmed, and when. After each step it is asked whether
//! - (a) a private key went before its time: all keys stay until the package is consumed, has had its grace after its
//!   withdrawal, has expired, or is removed by the app, and then its withdrawal is asked for;
//! - (b) a package in service was given up without a confirmed one in its place;
//! - (c) a private key stays for ever;
//! - (d) a package was given out with other bytes than before, twice, or not at all, or was counted wrongly, or those who
//!   watch were told otherwise.
//!
//! `step` says what can happen, `world` lets it happen, `ledger` is the model, `judge` compares, `watcher` plays
//! the changes that were told, `end` runs time forward.

mod end;
mod judge;
mod ledger;
pub(crate) mod peer;
mod server;
mod step;
mod watcher;
mod world;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use step::Step;
use world::World;

use crate::killed::{setting, tell};

/// How many sequences are run; `MLSKIT_SEQUENCES` asks for another number.
const SEQUENCES: u32 = 2_000;
/// The same for everybody, so that who sees red has to look at the change; `MLSKIT_SEQUENCES_SEED` asks for another.
const SEED: u64 = 9420;
/// Side by side.
const LANES: u32 = 2;
/// What a thousand sequences must have led to, else the model has lost its aim.
const AIMS: [&str; 18] = [
    "keys purged after the grace",
    "keys purged after the expiry",
    "keys removed by the app",
    "joined by a package that was pending",
    "joined by a package that was published",
    "joined by a package that was retired",
    "joined by a package that was withdrawn",
    "joined by a last-resort package",
    "a package of a replaced credential was retired",
    "a package was retired before it was confirmed",
    "a removed package was withdrawn",
    "a bad Welcome was refused",
    "a Welcome was refused: its package is gone",
    "a withdrawn package was confirmed as published",
    "a run hung and was given up",
    "a run was cut off",
    "killed in the middle of a maintenance",
    "a time that was noted lies in the future",
];

/// What happened how often.
type Tally = BTreeMap<&'static str, usize>;

/// What must not be; the story of the sequence comes with it.
#[derive(Debug)]
pub(super) struct Violation(String);

type Outcome<T = ()> = Result<T, Violation>;

impl From<mlskit::Error> for Violation {
    fn from(error: mlskit::Error) -> Self {
        Self(format!("the client refused: {error}"))
    }
}

/// As `assert!`, for what is shrunk.
fn ensure(holds: bool, words: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Violation(words())) }
}

#[test]
fn no_sequence_of_events_loses_a_key_withdraws_too_early_or_keeps_a_key_for_ever() {
    let sequences = setting("MLSKIT_SEQUENCES").unwrap_or(SEQUENCES);
    let seed = setting("MLSKIT_SEQUENCES_SEED").unwrap_or(SEED);
    tell(&format!("{sequences} sequences; MLSKIT_SEQUENCES_SEED={seed} repeats them"));

    let (mut tally, has_failed) = (Tally::new(), AtomicBool::new(false));
    thread::scope(|scope| {
        let lane = |lane: u32| {
            let share = sequences / LANES + u32::from(lane < sequences % LANES);
            let has_failed = &has_failed;
            scope.spawn(move || run(seed.wrapping_add(u64::from(lane)), share, has_failed))
        };
        let lanes: Vec<_> = (0..LANES).map(lane).collect();
        for lane in lanes {
            let lived = lane.join().unwrap().unwrap_or_else(|violation| panic!("{violation}"));
            lived.into_iter().for_each(|(what, count)| *tally.entry(what).or_default() += count);
        }
    });

    tell(&format!("{tally:#?}"));
    let missed: Vec<_> = AIMS.iter().filter(|aim| !tally.contains_key(*aim)).collect();
    assert!(sequences < SEQUENCES || missed.is_empty(), "never seen: {missed:?}");
}

/// One lane. When another has failed, the rest is of no interest.
fn run(seed: u64, sequences: u32, has_failed: &AtomicBool) -> Result<Tally, String> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: sequences, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key));
    let (tally, lived, is_shrinking) = (RefCell::new(Tally::new()), Cell::new(0), Cell::new(false));
    let outcome = runner.run(&step::sequence(), |steps| {
        if has_failed.load(Ordering::Relaxed) && !is_shrinking.get() {
            return Ok(());
        }
        lived.set(lived.get() + u32::from(!is_shrinking.get()));
        live(&steps, &tally).map_err(|violation| {
            has_failed.store(true, Ordering::Relaxed);
            is_shrinking.set(true);
            TestCaseError::fail(violation)
        })
    });
    match outcome {
        Ok(()) => Ok(tally.into_inner()),
        Err(TestError::Fail(reason, steps)) => {
            let count = lived.get();
            Err(format!("sequence {count} of the lane with seed {seed}, in its shortest form {steps:?}:\n{reason}"))
        }
        Err(aborted) => Err(aborted.to_string()),
    }
}

/// One sequence in a file of its own. What is wrong comes with the story.
fn live(steps: &[Step], tally: &RefCell<Tally>) -> Result<(), String> {
    smol::block_on(async {
        let mut world = World::new().await;
        let mut outcome = Ok(());
        for step in steps {
            outcome = world.perform(step).await;
            if outcome.is_err() {
                break;
            }
        }
        if outcome.is_ok() {
            outcome = world.end().await;
        }
        world.close().await;
        for what in &world.seen {
            *tally.borrow_mut().entry(*what).or_default() += 1;
        }
        outcome.map_err(|Violation(words)| {
            let mut story = format!("{words}\nafter:\n");
            for (number, line) in world.story.iter().enumerate() {
                let _ = writeln!(story, "{:3}. {line}", number + 1);
            }
            story
        })
    })
}
