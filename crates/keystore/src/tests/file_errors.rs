//! What is no database of ours, or can't be used: each a typed error, and the files stay as they are.
//! docs/storage.md, invariants F1–F5.

use std::{fs, path::Path, time::Duration};

use rusqlite::Connection;
use smol::block_on;

use super::{
    child,
    support::{self, BUSY, NOW, a_keypackage, files, fill, hash_refs, key, place, random, write},
};
use crate::{Error, Keystore, StorageError, connection, file, schema::MIGRATIONS};

/// Opens, expects a refusal that no key stands in, and that no file was changed, made or removed.
fn refused(path: &Path) -> StorageError {
    let folder = path.parent().unwrap();
    let before = files(folder);
    let error = block_on(Keystore::open(path, &key(0xa7), BUSY)).expect_err("it opened");
    let after = files(folder);
    assert!(before == after, "{:?} became {:?}", before.keys(), after.keys());
    let text = format!("{error} {error:?}").to_lowercase();
    assert!(!text.contains("a7a7a7a7"), "{text}");
    assert!(!text.contains("167, 167"), "{text}");
    match error {
        Error::Storage(error) => error,
        Error::Transaction(error) => panic!("{error}"),
    }
}

fn assert_not_a_database(path: &Path) {
    let error = refused(path);
    assert!(matches!(error, StorageError::NotADatabase { .. }), "{error:?}");
}

async fn store(path: &Path, keypackages: usize) {
    let keystore = Keystore::open(path, &key(0xa7), BUSY).await.unwrap();
    fill(&keystore, keypackages).await;
    keystore.close().await;
}

#[test]
fn text_noise_and_pictures_are_no_databases() {
    let (_folder, path) = place();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &random(9000)].concat();
    let zeros = vec![0; 4096];
    let contents = [b"x".to_vec(), b"my diary\n".repeat(1000), random(16), random(4096), random(50_000), png, zeros];
    for content in contents {
        fs::write(&path, content).unwrap();
        assert_not_a_database(&path);
    }
}

#[test]
fn a_database_without_encryption_is_not_ours_even_with_a_live_wal_or_a_hot_journal() {
    for journal in ["DELETE", "WAL"] {
        let (_folder, path) = place();
        let app = Connection::open(&path).unwrap();
        app.pragma_update(None, "journal_mode", journal).unwrap();
        app.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES ('mine')").unwrap();
        assert_not_a_database(&path);
        app.execute_batch("PRAGMA cache_size = 1; BEGIN; CREATE TABLE u (x)").unwrap();
        for _ in 0..20 {
            app.execute("INSERT INTO u VALUES (randomblob(5000))", []).unwrap();
        }
        // As after a kill: what is half done stands in the files.
        let (_folder, copy) = place();
        for (name, content) in files(path.parent().unwrap()) {
            fs::write(copy.parent().unwrap().join(name), content).unwrap();
        }
        assert!(files(copy.parent().unwrap()).len() > 1);
        assert_not_a_database(&copy);
    }
}

#[test]
fn another_apps_sqlcipher_database_is_not_ours() {
    let (_folder, path) = place();
    let app = Connection::open(&path).unwrap();
    app.execute_batch("PRAGMA key = 'passphrase'; CREATE TABLE t (x); INSERT INTO t VALUES ('mine')").unwrap();
    drop(app);
    assert_not_a_database(&path);
}

#[test]
fn a_wrong_key_leaves_everything_even_what_a_crash_left_in_the_wal() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 3).await;
        assert_left_by_a_wrong_key(&path, |copy| copy.to_owned()).await;
        keystore.close().await;
        let error = refused(&path);
        assert!(matches!(error, StorageError::WrongKeyOrDamaged { .. }), "{error:?}");
    });
}

/// The WAL lies beside the file, not beside the link; it was taken for missing, and emptied.
#[cfg(unix)]
#[test]
fn a_wrong_key_leaves_everything_by_way_of_a_link_too() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 3).await;
        let (links, link) = place();
        assert_left_by_a_wrong_key(&path, |copy| {
            std::os::unix::fs::symlink(copy, &link).unwrap();
            link.clone()
        })
        .await;
        assert_eq!(fs::read_dir(links.path()).unwrap().count(), 1, "nothing lies beside the link");
        keystore.close().await;
    });
}

