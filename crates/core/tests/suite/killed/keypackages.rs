//! Key packages whose client is killed while it supplies its directory. The directory, the peers and the time live here;
//! the client is a child process, killed at a random moment: before a request arrives, before its answer does, or at any
//! other. What must be true after that: lifecycle's (a), (b) and (c).

mod life;
mod world;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit::{Client, CredentialRef, KeypackagePolicy};
use mlskit_testkit::clock::HandClock;
use tempfile::TempDir;
use world::{DAY, GRACE, World};

use super::{dice::Dice, in_lanes, tell};
use crate::{
    apart::{Answered, Asking, LOST},
    lifecycle::{few, open},
};

/// How many clients are killed; `MLSKIT_KILLS` asks for another number.
const KILLS: usize = 120;
/// Lives of one file, at most.
const LIVES: usize = 24;
/// Questions of one life, at most.
const QUESTIONS: usize = 24;
const TARGET: u32 = 2;

fn policy() -> KeypackagePolicy {
    few(TARGET).last_resort(true)
}

/// How often what happened.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    while_opening: usize,
    requests_lost: usize,
    answers_lost: usize,
    withdrawals: usize,
    removals: usize,
    joined: usize,
    welcomes_that_must_open: usize,
    wrong_clocks: usize,
}

#[test]
fn killed_at_any_moment_a_client_has_the_keys_of_all_that_peers_may_have_and_of_nothing_for_ever() {
    let (kills, tallies) = in_lanes(KILLS, clients_that_live_and_die);
    let mut tally = Tally::default();
    tallies.into_iter().for_each(|lane| tally.add(lane));
    tell(&format!("{tally:?}"));
    assert_eq!(tally.kills, kills);
    let counts = [
        tally.while_opening,
        tally.requests_lost,
        tally.answers_lost,
        tally.withdrawals,
        tally.removals,
        tally.joined,
        tally.welcomes_that_must_open,
        tally.wrong_clocks,
    ];
    // Else the test has lost its aim.
    assert!(kills < KILLS || !counts.contains(&0), "{tally:?}");
}

impl Tally {
    fn add(&mut self, other: Self) {
        let Self {
            kills,
            while_opening,
            requests_lost,
            answers_lost,
            withdrawals,
            removals,
            joined,
            welcomes_that_must_open,
            wrong_clocks,
        } = other;
        self.kills += kills;
        self.while_opening += while_opening;
        self.requests_lost += requests_lost;
        self.answers_lost += answers_lost;
        self.withdrawals += withdrawals;
        self.removals += removals;
        self.joined += joined;
        self.welcomes_that_must_open += welcomes_that_must_open;
        self.wrong_clocks += wrong_clocks;
    }
}

fn clients_that_live_and_die(mut dice: Dice, kills: usize) -> Tally {
    let mut tally = Tally::default();
    while tally.kills < kills {
        let lives = (1 + dice.below(LIVES)).min(kills - tally.kills);
        let mut subject = Subject::new(Dice::new(dice.next()));
        let outcome =
            (0..lives).try_for_each(|_| subject.live_and_die(&mut dice)).and_then(|()| smol::block_on(subject.end()));
        let after = tally.kills + subject.world.tally.kills;
        tally.add(std::mem::take(&mut subject.world.tally));
        if let Err(reason) = outcome {
            let kept = subject.folder.keep();
            let story = subject.world.story.join("\n");
            panic!("after kill {after} of {kills} in this lane, file kept in {}: {reason}\n{story}", kept.display());
        }
    }
    tally
}

struct Subject {
    folder: TempDir,
    world: World,
}

impl Subject {
    fn new(dice: Dice) -> Self {
        let folder = tempfile::Builder::new().prefix("mlskit-killed-").tempdir().unwrap();
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        Self { folder, world: World::new(time, dice) }
    }

