//! Savepoints, ends and queues, seen from the writer's side.

use std::{
    env::temp_dir,
    future::poll_fn,
    pin::pin,
    sync::{Arc, mpsc},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use super::support::{key, lock_wait, place};
use crate::{
    CredentialRecord, DatabaseKey, Error, KeypackageRecord, Keystore, Operation, Result, StorageError, Transaction,
    TransactionError, View, connection, file,
    readers::{Pool, Readers},
    schema::MIGRATIONS,
};

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

fn with_keystore<F: Future<Output = ()>>(busy_timeout: Duration, test: impl FnOnce(Keystore) -> F) {
    smol::block_on(async { test(Keystore::temporary(temp_dir(), busy_timeout).await.unwrap()).await });
}

pub(super) fn keypackage(number: u8) -> KeypackageRecord {
    KeypackageRecord {
        hash_ref: vec![number; 32],
        ciphersuite: 1,
        credential_type: 1,
        not_before: 0,
        not_after: 1,
        last_resort: false,
    }
}

/// Adds a credential and `numbers`' key packages; a number twice is an error, after those before it were written.
pub(super) fn insert(operation: &mut Operation<'_>, numbers: &[u8]) -> Result<()> {
    let credential = CredentialRecord { ciphersuite: 1, credential_type: 1, content: vec![1], signature_key: vec![2] };
    let id = if let Some(id) = operation.credential_id(&credential)? {
        id
    } else {
        operation.insert_credential(&credential, &[3])?;
        operation.credential_id(&credential)?.unwrap()
    };
    numbers.iter().try_for_each(|number| operation.insert_keypackage(id, &keypackage(*number), 0, &[4; 1000]))
}

async fn add(transaction: &Transaction, numbers: &'static [u8]) -> Result<()> {
    transaction.run(|operation| insert(operation, numbers)).await
}

fn numbers(view: &View<'_>) -> Result<Vec<u8>> {
    Ok(view.keypackages()?.iter().map(|record| record.hash_ref[0]).collect())
}

async fn seen(transaction: &Transaction) -> Vec<u8> {
    transaction.run(|operation| numbers(operation)).await.unwrap()
}

async fn committed(keystore: &Keystore) -> Vec<u8> {
    keystore.read(numbers).await.unwrap()
}

async fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    let mut future = Some(future);
    poll_fn(|context| Poll::Ready(future.take().unwrap().poll(context))).await
}

#[test]
fn an_operation_that_fails_midway_leaves_the_transaction_as_it_was_and_it_goes_on() {
    with_keystore(LONG, async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        add(&transaction, &[2, 3, 1]).await.unwrap_err();
        assert_eq!(seen(&transaction).await, [1]);
        add(&transaction, &[4]).await.unwrap();
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [1, 4]);
    });
}

#[test]
fn an_operation_that_panics_midway_leaves_the_transaction_as_it_was_and_it_goes_on() {
    with_keystore(LONG, async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        let panics = |operation: &mut Operation<'_>| -> Result<()> {
            insert(operation, &[2])?;
            panic!("on purpose");
        };
        let error = transaction.run(panics).await.unwrap_err();
        assert_eq!(error, TransactionError::OperationPanicked.into());
        assert_eq!(seen(&transaction).await, [1]);
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [1]);
    });
}

/// A full disk makes SQLite roll back everything. A caller that passes over the error must not believe that what it
/// did before is stored.
#[test]
fn a_transaction_that_sqlite_itself_rolled_back_says_so_until_the_end() {
    with_keystore(LONG, async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        let cause = transaction.run(|operation| {
            operation.connection.execute_batch("ROLLBACK")?;
            Err::<(), Error>(StorageError::DiskFull.into())
        });
        assert_eq!(cause.await, Err(StorageError::DiskFull.into()), "the first error wins");
        let undone = Err(TransactionError::TransactionUndone.into());
        assert_eq!(add(&transaction, &[2]).await, undone);
        assert_eq!(transaction.finish().await, undone);
        transaction.abort().await.unwrap();

        let next = keystore.begin().await.unwrap();
        add(&next, &[3]).await.unwrap();
        assert_eq!(transaction.finish().await, undone, "although another is open now");
        next.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [3]);
    });
}

