//! Two processes on one file. The second is this test binary again; it does what it is told on its standard input.

mod groups;
mod keypackages;
mod second;

use std::{
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use mlskit::{Client, ClientId, ClientOptions, Credential, DatabaseKey, Error, StorageError};
use second::Second;
use tempfile::TempDir;

use crate::common::SUITE;

const SHORT: Duration = Duration::from_millis(200);
/// Far more than any wait that is bounded by `SHORT`.
const LONG: Duration = Duration::from_secs(9);

struct Place {
    path: PathBuf,
    key: DatabaseKey,
    _folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("alice.db"), key: DatabaseKey::generate().unwrap(), _folder: folder }
    }

    async fn open(&self, busy_timeout: Duration) -> Client {
        let options = ClientOptions::default().busy_timeout(busy_timeout);
        Client::open_with(&self.path, &self.key, ClientId::from("alice"), options).await.unwrap()
    }

    fn second(&self) -> Second {
        Second::start(&self.path, &self.key)
    }
}

async fn add_credential(client: &Client) -> Result<(), Error> {
    let credential = Credential::basic(SUITE, client.id())?;
    client.transaction(async |tx| tx.add_credential(credential).await).await.map(drop)
}

scenarios! {
    async fn a_second_process_keeps_a_transaction_waiting_for_a_bounded_time() {
        let place = Place::new();
        let client = place.open(SHORT).await;
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        assert_eq!(second.ask("begin"), "ok");
        assert_eq!(second.ask("add"), "ok");
        assert!(client.credentials().await.unwrap().is_empty(), "reading waits for nobody");

        let begun = Instant::now();
        match client.new_transaction().await.unwrap_err() {
            Error::Storage(StorageError::DatabaseBusy { waited }) => assert!(waited >= SHORT, "{waited:?}"),
            other => panic!("{other:?}"),
        }
        assert!(begun.elapsed() < LONG);

        assert_eq!(second.ask("finish"), "ok");
        let seen = client.transaction(async |tx| tx.credentials().await).await.unwrap();
        assert_eq!(seen.len(), 1, "what the other process committed");
        assert_eq!(client.credentials().await.unwrap(), seen);
    }

    async fn a_process_sees_what_another_commits_while_both_are_open() {
        let place = Place::new();
        let client = place.open(LONG).await;
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        for count in 1..4 {
            add_credential(&client).await.unwrap();
            assert_eq!(second.ask("count"), format!("{}", 2 * count - 1));
            assert_eq!(second.ask("begin"), "ok");
            assert_eq!(second.ask("add"), "ok");
            assert_eq!(second.ask("finish"), "ok");
            assert_eq!(client.credentials().await.unwrap().len(), 2 * count);
        }
    }

    async fn the_transaction_of_a_process_that_is_killed_is_gone_and_nobody_waits_for_it() {
        let place = Place::new();
        let client = place.open(LONG).await;
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        assert_eq!(second.ask("begin"), "ok");
        assert_eq!(second.ask("add"), "ok");
        drop(second);
        let seen = client.transaction(async |tx| tx.credentials().await).await.unwrap();
        assert!(seen.is_empty());
    }

    async fn after_a_change_of_key_another_process_is_told_so_on_begin_and_on_read() {
        let place = Place::new();
        let client = place.open(LONG).await;
        add_credential(&client).await.unwrap();
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        assert_eq!(second.ask("count"), "1");
        let key = DatabaseKey::generate().unwrap();
        client.change_key(&key).await.unwrap();
        let changed = format!("{:?}", Error::from(StorageError::KeyChanged));
        assert_eq!(second.ask("begin"), changed);
        assert_eq!(second.ask("count"), changed);
        assert_eq!(second.ask("rekey"), changed);
        add_credential(&client).await.unwrap();
        assert_eq!(second.ask("begin"), changed);
        assert_eq!(second.ask("count"), changed);
        assert_eq!(second.ask("close"), "ok");

        assert_eq!(client.credentials().await.unwrap().len(), 2);
        client.close().await;
        let again = Client::open(&place.path, &key, ClientId::from("alice")).await.unwrap();
        assert_eq!(again.credentials().await.unwrap().len(), 2);
    }

    async fn a_change_of_key_waits_for_another_process_and_then_gives_up() {
        let place = Place::new();
        let client = place.open(SHORT).await;
        let mut second = place.second();
        assert_eq!(second.ask("open alice"), "ok");
        assert_eq!(second.ask("begin"), "ok");
        assert_eq!(second.ask("add"), "ok");
        let error = client.change_key(&DatabaseKey::generate().unwrap()).await.unwrap_err();
        assert!(matches!(error, Error::Storage(StorageError::DatabaseBusy { .. })), "{error:?}");
        assert_eq!(second.ask("finish"), "ok");
        add_credential(&client).await.unwrap();
        assert_eq!(second.ask("count"), "2");
    }
}

#[test]
fn of_two_processes_that_open_a_fresh_file_at_once_both_open_it() {
    for _ in 0..5 {
        let place = Place::new();
        let mut processes = [place.second(), place.second()];
        processes.iter_mut().for_each(|process| process.tell("open alice"));
        for process in &mut processes {
            assert_eq!(process.answer(), "ok");
        }
    }
}

#[test]
fn of_two_processes_that_open_a_fresh_file_at_once_with_different_ids_one_gets_it() {
    for _ in 0..5 {
        let place = Place::new();
        let mut processes = [place.second(), place.second()];
        processes[0].tell("open alice");
        processes[1].tell("open bob");
        let mut answers = processes.map(|mut process| process.answer());
        answers.sort_by_key(|answer| answer != "ok");
        assert_eq!(answers[0], "ok");
        assert!(answers[1].contains("DifferentClient"), "{answers:?}");
    }
}

/// With SQLite's own busy handler a process that begins again and again keeps another waiting ever longer.
#[test]
fn two_processes_that_pause_between_their_transactions_share_the_file_fairly() {
    let place = Place::new();
    let mut processes = [place.second(), place.second()];
    for process in &mut processes {
        assert_eq!(process.ask("open alice"), "ok");
    }
    processes.iter_mut().for_each(|process| process.tell("work 300"));
    for process in &mut processes {
        let longest = Duration::from_micros(process.answer().parse().unwrap());
        // Some 20 ms on a quiet machine.
        assert!(longest < Duration::from_secs(3), "{longest:?}");
        let _ = writeln!(io::stderr(), "longest wait of 300: {longest:?}");
    }
}