/// As after a crash, opens a copy of the file in use at `path`, at what `name` makes of its place.
async fn assert_left_by_a_wrong_key(path: &Path, name: impl FnOnce(&Path) -> std::path::PathBuf) {
    let (_folder, copy) = place();
    for (name, content) in files(path.parent().unwrap()) {
        fs::write(copy.parent().unwrap().join(name), content).unwrap();
    }
    // The index is rebuilt by whoever comes first: only the file and its WAL hold data.
    fs::remove_file(copy.with_extension("db-shm")).unwrap();
    let named = name(&copy);
    let before = files(copy.parent().unwrap());
    let error = Keystore::open(&named, &key(2), BUSY).await.unwrap_err();
    assert!(matches!(error, Error::Storage(StorageError::WrongKeyOrDamaged { .. })), "{error:?}");
    let after = files(copy.parent().unwrap());
    assert!(["store.db", "store.db-wal"].into_iter().all(|name| before[name] == after[name]));
    let keystore = Keystore::open(&named, &key(1), BUSY).await.unwrap();
    assert_eq!(hash_refs(&keystore).await.unwrap().len(), 3);
    keystore.close().await;
}

#[test]
fn a_newer_schema_is_refused() {
    block_on(async {
        let (_folder, path) = place();
        store(&path, 2).await;
        let newer = u32::try_from(MIGRATIONS.len()).unwrap() + 1;
        let connection =
            connection::open(&path, Some(&key(0xa7)), connection::Access::Write(&super::support::lock_wait())).unwrap();
        connection.pragma_update(None, "user_version", newer).unwrap();
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).unwrap();
        drop(connection);
        assert_eq!(refused(&path), StorageError::NewerSchema { found: newer, supported: newer - 1 });
    });
}

