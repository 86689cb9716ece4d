//! What the cache alone knows gets into the file with its transaction, or the transaction is undone. docs/storage.md,
//! invariant G6.

use std::env::temp_dir;

use super::transactions::insert;
use crate::{Cache, Error, Keystore, Operation, Result, StorageError, Transaction, TransactionError, View};

type Failure = fn() -> StorageError;
type Work = fn(&mut Operation<'_>) -> Result<()>;

/// Numbers, of which some are not stored yet.
#[derive(Default)]
struct Notes {
    unwritten: Vec<u8>,
    writes: usize,
    /// What a write ends with.
    failure: Option<Failure>,
}

impl Cache for Notes {
    fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    fn write(&mut self, view: &View<'_>) -> Result<(), StorageError> {
        if let Some(failure) = self.failure {
            return Err(failure());
        }
        self.writes += 1;
        for number in self.unwritten.drain(..) {
            view.connection.execute("INSERT INTO note VALUES (?1)", [number])?;
        }
        Ok(())
    }
}

fn with_notes<F: Future<Output = ()>>(test: impl FnOnce(Keystore) -> F) {
    smol::block_on(async {
        let keystore = Keystore::temporary(temp_dir(), std::time::Duration::from_secs(20)).await.unwrap();
        let transaction = keystore.begin().await.unwrap();
        let table = |operation: &mut Operation<'_>| {
            operation.connection.execute_batch("CREATE TABLE note (number INTEGER)").map_err(Error::from)
        };
        transaction.run(table).await.unwrap();
        transaction.finish().await.unwrap();
        test(keystore).await;
    });
}

fn numbers(view: &View<'_>) -> Result<Vec<u8>> {
    let mut statement = view.connection.prepare("SELECT number FROM note ORDER BY rowid")?;
    let numbers = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(numbers)
}

async fn committed(keystore: &Keystore) -> Vec<u8> {
    keystore.read(numbers).await.unwrap()
}

/// What the cache says, and nothing is written for it.
async fn cached<T: Send + 'static>(transaction: &Transaction, ask: fn(&mut Notes) -> T) -> T {
    transaction.run_deferring(move |operation| Ok::<_, Error>(ask(operation.cache()))).await.unwrap()
}

async fn note(transaction: &Transaction, number: u8) -> Result<()> {
    let work = move |operation: &mut Operation<'_>| {
        operation.cache::<Notes>().unwritten.push(number);
        Ok(())
    };
    transaction.run_deferring(work).await
}

/// Writes, and fails.
fn fail(operation: &mut Operation<'_>) -> Result<()> {
    insert(operation, &[1])?;
    Err(StorageError::DiskFull.into())
}

const UNDONE: Result<()> = Err(Error::Transaction(TransactionError::TransactionUndone));

#[test]
fn what_operations_leave_unwritten_is_written_once_at_the_commit() {
    with_notes(async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        for number in 1..=100 {
            note(&transaction, number).await.unwrap();
        }
        let stored = transaction.run_deferring(|operation| numbers(operation)).await.unwrap();
        assert_eq!(stored, [0; 0]);
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, (1..=100).collect::<Vec<_>>());
        let next = keystore.begin().await.unwrap();
        assert_eq!(cached(&next, |notes| notes.writes).await, 1);
    });
}

#[test]
fn every_other_operation_finds_it_in_the_file_and_takes_none_of_it_along_when_it_fails() {
    with_notes(async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        note(&transaction, 1).await.unwrap();
        assert_eq!(transaction.run(|operation| numbers(operation)).await.unwrap(), [1]);
        note(&transaction, 2).await.unwrap();
        assert_eq!(transaction.run(fail).await, Err(StorageError::DiskFull.into()));
        note(&transaction, 3).await.unwrap();
        let panics = |_: &mut Operation<'_>| -> Result<()> { panic!("on purpose") };
        assert_eq!(transaction.run(panics).await, Err(TransactionError::OperationPanicked.into()));
        note(&transaction, 4).await.unwrap();
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [1, 2, 3, 4]);
        let left = keystore.read(|view| view.keypackages()).await.unwrap();
        assert_eq!(left, []);
    });
}

#[test]
fn an_operation_that_writes_the_cache_first_undoes_only_itself() {
    with_notes(async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        note(&transaction, 1).await.unwrap();
        let work = |operation: &mut Operation<'_>| {
            operation.write_cache()?;
            fail(operation)
        };
        assert_eq!(transaction.run_deferring(work).await, Err(StorageError::DiskFull.into()));
        assert_eq!(cached(&transaction, |notes| notes.writes).await, 0, "it was emptied");
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [1]);
    });
}

