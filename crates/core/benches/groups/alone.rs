//! The pieces of work of one side alone, for scripts/bench-sqlite-storage, which sets two programs beside each other.

use std::time::Duration;

use crate::{
    side::Side,
    work,
    world::{self, PAST_EPOCHS, Pair},
};

/// Each is done so many times, after once for nothing.
const ROUNDS: usize = 5;
const BATCH: usize = 100;

/// Prints a line for each piece of work: what it is, a tab, and how many microseconds it took, in the median.
pub(crate) fn run<S: Side>(new: impl Fn() -> S) {
    let crowd = world::crowd(999);
    for members in [100, 1_000] {
        let (mut side, mut host) = (new(), world::host(&crowd, members - 1));
        line(&format!("join a group of {members}"), 1, || work::join(&mut side, &mut host));
    }
    for members in [2, 1_000] {
        let mut pair = Pair::new(Box::new(new()), &crowd, members, PAST_EPOCHS);
        line(&format!("encrypt 1 KiB among {members}"), 1, || work::encrypt(&mut pair, 1, 1));
        let what = format!("encrypt 1 KiB among {members}, {BATCH} at once, per message");
        line(&what, BATCH, || work::encrypt(&mut pair, 1, BATCH));
        line(&format!("decrypt 1 KiB among {members}"), 1, || work::decrypt(&mut pair, 1, 1));
        let what = format!("decrypt 1 KiB among {members}, {BATCH} at once, per message");
        line(&what, BATCH, || work::decrypt(&mut pair, 1, BATCH));
        line(&format!("load a group of {members}"), 1, || work::load(&mut pair));
    }
}

fn line(what: &str, units: usize, mut work: impl FnMut() -> Duration) {
    work();
    let mut times = [(); ROUNDS].map(|()| work());
    times.sort();
    println!("{what}\t{:.1}", times[ROUNDS / 2].as_secs_f64() * 1e6 / units as f64);
}
