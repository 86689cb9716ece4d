//! Changes of the key that fail in their last steps. docs/storage.md, invariant K2.
#![cfg(target_os = "linux")]

use std::{env, fs, path::PathBuf, process::Command};

use smol::block_on;

use super::support::{BUSY, fill, hash_refs, key, place};
use crate::{Error, Keystore, StorageError};

const FILE: &str = "MLSKIT_FAILED_REKEY_FILE";
const CHILD: &str = "tests::failed_rekey::a_change_of_key_when_a_parent_asks_for_it";

/// The file that was encrypted anew stood in the WAL complete: after a kill the old key, which the caller was told is
/// still in force, opened nothing.
#[test]
fn after_a_kill_the_file_has_the_key_that_a_change_with_a_failed_sync_left_it() {
    let failing = ["2", "3", "4", "5", "6", "7", "3+", "4+", "5+"];
    let ends = failing.map(|failing| end_of_a_change("fsync,fdatasync:error=EIO", failing, "-wal"));
    assert!(ends.contains(&Some(End::Failed)), "{ends:?}");
}

/// The new connection, by which the change is told to have succeeded, could not be opened.
#[test]
fn a_change_that_was_made_and_could_not_be_looked_at_leaves_the_new_key_in_force_and_says_so() {
    let failing: Vec<_> = (2..14).map(|number| format!("{number}+")).collect();
    let ends = failing.iter().map(|failing| end_of_a_change("openat:error=EMFILE", failing, ""));
    let ends: Vec<_> = ends.collect();
    assert!(ends.contains(&Some(End::MadeAndFailed)) && ends.contains(&Some(End::Made)), "{ends:?}");
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Made,
    MadeAndFailed,
    Failed,
}

/// Changes a file's key in a process that is killed after it, and whose calls on one of the files fail as strace counts
/// them. Nothing, if the process did not come so far.
fn end_of_a_change(call: &str, failing: &str, suffix: &str) -> Option<End> {
    let (_folder, path) = place();
    let (name, _) = call.split_once(':').unwrap();
    let output = Command::new("strace")
        .args(["--follow-forks", "--signal=none", "--output=/dev/null", &format!("--trace={name}")])
        .arg("-P")
        .arg(format!("{}{suffix}", path.display()))
        .arg(format!("--inject={call}:when={failing}"))
        .arg(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
        .env(FILE, &path)
        .output()
        .unwrap();
    let said = fs::read_to_string(path.with_extension("end")).ok()?;
    let (end, in_force) = match said.as_str() {
        "made" => (End::Made, 2),
        "made and failed" => (End::MadeAndFailed, 2),
        _ => (End::Failed, 1),
    };
    block_on(async {
        let opened = Keystore::open(&path, &key(in_force), BUSY).await;
        let keystore = opened.unwrap_or_else(|error| panic!("{call} {failing}, {said}: {error:?} {output:?}"));
        assert_eq!(hash_refs(&keystore).await.unwrap().len(), 5);
        keystore.check_integrity().await.unwrap();
    });
    Some(end)
}

#[test]
fn a_change_of_key_when_a_parent_asks_for_it() {
    let Some(path) = env::var_os(FILE).map(PathBuf::from) else { return };
    block_on(async {
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 5).await;
        let end = match keystore.change_key(&key(2)).await {
            Ok(()) => "made",
            Err(_) if is_changed(&keystore).await => "made and failed",
            Err(_) => "failed",
        };
        fs::write(path.with_extension("end"), end).unwrap();
    });
    std::process::abort();
}

async fn is_changed(keystore: &Keystore) -> bool {
    match keystore.begin().await {
        Ok(transaction) => {
            transaction.abort().await.unwrap();
            false
        }
        Err(error) => {
            assert_eq!(error, Error::Storage(StorageError::KeyChanged));
            true
        }
    }
}
