//! A key is changed for certain or not at all. docs/storage.md, invariants K1–K4.

use std::{fs, path::Path, time::Duration};

use rusqlite::Connection;
use smol::block_on;

use super::{
    support::{BUSY, a_credential, add_credential, files, fill, hash_refs, key, place, random, write},
    transactions::wait_until,
};
use crate::{Error, Keystore, StorageError, connection};

async fn open(path: &Path, byte: u8) -> crate::Result<Keystore> {
    Keystore::open(path, &key(byte), BUSY).await
}

#[test]
fn the_same_key_opens_always_and_another_never() {
    block_on(async {
        let (_folder, path) = place();
        open(&path, 1).await.unwrap().close().await;
        for _ in 0..3 {
            open(&path, 1).await.unwrap().close().await;
            assert_eq!(
                open(&path, 2).await.unwrap_err(),
                Error::Storage(StorageError::WrongKeyOrDamaged { path: path.display().to_string() })
            );
        }
    });
}

#[test]
fn after_a_change_only_the_new_key_opens_and_the_handle_goes_on() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open(&path, 1).await.unwrap();
        fill(&keystore, 300).await;
        let refs = hash_refs(&keystore).await.unwrap();
        keystore.change_key(&key(2)).await.unwrap();

        assert_eq!(hash_refs(&keystore).await.unwrap(), refs);
        fill(&keystore, 1).await;
        assert_eq!(hash_refs(&keystore).await.unwrap().len(), 301);
        assert!(matches!(open(&path, 1).await, Err(Error::Storage(StorageError::WrongKeyOrDamaged { .. }))));
        let other = open(&path, 2).await.unwrap();
        assert_eq!(hash_refs(&other).await.unwrap().len(), 301);
        keystore.change_key(&key(2)).await.unwrap();
        other.close().await;
        keystore.close().await;
        assert_eq!(hash_refs(&open(&path, 2).await.unwrap()).await.unwrap().len(), 301);
    });
}

#[test]
fn no_page_is_left_that_the_old_key_reads() {
    block_on(async {
        let (folder, path) = place();
        let keystore = open(&path, 1).await.unwrap();
        fill(&keystore, 100).await;
        keystore.change_key(&key(2)).await.unwrap();
        let files = files(folder.path());
        assert!(files["store.db-wal"].is_empty());
        let pages = files["store.db"].len() / 4096;
        assert!(pages > 20);
        assert_eq!(connection::failing_pages_with(&path, &key(1)).unwrap(), pages);
        assert_eq!(connection::failing_pages_with(&path, &key(2)).unwrap(), 0);
    });
}

#[test]
fn another_handle_is_told_that_the_key_was_changed() {
    block_on(async {
        for reader_holds_the_wal in [false, true] {
            let (_folder, path) = place();
            let keystore = open(&path, 1).await.unwrap();
            fill(&keystore, 50).await;
            let [begins, reads, changes, wrote_and_read] =
                [open(&path, 1).await, open(&path, 1).await, open(&path, 1).await, open(&path, 1).await]
                    .map(Result::unwrap);
            fill(&wrote_and_read, 1).await;
            hash_refs(&wrote_and_read).await.unwrap();
            let snapshot = reader_holds_the_wal.then(|| snapshot(&path, 1));

            keystore.change_key(&key(2)).await.unwrap();
            let changed = Error::Storage(StorageError::KeyChanged);
            assert_eq!(begins.begin().await.unwrap_err(), changed);
            assert_eq!(hash_refs(&reads).await.unwrap_err(), changed);
            assert_eq!(changes.change_key(&key(3)).await.unwrap_err(), changed);
            assert_eq!(hash_refs(&wrote_and_read).await.unwrap_err(), changed);
            assert_eq!(wrote_and_read.begin().await.unwrap_err(), changed);
            assert_eq!(wrote_and_read.begin().await.unwrap_err(), changed);
            assert!(matches!(open(&path, 1).await, Err(Error::Storage(StorageError::WrongKeyOrDamaged { .. }))));

            drop(snapshot);
            for stale in [begins, reads, changes, wrote_and_read] {
                stale.close().await;
            }
            fill(&keystore, 1).await;
            keystore.close().await;
            assert_eq!(hash_refs(&open(&path, 2).await.unwrap()).await.unwrap().len(), 52);
        }
    });
}

