//! Many tasks and one client, and two clients on one file.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use mlskit::{
    Client, ClientId, ClientOptions, CredentialRef, DatabaseKey, Error, KeypackageConfig, Result, StorageError,
    TransactionContext, TransactionError,
};

use crate::common::{client, client_with};

const SHORT: Duration = Duration::from_millis(150);
/// Far more than any wait that is bounded by `SHORT`.
const LONG: Duration = Duration::from_secs(9);

type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs `work` as a task of the runtime that the scenario runs under.
fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Task<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(tokio) => {
            let task = tokio.spawn(work);
            Box::pin(async { task.await.unwrap() })
        }
        Err(_) => Box::pin(smol::spawn(work)),
    }
}

async fn poll_once<T>(future: &mut Task<T>) -> Poll<T> {
    smol::future::poll_once(future).await.map_or(Poll::Pending, Poll::Ready)
}

/// A begin that has been asked for and waits behind an open transaction.
async fn ask(client: &Client) -> Task<Result<TransactionContext>> {
    let client = client.clone();
    let mut begin: Task<_> = Box::pin(async move { client.new_transaction().await });
    assert!(poll_once(&mut begin).await.is_pending());
    begin
}

async fn stored(client: &Client) -> usize {
    client.get_keypackage_refs().await.unwrap().len()
}

/// A repeatable die.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Lets `future` begin, sometimes lets it get on, and drops it.
async fn drop_somewhere<T>(dice: &mut Dice, mut future: Task<T>) -> Option<T> {
    for _ in 0..=dice.below(3) {
        if let Poll::Ready(value) = poll_once(&mut future).await {
            return Some(value);
        }
        thread::sleep(Duration::from_micros(dice.below(300)));
    }
    None
}

fn generate(tx: Arc<TransactionContext>, credential_ref: &CredentialRef, count: usize) -> Task<Result<usize>> {
    let credential_ref = credential_ref.clone();
    Box::pin(async move {
        let made = tx.generate_keypackages(&credential_ref, count, &KeypackageConfig::default()).await?;
        Ok(made.len())
    })
}

