//! Transactions: what is kept, what is undone, and how they end.

mod failing_commit;

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use mlskit::{
    Client, Credential, CredentialFilter, CredentialRef, Error, KeypackageConfig, StorageError, TransactionContext,
    TransactionError,
};

use crate::common::{SUITE, client};

/// An app's own error around ours.
#[derive(Debug, PartialEq)]
enum AppError {
    Mls(Error),
    Own,
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        Self::Mls(error)
    }
}

async fn generate(tx: &TransactionContext, credential_ref: &CredentialRef) {
    tx.generate_keypackage(credential_ref, None).await.unwrap();
}

async fn stored(client: &Client) -> usize {
    client.get_keypackage_refs().await.unwrap().len()
}

async fn assert_every_call_says_finished(client: &Client, tx: &TransactionContext, credential_ref: &CredentialRef) {
    let finished: Error = TransactionError::TransactionFinished.into();
    let stored = client.get_keypackage_refs().await.unwrap();
    let config = KeypackageConfig::default();
    let credential = Credential::basic(SUITE, credential_ref.client_id()).unwrap();
    assert_eq!(tx.add_credential(credential).await.unwrap_err(), finished);
    assert_eq!(tx.credentials().await.unwrap_err(), finished);
    assert_eq!(tx.find_credentials(CredentialFilter::default()).await.unwrap_err(), finished);
    assert_eq!(tx.remove_credential(credential_ref).await.unwrap_err(), finished);
    assert_eq!(tx.generate_keypackage(credential_ref, None).await.unwrap_err(), finished);
    assert_eq!(tx.generate_keypackage_with(credential_ref, &config).await.unwrap_err(), finished);
    assert_eq!(tx.generate_keypackages(credential_ref, 3, &config).await.unwrap_err(), finished);
    assert_eq!(tx.get_keypackage_refs().await.unwrap_err(), finished);
    assert_eq!(tx.keypackage(&stored[0]).await.unwrap_err(), finished);
    assert_eq!(tx.remove_keypackage(&stored[0]).await.unwrap_err(), finished);
    assert_eq!(tx.remove_keypackages_for(credential_ref).await.unwrap_err(), finished);
    assert_eq!(tx.finish().await.unwrap_err(), finished);
    tx.abort().await.unwrap();
    tx.abort().await.unwrap();
    assert_eq!(client.get_keypackage_refs().await.unwrap(), stored);
}

