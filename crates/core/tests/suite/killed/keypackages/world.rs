//! What is there whoever is killed: the directory, the peers, the time, and what has to be true by these.

use std::collections::{HashMap, HashSet};

use mlskit::{KeypackageStatus, OutgoingKeypackages};

use super::{TARGET, Tally};
use crate::{
    apart::{DONE, Delivered, LOST, Shelf},
    killed::{dice::Dice, report::hex},
    lifecycle::model::peer,
};

pub(super) const DAY: u64 = 24 * 60 * 60;
pub(super) const GRACE: u64 = 7 * DAY;

pub(super) struct World {
    pub(super) shelf: Shelf,
    /// What is right, in seconds since 1970.
    pub(super) time: u64,
    /// By how many seconds the client's clock is ahead.
    pub(super) ahead: i64,
    /// What the client was about to use up, or to remove.
    may_be_gone: HashSet<String>,
    /// Until when what was withdrawn has its keys at least.
    grace: HashMap<String, u64>,
    /// Welcomes that were not processed, as far as anybody knows.
    letters: Vec<Letter>,
    /// The one that the client was given.
    in_hand: Option<Letter>,
    /// The policy has changed: what is served is withdrawn without anything in its place.
    pub(super) wants_none: bool,
    pub(super) dice: Dice,
    /// What was asked for, for a reader of a failure.
    pub(super) story: Vec<String>,
    pub(super) tally: Tally,
}

struct Letter {
    id: String,
    welcome: String,
    /// It may have been joined before, or its package's time may have been over.
    may_fail: bool,
}

impl World {
    pub(super) fn new(time: u64, dice: Dice) -> Self {
        Self {
            shelf: Shelf::default(),
            time,
            ahead: 0,
            may_be_gone: HashSet::new(),
            grace: HashMap::new(),
            letters: Vec::new(),
            in_hand: None,
            wants_none: false,
            dice,
            story: Vec::new(),
            tally: Tally::default(),
        }
    }

    fn clock(&self) -> u64 {
        self.time.saturating_add_signed(self.ahead)
    }

    /// Does what it is asked for, and tells the answer.
    pub(super) fn hear(&mut self, question: &str) -> Result<String, String> {
        let told = question.get(..100).unwrap_or(question);
        self.story.push(format!("{} {}: {told}", self.time, self.ahead / 3600));
        let (verb, words) = question.split_once(' ').unwrap_or((question, ""));
        match verb {
            "publish" | "withdraw" => self.request(verb, words),
            "pass" => {
                self.time += words.parse::<u64>().unwrap();
                Ok(self.clock().to_string())
            }
            "ahead" => {
                self.ahead = words.parse().unwrap();
                self.tally.wrong_clocks += usize::from(self.ahead != 0);
                Ok(self.clock().to_string())
            }
            "remove" => {
                self.may_be_gone.extend(words.split_whitespace().map(str::to_owned));
                self.tally.removals += 1;
                Ok(DONE.to_owned())
            }
            "welcome" => self.offer(),
            "joined" | "refused" => self.processed(verb == "joined"),
            _ => Ok(DONE.to_owned()),
        }
    }

    /// Some requests are lost, and some answers, with nobody killed.
    fn request(&mut self, verb: &str, words: &str) -> Result<String, String> {
        let loss = self.dice.below(20);
        if loss > 0 {
            self.perform(verb, words)?;
        }
        Ok(if loss < 2 { LOST } else { DONE }.to_owned())
    }

    fn perform(&mut self, verb: &str, words: &str) -> Result<(), String> {
        if verb == "publish" {
            return self.shelf.publish(words);
        }
        let was_served = self.serves_a_last_resort_package();
        // A withdrawal noted by a clock that is behind seems older than it is, whatever came to nothing before; of one that
        // was ahead a day may be lost.
        let grace = self.time + GRACE - if self.ahead > 0 { DAY } else { 0 };
        let grace = grace.saturating_add_signed(self.ahead.min(0));
        self.grace.entry(words.to_owned()).and_modify(|until| *until = grace.min(*until)).or_insert(grace);
        self.shelf.withdraw(words);
        self.tally.withdrawals += 1;
        if self.wants_none {
            return Ok(());
        }
        if was_served && !self.serves_a_last_resort_package() {
            return Err(format!("(b) {words} was withdrawn, and no last-resort package is served"));
        }
        let single_use = || self.shelf.packages.iter().filter(|package| !package.last_resort);
        let retired = single_use().filter(|one| one.is_withdrawn && !self.may_be_gone.contains(&one.id)).count();
        let left = single_use().count() - retired;
        let is_retired = single_use().any(|one| one.id == words && !self.may_be_gone.contains(words));
        if is_retired && left < TARGET as usize {
            return Err(format!("(b) {words} was withdrawn, and {left} of {TARGET} have come to take its place"));
        }
        Ok(())
    }

