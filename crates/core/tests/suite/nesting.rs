//! A transaction that is begun inside another would wait for itself.

use std::time::{Duration, Instant};

use mlskit::{Client, ClientId, ClientOptions, DatabaseKey, Error, TransactionError};

const SHORT: Duration = Duration::from_millis(150);
/// Far more than any wait that is bounded by `SHORT`.
const LONG: Duration = Duration::from_secs(9);

async fn impatient_client() -> Client {
    let options = ClientOptions::default().busy_timeout(SHORT);
    Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap()
}

async fn patient_client() -> Client {
    Client::temporary(ClientId::from("alice")).await.unwrap()
}

fn assert_nested<T>(outcome: Result<T, Error>) {
    assert_eq!(outcome.err(), Some(TransactionError::NestedTransaction.into()));
}

fn assert_busy<T>(outcome: Result<T, Error>) {
    match outcome.err() {
        Some(Error::Transaction(TransactionError::TransactionBusy { waited, open_for })) => {
            assert!(waited >= SHORT && open_for >= SHORT, "{waited:?} {open_for:?}");
        }
        other => panic!("{other:?}"),
    }
}

scenarios! {
    async fn a_transaction_inside_a_block_is_refused_at_once_in_every_form() {
        let client = patient_client().await;
        let begun = Instant::now();
        client.transaction(async |_| {
            assert_nested(client.transaction(async |_| Ok::<_, Error>(())).await);
            assert_nested(client.clone().new_transaction().await);
            let (left, right) = smol::future::zip(client.new_transaction(), client.new_transaction()).await;
            assert_nested(left);
            assert_nested(right);
            assert_nested(client.change_key(&DatabaseKey::generate().unwrap()).await);
            assert_nested(client.check_integrity().await);
            Ok::<_, Error>(())
        }).await.unwrap();
        assert!(begun.elapsed() < LONG);
    }

    async fn a_refused_transaction_costs_the_block_nothing() {
        let client = patient_client().await;
        let credential = mlskit::Credential::basic(crate::common::SUITE, client.id()).unwrap();
        client.transaction(async |tx| {
            tx.add_credential(credential).await?;
            assert_nested(client.new_transaction().await);
            Ok::<_, Error>(())
        }).await.unwrap();
        assert_eq!(client.credentials().await.unwrap().len(), 1);
    }

    async fn reading_inside_a_block_is_no_transaction() {
        let client = patient_client().await;
        client.transaction(async |_| client.get_keypackage_refs().await).await.unwrap();
    }

    async fn two_transactions_side_by_side_in_one_task_are_not_nested() {
        let client = patient_client().await;
        let block = async || client.transaction(async |tx| tx.credentials().await).await;
        let (left, right) = smol::future::zip(block(), block()).await;
        left.unwrap();
        right.unwrap();
    }

    async fn a_transaction_of_another_client_inside_a_block_is_not_nested() {
        let (client, other) = (patient_client().await, patient_client().await);
        client.transaction(async |_| other.transaction(async |tx| tx.credentials().await).await).await.unwrap();
    }

    async fn a_block_that_ended_in_any_way_leaves_no_mark() {
        let client = patient_client().await;
        client.transaction(async |_| Ok::<_, Error>(())).await.unwrap();
        assert_nested(client.transaction(async |_| client.new_transaction().await).await);
        let (inside, is_inside) = std::sync::mpsc::channel();
        let mut dropped = Box::pin(client.transaction(async |_| {
            inside.send(()).unwrap();
            std::future::pending::<()>().await;
            Ok::<_, Error>(())
        }));
        while is_inside.try_recv().is_err() {
            assert!(smol::future::poll_once(dropped.as_mut()).await.is_none());
        }
        drop(dropped);
        client.new_transaction().await.unwrap();
    }

    async fn two_guards_in_one_task_wait_for_each_other_no_longer_than_the_busy_timeout() {
        let client = impatient_client().await;
        let open = client.new_transaction().await.unwrap();
        let begun = Instant::now();
        assert_busy(client.new_transaction().await);
        assert_busy(client.change_key(&DatabaseKey::generate().unwrap()).await);
        assert!(begun.elapsed() < LONG);
        open.finish().await.unwrap();
        client.new_transaction().await.unwrap();
    }

    async fn a_transaction_in_a_task_that_a_block_waits_for_ends_as_busy() {
        let client = impatient_client().await;
        let outcome = client.transaction(async |_| {
            let client = client.clone();
            Ok::<_, Error>(smol::spawn(async move { client.new_transaction().await.map(drop) }).await)
        }).await.unwrap();
        assert_busy(outcome);
    }
}