scenarios! {
    async fn two_hundred_transactions_of_one_client_all_succeed_in_the_order_of_asking() {
        // The last one waits for 199 commits, on whatever medium.
        let options = ClientOptions::default().busy_timeout(Duration::from_secs(600));
        let (client, credential_ref) = client_with("alice", options).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let open = client.new_transaction().await.unwrap();
        let mut tasks = Vec::new();
        for number in 0..200 {
            let (begin, order, credential_ref) = (ask(&client).await, Arc::clone(&order), credential_ref.clone());
            tasks.push(spawn(async move {
                let tx = begin.await?;
                order.lock().unwrap().push(number);
                tx.generate_keypackage(&credential_ref, None).await?;
                tx.finish().await
            }));
        }
        open.finish().await.unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(order.lock().unwrap().iter().copied().eq(0..200));
        assert_eq!(stored(&client).await, 200);
    }

    async fn who_stops_waiting_is_passed_over_and_the_others_keep_their_order() {
        let (client, _) = client("alice").await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let open = client.new_transaction().await.unwrap();
        let mut tasks = Vec::new();
        for number in 0..30 {
            let (begin, order) = (ask(&client).await, Arc::clone(&order));
            if number % 3 != 0 {
                drop(begin);
                continue;
            }
            tasks.push(spawn(async move {
                let tx = begin.await?;
                order.lock().unwrap().push(number);
                tx.abort().await
            }));
        }
        drop(open);
        for task in tasks {
            task.await.unwrap();
        }
        assert!(order.lock().unwrap().iter().copied().eq((0..30).step_by(3)));
    }

    async fn futures_dropped_anywhere_leave_no_lock_and_nothing_half_done() {
        const BATCH: usize = 3;
        let (client, credential_ref) = client("alice").await;
        let mut dice = Dice(1);
        let (mut least, mut most) = (0, 0);
        for _ in 0..300 {
            let begin: Task<_> = {
                let client = client.clone();
                Box::pin(async move { client.new_transaction().await })
            };
            let tx = if dice.below(2) == 0 {
                drop_somewhere(&mut dice, begin).await
            } else {
                Some(begin.await)
            };
            let Some(tx) = tx else { continue };
            let tx = Arc::new(tx.unwrap());
            let made = drop_somewhere(&mut dice, generate(Arc::clone(&tx), &credential_ref, BATCH)).await;
            let before = stored(&client).await;
            let seen = tx.get_keypackage_refs().await.unwrap().len() - before;
            assert!(seen == BATCH || (seen == 0 && made.is_none()), "{seen} of {BATCH}");
            if dice.below(3) > 0 {
                let finishing: Task<_> = Box::pin(async move { tx.finish().await });
                let finished = drop_somewhere(&mut dice, finishing).await;
                most += seen;
                least += if finished.is_some() { seen } else { 0 };
            }
        }
        let tx = client.new_transaction().await.unwrap();
        let stored = tx.get_keypackage_refs().await.unwrap().len();
        assert!((least..=most).contains(&stored) && stored.is_multiple_of(BATCH), "{least} <= {stored} <= {most}");
    }

    async fn a_dropped_finish_commits_or_not_and_never_half() {
        let (client, credential_ref) = client("alice").await;
        let mut before = 0;
        for _ in 0..20 {
            let tx = client.new_transaction().await.unwrap();
            tx.generate_keypackages(&credential_ref, 3, &KeypackageConfig::default()).await.unwrap();
            let mut finishing: Task<_> = Box::pin(async move { tx.finish().await });
            let _ = poll_once(&mut finishing).await;
            drop(finishing);
            let after = client.new_transaction().await.unwrap().get_keypackage_refs().await.unwrap().len();
            assert!(after == before || after == before + 3, "{before} and then {after}");
            before = after;
        }
    }

    async fn an_operation_dropped_in_the_middle_is_whole_or_not_there_for_the_next() {
        let (client, credential_ref) = client("alice").await;
        let tx = Arc::new(client.new_transaction().await.unwrap());
        let mut generating = generate(Arc::clone(&tx), &credential_ref, 100);
        assert!(poll_once(&mut generating).await.is_pending());
        thread::sleep(Duration::from_millis(2));
        drop(generating);
        let seen = tx.get_keypackage_refs().await.unwrap().len();
        assert!(seen == 0 || seen == 100, "{seen}");
        drop(tx);
        assert!(client.new_transaction().await.unwrap().get_keypackage_refs().await.unwrap().is_empty());
    }

    async fn closing_ends_the_waiting_of_all_who_wait() {
        let (client, _) = client("alice").await;
        let open = client.new_transaction().await.unwrap();
        let begins = [ask(&client).await, ask(&client).await];
        client.close().await;
        for begin in begins {
            assert_eq!(begin.await.unwrap_err(), StorageError::Closed.into());
        }
        assert_eq!(open.finish().await.unwrap_err(), StorageError::Closed.into());
    }

    async fn two_clients_of_one_file_see_what_the_other_committed_and_wait_a_bounded_time() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("alice.db"), DatabaseKey::generate().unwrap());
        let open = async || {
            let options = ClientOptions::default().busy_timeout(SHORT);
            Client::open_with(&path, &key, ClientId::from("alice"), options).await.unwrap()
        };
        let (left, right) = (open().await, open().await);
        for (writer, reader) in [(&left, &right), (&right, &left)] {
            let credential = mlskit::Credential::basic(crate::common::SUITE, writer.id()).unwrap();
            let tx = writer.new_transaction().await.unwrap();
            tx.add_credential(credential).await.unwrap();
            let before = reader.credentials().await.unwrap().len();

            let begun = Instant::now();
            match reader.new_transaction().await.unwrap_err() {
                Error::Storage(StorageError::DatabaseBusy { waited }) => assert!(waited >= SHORT, "{waited:?}"),
                other => panic!("{other:?}"),
            }
            assert!(begun.elapsed() < LONG);

            tx.finish().await.unwrap();
            assert_eq!(reader.credentials().await.unwrap().len(), before + 1);
            let seen = reader.transaction(async |tx| tx.credentials().await).await.unwrap();
            assert_eq!(seen.len(), before + 1);
        }
    }

    async fn six_hundred_sleeping_jobs_of_the_app_delay_no_transaction() {
        let (client, credential_ref) = client("alice").await;
        let (release, sleeping) = std::sync::mpsc::channel::<()>();
        let sleeping = Arc::new(Mutex::new(sleeping));
        let jobs: Vec<_> = (0..600)
            .map(|_| {
                let sleeping = Arc::clone(&sleeping);
                blocking::unblock(move || sleeping.lock().unwrap().recv().is_err())
            })
            .collect();
        // They sleep until the transaction is over: if it needed one of their threads, neither would ever end.
        client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        client.change_key(&DatabaseKey::generate().unwrap()).await.unwrap();
        drop(release);
        for job in jobs {
            assert!(job.await);
        }
        assert_eq!(stored(&client).await, 1);
    }

    async fn an_empty_id_is_refused_before_there_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nobody.db");
        let error = Client::open(&path, &DatabaseKey::generate().unwrap(), ClientId::from("")).await.unwrap_err();
        assert_eq!(error, mlskit::CredentialError::EmptyClientId.into());
        assert!(!path.exists());
    }

    async fn a_block_may_use_what_the_task_owns_and_borrows() {
        let (client, credential_ref) = client("alice").await;
        let made = spawn(async move {
            let mut refs = Vec::new();
            let config = KeypackageConfig::default();
            client.transaction(async |tx| {
                tx.generate_keypackage_with(&credential_ref, &config).await?;
                refs = tx.get_keypackage_refs().await?;
                Ok::<_, Error>(())
            }).await?;
            Ok::<_, Error>(refs)
        });
        assert_eq!(made.await.unwrap().len(), 1);
    }
}

