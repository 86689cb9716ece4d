//! A file that lives and dies.

use std::{path::PathBuf, thread, time::Duration};

use tempfile::TempDir;

use super::{
    dice::Dice,
    inspection,
    process::Process,
    report::{Line, State},
};

pub(crate) struct Subject {
    folder: TempDir,
    /// What the file may contain; more than one thing only if a life was killed between the two.
    possible: Vec<State>,
}

/// How often what happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: usize,
    pub(crate) while_opening: usize,
    pub(crate) while_committing: usize,
    pub(crate) while_changing_the_key: usize,
    pub(crate) commits: usize,
    pub(crate) commits_that_came_through_unreported: usize,
}

impl Subject {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let folder = tempfile::Builder::new().prefix("mlskit-killed-").tempdir().unwrap();
        Self { folder, possible: vec![State::empty(dice.bytes())] }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("killed.db")
    }

    /// Leaves the file for whoever looks into a failure.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Lets a life begin, kills it, and mostly looks at what it left; else the next life opens it as it lies there.
    pub(crate) fn live_and_die(&mut self, dice: &mut Dice, tally: &mut Tally) -> Result<(), String> {
        let mut life = Process::start(&self.file(), self.possible[0].key, dice.next());
        let (begun, longest): (fn(&Line) -> bool, usize) = match dice.below(4) {
            0 => (|line| matches!(line, Line::Start), 4),
            1 => (|line| matches!(line, Line::Found(_)), 120),
            _ => (|line| matches!(line, Line::Found(_)), 40),
        };
        life.wait_for(begun)?;
        thread::sleep(Duration::from_micros(dice.below(longest * 1000) as u64));
        let said = life.kill()?;
        self.possible = follow(&self.possible, &said)?;
        tally.count(&said, &self.possible);
        if self.key_is_uncertain() || !dice.one_in(4) { self.inspect(dice, tally) } else { Ok(()) }
    }

    /// Looks at everything.
    pub(crate) fn inspect(&mut self, dice: &mut Dice, tally: &mut Tally) -> Result<(), String> {
        let mut keys: Vec<_> = self.possible.iter().map(|state| state.key).collect();
        keys.dedup();
        if dice.one_in(2) {
            keys.reverse();
        }
        let found = smol::block_on(inspection::state(&self.file(), &keys))?;
        let Some(which) = self.possible.iter().position(|state| *state == found) else {
            return Err(format!("{found:?}\nis there, but it should have been one of\n{:?}", self.possible));
        };
        smol::block_on(inspection::private_keys(&self.file(), found.key))?;
        tally.commits_that_came_through_unreported += which;
        self.possible = vec![found];
        Ok(())
    }

    fn key_is_uncertain(&self) -> bool {
        self.possible.iter().any(|state| state.key != self.possible[0].key)
    }
}

impl Tally {
    fn count(&mut self, said: &[Line], possible: &[State]) {
        self.kills += 1;
        self.commits += said.iter().filter(|line| matches!(line, Line::Committed)).count();
        match said.last() {
            Some(Line::Start) => self.while_opening += 1,
            Some(Line::Intend(next)) if next.key != possible[0].key => self.while_changing_the_key += 1,
            Some(Line::Intend(_)) => self.while_committing += 1,
            _ => {}
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.while_opening += other.while_opening;
        self.while_committing += other.while_committing;
        self.while_changing_the_key += other.while_changing_the_key;
        self.commits += other.commits;
        self.commits_that_came_through_unreported += other.commits_that_came_through_unreported;
    }
}

/// What the file may contain after a life that said this, from the earlier possibility to the later.
pub(crate) fn follow(possible: &[State], said: &[Line]) -> Result<Vec<State>, String> {
    let mut possible = possible.to_vec();
    for line in said {
        match line {
            Line::Start => {}
            Line::Found(state) if possible.contains(state) => possible = vec![state.clone()],
            Line::Found(state) => {
                return Err(format!("{state:?}\nwas found, but it should have been one of\n{possible:?}"));
            }
            Line::Intend(next) => possible.push(next.clone()),
            Line::Committed => possible = possible.pop().into_iter().collect(),
        }
    }
    Ok(possible)
}
