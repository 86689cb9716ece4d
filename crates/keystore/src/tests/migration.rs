//! From schema to schema: all steps or none. docs/storage.md, invariants M1–M3.

use std::{fs, path::Path, sync::Barrier, thread};

use rusqlite::Connection;
use smol::block_on;

use super::support::{BUSY, fill, hash_refs, key, place};
use crate::{
    Error, Keystore, Result, StorageError,
    connection::{self, Access},
    schema::{MIGRATIONS, Migration, migrate},
};

const V1: Migration = MIGRATIONS[0];
const V2: Migration = MIGRATIONS[1];
const V3: Migration = MIGRATIONS[2];
const TWO_MORE: &[Migration] = &[
    V1,
    V2,
    V3,
    "CREATE TABLE note (text TEXT NOT NULL) STRICT; INSERT INTO note VALUES ('made once')",
    "ALTER TABLE note ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
];
const LAST_FAILS: &[Migration] = &[V1, V2, V3, TWO_MORE[3], "CREATE TABLE half (x); INSERT INTO nothing VALUES (1)"];

async fn open(path: &Path, migrations: &'static [Migration]) -> Result<Keystore> {
    Keystore::start(path.to_owned(), Some(key(1)), BUSY, migrations, None).await
}

fn look(path: &Path) -> Connection {
    connection::open(path, Some(&key(1)), Access::Read(super::support::BUSY)).unwrap()
}

fn version(connection: &Connection) -> u32 {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn tables(connection: &Connection) -> Vec<String> {
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_fresh_file_has_the_newest_schema() {
    block_on(async {
        let (_folder, path) = place();
        open(&path, MIGRATIONS).await.unwrap().close().await;
        let connection = look(&path);
        assert_eq!(version(&connection), 3);
        let mut expected = ["client", "credential", "key_package", "tombstone"].to_vec();
        expected.extend(["encryption_key_pair", "group_blob", "mls_group", "opened_welcome", "outgoing"]);
        expected.sort_unstable();
        let mut found = tables(&connection);
        found.retain(|table| table != "sqlite_sequence");
        assert_eq!(found, expected);
    });
}

#[test]
fn every_step_that_is_due_is_made_once_and_the_content_stays() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open(&path, MIGRATIONS).await.unwrap();
        fill(&keystore, 5).await;
        let refs = hash_refs(&keystore).await.unwrap();
        keystore.close().await;
        for _ in 0..2 {
            let keystore = open(&path, TWO_MORE).await.unwrap();
            assert_eq!(hash_refs(&keystore).await.unwrap(), refs);
            keystore.close().await;
            let connection = look(&path);
            assert_eq!(version(&connection), 5);
            let notes: u32 = connection.query_row("SELECT count(pinned) FROM note", [], |row| row.get(0)).unwrap();
            assert_eq!(notes, 1);
        }
        let error = open(&path, MIGRATIONS).await.unwrap_err();
        assert_eq!(error, Error::Storage(StorageError::NewerSchema { found: 5, supported: 3 }));
    });
}

/// A process of an old release went on writing rows whose new columns it did not know.
#[test]
fn a_handle_of_an_older_release_stops_when_the_file_is_migrated_under_it() {
    block_on(async {
        let (_folder, path) = place();
        let old = open(&path, MIGRATIONS).await.unwrap();
        let refs = fill(&old, 5).await.keypackages.len();
        hash_refs(&old).await.unwrap();
        let new = open(&path, TWO_MORE).await.unwrap();
        let newer = Error::Storage(StorageError::NewerSchema { found: 5, supported: 3 });
        for _ in 0..2 {
            assert_eq!(old.begin().await.map(drop), Err(newer.clone()));
            assert_eq!(hash_refs(&old).await, Err(newer.clone()));
            assert_eq!(old.change_key(&key(2)).await, Err(newer.clone()));
        }
        fill(&new, 1).await;
        assert_eq!(hash_refs(&new).await.unwrap().len(), refs + 1);
    });
}

#[test]
fn a_step_that_fails_undoes_those_before_it() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = open(&path, MIGRATIONS).await.unwrap();
        fill(&keystore, 5).await;
        keystore.close().await;
        let before = fs::read(&path).unwrap();
        assert!(matches!(open(&path, LAST_FAILS).await.unwrap_err(), Error::Storage(StorageError::Sqlite { .. })));
        assert!(fs::read(&path).unwrap() == before);
        let connection = look(&path);
        assert_eq!(version(&connection), 3);
        assert!(!tables(&connection).contains(&"note".to_owned()));
        drop(connection);
        assert_eq!(hash_refs(&open(&path, TWO_MORE).await.unwrap()).await.unwrap().len(), 5);
    });
}

