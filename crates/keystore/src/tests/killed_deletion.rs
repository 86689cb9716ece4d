//! A process killed between the commit of a deletion and the emptying of the WAL leaves the secrets in the WAL, where
//! the next open finds an ordinary log.

use std::fs;

use rusqlite::Connection;

use super::support::{contains, fill, found_in, hash_refs, open_unencrypted, place, write};

#[test]
fn the_next_open_ends_what_a_killed_deletion_left_in_the_wal() {
    smol::block_on(async {
        let (_folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        let content = fill(&keystore, 3).await;
        // Keeps the WAL from being emptied, for as long as a kill would.
        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM key_package").unwrap();
        let credential = content.credential.clone();
        write(&keystore, move |operation| {
            let id = operation.credential_id(&credential)?.unwrap();
            operation.delete_keypackages_of(id, 0)?;
            operation.delete_credential(id)
        })
        .await
        .unwrap();

        let (left, copy) = place();
        for suffix in ["", "-wal"] {
            let name = |path: &std::path::Path| format!("{}{suffix}", path.display());
            fs::copy(name(&path), name(&copy)).unwrap();
        }
        let wal = fs::read(format!("{}-wal", copy.display())).unwrap();
        assert!(content.secrets().all(|secret| contains(&wal, secret)), "the kill came too late");

        let keystore = open_unencrypted(&copy).await;
        keystore.begin().await.unwrap().abort().await.unwrap();
        for secret in content.secrets() {
            assert_eq!(found_in(left.path(), secret), [""; 0]);
        }
        assert_eq!(hash_refs(&keystore).await.unwrap(), [[0_u8; 32]; 0]);
    });
}