/// A reader of another process, in the middle of something.
fn snapshot(path: &Path, byte: u8) -> Connection {
    let reader = connection::open(path, Some(&key(byte)), connection::Access::Read(super::support::BUSY)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM key_package").unwrap();
    reader
}

/// SQLCipher answers this with an error that names no cause, and writes with the new key from then on.
#[test]
fn a_lock_held_elsewhere_leaves_the_old_key_in_force() {
    block_on(async {
        let (_folder, path) = place();
        // Long enough for what else waits for it here: others empty the WAL when they open and close.
        let busy_timeout = Duration::from_secs(1);
        let keystore = Keystore::open(&path, &key(1), busy_timeout).await.unwrap();
        fill(&keystore, 5).await;
        let other = open(&path, 1).await.unwrap();
        let transaction = other.begin().await.unwrap();
        assert!(matches!(
            keystore.change_key(&key(2)).await,
            Err(Error::Storage(StorageError::DatabaseBusy { waited })) if waited >= busy_timeout
        ));
        transaction.abort().await.unwrap();
        assert_old_key_in_force(&path, &keystore, &other).await;
    });
}

/// An app that was told nothing tries both keys.
#[test]
fn a_change_whose_future_is_dropped_midway_is_made_in_full_or_not_at_all() {
    block_on(async {
        let mut opened_by = [0, 0];
        for wait in [None, Some(0), Some(1), Some(3), Some(8)] {
            let (_folder, path) = place();
            let keystore = open(&path, 1).await.unwrap();
            fill(&keystore, 200).await;
            let open_transaction = if wait.is_none() { Some(keystore.begin().await.unwrap()) } else { None };
            let two = key(2);
            let mut change = Box::pin(keystore.change_key(&two));
            assert!(smol::future::poll_once(change.as_mut()).await.is_none());
            std::thread::sleep(Duration::from_millis(wait.unwrap_or(0)));
            drop(change);
            drop(open_transaction);

            // The handle knows which it is.
            assert_eq!(hash_refs(&keystore).await.unwrap().len(), 200);
            fill(&keystore, 1).await;
            keystore.close().await;
            let outcomes = [open(&path, 1).await, open(&path, 2).await];
            let at = outcomes.iter().position(Result::is_ok).unwrap();
            opened_by[at] += 1;
            assert_eq!(hash_refs(outcomes[at].as_ref().unwrap()).await.unwrap().len(), 201);
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        }
        assert!(opened_by[0] > 0, "a change that had no turn was made: {opened_by:?}");
    });
}

/// SQLCipher ignores the error of its commit and says "ok".
#[test]
fn a_full_disk_leaves_the_old_key_in_force() {
    block_on(async {
        let Some(disk) = super::support::small_disk(1 << 20) else { return };
        let path = disk.path().join("store.db");
        let keystore = open(&path, 1).await.unwrap();
        fill(&keystore, 200).await;
        let other = open(&path, 1).await.unwrap();
        keystore.change_key(&key(1)).await.unwrap();
        // Whoever has just opened the file empties the WAL too, and may be in the way for a moment.
        wait_until(|| files(disk.path())["store.db-wal"].is_empty());
        // Rewriting the file needs more than is left.
        let ballast = super::support::fill_up(disk.path());
        assert_eq!(keystore.change_key(&key(2)).await.unwrap_err(), Error::Storage(StorageError::DiskFull));
        fs::remove_file(ballast).unwrap();
        assert_old_key_in_force(&path, &keystore, &other).await;
    });
}

#[test]
fn a_damaged_page_leaves_the_old_key_in_force() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open(&path, 1).await.unwrap();
        fill(&keystore, 50).await;
        keystore.close().await;
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() - 5000;
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();

        let keystore = open(&path, 1).await.unwrap();
        assert_eq!(keystore.change_key(&key(2)).await.unwrap_err(), Error::Storage(StorageError::Corrupt));
        keystore.close().await;
        assert!(fs::read(&path).unwrap() == bytes, "nothing was written");
    });
}

async fn assert_old_key_in_force(path: &Path, keystore: &Keystore, other: &Keystore) {
    let before = hash_refs(keystore).await.unwrap();
    for handle in [keystore, other] {
        // Written through the handle whose change failed: with the old key, or nobody could read it.
        write(handle, |operation| add_credential(operation, &a_credential(), &random(32))).await.unwrap();
    }
    let third = open(path, 1).await.unwrap();
    for handle in [keystore, other, &third] {
        assert_eq!(hash_refs(handle).await.unwrap(), before);
        assert_eq!(handle.read(|view| view.credentials()).await.unwrap().len(), 3);
    }
    third.close().await;
    assert!(matches!(open(path, 2).await, Err(Error::Storage(StorageError::WrongKeyOrDamaged { .. }))));
    keystore.change_key(&key(2)).await.unwrap();
    assert_eq!(hash_refs(keystore).await.unwrap(), before);
}