#[test]
fn an_unknown_codec_is_refused_before_any_blob_is_read() {
    block_on(async {
        let (folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        write(&keystore, |operation| {
            operation.insert_client_id(b"alice")?;
            operation.connection.execute("UPDATE client SET blob_codec = 77", [])?;
            Ok(())
        })
        .await
        .unwrap();
        keystore.close().await;
        let before = files(folder.path());
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        let error = keystore.read(|view| view.client_id()).await.unwrap_err();
        assert_eq!(error, Error::Storage(StorageError::UnknownBlobCodec { found: 77, supported: 1 }));
        keystore.close().await;
        assert!(before == files(folder.path()));
    });
}

#[test]
fn paths_that_are_no_files_are_refused_at_once() {
    let (folder, path) = place();
    fs::create_dir(folder.path().join("folder")).unwrap();
    assert!(matches!(refused(&folder.path().join("folder")), StorageError::NotAFile { .. }));
    assert!(matches!(
        refused(&folder.path().join("no/such/store.db")),
        StorageError::Io { kind: std::io::ErrorKind::NotFound, message } if message.contains("no/such/store.db")
    ));
    assert!(matches!(refused(Path::new("/dev/null")), StorageError::NotAFile { .. }));
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert!(matches!(refused(&path), StorageError::NotAFile { .. }));
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert!(matches!(refused(&fifo), StorageError::NotAFile { .. }));
}

#[test]
fn odd_names_are_opened_as_they_are_written() {
    block_on(async {
        let (folder, _) = place();
        for name in ["a b.db", "50%.db", "what?immutable=0#x.db", "ключ.db", "%2e.db", "file:x", ":memory:"] {
            let path = folder.path().join(name);
            store(&path, 1).await;
            assert!(files(folder.path()).contains_key(name));
            assert_eq!(hash_refs(&Keystore::open(&path, &key(0xa7), BUSY).await.unwrap()).await.unwrap().len(), 1);
        }
    });
}

#[test]
fn an_empty_file_is_a_fresh_one_whatever_lies_beside_it() {
    block_on(async {
        let (_folder, path) = place();
        fs::write(&path, b"").unwrap();
        fs::write(path.with_extension("db-wal"), random(8192)).unwrap();
        store(&path, 1).await;
        assert_eq!(hash_refs(&Keystore::open(&path, &key(0xa7), BUSY).await.unwrap()).await.unwrap().len(), 1);
    });
}

#[test]
fn a_path_means_the_same_file_after_the_process_has_changed_its_folder() {
    block_on(async {
        let (folder, path) = place();
        child::run("change_folder_and_key", &path);
        assert_eq!(files(&folder.path().join("elsewhere")).len(), 0);
        Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
    });
}

/// Whatever went wrong was called damage as soon as the file could not be looked at.
#[test]
fn what_can_not_be_looked_at_is_not_called_damaged() {
    let (_folder, path) = place();
    block_on(store(&path, 1));
    let missing = file::DatabaseFile::at(&path, BUSY).unwrap();
    fs::remove_file(&path).unwrap();
    let diagnose = |error| connection::diagnose(&missing, Some(&key(0xa7)), error);
    for error in [StorageError::Sqlite { code: 7, message: "out of memory".into() }, StorageError::ReadOnly] {
        assert_eq!(diagnose(error.clone()), error);
    }
    for error in [StorageError::Corrupt, StorageError::WrongKeyOrDamaged { path: String::new() }] {
        let found = diagnose(error);
        assert!(matches!(found, StorageError::Io { kind: std::io::ErrorKind::NotFound, .. }), "{found:?}");
    }
}

/// A change of key made a new, empty database where the file had been, and said that all was well.
#[test]
fn a_file_that_was_moved_or_removed_is_not_made_anew_and_its_key_not_said_to_be_changed() {
    block_on(async {
        for replaced in [false, true] {
            let (folder, path) = place();
            let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
            fill(&keystore, 3).await;
            let moved = folder.path().join("moved.db");
            for suffix in ["", "-wal", "-shm"] {
                let name = |path: &Path| format!("{}{suffix}", path.display());
                fs::rename(name(&path), name(&moved)).unwrap();
            }
            if replaced {
                store(&path, 1).await;
            }
            let before = fs::read(&path).ok();
            let outcomes = [
                keystore.change_key(&key(2)).await,
                keystore.begin().await.map(drop),
                keystore.check_integrity().await,
                hash_refs(&Keystore::open(&moved, &key(1), BUSY).await.unwrap()).await.map(drop),
                hash_refs(&keystore).await.map(drop),
            ];
            let is_missed = |outcome: &crate::Result<()>| {
                matches!(outcome, Err(Error::Storage(StorageError::Io { kind: std::io::ErrorKind::NotFound, .. })))
            };
            assert!([0, 1, 2, 4].into_iter().all(|at| is_missed(&outcomes[at])), "{outcomes:?}");
            assert_eq!(outcomes[3], Ok(()), "the moved file is whole");
            assert!(fs::read(&path).ok() == before, "nothing was made or changed in its place");
        }
    });
}

/// The power failed while the first page was on its way: the journal says that the file was empty before.
#[test]
fn a_half_made_file_is_made_anew() {
    block_on(async {
        let (folder, finished) = place();
        store(&finished, 1).await;
        let first_page = fs::read(&finished).unwrap()[..4096].to_vec();
        let making = folder.path().join("making.db");
        file::create_if_missing(&making).unwrap();
        let connection =
            connection::open(&making, Some(&key(0xa7)), connection::Access::Write(&super::support::lock_wait()))
                .unwrap();
        connection.execute_batch("PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x)").unwrap();
        for _ in 0..20 {
            connection.execute("INSERT INTO t VALUES (randomblob(9000))", []).unwrap();
        }
        let journal = fs::read(folder.path().join("making.db-journal")).unwrap();
        assert!(!journal.is_empty());
        for page in [first_page, vec![0; 4096]] {
            let (folder, path) = place();
            fs::write(&path, page).unwrap();
            fs::write(folder.path().join("store.db-journal"), &journal).unwrap();
            store(&path, 1).await;
            assert_eq!(hash_refs(&Keystore::open(&path, &key(0xa7), BUSY).await.unwrap()).await.unwrap().len(), 1);
        }
    });
}

#[test]
fn a_read_only_file_is_refused() {
    block_on(async {
        let (_folder, path) = place();
        store(&path, 1).await;
        let Some(_unwritable) = support::make_unwritable(&path) else { return };
        assert_eq!(refused(&path), StorageError::ReadOnly);
    });
}

#[test]
fn a_read_only_folder_is_refused() {
    block_on(async {
        let (folder, path) = place();
        store(&path, 1).await;
        let Some(_unwritable) = support::make_unwritable(folder.path()) else { return };
        assert_eq!(refused(&path), StorageError::ReadOnly);
        assert_eq!(refused(&folder.path().join("new.db")), StorageError::ReadOnly);
    });
}

#[test]
fn a_full_disk_undoes_the_transaction_and_spares_reading() {
    block_on(async {
        let Some(disk) = support::small_disk(2 << 20) else { return };
        let path = disk.path().join("store.db");
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 50).await;
        let before = hash_refs(&keystore).await.unwrap();
        let ballast = support::fill_up(disk.path());

        for round in 0..3 {
            let transaction = keystore.begin().await.unwrap();
            let work = |operation: &mut crate::Operation<'_>| {
                let credential = operation.credential_id(&operation.credentials()?[0])?.unwrap();
                operation.insert_keypackage(credential, &a_keypackage(1000), NOW, &random(100_000))
            };
            let outcome = match transaction.run(work).await {
                Ok(()) => transaction.finish().await,
                Err(error) => Err(error),
            };
            assert_eq!(outcome.unwrap_err(), Error::Storage(StorageError::DiskFull), "round {round}");
            assert_eq!(hash_refs(&keystore).await.unwrap(), before);
        }
        let other = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        assert_eq!(hash_refs(&other).await.unwrap(), before);

        fs::remove_file(ballast).unwrap();
        fill(&keystore, 1).await;
        assert_eq!(hash_refs(&other).await.unwrap().len(), 51);
    });
}