#[test]
fn every_future_is_send_and_every_handle_is_sync() {
    fn is_send(_: impl Send) {}
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send(async {});
    is_send_and_sync::<Client>();
    is_send_and_sync::<TransactionContext>();
    is_send_and_sync::<CredentialRef>();
    is_send_and_sync::<mlskit::KeypackageRef>();
    is_send_and_sync::<Error>();
    is_send_and_sync::<TransactionError>();

    // Never called: it has only to compile.
    fn _of_client(client: &Client, key: &DatabaseKey, keypackage_ref: &mlskit::KeypackageRef) {
        is_send(Client::open("", key, client.id().clone()));
        is_send(Client::open_with("", key, client.id().clone(), ClientOptions::default()));
        is_send(Client::temporary(client.id().clone()));
        is_send(Client::temporary_in("", client.id().clone(), ClientOptions::default()));
        is_send(client.new_transaction());
        is_send(client.transaction(async |tx| tx.finish().await));
        is_send(client.credentials());
        is_send(client.find_credentials(mlskit::CredentialFilter::default()));
        is_send(client.get_keypackage_refs());
        is_send(client.keypackage(keypackage_ref));
        is_send(client.import_keypackage(&[]));
        is_send(client.import_keypackage_of(client.id(), &[]));
        is_send(client.change_key(key));
        is_send(client.check_integrity());
        is_send(client.close());
    }
    fn _of_context(tx: &TransactionContext, credential_ref: &CredentialRef, keypackage_ref: &mlskit::KeypackageRef) {
        let config = KeypackageConfig::default();
        let credential = mlskit::Credential::basic(crate::common::SUITE, credential_ref.client_id()).unwrap();
        is_send(tx.add_credential(credential));
        is_send(tx.credentials());
        is_send(tx.find_credentials(mlskit::CredentialFilter::default()));
        is_send(tx.remove_credential(credential_ref));
        is_send(tx.generate_keypackage(credential_ref, None));
        is_send(tx.generate_keypackage_with(credential_ref, &config));
        is_send(tx.generate_keypackages(credential_ref, 1, &config));
        is_send(tx.get_keypackage_refs());
        is_send(tx.keypackage(keypackage_ref));
        is_send(tx.remove_keypackage(keypackage_ref));
        is_send(tx.remove_keypackages_for(credential_ref));
        is_send(tx.finish());
        is_send(tx.abort());
    }
}
