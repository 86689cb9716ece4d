//! What stands in the files: encrypted, nothing in clear; deleted, nothing at all. docs/storage.md, invariants A1–A5.

use std::time::{Duration, Instant};

use smol::block_on;

use super::support::{
    BUSY, Content, contains, files, fill, found_in, hash_refs, key, open_unencrypted, place, random, write,
};
use crate::{Error, Keystore, connection::PLAIN_HEADER_LENGTH};

#[test]
fn nothing_but_the_header_stands_in_clear() {
    block_on(async {
        let (folder, path) = place();
        let keystore = Keystore::open(&path, &key(7), BUSY).await.unwrap();
        let checkpointed = fill(&keystore, 20).await;
        keystore.close().await;
        let keystore = Keystore::open(&path, &key(7), BUSY).await.unwrap();
        let in_the_wal = fill(&keystore, 20).await;
        hash_refs(&keystore).await.unwrap();

        let files = files(folder.path());
        assert_eq!(files.keys().collect::<Vec<_>>(), ["store.db", "store.db-shm", "store.db-wal"]);
        assert!(files["store.db-wal"].len() > 20 * 600, "the WAL holds the second half");
        for (name, content) in &files {
            for needle in needles(&checkpointed).chain(needles(&in_the_wal)).chain(names()) {
                assert!(!contains(content, &needle), "{name} holds {needle:02x?}");
            }
            assert!(!contains(content, key(7).as_bytes()), "{name} holds the key");
        }
        let header = &files["store.db"][..32];
        assert!(header.starts_with(b"SQLite format 3\0"));
        assert_eq!(header[20], 80, "bytes that each page reserves for its IV and its HMAC");
        assert_eq!(PLAIN_HEADER_LENGTH, 32);
        assert!(is_noise(&files["store.db"][32..]));
    });
}

/// The test above would see what it looks for.
#[test]
fn without_encryption_all_of_it_stands_in_clear() {
    block_on(async {
        let (folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        let content = fill(&keystore, 3).await;
        for needle in needles(&content).chain(names()) {
            assert_ne!(found_in(folder.path(), &needle), [""; 0], "{needle:02x?}");
        }
    });
}

fn needles(content: &Content) -> impl Iterator<Item = Vec<u8>> {
    let public = [content.credential.content.as_slice(), &content.credential.signature_key];
    let refs = content.keypackages.iter().map(|(record, _)| record.hash_ref.as_slice());
    // A row may go on on another page: the first bytes of each are enough.
    public.into_iter().chain(refs).chain(content.secrets()).map(|bytes| bytes[..16].to_vec())
}

fn names() -> impl Iterator<Item = Vec<u8>> {
    ["key_package", "credential", "tombstone", "CREATE", "STRICT"].into_iter().map(|name| name.as_bytes().to_vec())
}

/// No byte value is much rarer or more frequent than the others.
fn is_noise(bytes: &[u8]) -> bool {
    let mut counts = [0_usize; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let expected = bytes.len() / 256;
    counts.iter().all(|count| (expected / 2..expected * 2).contains(count))
}

#[test]
fn what_a_committed_transaction_deleted_is_in_no_file() {
    block_on(async {
        let (folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        let content = fill(&keystore, 6).await;
        let refs: Vec<_> = content.keypackages.iter().map(|(record, _)| record.hash_ref.clone()).collect();

        let first = refs[0].clone();
        assert!(
            write(&keystore, move |operation| operation.delete_keypackage(&first, super::support::NOW)).await.unwrap()
        );
        assert_gone(folder.path(), &content.keypackages[0].1);
        assert_ne!(found_in(folder.path(), &content.keypackages[1].1), [""; 0], "the others are there");

        let record = content.credential.clone();
        let gone = write(&keystore, move |operation| {
            let credential = operation.credential_id(&record)?.unwrap();
            operation.delete_keypackages_of(credential, super::support::NOW)
        });
        assert_eq!(gone.await.unwrap(), 5);
        for (_, bundle) in &content.keypackages {
            assert_gone(folder.path(), bundle);
        }
        assert_ne!(found_in(folder.path(), &content.private_key), [""; 0], "the credential is there");
        for hash_ref in &refs {
            assert_ne!(found_in(folder.path(), hash_ref), [""; 0], "a tombstone tells which package was removed");
        }

        let record = content.credential.clone();
        write(&keystore, move |operation| operation.delete_credential(operation.credential_id(&record)?.unwrap()))
            .await
            .unwrap();
        assert_gone(folder.path(), &content.private_key);
    });
}

#[test]
fn a_reader_delays_neither_the_deletion_nor_for_long_its_traces_end() {
    block_on(async {
        let (folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        let content = fill(&keystore, 2).await;
        for (next_commit, (record, bundle)) in [false, true].into_iter().zip(&content.keypackages) {
            let hash_ref = record.hash_ref.clone();
            let reader = rusqlite::Connection::open(&path).unwrap();
            reader.execute_batch("BEGIN; SELECT count(*) FROM key_package").unwrap();

            let since = Instant::now();
            write(&keystore, move |operation| operation.delete_keypackage(&hash_ref, super::support::NOW))
                .await
                .unwrap();
            assert!(since.elapsed() < BUSY / 2, "finish waited {:?} for a reader", since.elapsed());
            assert_ne!(found_in(folder.path(), bundle), [""; 0], "the reader's snapshot still has it");

            drop(reader);
            if next_commit {
                write(&keystore, |_| Ok(())).await.unwrap();
                assert_gone(folder.path(), bundle);
            } else {
                let deadline = Instant::now() + Duration::from_secs(10);
                while !found_in(folder.path(), bundle).is_empty() {
                    assert!(Instant::now() < deadline, "nobody tried again");
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        }
    });
}

/// Larger than the page cache, so that pages have gone to the WAL before the rollback.
#[test]
fn a_large_transaction_that_was_rolled_back_leaves_nothing() {
    block_on(async {
        let (folder, path) = place();
        let keystore = open_unencrypted(&path).await;
        fill(&keystore, 1).await;
        let secret = random(64);
        let bundle = secret.iter().copied().cycle().take(24 << 20).collect::<Vec<_>>();

        let transaction = keystore.begin().await.unwrap();
        let insert = transaction.run(move |operation| {
            let credential = operation.credential_id(&operation.credentials()?[0])?.unwrap();
            operation.insert_keypackage(credential, &super::support::a_keypackage(1000), super::support::NOW, &bundle)
        });
        insert.await.unwrap();
        assert_ne!(found_in(folder.path(), &secret), [""; 0], "it has outgrown the cache");
        transaction.abort().await.unwrap();
        assert_gone(folder.path(), &secret);
    });
}

#[test]
fn closing_leaves_one_file() {
    block_on(async {
        let (folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 3).await;
        hash_refs(&keystore).await.unwrap();
        keystore.close().await;
        assert_eq!(files(folder.path()).keys().collect::<Vec<_>>(), ["store.db"]);
        assert!(matches!(hash_refs(&keystore).await, Err(Error::Storage(crate::StorageError::Closed))));
    });
}

fn assert_gone(folder: &std::path::Path, secret: &[u8]) {
    for part in secret.chunks_exact(16) {
        assert_eq!(found_in(folder, part), [""; 0], "a part of a deleted secret");
    }
}
