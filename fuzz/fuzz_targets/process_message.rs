//! Messages of strangers: no panic, errors that can be acted on, and what is accepted is what was sent.

#![no_main]

#[path = "../world.rs"]
mod world;

use std::sync::{LazyLock, Mutex};

use futures_lite::future::block_on;
use libfuzzer_sys::fuzz_target;
use world::World;

static WORLD: LazyLock<Mutex<World>> = LazyLock::new(|| Mutex::new(block_on(World::with_messages())));

fuzz_target!(|input: &[u8]| {
    let mut world = WORLD.lock().expect("a failure ends the process");
    block_on(world.process_message(input));
});
