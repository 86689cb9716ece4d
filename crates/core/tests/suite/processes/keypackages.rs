//! Two processes that keep one directory supplied from one file, at the same time. The directory lives here.

use std::{
    env,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use mlskit::{Client, KeypackagePolicy, group::JoinOptions};
use mlskit_testkit::clock::HandClock;

use crate::{
    apart::{Answered, Asking, DONE, Shelf, ask, unhex},
    group::commit,
    killed::report::hex,
    lifecycle::{add_credential, few, model::peer, open},
};

/// Set in the second processes alone.
const FOLDER: &str = "MLSKIT_SUPPLIER_FOLDER";
const TIME: &str = "MLSKIT_SUPPLIER_TIME";
const NAME: &str = "processes::keypackages::supplies_when_a_parent_asks_for_it";

const TARGET: usize = 5;
/// What each of the two is told to do.
const ROUNDS: usize = 18;

fn policy() -> KeypackagePolicy {
    few(TARGET as u32).last_resort(true)
}

#[test]
fn supplies_when_a_parent_asks_for_it() {
    let (Ok(folder), Ok(time)) = (env::var(FOLDER), env::var(TIME)) else { return };
    smol::block_on(async {
        let client = open(Path::new(&folder), &Arc::new(HandClock::at_second(time.parse().unwrap()))).await;
        loop {
            match ask("next").split_once(' ') {
                Some(("welcome", welcome)) => join(&client, &unhex(welcome)).await,
                Some(("renew", _)) => {
                    let credential = client.credentials().await.unwrap().remove(0);
                    commit(&client, async |tx| tx.renew_keypackages(&credential).await).await;
                }
                Some(("sync", _)) => sync(&client, ask).await,
                _ => break,
            }
        }
        client.close().await;
    });
}

async fn sync(client: &Client, answer: impl Fn(&str) -> String + Send + Sync) {
    let credential = client.credentials().await.unwrap().remove(0);
    client.sync_keypackages(&Answered(answer), &credential, &policy()).await.unwrap();
}

async fn join(client: &Client, welcome: &[u8]) {
    commit(client, async |tx| {
        let group = tx.join_group(welcome, JoinOptions::default()).await?;
        tx.delete_group(&group.id).await
    })
    .await;
}

/// The directory, and what the processes are told.
#[derive(Default)]
struct Place {
    shelf: Shelf,
    /// How many rounds each of the two has had.
    rounds: [usize; 2],
    published_by: [usize; 2],
    joined: usize,
    renewed: usize,
}

impl Place {
    fn hear(&mut self, who: usize, question: &str) -> String {
        match question.split_once(' ') {
            Some(("publish", words)) => {
                self.published_by[who] += 1;
                self.shelf.publish(words).unwrap();
                DONE.to_owned()
            }
            Some(("withdraw", id)) => {
                self.shelf.withdraw(id);
                let is_supplied = self.shelf.served().any(|package| package.last_resort);
                assert!(is_supplied, "{id} was withdrawn, and no last-resort package is served");
                DONE.to_owned()
            }
            _ => self.order(who),
        }
    }

    fn order(&mut self, who: usize) -> String {
        let round = self.rounds[who];
        self.rounds[who] += 1;
        match round {
            ROUNDS.. => "end".to_owned(),
            _ if round % 4 == 2 => {
                let package = self.shelf.take(|_| true).unwrap();
                self.joined += 1;
                format!("welcome {}", hex(&peer::welcome(package.not_after, &package.bytes())))
            }
            _ if round % 6 == 5 => {
                self.renewed += 1;
                "renew all".to_owned()
            }
            _ => "sync all".to_owned(),
        }
    }
}

#[test]
fn two_processes_that_supply_one_directory_at_once_keep_the_target_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock::at_present());
    let client = smol::block_on(async {
        let client = open(folder.path(), &clock).await;
        add_credential(&client).await;
        client
    });
    let place = Mutex::new(Place::default());
    let variables = [(FOLDER, folder.path().display().to_string()), (TIME, clock.second().to_string())];
    thread::scope(|scope| {
        for who in 0..2 {
            let (place, mut process) = (&place, Asking::start(NAME, &variables));
            scope.spawn(move || {
                while let Some(question) = process.question() {
                    let answer = place.lock().unwrap().hear(who, &question);
                    // So that the other does something between the request and its answer.
                    thread::sleep(Duration::from_millis(2));
                    process.answer(&answer);
                }
                assert!(process.has_ended_well());
            });
        }
    });
    let status = smol::block_on(async {
        sync(&client, |question: &str| place.lock().unwrap().hear(0, question)).await;
        let credential = client.credentials().await.unwrap().remove(0);
        client.keypackage_status(&credential, &policy()).await.unwrap()
    });
    let found = [status.pending, status.published, status.stale, status.retired, status.removed];
    assert_eq!(found, [0, TARGET as u32 + 1, 0, 0, 0]);

    let Place { shelf, published_by, joined, renewed, .. } = place.into_inner().unwrap();
    assert!(!published_by.contains(&0) && joined > 0 && renewed > 0, "{published_by:?}, {joined}, {renewed}");
    assert_eq!(shelf.served().filter(|package| package.last_resort).count(), 1);
    assert_eq!(shelf.served().count(), TARGET + 1);
    let most = (TARGET + 1) * (1 + renewed) + joined;
    assert!(shelf.count_named() <= most, "{} were made where {most} were wanted", shelf.count_named());
    smol::block_on(async {
        for package in shelf.served() {
            join(&client, &peer::welcome(package.not_after, &package.bytes())).await;
        }
        client.close().await;
    });
}