scenarios! {
    async fn an_aborted_transaction_leaves_nothing() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        generate(&tx, &credential_ref).await;
        tx.abort().await.unwrap();
        assert_eq!(stored(&client).await, 0);
    }

    async fn a_dropped_transaction_leaves_nothing() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        generate(&tx, &credential_ref).await;
        drop(tx);
        let next = client.new_transaction().await.unwrap();
        assert!(next.get_keypackage_refs().await.unwrap().is_empty());
    }

    async fn a_block_that_fails_leaves_nothing_and_its_own_error_comes_back() {
        let (client, credential_ref) = client("alice").await;
        let outcome: Result<(), AppError> = client.transaction(async |tx| {
            tx.generate_keypackage(&credential_ref, None).await?;
            Err(AppError::Own)
        }).await;
        assert_eq!(outcome, Err(AppError::Own));
        assert_eq!(stored(&client).await, 0);
    }

    async fn the_first_error_of_a_block_wins_over_a_rollback_that_fails() {
        let (client, credential_ref) = client("alice").await;
        let outcome: Result<(), AppError> = client.transaction(async |tx| {
            tx.generate_keypackage(&credential_ref, None).await?;
            client.close().await;
            Err(AppError::Own)
        }).await;
        assert_eq!(outcome, Err(AppError::Own));
    }

    async fn a_block_that_panics_leaves_nothing_and_the_client_goes_on() {
        let (client, credential_ref) = client("alice").await;
        let mut block = Box::pin(client.transaction(async |tx| {
            generate(tx, &credential_ref).await;
            if stored(&client).await == 0 {
                panic!("on purpose");
            }
            Ok::<_, Error>(())
        }));
        let panicked = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| block.as_mut().poll(context))) {
            Ok(poll) => poll.map(|_| false),
            Err(_) => Poll::Ready(true),
        });
        assert!(panicked.await);
        let next = client.new_transaction().await.unwrap();
        assert!(next.get_keypackage_refs().await.unwrap().is_empty());
    }

    async fn after_finish_every_call_says_so() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        generate(&tx, &credential_ref).await;
        tx.finish().await.unwrap();
        assert_every_call_says_finished(&client, &tx, &credential_ref).await;
        client.close().await;
        assert_eq!(tx.finish().await.unwrap_err(), TransactionError::TransactionFinished.into());
    }

    async fn after_abort_every_call_says_so_although_another_transaction_is_open() {
        let (client, credential_ref) = client("alice").await;
        client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        tx.abort().await.unwrap();
        let _other = client.new_transaction().await.unwrap();
        assert_every_call_says_finished(&client, &tx, &credential_ref).await;
    }

    async fn a_block_may_finish_its_transaction_itself() {
        let (client, credential_ref) = client("alice").await;
        client.transaction(async |tx| {
            generate(tx, &credential_ref).await;
            tx.finish().await
        }).await.unwrap();
        assert_eq!(stored(&client).await, 1);
    }

    async fn a_block_may_finish_its_transaction_and_close_the_client() {
        let (client, credential_ref) = client("alice").await;
        client.transaction(async |tx| {
            generate(tx, &credential_ref).await;
            tx.finish().await?;
            client.close().await;
            Ok::<_, Error>(())
        }).await.unwrap();
    }

    async fn what_a_block_finished_stays_although_it_fails_afterwards() {
        let (client, credential_ref) = client("alice").await;
        let outcome: Result<(), AppError> = client.transaction(async |tx| {
            tx.generate_keypackage(&credential_ref, None).await?;
            tx.finish().await?;
            Err(AppError::Own)
        }).await;
        assert_eq!(outcome, Err(AppError::Own));
        assert_eq!(stored(&client).await, 1);
    }

    async fn a_block_may_abort_its_transaction_and_return_a_value() {
        let (client, credential_ref) = client("alice").await;
        let value = client.transaction(async |tx| {
            generate(tx, &credential_ref).await;
            tx.abort().await?;
            Ok::<_, Error>(7)
        }).await.unwrap();
        assert_eq!((value, stored(&client).await), (7, 0));
    }

    async fn closing_rolls_back_what_is_open_and_every_later_call_says_closed() {
        let folder = tempfile::tempdir().unwrap();
        let key = mlskit::DatabaseKey::generate().unwrap();
        let path = folder.path().join("alice.db");
        let open = async || Client::open(&path, &key, "alice".into()).await.unwrap();
        let client = open().await;
        let credential = Credential::basic(SUITE, client.id()).unwrap();
        let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        generate(&tx, &credential_ref).await;
        client.clone().close().await;
        client.close().await;

        let closed: Error = StorageError::Closed.into();
        assert_eq!(tx.generate_keypackage(&credential_ref, None).await.unwrap_err(), closed);
        assert_eq!(tx.finish().await.unwrap_err(), closed);
        assert_eq!(tx.abort().await.unwrap_err(), closed);
        assert_eq!(client.new_transaction().await.unwrap_err(), closed);
        assert_eq!(client.get_keypackage_refs().await.unwrap_err(), closed);
        assert_eq!(client.credentials().await.unwrap_err(), closed);
        assert_eq!(client.change_key(&key).await.unwrap_err(), closed);
        assert_eq!(client.check_integrity().await.unwrap_err(), closed);
        drop((tx, client));
        assert_eq!(stored(&open().await).await, 0);
    }

    async fn reading_outside_of_an_open_transaction_sees_what_is_committed_and_waits_for_nothing() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        let keypackage = tx.generate_keypackage(&credential_ref, None).await.unwrap();
        let seen = tx.get_keypackage_refs().await.unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!(tx.keypackage(&seen[0]).await.unwrap(), Some(keypackage));
        assert_eq!(stored(&client).await, 0);
        assert_eq!(client.keypackage(&seen[0]).await.unwrap(), None);
        tx.finish().await.unwrap();
        assert_eq!(client.get_keypackage_refs().await.unwrap(), seen);
    }
}
