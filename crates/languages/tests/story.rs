//! The story with three members in Rust. `make demo-languages` has one in each language.

use std::{path::PathBuf, process::Command};

use mlskit_languages::Cast;

#[test]
fn three_members_meet_talk_and_part_over_a_service_that_stops_and_starts() {
    let member = env!("CARGO_BIN_EXE_mlskit-member").to_owned();
    let members = ["ferris", "corro", "gorilla"].map(|name| (name.to_owned(), vec![member.clone()]));
    mlskit_languages::tell(&Cast { members, service: service() }).unwrap();
}

/// Cargo builds the programs of this package only for its tests.
fn service() -> PathBuf {
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "mlskit-service"]).status().unwrap();
    assert!(built.success());
    PathBuf::from(env!("CARGO_BIN_EXE_mlskit-member"))
        .with_file_name(format!("mlskit-service{}", std::env::consts::EXE_SUFFIX))
}
