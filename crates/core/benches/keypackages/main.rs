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
mod rivals;
mod scale;
#[path = "../shared/mod.rs"]
mod shared;
mod store;

use scale::Scale;
use shared::{arguments, disk};

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
    let mut scale = Scale::from(arguments::effort());
    scale.rounds = arguments::rounds().unwrap_or(scale.rounds);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let fsync = disk::fsync(scale.rounds, scale.repeat);
    println!("{cores} cores, {} rounds; append 4 KiB and fdatasync: {fsync}\n", scale.rounds);
    println!("| µs, median (p10–p90) | mlskit | OpenMLS | ratio | mls-rs | ratio |");
    println!("|---|---|---|---|---|---|");
    CASES.iter().filter(|(name, _)| arguments::is_wanted(name)).for_each(|(_, run)| run(scale));
}
