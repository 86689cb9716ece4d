//! The story with three members in Rust. `scripts/languages` has one in each language.

use std::{path::PathBuf, process::Command};

use mlskit_languages::{Cast, Outcome};

#[test]
fn three_members_meet_talk_and_part_over_a_service_that_stops_and_starts() -> Outcome {
    let member = env!("CARGO_BIN_EXE_mlskit-member").to_owned();
    let members = ["ferris", "corro", "gorilla"].map(|name| (name.to_owned(), vec![member.clone()]));
    mlskit_languages::tell(&Cast { members, service: service()? })
}

/// Cargo builds programs for the tests of their own package only.
fn service() -> Outcome<PathBuf> {
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "mlskit-service"]).status()?;
    if !built.success() {
        return Err("mlskit-service does not build".into());
    }
    let name = format!("mlskit-service{}", std::env::consts::EXE_SUFFIX);
    Ok(PathBuf::from(env!("CARGO_BIN_EXE_mlskit-member")).with_file_name(name))
}
