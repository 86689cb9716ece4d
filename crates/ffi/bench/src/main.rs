//! The Rust side of `make bench-ffi`: what the Kotlin and the Swift program do, by the API that they stand on.
//!
//! It is given a folder, opens its files there, says `ready`, and then for every line that names a case does its work once
//! and answers with the nanoseconds that it took. `scripts/bench-ffi` has the three programs take turns.

mod cases;
mod world;

use std::{
    env,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use futures_lite::future;

use world::World;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match future::block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome {
    let folder = env::args_os().nth(1).ok_or("the first argument is a folder")?;
    let world = World::new(Path::new(&folder)).await?;
    let mut out = io::stdout();
    writeln!(out, "ready")?;
    for case in io::stdin().lines() {
        let taken = cases::run(&case?, &world).await?;
        writeln!(out, "{}", taken.as_nanos())?;
        out.flush()?;
    }
    world.close().await;
    Ok(())
}