/// The WAL's index had no room: as long as another handle held one, nobody noticed.
#[test]
fn a_file_opens_and_reads_on_a_disk_that_was_full_before() {
    block_on(async {
        let Some(disk) = support::small_disk(2 << 20) else { return };
        let path = disk.path().join("store.db");
        store(&path, 50).await;
        let before = fs::read(&path).unwrap();
        let ballast = support::fill_up(disk.path());

        let keystore = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        let again = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        assert!(matches!(
            Keystore::open(&path, &key(1), BUSY).await,
            Err(Error::Storage(StorageError::WrongKeyOrDamaged { .. }))
        ));
        for handle in [&keystore, &again] {
            assert_eq!(hash_refs(handle).await.unwrap().len(), 50);
            let outcome = write(handle, |operation| support::add_credential(operation, &support::a_credential(), &[1]));
            assert_eq!(outcome.await.map(drop), Err(Error::Storage(StorageError::DiskFull)));
            assert_eq!(hash_refs(handle).await.unwrap().len(), 50);
        }
        again.close().await;
        keystore.close().await;
        assert!(fs::read(&path).unwrap() == before);

        let keystore = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        fs::remove_file(ballast).unwrap();
        let again = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        fill(&keystore, 1).await;
        fill(&again, 1).await;
        // Nobody can come between: a second process is told so, and in time.
        assert_eq!(child::run("find_it_busy", &path), "");
        keystore.close().await;
        again.close().await;
        child::run("open_and_close", &path);
        let keystore = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        assert_eq!(hash_refs(&keystore).await.unwrap().len(), 52);
        keystore.check_integrity().await.unwrap();
    });
}

/// A file that may not grow stands for a disk that is full.
#[test]
fn an_operation_that_finds_no_space_is_undone_and_the_transaction_says_so() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        fill(&keystore, 5).await;
        let before = hash_refs(&keystore).await.unwrap();
        let transaction = keystore.begin().await.unwrap();
        let work = |operation: &mut crate::Operation<'_>| {
            let pages: u32 = operation.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            operation.connection.pragma_update(None, "max_page_count", pages)?;
            let credential = operation.credential_id(&operation.credentials()?[0])?.unwrap();
            operation.insert_keypackage(credential, &a_keypackage(1000), NOW, &random(100_000))
        };
        assert_eq!(transaction.run(work).await.unwrap_err(), Error::Storage(StorageError::DiskFull));
        drop(transaction);
        assert_eq!(hash_refs(&keystore).await.unwrap(), before);
        write(&keystore, |operation| {
            operation.connection.pragma_update(None, "max_page_count", 1_000_000)?;
            Ok(())
        })
        .await
        .unwrap();
        fill(&keystore, 1).await;
    });
}

