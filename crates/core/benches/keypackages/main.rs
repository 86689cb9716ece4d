//! What key packages cost: mlskit, encrypted and on disk, beside OpenMLS and mls-rs, both in memory.
//!
//! It prints one table in Markdown, for docs/performance.md, which says how to read it. `--quick` makes a short run,
//! names of cases (`batch list`) choose among them. Without `--bench`, which `cargo bench` passes, each case runs once
//! on a small store, to see that it works.
//!
//! The harness is our own: Criterion measures one function after the other, and what the machine does meanwhile
//! gets into the ratio. Here the ways of doing one thing take turns.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark may fail by panicking, and prints"
)]

mod cases;
mod harness;
mod rivals;
mod store;

use harness::Scale;

type Case = fn(Scale);

const CASES: [(&str, Case); 7] = [
    ("nothing", cases::nothing),
    ("one", cases::generate_one),
    ("inside", cases::generate_one_inside),
    ("batch", cases::generate_batch),
    ("list", cases::list),
    ("remove", cases::remove_by_credential),
    ("import", cases::import),
];

fn main() {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let scale = match (has("--bench"), has("--quick")) {
        (false, _) => Scale::SMOKE,
        (true, true) => Scale::QUICK,
        (true, false) => Scale::FULL,
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{cores} cores, {} rounds; append 4 KiB and fdatasync: {}\n", scale.rounds, cases::fsync(scale));
    println!("| µs, median (p10–p90) | mlskit | OpenMLS | ratio | mls-rs | ratio |");
    println!("|---|---|---|---|---|---|");
    let wanted: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, run) in CASES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run(scale);
        }
    }
}
