//! Lives that end by SIGKILL. A child process works on a file and reports on a pipe; it is killed at a random moment;
//! then the file must open and contain exactly what was reported as committed.
//!
//! A kill proves nothing about a loss of power: that is what the keystore's tests of durability count fsyncs for.

mod checks_can_fail;
pub(crate) mod dice;
mod groups;
pub(crate) mod inspection;
mod keypackages;
mod life;
mod private_keys;
mod process;
pub(crate) mod report;
mod subject;

use std::{env, str::FromStr, thread, time::Duration};

use dice::Dice;
use subject::{Subject, Tally};

pub(crate) const CLIENT_ID: &str = "alice@example.com";
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How many lives end; `MLSKIT_KILLS` asks for another number.
const KILLS: usize = 200;
/// Files that live side by side: most of a life is waiting for the disk or for its end.
const LANES: usize = 4;
/// Lives of one file, at most.
const LIVES: usize = 24;

#[test]
fn killed_at_any_moment_a_file_opens_whole_with_exactly_what_was_committed() {
    let (kills, tallies) = in_lanes(KILLS, files_that_live_and_die);
    let mut tally = Tally::default();
    tallies.iter().for_each(|lane| tally.add(lane));
    tell(&format!("{tally:?}"));
    assert_eq!(tally.kills, kills);
    // Else the test has lost its aim. Nearly half of them hit a commit.
    assert!(kills < KILLS || (tally.while_committing > 0 && tally.while_opening > 0), "{tally:?}");
}

/// Spends so many kills, or as many as are asked for, in lanes side by side; what became of each lane.
fn in_lanes<T: Send>(kills: usize, live_and_die: impl Fn(Dice, usize) -> T + Sync) -> (usize, Vec<T>) {
    let kills = setting("MLSKIT_KILLS").unwrap_or(kills);
    let seed = setting("MLSKIT_KILLED_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    tell(&format!("{kills} kills; MLSKIT_KILLED_SEED={seed} repeats the choices, though not the moments"));
    let live_and_die = &live_and_die;
    let tallies = thread::scope(|scope| {
        let lane = |lane: usize| {
            let share = kills / LANES + usize::from(lane < kills % LANES);
            scope.spawn(move || live_and_die(Dice::new(seed.wrapping_add(lane as u64)), share))
        };
        let lanes: Vec<_> = (0..LANES).map(lane).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect()
    });
    (kills, tallies)
}

fn files_that_live_and_die(mut dice: Dice, kills: usize) -> Tally {
    let mut tally = Tally::default();
    while tally.kills < kills {
        let lives = (1 + dice.below(LIVES)).min(kills - tally.kills);
        let mut subject = Subject::new(&mut dice);
        let outcome = (0..lives)
            .try_for_each(|_| subject.live_and_die(&mut dice, &mut tally))
            .and_then(|()| subject.inspect(&mut dice, &mut tally));
        if let Err(reason) = outcome {
            let kept = subject.keep();
            panic!("after kill {} of {kills} in this lane, file kept in {}: {reason}", tally.kills, kept.display());
        }
    }
    tally
}

pub(crate) fn setting<T: FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}

#[expect(clippy::print_stdout, reason = "the harness shows it when the test fails")]
pub(crate) fn tell(what: &str) {
    println!("{what}");
}