#[test]
fn a_damaged_page_is_told_from_another_key_and_never_gives_wrong_data() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        let content = fill(&keystore, 30).await;
        let refs = hash_refs(&keystore).await.unwrap();
        keystore.close().await;
        let whole = fs::read(&path).unwrap();
        let mut noticed = 0;
        for page in 0..whole.len() / 4096 {
            let mut damaged = whole.clone();
            damaged[page * 4096 + 100 + page] ^= 0x10;
            fs::write(&path, &damaged).unwrap();
            let keystore = match Keystore::open(&path, &key(1), Duration::from_millis(50)).await {
                Ok(keystore) => keystore,
                Err(error) => {
                    let expected = StorageError::WrongKeyOrDamaged { path: path.display().to_string() };
                    let expected = if page == 0 { expected } else { StorageError::Corrupt };
                    assert_eq!(error, Error::Storage(expected), "page {page}");
                    noticed += 1;
                    assert!(fs::read(&path).unwrap() == damaged);
                    continue;
                }
            };
            assert_ne!(page, 0);
            let mut outcomes = vec![hash_refs(&keystore).await.map(|found| assert_eq!(found, refs))];
            for (record, bundle) in content.keypackages.clone() {
                let load = keystore.read(move |view| view.keypackage_bundle(&record.hash_ref)).await;
                outcomes.push(load.map(|found| assert_eq!(*found.unwrap(), bundle)));
            }
            // The writer meets the page as well, and goes on saying what is wrong.
            for _ in 0..2 {
                outcomes.push(
                    write(&keystore, |operation| {
                        operation.keypackages()?;
                        let credential = operation.credential_id(&operation.credentials()?[0])?.unwrap();
                        operation.delete_keypackages_of(credential, NOW)?;
                        Err(Error::Storage(StorageError::Closed))
                    })
                    .await,
                );
            }
            let mut errors: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
            errors.retain(|error| *error != Error::Storage(StorageError::Closed));
            assert!(
                errors.iter().all(|error| *error == Error::Storage(StorageError::Corrupt)),
                "page {page}: {errors:?}"
            );
            noticed += usize::from(!errors.is_empty());
            keystore.close().await;
        }
        assert!(noticed > 5, "{noticed} of {} pages", whole.len() / 4096);

        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let keystore = Keystore::open(&path, &key(1), BUSY).await;
        let outcome = match keystore {
            Ok(keystore) => hash_refs(&keystore).await.map(|found| assert_eq!(found, refs)),
            Err(error) => Err(error),
        };
        assert_eq!(outcome.unwrap_err(), Error::Storage(StorageError::Corrupt));
        for length in [1, 16, 31, 32, 100, 4095] {
            fs::write(&path, &whole[..length]).unwrap();
            let error = Keystore::open(&path, &key(1), BUSY).await.unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Storage(StorageError::WrongKeyOrDamaged { .. } | StorageError::NotADatabase { .. })
                ),
                "{length}: {error:?}"
            );
        }
    });
}

/// Reading the file through a handle of one's own and closing it drops the locks of the whole process. Another
/// process would then take itself for the only one and delete the WAL on closing.
#[test]
fn a_second_process_that_closes_leaves_the_wal_to_the_first() {
    block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        fill(&keystore, 1).await;
        hash_refs(&keystore).await.unwrap();
        let again = Keystore::open(&path, &key(0xa7), BUSY).await.unwrap();
        assert!(Keystore::open(&path, &key(1), BUSY).await.is_err());

        assert!(is_locked(&path), "this process has lost its lock");
        for _ in 0..3 {
            child::run("open_and_close", &path);
            // Not by reading the files, which would drop the locks here.
            assert!(path.with_extension("db-wal").exists(), "the child deleted the WAL");
            fill(&keystore, 1).await;
        }
        again.close().await;
        keystore.close().await;
        assert_eq!(hash_refs(&Keystore::open(&path, &key(0xa7), BUSY).await.unwrap()).await.unwrap().len(), 4);
    });
}

/// Whether some process holds a POSIX lock on the file, as Linux tells.
fn is_locked(path: &Path) -> bool {
    let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    match fs::read_to_string("/proc/locks") {
        Ok(locks) => locks.lines().any(|lock| lock.contains(&format!(":{inode} "))),
        Err(_) => support::skip::<()>("see who holds a lock").is_none(),
    }
}

#[test]
fn nothing_is_printed_by_wrong_keys_and_damage() {
    block_on(async {
        let (_folder, path) = place();
        store(&path, 30).await;
        assert_eq!(child::run("open_with_a_wrong_key_and_damaged", &path), "");
    });
}