#[test]
fn an_operation_whose_future_is_dropped_before_it_began_never_runs() {
    with_keystore(LONG, async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        let (release, wait) = mpsc::channel::<()>();
        let mut first = pin!(transaction.run(move |_| {
            wait.recv().unwrap();
            Ok::<_, Error>(())
        }));
        assert!(poll_once(first.as_mut()).await.is_pending());
        {
            let mut second = pin!(add(&transaction, &[1]));
            assert!(poll_once(second.as_mut()).await.is_pending());
        }
        release.send(()).unwrap();
        first.await.unwrap();
        assert!(seen(&transaction).await.is_empty());
    });
}

#[test]
fn an_operation_whose_future_is_dropped_while_it_runs_is_done_in_full_before_the_next() {
    with_keystore(LONG, async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        let (begun, has_begun) = async_channel::bounded(1);
        let (release, wait) = mpsc::channel::<()>();
        {
            let mut running = pin!(transaction.run(move |operation| {
                insert(operation, &[1])?;
                begun.try_send(()).unwrap();
                wait.recv().unwrap();
                insert(operation, &[2])
            }));
            assert!(poll_once(running.as_mut()).await.is_pending());
            has_begun.recv().await.unwrap();
        }
        release.send(()).unwrap();
        assert_eq!(seen(&transaction).await, [1, 2]);
    });
}

/// The answer lay in a channel that the writer itself kept alive: nobody dropped the transaction in it, and no other
/// ever began.
#[test]
fn a_begin_that_is_dropped_after_it_was_granted_lets_the_next_one_begin() {
    with_keystore(Duration::from_secs(2), async |keystore| {
        let open = keystore.begin().await.unwrap();
        let mut dropped = Box::pin(keystore.begin());
        assert!(poll_once(dropped.as_mut()).await.is_pending());
        open.abort().await.unwrap();
        // The writer grants it before it looks at what comes behind.
        open.abort().await.unwrap();
        drop(dropped);
        keystore.begin().await.unwrap();
    });
}

#[test]
fn a_dropped_transaction_is_rolled_back_before_the_next_begins() {
    with_keystore(LONG, async |keystore| {
        for _ in 0..20 {
            let transaction = keystore.begin().await.unwrap();
            add(&transaction, &[1]).await.unwrap();
            drop(transaction);
            assert!(seen(&keystore.begin().await.unwrap()).await.is_empty());
        }
    });
}

#[test]
fn closing_while_another_client_holds_the_lock_does_not_wait_for_it() {
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("db"), DatabaseKey::generate().unwrap());
        let holder = Keystore::open(&path, &key, LONG).await.unwrap();
        let waiting = Keystore::open(&path, &key, LONG).await.unwrap();
        let _lock = holder.begin().await.unwrap();
        let mut begin = Box::pin(waiting.begin());
        assert!(poll_once(begin.as_mut()).await.is_pending());
        let asked = Instant::now();
        waiting.close().await;
        assert!(asked.elapsed() < LONG / 2);
        assert_eq!(begin.await.unwrap_err(), StorageError::Closed.into());
    });
}

#[test]
fn a_wait_for_another_client_counts_from_when_it_was_asked() {
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("db"), DatabaseKey::generate().unwrap());
        let holder = Keystore::open(&path, &key, LONG).await.unwrap();
        let waiting = Keystore::open(&path, &key, SHORT).await.unwrap();
        let _lock = holder.begin().await.unwrap();
        let mut begins = [Box::pin(waiting.begin()), Box::pin(waiting.begin()), Box::pin(waiting.begin())];
        for begin in &mut begins {
            assert!(poll_once(begin.as_mut()).await.is_pending());
        }
        for begin in begins {
            match begin.await.unwrap_err() {
                Error::Storage(StorageError::DatabaseBusy { waited }) => assert!(waited >= SHORT, "{waited:?}"),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// SQLCipher reads with the old key and writes with the new one after a `rekey` that failed.
#[test]
fn a_change_of_key_that_fails_leaves_a_client_that_writes_with_the_old_key() {
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("db"), DatabaseKey::generate().unwrap());
        let keystore = Keystore::open(&path, &key, SHORT).await.unwrap();
        let other = Keystore::open(&path, &key, LONG).await.unwrap();
        let lock = other.begin().await.unwrap();
        let error = keystore.change_key(&DatabaseKey::generate().unwrap()).await.unwrap_err();
        assert!(matches!(error, Error::Storage(StorageError::DatabaseBusy { .. })), "{error:?}");
        lock.abort().await.unwrap();

        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        transaction.finish().await.unwrap();
        assert_eq!(committed(&other).await, [1]);
    });
}

