//! What `check_integrity` finds.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::support::{BUSY, fill, key, open_unencrypted, place};
use crate::{Error, Keystore, StorageError};

const CORRUPT: Result<(), Error> = Err(Error::Storage(StorageError::Corrupt));

#[test]
fn a_whole_file_passes() {
    smol::block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 20).await;
        assert_eq!(keystore.check_integrity().await, Ok(()));
        keystore.begin().await.unwrap().finish().await.unwrap();
    });
}

#[test]
fn one_flipped_bit_in_any_page_is_found() {
    smol::block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 20).await;
        keystore.close().await;
        let whole = fs::read(&path).unwrap();
        // The first page says whether the file opens at all.
        for page in 1..whole.len() / 4096 {
            let mut damaged = whole.clone();
            damaged[page * 4096 + 1000] ^= 1;
            fs::write(&path, damaged).unwrap();
            let found = match Keystore::open(&path, &key(1), BUSY).await {
                Ok(keystore) => keystore.check_integrity().await,
                Err(error) => Err(error),
            };
            assert_eq!(found, CORRUPT, "page {page}");
        }
    });
}

#[test]
fn a_package_without_its_credential_is_found() {
    assert_found("PRAGMA foreign_keys = OFF; DELETE FROM credential");
}

#[test]
fn an_index_that_lacks_a_row_is_found() {
    assert_found(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX key_package_expiry ON key_package (not_after + 1)'
         WHERE name = 'key_package_expiry'",
    );
}

fn assert_found(damage: &str) {
    smol::block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        fill(&keystore, 3).await;
        assert_eq!(keystore.check_integrity().await, Ok(()));
        keystore.close().await;
        do_damage(&path, damage);
        assert_eq!(open_unencrypted(&path).await.check_integrity().await, CORRUPT);
    });
}

fn do_damage(path: &Path, damage: &str) {
    Connection::open(path).unwrap().execute_batch(damage).unwrap();
}
