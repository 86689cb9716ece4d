//! Takes turns, and makes rows of what it measured.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// One way of doing a piece of work. It prepares and verifies outside of the time that it returns.
pub(crate) type Variant<'a> = Box<dyn FnMut() -> Duration + 'a>;

/// One figure a round, in microseconds.
pub(crate) struct Times(Vec<f64>);

/// Runs all variants once for nothing, then once a round in rotated order. `units` is how many pieces each does.
pub(crate) fn take_turns<const N: usize>(rounds: usize, units: usize, mut variants: [Variant<'_>; N]) -> [Times; N] {
    let mut times = [(); N].map(|()| Times(Vec::with_capacity(rounds)));
    variants.iter_mut().for_each(|variant| {
        variant();
    });
    for round in 0..rounds {
        for step in 0..N {
            // Every other pass backwards, so that no variant always follows the same one.
            let turn = if (round / N).is_multiple_of(2) { (round + step) % N } else { (round + N - step) % N };
            times[turn].0.push(variants[turn]().as_secs_f64() * 1e6 / units as f64);
        }
    }
    times
}

/// Times `work` alone.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let since = Instant::now();
    let value = work();
    (since.elapsed(), value)
}

impl Times {
    /// The median of the rounds' own ratios: what slows a whole round cancels.
    pub(crate) fn ratio_to(&self, other: &Self) -> f64 {
        let ratios = self.0.iter().zip(&other.0).map(|(own, others)| own / others).collect();
        Self(ratios).quantile(0.5)
    }

    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len() - 1;
        sorted[(last as f64 * share).round() as usize]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = [0.1, 0.5, 0.9].map(|share| {
            let value = self.quantile(share);
            if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
        });
        write!(formatter, "{median} ({low}–{high})")
    }
}

/// Prints a row; a rival that has no such thing is `None`.
pub(crate) fn row(what: &str, own: &Times, openmls: Option<&Times>, mls_rs: Option<&Times>) {
    let beside = |other: Option<&Times>| match other {
        Some(other) => format!("{other} | {:.2}", own.ratio_to(other)),
        None => "none | –".to_owned(),
    };
    println!("| {what} | {own} | {} | {} |", beside(openmls), beside(mls_rs));
}

/// Does it so many times, one at least, and returns the last.
pub(crate) fn repeat<T>(times: usize, mut work: impl FnMut() -> T) -> T {
    (1..times).for_each(|_| {
        std::hint::black_box(work());
    });
    work()
}