    fn live_and_die(&mut self, dice: &mut Dice) -> Result<(), String> {
        let mut life = Asking::start(
            life::NAME,
            &[
                (life::FOLDER, self.folder.path().display().to_string()),
                (life::TIME, self.world.time.to_string()),
                (life::SEED, dice.next().to_string()),
            ],
        );
        let is_short = dice.one_in(6);
        if !is_short {
            for _ in 0..dice.below(QUESTIONS) {
                let question = life.question().ok_or("it ended by itself")?;
                life.answer(&self.world.hear(&question)?);
            }
        }
        // A request that waits for its answer when the kill comes has arrived or not.
        thread::sleep(Duration::from_micros(dice.below(if is_short { 60_000 } else { 15_000 }) as u64));
        let unanswered = life.kill()?;
        let tally = &mut self.world.tally;
        tally.kills += 1;
        match unanswered {
            None if is_short => tally.while_opening += 1,
            Some(question) if dice.one_in(2) => {
                tally.answers_lost += 1;
                self.world.hear(&question)?;
            }
            Some(_) => tally.requests_lost += 1,
            None => {}
        }
        self.world.is_killed();
        // Else the next life begins with what this one left.
        if dice.one_in(4) { Ok(()) } else { smol::block_on(self.inspect()) }
    }

    async fn inspect(&self) -> Result<(), String> {
        let (client, _) = self.reopen().await;
        let outcome = match client.credentials().await.unwrap().pop() {
            Some(credential) => {
                client.check_integrity().await.map_err(|error| format!("{error:?}"))?;
                let outgoing = client.outgoing_keypackages(&credential, &policy()).await.unwrap();
                self.world.judge(&stored(&client).await, &outgoing)
            }
            None => Ok(()),
        };
        client.close().await;
        outcome
    }

    /// With nobody killed any more everything comes to rest, and then to an end.
    async fn end(&mut self) -> Result<(), String> {
        self.inspect().await?;
        let (client, clock) = self.reopen().await;
        let outcome = match client.credentials().await.unwrap().pop() {
            Some(credential) => self.come_to_rest(&client, &clock, &credential).await,
            None => Ok(()),
        };
        client.close().await;
        outcome
    }

    async fn come_to_rest(&mut self, client: &Client, clock: &HandClock, of: &CredentialRef) -> Result<(), String> {
        for policy in [policy(), few(0)] {
            for passing in [0, GRACE, DAY] {
                self.world.time += passing;
                clock.turn_to(self.world.time);
                self.sync(client, of, &policy).await?;
                if !self.world.wants_none {
                    let status = client.keypackage_status(of, &policy).await.unwrap();
                    self.world.judge_at_rest(&stored(client).await, &status)?;
                }
            }
            self.world.wants_none = true;
        }
        let (stored, outgoing) = (stored(client).await, client.outgoing_keypackages(of, &few(0)).await.unwrap());
        let is_over = stored.is_empty() && outgoing.withdraw.is_empty() && outgoing.next.is_none();
        if is_over { Ok(()) } else { Err(format!("(c) what is left at the end: {stored:?}, {outgoing:?}")) }
    }

    /// Until the directory has answered everything.
    async fn sync(&mut self, client: &Client, of: &CredentialRef, policy: &KeypackagePolicy) -> Result<(), String> {
        let (world, violation) = (Mutex::new(&mut self.world), OnceLock::new());
        let directory = Answered(|question: &str| match world.lock().unwrap().hear(question) {
            Ok(answer) => answer,
            Err(reason) => {
                let _ = violation.set(reason);
                LOST.to_owned()
            }
        });
        while client.sync_keypackages(&directory, of, policy).await.is_err() && violation.get().is_none() {}
        violation.into_inner().map_or(Ok(()), Err)
    }

    async fn reopen(&self) -> (Client, Arc<HandClock>) {
        let clock = Arc::new(HandClock::at_second(self.world.time));
        (open(self.folder.path(), &clock).await, clock)
    }
}

async fn stored(client: &Client) -> HashSet<String> {
    client.get_keypackage_refs().await.unwrap().iter().map(ToString::to_string).collect()
}