#[test]
fn an_error_that_loses_nothing_leaves_it_unwritten() {
    with_notes(async |keystore| {
        let transaction = keystore.begin().await.unwrap();
        note(&transaction, 1).await.unwrap();
        let refused = transaction.run_deferring(|_| Err::<(), Error>(StorageError::Corrupt.into()));
        assert_eq!(refused.await, Err(StorageError::Corrupt.into()));
        assert_eq!(cached(&transaction, |notes| (notes.unwritten(), notes.writes)).await, (1, 0));
        transaction.finish().await.unwrap();
        assert_eq!(committed(&keystore).await, [1]);
    });
}

#[test]
fn where_it_is_lost_the_whole_transaction_is_undone() {
    let panics = |_: &mut Operation<'_>| -> Result<()> { panic!("on purpose") };
    let loses = |operation: &mut Operation<'_>| {
        operation.cache::<Notes>().unwritten.clear();
        Err(Error::from(StorageError::DiskFull))
    };
    let loses_unnoticed = |operation: &mut Operation<'_>| {
        operation.cache::<Notes>().unwritten.clear();
        Ok(())
    };
    let panicked = Err(TransactionError::OperationPanicked.into());
    let full = Err(StorageError::DiskFull.into());
    let ways: [(Work, Result<()>); 4] =
        [(panics, panicked), (fail, full.clone()), (loses, full), (loses_unnoticed, Ok(()))];
    for (work, outcome) in ways {
        with_notes(async |keystore| {
            let transaction = keystore.begin().await.unwrap();
            note(&transaction, 1).await.unwrap();
            assert_eq!(transaction.run_deferring(work).await, outcome, "the first error wins");
            assert_eq!(note(&transaction, 2).await, UNDONE);
            assert_eq!(transaction.finish().await, UNDONE);
            assert_eq!(committed(&keystore).await, [0; 0]);

            let next = keystore.begin().await.unwrap();
            note(&next, 3).await.unwrap();
            next.finish().await.unwrap();
            assert_eq!(committed(&keystore).await, [3]);
        });
    }
}

#[test]
fn where_it_cannot_be_written_the_whole_transaction_is_undone() {
    let full = Err(Error::from(StorageError::DiskFull));
    let panicked = Err(TransactionError::OperationPanicked.into());
    let ways: [(Failure, Result<()>); 2] = [(|| StorageError::DiskFull, full), (|| panic!("on purpose"), panicked)];
    for (failure, outcome) in ways {
        for is_at_the_commit in [true, false] {
            with_notes(async |keystore| {
                let transaction = keystore.begin().await.unwrap();
                transaction.run(|operation| insert(operation, &[1])).await.unwrap();
                let fails = move |operation: &mut Operation<'_>| {
                    operation.cache::<Notes>().failure = Some(failure);
                    Ok::<_, Error>(())
                };
                transaction.run_deferring(fails).await.unwrap();
                note(&transaction, 1).await.unwrap();
                if !is_at_the_commit {
                    assert_eq!(transaction.run(|_| Ok::<_, Error>(())).await, outcome);
                    assert_eq!(note(&transaction, 2).await, UNDONE);
                }
                let expected = if is_at_the_commit { outcome.clone() } else { UNDONE };
                assert_eq!(transaction.finish().await, expected);
                assert_eq!(transaction.finish().await, UNDONE);
                assert_eq!(keystore.read(|view| view.keypackages()).await.unwrap(), []);

                let next = keystore.begin().await.unwrap();
                assert_eq!(cached(&next, |notes| notes.unwritten()).await, 0);
                next.finish().await.unwrap();
            });
        }
    }
}

#[test]
fn what_is_rolled_back_unwritten_was_never_there() {
    with_notes(async |keystore| {
        for is_dropped in [true, false] {
            let transaction = keystore.begin().await.unwrap();
            note(&transaction, 1).await.unwrap();
            if is_dropped {
                drop(transaction)
            } else {
                transaction.abort().await.unwrap()
            }
            let next = keystore.begin().await.unwrap();
            assert_eq!(cached(&next, |notes| notes.unwritten()).await, 0);
            next.finish().await.unwrap();
            assert_eq!(committed(&keystore).await, [0; 0]);
        }
    });
}