    fn serves_a_last_resort_package(&self) -> bool {
        let now = self.clock();
        self.shelf.served().any(|package| {
            let is_usable = package.not_before <= now + DAY && now < package.not_after;
            package.last_resort && is_usable && !self.may_be_gone.contains(&package.id)
        })
    }

    /// A peer fetches a package, and a Welcome for it comes sooner or later: now it is one of those that wait.
    fn offer(&mut self) -> Result<String, String> {
        let now = self.clock();
        if let Some(package) = self.shelf.take(|one| one.not_before <= now && now < one.not_after) {
            let welcome = hex(&peer::welcome(package.not_after, &package.bytes()));
            self.letters.push(Letter { id: package.id, welcome, may_fail: false });
        }
        if self.letters.is_empty() {
            return Ok("none".to_owned());
        }
        let at = self.dice.below(self.letters.len());
        let mut letter = self.letters.remove(at);
        let answer = format!("{} {}", letter.id, letter.welcome);
        letter.may_fail |= !self.must_have_keys(self.shelf.find(&letter.id).unwrap());
        self.tally.welcomes_that_must_open += usize::from(!letter.may_fail);
        self.in_hand = Some(letter);
        Ok(answer)
    }

    /// The letter was joined, or there is no package for it.
    fn processed(&mut self, has_joined: bool) -> Result<String, String> {
        let Letter { id, may_fail, .. } = self.in_hand.take().unwrap();
        self.tally.joined += usize::from(has_joined);
        self.used_up(&id);
        if has_joined || may_fail { Ok(DONE.to_owned()) } else { Err(format!("(a) a Welcome for {id} found no keys")) }
    }

    fn used_up(&mut self, id: &str) {
        if self.shelf.find(id).is_some_and(|package| !package.last_resort) {
            self.may_be_gone.insert(id.to_owned());
        }
    }

    /// Who was killed with a letter in hand may have joined.
    pub(super) fn is_killed(&mut self) {
        self.ahead = 0;
        self.story.push("killed".to_owned());
        if let Some(letter) = self.in_hand.take() {
            self.used_up(&letter.id);
            self.letters.push(Letter { may_fail: true, ..letter });
        }
    }

    /// A peer may have it, or get it, and its time is not over.
    fn must_have_keys(&self, package: &Delivered) -> bool {
        let has_grace = self.grace.get(&package.id).is_none_or(|until| self.time < *until);
        has_grace && self.time < package.not_after && !self.may_be_gone.contains(&package.id)
    }

    /// (a), by what the file shows.
    pub(super) fn judge(&self, stored: &HashSet<String>, outgoing: &OutgoingKeypackages) -> Result<(), String> {
        let asked: HashSet<_> = outgoing.withdraw.iter().map(ToString::to_string).collect();
        for package in &self.shelf.packages {
            let is_stored = stored.contains(&package.id);
            if self.must_have_keys(package) && !is_stored {
                return Err(format!("(a) the keys of {package:?} are gone at {}", self.time));
            }
            let is_forgotten = !package.is_withdrawn && self.time < package.not_after && !asked.contains(&package.id);
            if !is_stored && is_forgotten {
                return Err(format!(
                    "(a) {package:?} has no keys, and nobody asks for its withdrawal at {}",
                    self.time
                ));
            }
        }
        Ok(())
    }

    /// When the directory has answered everything.
    pub(super) fn judge_at_rest(&self, stored: &HashSet<String>, status: &KeypackageStatus) -> Result<(), String> {
        for package in self.shelf.served().filter(|package| self.time < package.not_after) {
            if !stored.contains(&package.id) {
                return Err(format!("(a) {package:?} is served, and has no keys"));
            }
        }
        let found = [status.pending, status.published, status.retired, status.removed];
        let expected = [0, TARGET + 1, 0, 0];
        if found == expected { Ok(()) } else { Err(format!("pending, published, retired, removed are {found:?}")) }
    }
}
