//! A process ends while its threads work on the database.

use std::{
    path::Path,
    process,
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use smol::block_on;

use super::{
    child,
    support::{BUSY, fill, hash_refs, key, place},
};
use crate::{
    Keystore,
    connection::{self, Access},
};

/// Without what is tested here one life in ten or so ends by a signal.
const LIVES: usize = 60;
const EXIT_CODE: i32 = 17;

/// SQLCipher and OpenSSL free their keys and locks at exit, under the threads that use them.
#[test]
fn a_process_that_exits_without_closing_neither_crashes_nor_damages_its_file() {
    let (_folder, path) = place();
    for life in 0..LIVES {
        let output = child::start("exit_while_it_works", &path);
        assert_eq!(output.status.code(), Some(EXIT_CODE), "life {life}: {:?} {output:?}", output.status);
    }
    block_on(async {
        let keystore = Keystore::open(&path, &key(1), BUSY).await.unwrap();
        keystore.check_integrity().await.unwrap();
        assert!(!hash_refs(&keystore).await.unwrap().is_empty());
        keystore.close().await;
    });
}

/// OpenSSL frees what it kept for a thread when that ends. The suite once crashed after its last test, while threads of
/// the `blocking` pool that had read a database went to rest.
#[test]
fn a_process_that_exits_while_threads_end_does_not_crash() {
    let (_folder, path) = place();
    for life in 0..LIVES {
        let output = child::start("exit_while_threads_end", &path);
        assert_eq!(output.status.code(), Some(EXIT_CODE), "life {life}: {:?} {output:?}", output.status);
    }
}

/// Who drops a client and ends has not waited for the thread that deletes the folder.
#[test]
fn a_process_that_ends_leaves_no_temporary_database_dropped_or_not() {
    let parent = tempfile::tempdir().unwrap();
    for _ in 0..10 {
        let output = child::start("exit_with_temporary_databases", parent.path());
        assert_eq!(output.status.code(), Some(EXIT_CODE), "{output:?}");
        assert_eq!(parent.path().read_dir().unwrap().count(), 0);
    }
}

pub(super) async fn exit_with_temporary_databases(parent: &Path) -> ! {
    let kept = Keystore::temporary(parent, BUSY).await.unwrap();
    let dropped = Keystore::temporary(parent, BUSY).await.unwrap();
    fill(&kept, 1).await;
    drop(dropped);
    process::exit(EXIT_CODE)
}

pub(super) async fn exit_while_threads_end(path: &Path) -> ! {
    let keystore = Keystore::open(path, &key(1), BUSY).await.unwrap();
    let rests = Arc::new(Barrier::new(65));
    for _ in 0..64 {
        let (path, rests) = (path.to_owned(), Arc::clone(&rests));
        thread::spawn(move || {
            drop(connection::open(&path, Some(&key(1)), Access::Read(BUSY)).unwrap());
            rests.wait();
        });
    }
    rests.wait();
    drop(keystore);
    process::exit(EXIT_CODE)
}

pub(super) async fn exit_while_it_works(path: &Path) -> ! {
    let keystore = Keystore::open(path, &key(1), BUSY).await.unwrap();
    fill(&keystore, 1).await;
    let (writes, reads) = (keystore.clone(), keystore.clone());
    thread::spawn(move || {
        block_on(async {
            loop {
                fill(&writes, 5).await;
            }
        })
    });
    thread::spawn(move || {
        block_on(async {
            loop {
                hash_refs(&reads).await.unwrap();
            }
        })
    });
    thread::sleep(Duration::from_micros(u64::from(process::id() % 20) * 100));
    process::exit(EXIT_CODE)
}
