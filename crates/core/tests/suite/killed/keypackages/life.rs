//! The program that is killed: a client that keeps the directory of its parent supplied, joins groups, removes packages,
//! changes its credential and looks at a clock that jumps, for ever.

use std::{env, path::Path, sync::Arc};

use mlskit::{CredentialRef, Error, GroupError, KeypackageRef, group::JoinOptions};
use mlskit_testkit::clock::HandClock;

use super::policy;
use crate::{
    apart::{Answered, ask, unhex},
    group::commit,
    killed::dice::Dice,
    lifecycle::{add_credential, open},
};

/// Set in the child alone.
pub(super) const FOLDER: &str = "MLSKIT_KEYPACKAGE_LIFE_FOLDER";
pub(super) const TIME: &str = "MLSKIT_KEYPACKAGE_LIFE_TIME";
pub(super) const SEED: &str = "MLSKIT_KEYPACKAGE_LIFE_SEED";
/// This test's name, by which the parent runs it.
pub(super) const NAME: &str = "killed::keypackages::life::one_life_of_key_packages_when_a_parent_asks_for_it";

const HOUR: i64 = 3600;
const PASSING: [i64; 8] = [1, 12, 24, 3 * 24, 8 * 24, 29 * 24, 40 * 24, 100 * 24];
const WRONG: [i64; 4] = [-40 * 24, -20, 90 * 24, 10 * 365 * 24];

#[test]
fn one_life_of_key_packages_when_a_parent_asks_for_it() {
    let (Ok(folder), Ok(time)) = (env::var(FOLDER), env::var(TIME)) else { return };
    let dice = Dice::new(env::var(SEED).unwrap().parse().unwrap());
    smol::block_on(live(Path::new(&folder), time.parse().unwrap(), dice));
}

async fn live(folder: &Path, time: u64, dice: Dice) {
    let clock = Arc::new(HandClock::at_second(time));
    let client = open(folder, &clock).await;
    let mut life = Life { client, clock, dice };
    ask("open");
    life.maintain().await;
    loop {
        match life.dice.below(20) {
            0..=6 => life.sync().await,
            7..=10 => life.welcome().await,
            11 | 12 => life.remove().await,
            13..=15 => life.pass(),
            16 => life.replace().await,
            17 => life.renew().await,
            _ => life.look_at_a_wrong_clock().await,
        }
    }
}

struct Life {
    client: mlskit::Client,
    clock: Arc<HandClock>,
    dice: Dice,
}

impl Life {
    /// The last one has the place of all before.
    async fn credential(&self) -> CredentialRef {
        match self.client.credentials().await.unwrap().pop() {
            Some(credential) => credential,
            None => add_credential(&self.client).await,
        }
    }

    async fn maintain(&self) {
        self.client.maintain_keypackages(&self.credential().await, &policy()).await.unwrap();
    }

    /// Whether the directory has answered or not.
    async fn sync(&self) {
        let _ = self.client.sync_keypackages(&Answered(ask), &self.credential().await, &policy()).await;
    }

    async fn welcome(&self) {
        let offered = ask("welcome");
        let Some((_, welcome)) = offered.split_once(' ') else { return };
        let welcome = unhex(welcome);
        let joined = self.client.transaction(async |tx| {
            let group = tx.join_group(&welcome, JoinOptions::default()).await?;
            // What is looked at is the package.
            tx.delete_group(&group.id).await
        });
        match joined.await {
            Ok(()) => ask("joined"),
            Err(Error::Group(GroupError::NoMatchingKeypackage | GroupError::WelcomeReplayed)) => ask("refused"),
            Err(error) => panic!("{error:?}"),
        };
    }

    async fn remove(&mut self) {
        let stored = self.client.get_keypackage_refs().await.unwrap();
        match self.dice.below(10) {
            0 => {
                announce(&stored);
                let credential = self.credential().await;
                commit(&self.client, async |tx| tx.remove_keypackages_for(&credential).await).await;
            }
            1 | 2 => {
                let now = self.clock.second();
                let has_expired = |one: &KeypackageRef| one.lifetime().unwrap().not_after() <= now;
                announce(&stored.into_iter().filter(has_expired).collect::<Vec<_>>());
                commit(&self.client, async |tx| tx.remove_expired_keypackages().await).await;
            }
            _ => {
                let single_use: Vec<_> = stored.into_iter().filter(|one| !one.is_last_resort()).collect();
                let Some(one) = self.dice.pick(&single_use) else { return };
                announce(std::slice::from_ref(one));
                commit(&self.client, async |tx| tx.remove_keypackage(one).await).await;
            }
        }
    }

    fn pass(&mut self) {
        let hours = self.dice.pick(&PASSING).unwrap();
        self.turn(&format!("pass {}", hours * HOUR));
    }

    /// The parent knows the time.
    fn turn(&self, question: &str) {
        self.clock.turn_to(ask(question).parse().unwrap());
    }

    async fn replace(&self) {
        let old = self.credential().await;
        let credential = mlskit::Credential::basic(crate::common::SUITE, self.client.id()).unwrap();
        let replaced = self.client.transaction(async |tx| {
            let new = tx.add_credential(credential).await?;
            tx.replace_credential(&old, &new, &policy()).await
        });
        replaced.await.unwrap();
        for one in self.client.credentials().await.unwrap() {
            if self.client.credential_replacement(&one).await.unwrap().is_some_and(|left| left.is_done()) {
                commit(&self.client, async |tx| tx.remove_credential(&one).await).await;
            }
        }
    }

    async fn renew(&self) {
        let credential = self.credential().await;
        commit(&self.client, async |tx| tx.renew_keypackages(&credential).await).await;
    }

    /// For a moment; what comes then is a maintenance by the right clock, in this life or the next.
    async fn look_at_a_wrong_clock(&mut self) {
        let hours = self.dice.pick(&WRONG).unwrap();
        self.turn(&format!("ahead {}", hours * HOUR));
        for _ in 0..=self.dice.below(3) {
            match self.dice.below(6) {
                0 => self.maintain().await,
                1 => self.welcome().await,
                2 => self.remove().await,
                _ => self.sync().await,
            }
        }
        self.turn("ahead 0");
        self.maintain().await;
    }
}

fn announce(refs: &[KeypackageRef]) {
    let ids: Vec<_> = refs.iter().map(|one| one.to_string()).collect();
    ask(&format!("remove {}", ids.join(" ")));
}