#[test]
fn reading_goes_on_while_a_change_of_key_waits_for_its_turn() {
    with_keystore(LONG, async |keystore| {
        let open = keystore.begin().await.unwrap();
        let key = DatabaseKey::generate().unwrap();
        let mut change = Box::pin(keystore.change_key(&key));
        assert!(poll_once(change.as_mut()).await.is_pending());
        assert!(committed(&keystore).await.is_empty());
        open.abort().await.unwrap();
        change.await.unwrap();
        assert!(committed(&keystore).await.is_empty());
    });
}

#[test]
fn all_queries_of_one_read_see_the_same_state() {
    with_keystore(LONG, async |keystore| {
        let (begun, has_begun) = async_channel::bounded(1);
        let (release, wait) = mpsc::channel::<()>();
        let mut read = pin!(keystore.read(move |view| {
            let before = numbers(view)?;
            begun.try_send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, Error>((before, numbers(view)?))
        }));
        assert!(poll_once(read.as_mut()).await.is_pending());
        has_begun.recv().await.unwrap();
        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        transaction.finish().await.unwrap();
        release.send(()).unwrap();
        let (before, after) = read.await.unwrap();
        assert_eq!(before, after);
        assert_eq!(committed(&keystore).await, [1]);
    });
}

#[test]
fn a_read_that_panics_costs_nobody_else_anything() {
    with_keystore(LONG, async |keystore| {
        for _ in 0..5 {
            let error = keystore.read(|_| -> Result<()> { panic!("on purpose") }).await.unwrap_err();
            assert_eq!(error, TransactionError::OperationPanicked.into());
        }
        assert!(committed(&keystore).await.is_empty());
        keystore.change_key(&DatabaseKey::generate().unwrap()).await.unwrap();
        assert!(committed(&keystore).await.is_empty());
    });
}

#[test]
fn a_temporary_database_is_gone_when_close_returns() {
    let parent = tempfile::tempdir().unwrap();
    let folders = || parent.path().read_dir().unwrap().count();
    smol::block_on(async {
        let keystore = Keystore::temporary(parent.path(), LONG).await.unwrap();
        assert_eq!(folders(), 1);
        let transaction = keystore.begin().await.unwrap();
        add(&transaction, &[1]).await.unwrap();
        committed(&keystore).await;
        keystore.close().await;
        assert_eq!(folders(), 0);
        assert_eq!(transaction.finish().await, Err(StorageError::Closed.into()));
        keystore.close().await;
    });
}

#[test]
fn of_two_that_close_at_once_both_wait_until_it_is_closed() {
    let parent = tempfile::tempdir().unwrap();
    let folders = || parent.path().read_dir().unwrap().count();
    smol::block_on(async {
        let keystore = Keystore::temporary(parent.path(), LONG).await.unwrap();
        let close = async || {
            keystore.close().await;
            folders()
        };
        assert_eq!(smol::future::zip(close(), close()).await, (0, 0));
    });
}

/// Of two processes that opened a fresh file at once, one in some hundred was refused at once: SQLite does not ask
/// the busy handler when another is about to write while it gives the file its WAL.
#[test]
fn opening_a_file_that_has_no_wal_yet_waits_for_whoever_writes_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("db"), DatabaseKey::generate().unwrap());
    file::create_if_missing(&path).unwrap();
    let other = connection::open(&path, Some(&key), connection::Access::Write(&super::support::lock_wait())).unwrap();
    other.execute_batch("VACUUM; BEGIN IMMEDIATE").unwrap();
    let open = |busy_timeout| smol::block_on(async { Keystore::open(&path, &key, busy_timeout).await.map(drop) });
    match open(SHORT).unwrap_err() {
        Error::Storage(StorageError::DatabaseBusy { waited }) => assert!(waited >= SHORT, "{waited:?}"),
        other => panic!("{other:?}"),
    }
    thread::scope(|scope| {
        let opening = scope.spawn(|| open(LONG));
        thread::sleep(Duration::from_millis(20));
        other.execute_batch("COMMIT").unwrap();
        opening.join().unwrap().unwrap();
    });
}

