//! What a second process does: these tests run themselves again.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use smol::block_on;

use super::support::{BUSY, hash_refs, key};
use crate::{Error, Keystore, StorageError};

const TASK: &str = "MLSKIT_TEST_CHILD_TASK";
const FILE: &str = "MLSKIT_TEST_CHILD_FILE";

/// Runs `task` in a process of its own, and returns what it printed to stderr.
pub(super) fn run(task: &str, path: &Path) -> String {
    let output = start(task, path);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{task}: {stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the child ran no test");
    stderr
}

/// Runs `task` in a process of its own, however that ends.
pub(super) fn start(task: &str, path: &Path) -> Output {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "tests::child::as_a_child", "--nocapture", "--test-threads=1"])
        .env(TASK, task)
        .env(FILE, path)
        .output()
        .unwrap()
}

#[test]
fn as_a_child() {
    let (Some(task), Some(path)) = (env::var_os(TASK), env::var_os(FILE).map(PathBuf::from)) else { return };
    block_on(async {
        match task.to_str().unwrap() {
            "open_and_close" => {
                let keystore = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
                hash_refs(&keystore).await.unwrap();
                keystore.close().await;
            }
            "open_with_a_wrong_key_and_damaged" => {
                Keystore::open(&path, &key(1), BUSY).await.unwrap_err();
                let mut bytes = fs::read(&path).unwrap();
                bytes.iter_mut().skip(4096 + 100).step_by(4096).for_each(|byte| *byte ^= 1);
                fs::write(&path, bytes).unwrap();
                match Keystore::open(&path, &key(0xa7), BUSY).await {
                    Ok(keystore) => drop(hash_refs(&keystore).await.unwrap_err()),
                    Err(error) => drop(error),
                }
            }
            "find_it_busy" => {
                let asked = Instant::now();
                let error = Keystore::open(&path, &key(0xa7), Duration::from_millis(100)).await.unwrap_err();
                assert!(matches!(error, Error::Storage(StorageError::DatabaseBusy { .. })), "{error:?}");
                assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
            }
            "exit_while_it_works" => super::exit::exit_while_it_works(&path).await,
            "exit_with_temporary_databases" => super::exit::exit_with_temporary_databases(&path).await,
            "exit_while_threads_end" => super::exit::exit_while_threads_end(&path).await,
            "change_folder_and_key" => {
                let (folder, elsewhere) = (path.parent().unwrap(), path.with_file_name("elsewhere"));
                fs::create_dir(&elsewhere).unwrap();
                env::set_current_dir(folder).unwrap();
                let keystore = Keystore::open(path.file_name().unwrap(), &key(1), BUSY).await.unwrap();
                env::set_current_dir(&elsewhere).unwrap();
                hash_refs(&keystore).await.unwrap();
                keystore.change_key(&key(0xa7)).await.unwrap();
                keystore.close().await;
            }
            other => panic!("no such task: {other}"),
        }
    });
}
