//! A commit that the medium refused to sync is not there later. docs/storage.md, invariant T1.
#![cfg(target_os = "linux")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use smol::block_on;

use super::support::{BUSY, NOW, a_keypackage, fill, hash_refs, key, place, random, write};
use crate::{Error, Keystore, StorageError};

const FILE: &str = "MLSKIT_FAILED_SYNC_FILE";
const CLOSES: &str = "MLSKIT_FAILED_SYNC_CLOSES";
const CHILD: &str = "tests::failed_sync::commits_until_one_fails_when_a_parent_asks_for_it";

/// The complete commit stood in the WAL: whoever opened the file next found what `finish` had called not stored.
#[test]
fn a_commit_whose_sync_failed_does_not_come_back_after_a_kill_or_a_close() {
    for (failing, closes) in [("4+", false), ("4", false), ("5+", false), ("4+", true), ("4", true)] {
        let (_folder, path) = place();
        let wal = format!("{}-wal", path.display());
        let mut child = Command::new("strace");
        child
            .args(["--follow-forks", "--signal=none", "--output=/dev/null", "--trace=fsync,fdatasync", "-P", &wal])
            .arg(format!("--inject=fsync,fdatasync:error=EIO:when={failing}"))
            .arg(env::current_exe().unwrap())
            .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
            .env(FILE, &path);
        if closes {
            child.env(CLOSES, "yes");
        }
        let output = child.output().unwrap();
        let stored = fs::read_to_string(path.with_extension("stored"));
        let stored = stored.unwrap_or_else(|_| panic!("no commit failed: {}", String::from_utf8_lossy(&output.stderr)));
        block_on(async {
            let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
            let found = hash_refs(&keystore).await.unwrap().len();
            assert_eq!(found.to_string(), stored, "sync {failing} failed, closed: {closes}");
            fill(&keystore, 1).await;
            keystore.check_integrity().await.unwrap();
        });
    }
}

#[test]
fn commits_until_one_fails_when_a_parent_asks_for_it() {
    let Some(path) = env::var_os(FILE).map(PathBuf::from) else { return };
    block_on(async {
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        let credential = fill(&keystore, 1).await.credential;
        for stored in 1..20 {
            let record = credential.clone();
            let outcome = write(&keystore, move |operation| {
                let credential = operation.credential_id(&record)?.unwrap();
                // Of several pages, the last of which makes it a commit.
                operation.insert_keypackage(credential, &a_keypackage(1000), NOW, &random(9000))
            });
            if let Err(error) = outcome.await {
                assert!(matches!(error, Error::Storage(StorageError::Io { .. })), "{error:?}");
                assert_eq!(hash_refs(&keystore).await.unwrap().len(), stored);
                end(&keystore, &path, stored).await;
            }
        }
    });
}

async fn end(keystore: &Keystore, path: &Path, stored: usize) {
    if env::var_os(CLOSES).is_some() {
        keystore.close().await;
    }
    fs::write(path.with_extension("stored"), stored.to_string()).unwrap();
    std::process::abort();
}
