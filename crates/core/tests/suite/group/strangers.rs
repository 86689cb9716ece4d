//! The corpora of the fuzzers replay.

use std::{fs, path::Path};

use world::World;

#[path = "../../../../../fuzz/world.rs"]
mod world;

/// Name and content of each file; the names of those that are to be taken begin with `good`.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

/// The step of `scripts/test` that runs these tests once more says so.
#[test]
fn where_a_script_asks_for_it_nothing_is_checked_twice_as_in_a_release() {
    if std::env::var_os("MLSKIT_RELEASED").is_some() && cfg!(debug_assertions) {
        panic!("the script's options do not hold");
    }
}

scenarios! {
    async fn the_corpus_of_messages_replays() {
        let mut world = World::with_messages().await;
        for (name, input) in corpus("process_message") {
            assert_eq!(world.process_message(&input).await, name.starts_with("good"), "{name}");
        }
    }

    async fn the_corpus_of_welcomes_replays() {
        let mut world = World::with_welcomes().await;
        for (name, input) in corpus("join_group") {
            assert_eq!(world.join_group(&input).await, name.starts_with("good"), "{name}");
        }
    }

    async fn noise_in_every_place_of_every_message_is_told_from_the_message() {
        let (mut messages, mut welcomes) = (World::with_messages().await, World::with_welcomes().await);
        for which in 1..=4 {
            for at in (0..1_200_u16).step_by(53) {
                for how in 0..4 {
                    let [high, low] = at.to_be_bytes();
                    let input = [which, high, low, how, 0x81];
                    assert!(!messages.process_message(&input).await);
                    assert!(which == 4 || !welcomes.join_group(&input).await);
                }
            }
        }
    }
}
