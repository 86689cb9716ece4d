//! What groups cost: mlskit, encrypted and on disk, beside OpenMLS and mls-rs, both in memory.
//!
//! It prints tables in Markdown, for docs/performance.md, which says how to read them. `--quick` makes a short run,
//! names of cases (`messages load`) choose among them. Without `--bench`, which `cargo bench` passes, each case runs
//! once in small groups, to see that it works.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark may fail by panicking, and prints"
)]

mod alone;
mod cases;
mod memory;
mod mls_rs_side;
mod open_mls;
mod ours;
mod scale;
#[path = "../shared/mod.rs"]
mod shared;
mod side;
mod targets;
mod work;
mod world;

use cases::Bench;
use scale::Scale;
use shared::{arguments, disk, suite};
use targets::Targets;

type Case = fn(&mut Bench);

const CASES: [(&str, Case); 6] = [
    ("join", cases::join),
    ("commit", cases::add_and_update),
    ("process", cases::process),
    ("messages", cases::messages),
    ("load", cases::load),
    ("memory", memory::memory),
];

fn main() {
    if arguments::has(memory::MEMBER) {
        return memory::member();
    }
    if arguments::has("--alone") {
        return alone::run(|| ours::Ours::new(world::PAST_EPOCHS));
    }
    let mut scale = Scale::from(arguments::effort());
    scale.rounds = arguments::rounds().unwrap_or(scale.rounds);
    scale.heavy_rounds = arguments::rounds().unwrap_or(scale.heavy_rounds);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let fsync = disk::fsync(scale.rounds, scale.repeat);
    let Scale { rounds, heavy_rounds, .. } = scale;
    println!("{cores} cores, {rounds} rounds ({heavy_rounds} of what is heavy); append 4 KiB and fdatasync: {fsync}\n");
    println!("| µs, median (p10–p90) | mlskit | OpenMLS | ratio | mls-rs | ratio |");
    println!("|---|---|---|---|---|---|");
    let mut bench = Bench { scale, crowd: world::crowd(scale.large() - 1), targets: Targets::default() };
    CASES.iter().filter(|(name, _)| arguments::is_wanted(name)).for_each(|(_, run)| run(&mut bench));
    bench.targets.print();
}
