//! A client in a file, its directory, its peers, and the clock: what is there while things happen.

mod acts;
mod letters;

use std::{fmt::Write as _, fs, path::Path, sync::Arc};

use mlskit::{Client, CredentialRef, KeypackagePublication, KeypackageRef, TransactionContext};
use mlskit_testkit::clock::HandClock;
use tempfile::TempDir;

use super::{
    Outcome, Violation,
    judge::{Judge, Made, Shown},
    ledger::{Ledger, Stage, Terms},
    server::{Asked, Server},
    step::{Crash, Step},
    watcher::Watcher,
};
use crate::lifecycle::{add_credential, open};

pub(super) struct World {
    folder: TempDir,
    pub(super) client: Client,
    watcher: Watcher,
    clock: Arc<HandClock>,
    /// What the clock should say.
    time: u64,
    /// By how many seconds the clock is ahead.
    ahead: i64,
    pub(super) server: Server,
    /// Nothing for those that were removed.
    credentials: Vec<Option<CredentialRef>>,
    pub(super) terms: Terms,
    pub(super) ledger: Ledger,
    /// What the app was last told to do.
    to_publish: Vec<KeypackagePublication>,
    to_withdraw: Vec<KeypackageRef>,
    /// Answers that nobody has had, and requests that have not arrived.
    late_answers: Vec<Asked>,
    on_the_way: Vec<Asked>,
    /// What peers have fetched, and the Welcomes that were joined.
    fetched: Vec<usize>,
    joined: Vec<(usize, Vec<u8>)>,
    pub(super) story: Vec<String>,
    pub(super) seen: Vec<&'static str>,
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = folder();
        let clock = Arc::new(HandClock::at_present());
        let client = open(folder.path(), &clock).await;
        let watcher = Watcher::of(&client);
        let credential_ref = add_credential(&client).await;
        Self {
            server: Server::new(client.id()),
            time: clock.second(),
            ahead: 0,
            folder,
            client,
            watcher,
            clock,
            credentials: vec![Some(credential_ref)],
            terms: Terms::ALL[0],
            ledger: Ledger::default(),
            to_publish: Vec::new(),
            to_withdraw: Vec::new(),
            late_answers: Vec::new(),
            on_the_way: Vec::new(),
            fetched: Vec::new(),
            joined: Vec::new(),
            story: Vec::new(),
            seen: Vec::new(),
        }
    }

    pub(super) async fn close(&self) {
        self.client.close().await;
    }

    /// One step, and what is to be said about it.
    pub(super) async fn perform(&mut self, step: &Step) -> Outcome {
        let known = self.ledger.packages.len();
        let before: Vec<Stage> = self.ledger.packages.iter().map(|package| package.stage).collect();
        self.story.push(format!("{step:?}"));
        let outcome = match self.act(step, known).await {
            // What it shows has changed at most with the time, which the next step tells.
            Ok(Made::Untouched) => Ok(()),
            Ok(made) => self.judge(made, known).await,
            Err(violation) => Err(violation),
        };
        self.tell_changes(&before);
        outcome
    }

    pub(super) async fn judge(&mut self, made: Made, known: usize) -> Outcome {
        let shown = Shown::of(&self.client, &self.credential(), &self.terms).await?;
        let (to_publish, to_withdraw) = (shown.publish.clone(), shown.withdraw.clone());
        self.judging(made, known).judge(&shown)?;
        self.watcher.judge(&self.client, &shown).await?;
        if made == Made::ByPolicy {
            (self.to_publish, self.to_withdraw) = (to_publish, to_withdraw);
        }
        Ok(())
    }

    fn judging(&mut self, made: Made, known: usize) -> Judge<'_> {
        let now = self.clock.second();
        Judge { ledger: &mut self.ledger, terms: &self.terms, now, made, known, seen: &mut self.seen }
    }

    pub(super) fn credential(&self) -> CredentialRef {
        self.credentials[self.ledger.current].clone().unwrap()
    }

    pub(super) fn now(&self) -> u64 {
        self.clock.second()
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.time += seconds;
        self.set_clock(self.ahead);
    }

    pub(super) fn set_clock(&mut self, ahead: i64) {
        self.ahead = ahead;
        self.clock.turn_to(self.time.saturating_add_signed(ahead));
    }

    /// The model's part of a maintenance.
    pub(super) fn note_maintained(&mut self) {
        let now = self.now();
        let is_ahead = |stage: Stage| matches!(stage, Stage::Withdrawn(at) if at > now);
        if self.ledger.count(|package| is_ahead(package.stage) || package.over_since > Some(now)) > 0 {
            self.seen.push("a time that was noted lies in the future");
        }
        self.ledger.maintained(now, &self.terms);
    }

    pub(super) async fn commit<T>(
        &self,
        work: impl AsyncFnOnce(&TransactionContext) -> mlskit::Result<T>,
    ) -> Outcome<T> {
        Ok(self.client.transaction(work).await?)
    }

    /// As after a crash: nothing of what was in memory is left.
    async fn crash(&mut self, crash: Crash) -> Outcome {
        let transaction = match crash {
            Crash::KilledMaintaining | Crash::RolledBack => {
                let transaction = self.client.new_transaction().await?;
                transaction.maintain_keypackages(&self.credential(), &self.terms.policy()).await?;
                Some(transaction)
            }
            _ => None,
        };
        let left_behind = if matches!(crash, Crash::Killed | Crash::KilledMaintaining) { self.copy() } else { None };
        if let Some(transaction) = transaction {
            transaction.abort().await?;
        }
        if matches!(crash, Crash::RolledBack) {
            return Ok(());
        }
        self.client.close().await;
        if let Some(folder) = left_behind {
            self.folder = folder;
        }
        if matches!(crash, Crash::KilledMaintaining) {
            self.seen.push("killed in the middle of a maintenance");
        }
        self.client = open(self.folder.path(), &self.clock).await;
        self.watcher.follow(&self.client).await?;
        (self.to_publish, self.to_withdraw) = (Vec::new(), Vec::new());
        Ok(())
    }

    /// The file and its log, as a process leaves them that ends now.
    fn copy(&self) -> Option<TempDir> {
        let copy = folder();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if !path.to_string_lossy().ends_with("-shm") {
                fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        Some(copy)
    }

    fn tell_changes(&mut self, before: &[Stage]) {
        let (now, ahead) = (self.now(), self.ahead / 3600);
        let line = self.story.last_mut().unwrap();
        let _ = write!(line, " at {now}, {ahead} h ahead:");
        for (at, package) in self.ledger.packages.iter().enumerate() {
            if before.get(at) != Some(&package.stage) {
                let kind = if package.keypackage_ref.is_last_resort() { " (last resort)" } else { "" };
                let _ = write!(line, " #{at}{kind}: {:?};", package.stage);
            }
        }
    }
}

/// In memory, where the system has such a place: waiting for the disk would be most of the time, and what a loss of power
/// leaves is told elsewhere.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new();
    if memory.is_dir()
        && let Ok(folder) = builder.tempdir_in(memory)
    {
        return folder;
    }
    tempfile::tempdir().unwrap()
}
