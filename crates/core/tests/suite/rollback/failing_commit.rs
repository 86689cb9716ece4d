//! A commit that fails makes the block fail, whatever the block itself returned.
#![cfg(unix)]

use std::{env, path::PathBuf, process::Command};

use mlskit::{Client, ClientId, Credential, DatabaseKey, Error, StateChange, StorageError};

use crate::{common::SUITE, watching::unread};

const FILE: &str = "MLSKIT_FAILING_COMMIT_FILE";
const CHILD: &str = "rollback::failing_commit::transactions_until_one_fails_when_a_parent_asks_for_it";
/// More than a new file needs, in blocks of 512 bytes or of 1,024.
const LARGEST_FILE: usize = 1_500;

/// A limit on the size of files stands for the full disk.
#[test]
fn a_commit_that_fails_is_the_blocks_error_and_stores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        // Without the signal a write beyond the limit is an error.
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {LARGEST_FILE}; exec \"$0\" \"$@\"")])
        .arg(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture", "--test-threads=1"])
        .env(FILE, folder.path().join("alice.db"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("\na commit failed\n"), "{said}");
}

#[test]
fn transactions_until_one_fails_when_a_parent_asks_for_it() {
    let Some(path) = env::var_os(FILE).map(PathBuf::from) else { return };
    smol::block_on(async {
        let key = DatabaseKey::generate().unwrap();
        let client = Client::open(&path, &key, ClientId::from("alice")).await.unwrap();
        let credential = Credential::basic(SUITE, client.id()).unwrap();
        let credential = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        let (mut stored, mut changes) = (0, client.changes());
        let failed = loop {
            // Nothing of it goes into the file before the commit.
            let outcome = client.transaction(async |tx| {
                tx.generate_keypackages(&credential, 200, &mlskit::KeypackageConfig::default())
                    .await
                    .map(|all| all.len())
            });
            match outcome.await {
                Ok(more) => stored += more,
                Err(error) => break error,
            }
            assert!(stored < 10_000, "the limit does not hold");
        };
        let is_expected = matches!(
            failed,
            Error::Storage(StorageError::Io { .. } | StorageError::DiskFull | StorageError::Sqlite { .. })
        );
        assert!(is_expected, "{failed:?}");
        assert_eq!(client.get_keypackage_refs().await.unwrap().len(), stored);
        let told = unread(&mut changes).await;
        let told = told.iter().map(|change| match change {
            StateChange::Keypackages { refs, .. } => refs.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!(told.sum::<usize>(), stored, "what failed is not told");
        let tx = client.new_transaction().await.unwrap();
        assert_eq!(tx.get_keypackage_refs().await.unwrap().len(), stored);
        tx.abort().await.unwrap();
        say("a commit failed");
    });
}

/// Past the harness, which would keep it.
fn say(line: &str) {
    use std::io::Write;
    writeln!(std::io::stdout().lock(), "\n{line}").unwrap();
}