/// SQLite's own time-out, or none, was in force until the file was open.
#[test]
fn opening_and_reading_a_file_that_is_locked_for_good_wait_as_long_as_was_asked() {
    smol::block_on(async {
        let (_folder, path) = place();
        let reads = Keystore::open(&path, &key(1), SHORT).await.unwrap();
        reads.close().await;
        let other = connection::open(&path, Some(&key(1)), connection::Access::Write(&lock_wait())).unwrap();
        other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE").unwrap();
        let file = file::DatabaseFile::at(&path, SHORT).unwrap();
        let pool = Pool::new(Arc::new(file), Some(key(1)), MIGRATIONS);
        let read = Readers::new(Arc::new(pool));
        for what in ["open", "read"] {
            let asked = Instant::now();
            let outcome = match what {
                "open" => Keystore::open(&path, &key(1), SHORT).await.map(drop),
                _ => read.read(numbers).await.map(drop),
            };
            let took = asked.elapsed();
            match outcome.unwrap_err() {
                Error::Storage(StorageError::DatabaseBusy { waited }) => assert!(waited >= SHORT, "{what}: {waited:?}"),
                other => panic!("{what}: {other:?}"),
            }
            assert!(took < Duration::from_secs(3), "{what}: {took:?}");
        }
    });
}

#[test]
fn a_check_of_integrity_whose_future_is_dropped_midway_leaves_no_transaction_open() {
    with_keystore(LONG, async |keystore| {
        let mut dropped_midway = 0;
        for wait in [0, 0, 0, 0, 100, 300, 1000, 3000] {
            let mut check = Box::pin(keystore.check_integrity());
            // On a busy machine the writer may be done before this thread goes on.
            dropped_midway += u32::from(poll_once(check.as_mut()).await.is_pending());
            // It is either still to come or under way: neither may show.
            thread::sleep(Duration::from_micros(wait));
            drop(check);
            let transaction = keystore.begin().await.unwrap();
            add(&transaction, &[1]).await.unwrap();
            transaction.abort().await.unwrap();
        }
        assert!(dropped_midway > 0);
        keystore.check_integrity().await.unwrap();
        keystore.begin().await.unwrap();
    });
}

#[test]
fn closing_while_an_operation_runs_lets_it_end_and_stores_nothing_of_it() {
    smol::block_on(async {
        let (_folder, path) = place();
        let keystore = Keystore::open(&path, &key(1), LONG).await.unwrap();
        let transaction = keystore.begin().await.unwrap();
        let (begun, has_begun) = async_channel::bounded(1);
        let (release, wait) = mpsc::channel::<()>();
        let mut running = pin!(transaction.run(move |operation| {
            begun.try_send(()).unwrap();
            wait.recv().unwrap();
            insert(operation, &[1])
        }));
        assert!(poll_once(running.as_mut()).await.is_pending());
        has_begun.recv().await.unwrap();
        let mut close = pin!(keystore.close());
        assert!(poll_once(close.as_mut()).await.is_pending(), "it closed under a running operation");
        release.send(()).unwrap();
        close.await;
        assert_eq!(running.await, Ok(()));
        assert_eq!(transaction.finish().await, Err(StorageError::Closed.into()));
        assert!(committed(&Keystore::open(&path, &key(1), LONG).await.unwrap()).await.is_empty());
    });
}

#[test]
fn dropping_the_last_handle_ends_the_thread_and_deletes_a_temporary_database() {
    let parent = tempfile::tempdir().unwrap();
    smol::block_on(async {
        let keystore = Keystore::temporary(parent.path(), LONG).await.unwrap();
        committed(&keystore).await;
        let transaction = keystore.clone().begin().await.unwrap();
        drop(keystore);
        add(&transaction, &[1]).await.unwrap();
        drop(transaction);
    });
    wait_until(|| parent.path().read_dir().unwrap().count() == 0);
}

pub(super) fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came to be");
        thread::sleep(Duration::from_millis(1));
    }
}
