//! Files that the tests in Kotlin and Swift are handed, because no call of the public API makes them. They are made of
//! the member's file, which `group::handed_over` of mlskit's suite makes, and opened with its key.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use smol::block_on;

use super::support::{BUSY, lock_wait, place, write};
use crate::{DatabaseKey, Error, Keystore, StorageError, connection};

const KEY: [u8; 32] = *b"the key of a test file, not ours";
const NEWER: u32 = 1_000_000;

/// What is changed in a file that opens.
const CHANGES: [(&str, &str); 2] = [
    ("unknown-codec.db", "UPDATE client SET blob_codec = 77"),
    // No more numbers for what is outgoing, which SQLite calls a full disk; a package, and the second credential's key,
    // that are no such thing; the second group can't be read; and whoever deletes a package undoes the transaction.
    (
        "broken.db",
        "UPDATE sqlite_sequence SET seq = 9223372036854775807;
         INSERT INTO sqlite_sequence SELECT 'outgoing', 9223372036854775807 WHERE NOT EXISTS (SELECT * FROM sqlite_sequence);
         UPDATE key_package SET bundle = x'00';
         UPDATE credential SET private_key = x'00' WHERE id = (SELECT max(id) FROM credential);
         UPDATE group_blob SET value = x'ff' WHERE group_id = (SELECT group_id FROM mls_group ORDER BY id DESC LIMIT 1);
         CREATE TRIGGER undoes BEFORE DELETE ON key_package BEGIN SELECT RAISE(ROLLBACK, 'undone on purpose'); END",
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/handed-over")
}

fn key() -> DatabaseKey {
    DatabaseKey::from_bytes(KEY).unwrap()
}

/// Makes them anew, as told there.
#[test]
fn makes_what_is_handed_over_when_asked() {
    if env::var_os("MLSKIT_HAND_OVER").is_none() {
        return;
    }
    block_on(async {
        for (name, change) in CHANGES {
            let path = folder().join(name);
            fs::copy(folder().join("member.db"), &path).unwrap();
            let keystore = Keystore::open(&path, &key(), BUSY).await.unwrap();
            write(&keystore, move |operation| Ok(operation.connection.execute_batch(change)?)).await.unwrap();
            keystore.close().await;
        }
    });
    let path = folder().join("newer-schema.db");
    fs::copy(folder().join("member.db"), &path).unwrap();
    let connection = connection::open(&path, Some(&key()), connection::Access::Write(&lock_wait())).unwrap();
    connection.pragma_update(None, "user_version", NEWER).unwrap();
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).unwrap();
}

#[test]
fn what_is_handed_over_is_newer_or_in_another_codec() {
    block_on(async {
        let (_folder, path) = place();
        fs::copy(folder().join("newer-schema.db"), &path).unwrap();
        let error = Keystore::open(&path, &key(), BUSY).await.unwrap_err();
        assert!(matches!(error, Error::Storage(StorageError::NewerSchema { found: NEWER, .. })), "{error:?}");

        let (_folder, path) = place();
        fs::copy(folder().join("unknown-codec.db"), &path).unwrap();
        let keystore = Keystore::open(&path, &key(), BUSY).await.unwrap();
        let error = keystore.read(|view| view.client_id()).await.unwrap_err();
        assert_eq!(error, Error::Storage(StorageError::UnknownBlobCodec { found: 77, supported: 1 }));
        keystore.close().await;
    });
}