/// The second waits for the first and finds nothing left to do.
#[test]
fn handles_that_migrate_at_the_same_time_make_each_step_once() {
    for _ in 0..10 {
        let (_folder, path) = place();
        let together = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    block_on(open(&path, TWO_MORE)).unwrap()
                });
            }
        });
        let notes: u32 = look(&path).query_row("SELECT count(*) FROM note", [], |row| row.get(0)).unwrap();
        assert_eq!(notes, 1);
    }
}

/// The case that the one above may miss: what was due is gone once the lock is there.
#[test]
fn what_is_due_is_asked_again_under_the_lock() {
    let (_folder, path) = place();
    let mut slow = Connection::open(&path).unwrap();
    slow.busy_timeout(BUSY).unwrap();
    let fast = Connection::open(&path).unwrap();
    fast.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| migrate(&mut slow, TWO_MORE));
        for step in TWO_MORE {
            fast.execute_batch(step).unwrap();
        }
        fast.execute_batch("PRAGMA user_version = 5; COMMIT").unwrap();
        waiting.join().unwrap().unwrap();
    });
}

/// The file was written by the release of schema 1, by way of the whole library: see its test `at_rest.rs`.
#[test]
fn the_fixture_of_schema_1_is_read_as_it_was_written() {
    block_on(async {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema-1.db");
        let (_folder, path) = place();
        fs::copy(fixture, &path).unwrap();
        let key = crate::DatabaseKey::from_bytes(b"the key of a test file, not ours").unwrap();
        let connection = connection::open(&path, Some(&key), Access::Read(super::support::BUSY)).unwrap();
        assert_eq!(version(&connection), 1);
        assert_eq!(schema_of(&connection), schema_of_a_fresh_file(&[V1]), "a released step never changes");
        let tombstones: u32 = connection.query_row("SELECT count(*) FROM tombstone", [], |row| row.get(0)).unwrap();
        assert_eq!(tombstones, 1);
        drop(connection);

        let keystore = Keystore::open(&path, &key, BUSY).await.unwrap();
        keystore
            .read(|view| {
                assert!(view.client_id()?.is_some());
                let credentials = view.credentials()?;
                assert_eq!(credentials.iter().map(|record| record.ciphersuite).collect::<Vec<_>>(), [1, 2]);
                let packages = view.keypackages()?;
                assert_eq!(
                    packages.iter().map(|record| record.last_resort).collect::<Vec<_>>(),
                    [false, false, true, false]
                );
                for package in packages {
                    assert_eq!(package.not_before, super::support::NOW);
                    assert!(view.keypackage_bundle(&package.hash_ref)?.unwrap().len() > 500);
                }
                for record in credentials {
                    let credential = view.credential_id(&record)?.unwrap();
                    assert_eq!(view.signature_private_key(credential)?.len(), 32);
                }
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        keystore.close().await;
    });
}

/// Its groups are read by way of the whole library: see its test `at_rest.rs`.
#[test]
fn the_fixture_of_schema_2_has_the_schema_of_its_steps() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema-2.db");
    let (_folder, path) = place();
    fs::copy(fixture, &path).unwrap();
    let key = crate::DatabaseKey::from_bytes(b"the key of a test file, not ours").unwrap();
    let connection = connection::open(&path, Some(&key), Access::Read(super::support::BUSY)).unwrap();
    assert_eq!(version(&connection), 2);
    assert_eq!(schema_of(&connection), schema_of_a_fresh_file(&[V1, V2]), "a released step never changes");
}

/// Its packages are read by way of the whole library: see its test `at_rest.rs`.
#[test]
fn the_fixture_of_schema_3_has_the_schema_of_its_steps() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema-3.db");
    let (_folder, path) = place();
    fs::copy(fixture, &path).unwrap();
    let key = crate::DatabaseKey::from_bytes(b"the key of a test file, not ours").unwrap();
    let connection = connection::open(&path, Some(&key), Access::Read(super::support::BUSY)).unwrap();
    assert_eq!(version(&connection), 3);
    assert_eq!(schema_of(&connection), schema_of_a_fresh_file(&[V1, V2, V3]), "a released step never changes");
}

fn schema_of(connection: &Connection) -> Vec<String> {
    let mut texts = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    texts.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn schema_of_a_fresh_file(steps: &[Migration]) -> Vec<String> {
    let connection = Connection::open_in_memory().unwrap();
    steps.iter().for_each(|step| connection.execute_batch(step).unwrap());
    schema_of(&connection)
}
