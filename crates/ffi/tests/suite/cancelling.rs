//! Giving up waiting.

use std::{thread, time::Duration};

use mlskit_ffi::{CancelToken, ClientOptions, MlsError, TransactionFailure, live_objects};
use smol::future;

use super::*;

#[test]
fn a_token_that_is_cancelled_while_queued_ends_the_waiting_at_once() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let open = begin(&client).await;
        let token = Arc::new(CancelToken::new());
        let mut waiting = Box::pin(client.new_transaction(Some(Arc::clone(&token))));
        assert!(future::poll_once(&mut waiting).await.is_none());
        let canceller = thread::spawn({
            let token = Arc::clone(&token);
            move || token.cancel()
        });
        // The other transaction is open all the while.
        assert!(matches!(waiting.await, Err(MlsError::Cancelled { .. })));
        canceller.join().unwrap();
        open.abort().await.unwrap();
        // Nobody stands in the queue any more.
        begin(&client).await.finish().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn a_token_that_is_cancelled_before_the_call_begins_nothing() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let token = Arc::new(CancelToken::new());
        token.cancel();
        token.cancel();
        let refused = client.new_transaction(Some(token)).await;
        assert!(matches!(refused, Err(MlsError::Cancelled { .. })));
        assert_eq!(live_objects().transactions, 0);
        shut_down([client]).await;
    });
}

#[test]
fn a_token_that_nobody_cancels_changes_nothing() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let token = Arc::new(CancelToken::new());
        let tx = client.new_transaction(Some(Arc::clone(&token))).await.unwrap();
        token.cancel();
        // Once it has begun, the transaction is the caller's.
        assert_eq!(tx.get_keypackage_refs().await.unwrap(), []);
        tx.finish().await.unwrap();
        shut_down([client]).await;
    });
}

/// A begin that is cancelled just as its turn comes must not keep the turn.
#[test]
fn cancelling_at_any_moment_leaves_no_transaction_open() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        for round in 0..300 {
            let token = Arc::new(CancelToken::new());
            let canceller = thread::spawn({
                let token = Arc::clone(&token);
                move || {
                    thread::sleep(Duration::from_micros(round % 100));
                    token.cancel();
                }
            });
            match client.new_transaction(Some(token)).await {
                Ok(tx) => tx.abort().await.unwrap(),
                Err(MlsError::Cancelled { .. }) => {}
                Err(other) => panic!("{other}"),
            }
            canceller.join().unwrap();
        }
        begin(&client).await.finish().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn waiting_without_a_token_ends_with_the_busy_timeout() {
    let _alone = Alone::new();
    smol::block_on(async {
        let options = ClientOptions { busy_timeout_millis: Some(20), ..ClientOptions::default() };
        let client = temporary_with("alice", options).await;
        let open = begin(&client).await;
        let Err(MlsError::Transaction { reason, .. }) = client.new_transaction(None).await else {
            panic!("the other one is still open");
        };
        assert!(matches!(reason, TransactionFailure::TransactionBusy { waited_millis: 20.., .. }), "{reason:?}");
        open.abort().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn a_transaction_that_is_freed_rolls_back() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        tx.generate_keypackage(credential_ref, None).await.unwrap();
        drop(tx);
        assert_eq!(begin(&client).await.get_keypackage_refs().await.unwrap(), []);
        shut_down([client]).await;
    });
}
