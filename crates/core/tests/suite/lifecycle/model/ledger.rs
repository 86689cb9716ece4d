//! The model: what became of each package, as far as somebody outside of the engine can know.

use std::{fmt, time::Duration};

use mlskit::{KeypackagePolicy, KeypackageRef};

use super::{Outcome, ensure};
use crate::lifecycle::DAY;

/// A policy, in the model's own terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) target: u32,
    pub(super) last_resort: bool,
    pub(super) lifetime: Duration,
    pub(super) grace: Duration,
}

impl Terms {
    pub(super) const NONE: Self = Self { target: 0, last_resort: false, ..Self::ALL[0] };
    pub(super) const ALL: [Self; 7] = [
        Self::new(2, true, 84, 7),
        Self::new(2, false, 84, 7),
        Self::new(1, true, 30, 2),
        Self::new(3, false, 84, 30),
        Self::new(0, true, 60, 7),
        Self::new(1, false, 3, 0),
        Self::new(0, false, 84, 7),
    ];

    const fn new(target: u32, last_resort: bool, days: u64, grace: u64) -> Self {
        let (lifetime, grace) = (Duration::from_hours(days * 24), Duration::from_hours(grace * 24));
        Self { target, last_resort, lifetime, grace }
    }

    pub(super) fn policy(&self) -> KeypackagePolicy {
        let Self { target, last_resort, lifetime, grace } = *self;
        KeypackagePolicy::default().target(target).last_resort(last_resort).lifetime(lifetime).grace(grace)
    }

    pub(super) fn wants(&self, last_resort: bool) -> usize {
        if last_resort { usize::from(self.last_resort) } else { self.target as usize }
    }

    pub(super) fn second_look(&self) -> Duration {
        self.grace.min(DAY)
    }
}

/// What policies have if nothing else is said.
const REFRESH_MARGIN: Duration = Duration::from_hours(28 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The app's own.
    Own,
    Pending,
    Published,
    Retired,
    /// When its withdrawal was confirmed.
    Withdrawn(u64),
    /// It has no keys, and its withdrawal is asked for.
    Tombstone,
    /// It has no keys.
    Gone,
}

pub(super) struct Package {
    pub(super) keypackage_ref: KeypackageRef,
    pub(super) credential: usize,
    pub(super) made_at: u64,
    pub(super) stage: Stage,
    /// What was given out.
    pub(super) bytes: Option<Vec<u8>>,
    /// Since when it is seen that its withdrawal lies in the future.
    doubted_since: Option<u64>,
    /// Since when its time is seen to be over.
    pub(super) over_since: Option<u64>,
    /// Its time was seen to be over twice.
    pub(super) may_go: bool,
    /// It is to be replaced before its time.
    pub(super) is_outdated: bool,
    /// Its withdrawal was forgotten when a clock that was believed had said twice that it has expired.
    pub(super) was_purged: bool,
}

/// What a reader of a story needs.
impl fmt::Debug for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credential, made_at, stage, over_since, may_go, is_outdated, .. } = self;
        let until = self.not_after();
        write!(
            formatter,
            "{stage:?} of credential {credential}, made at {made_at}, until {until}, seen to be over since {over_since:?}, \
             may go: {may_go}, outdated: {is_outdated}"
        )
    }
}

impl Package {
    pub(super) fn not_after(&self) -> u64 {
        self.keypackage_ref.lifetime().unwrap().not_after()
    }

    pub(super) fn has_keys(&self) -> bool {
        !matches!(self.stage, Stage::Tombstone | Stage::Gone)
    }

    pub(super) fn is_in_service(&self) -> bool {
        matches!(self.stage, Stage::Pending | Stage::Published) && !self.may_go
    }

    /// No engine has a reason to replace it: it is in the first half of its life.
    pub(super) fn is_young(&self, now: u64) -> bool {
        let not_before = self.keypackage_ref.lifetime().unwrap().not_before();
        let half = self.made_at + (self.not_after().saturating_sub(self.made_at)) / 2;
        not_before <= now + DAY.as_secs() && now < half && !self.is_outdated
    }

    /// It went with its keys when it was seen twice to have expired; nobody has said that the directory has let it go.
    pub(super) fn bury_expired(&mut self, now: u64) {
        (self.stage, self.over_since, self.may_go) = (Stage::Tombstone, Some(now), false);
    }

    /// Its keys are gone before its time: its withdrawal is asked for.
    fn bury(&mut self) {
        (self.stage, self.over_since, self.may_go) = (Stage::Tombstone, None, false);
    }

    /// It needs no replacement yet, whatever the engine's jitter: later than that would be late.
    pub(super) fn is_fit(&self, now: u64) -> bool {
        let not_before = self.keypackage_ref.lifetime().unwrap().not_before();
        let margin = REFRESH_MARGIN.as_secs().min(self.not_after().saturating_sub(self.made_at) / 3);
        not_before <= now + DAY.as_secs() && now < self.not_after() - margin && !self.is_outdated
    }

    /// The rule of the two looks.
    fn look(&mut self, now: u64, terms: &Terms) {
        let has_expired = self.not_after() <= now;
        let had_grace = match &mut self.stage {
            Stage::Gone => return,
            Stage::Withdrawn(at) => {
                // A clock that was wrong has noted it, or this one is. Seen twice it is the former.
                let seen_before = self.doubted_since.filter(|since| *at > now && *since <= now);
                let is_believed = seen_before.is_some_and(|since| since + DAY.as_secs() <= now);
                *at = if is_believed { now - DAY.as_secs() } else { *at };
                self.doubted_since = (*at > now && !has_expired).then(|| seen_before.unwrap_or(now));
                *at + terms.grace.as_secs() <= now
            }
            _ => false,
        };
        let second_look = if had_grace { terms.second_look() } else { DAY };
        self.look_twice(had_grace || has_expired, now, second_look);
    }

    fn look_twice(&mut self, is_over: bool, now: u64, second_look: Duration) {
        let seen_before = self.over_since.filter(|since| *since <= now);
        self.over_since = is_over.then(|| seen_before.unwrap_or(now));
        self.may_go = self.over_since.is_some_and(|since| since + second_look.as_secs() <= now);
        if self.may_go && self.stage == Stage::Tombstone {
            (self.stage, self.was_purged) = (Stage::Gone, true);
        }
    }
}

/// All packages that ever were, in the order in which they were seen.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) packages: Vec<Package>,
    /// The credential whose packages are maintained: the last one. It has the place of all before.
    pub(super) current: usize,
}

impl Ledger {
    pub(super) fn find(&self, keypackage_ref: &KeypackageRef) -> Option<usize> {
        self.packages.iter().position(|package| package.keypackage_ref == *keypackage_ref)
    }

    pub(super) fn of_bytes(&self, bytes: &[u8]) -> Option<usize> {
        self.packages.iter().position(|package| package.bytes.as_deref() == Some(bytes))
    }

    /// Those of which `which` holds.
    pub(super) fn all(&self, which: impl Fn(&Package) -> bool) -> Vec<usize> {
        (0..self.packages.len()).filter(|at| which(&self.packages[*at])).collect()
    }

    pub(super) fn count(&self, which: impl Fn(&Package) -> bool) -> usize {
        self.packages.iter().filter(|package| which(package)).count()
    }

    pub(super) fn made(&mut self, keypackage_ref: KeypackageRef, stage: Stage, now: u64) -> usize {
        let credential = self.current;
        self.packages.push(Package {
            keypackage_ref,
            credential,
            made_at: now,
            stage,
            bytes: None,
            doubted_since: None,
            over_since: None,
            may_go: false,
            is_outdated: false,
            was_purged: false,
        });
        self.packages.len() - 1
    }

    /// It was said what to publish: the same bytes as ever.
    pub(super) fn given_out(&mut self, at: usize, bytes: &[u8]) -> Outcome {
        let package = &mut self.packages[at];
        let known = package.bytes.get_or_insert_with(|| bytes.to_vec());
        ensure(known == bytes, || format!("(d) #{at} is given out with other bytes than before"))
    }

    pub(super) fn maintained(&mut self, now: u64, terms: &Terms) {
        self.packages.iter_mut().for_each(|package| package.look(now, terms));
    }

    pub(super) fn published(&mut self, at: usize) {
        let package = &mut self.packages[at];
        match package.stage {
            Stage::Own | Stage::Pending => package.stage = Stage::Published,
            // The publication may have come after the withdrawal: it is looked at anew.
            Stage::Withdrawn(_) => (package.stage, package.over_since, package.may_go) = (Stage::Retired, None, false),
            _ => {}
        }
    }

    pub(super) fn withdrawn(&mut self, at: usize, now: u64) {
        let stage = &mut self.packages[at].stage;
        *stage = match *stage {
            Stage::Own | Stage::Pending | Stage::Published | Stage::Retired => Stage::Withdrawn(now),
            Stage::Tombstone => Stage::Gone,
            other => other,
        };
    }

    /// A Welcome for it was joined. What nobody was told of needs no withdrawal.
    pub(super) fn consumed(&mut self, at: usize) {
        let package = &mut self.packages[at];
        if package.keypackage_ref.is_last_resort() {
            package.is_outdated = true;
        } else if package.stage == Stage::Own {
            package.stage = Stage::Gone;
        } else {
            package.bury();
        }
    }

    /// The app removed those of which `which` holds. Others may have what was given out, whatever the clock says; and a
    /// removal looks whether the time of what was removed before is over.
    pub(super) fn removed(&mut self, which: impl Fn(&Package) -> bool, now: u64) {
        for package in self.packages.iter_mut().filter(|package| package.has_keys() && which(package)) {
            match package.stage {
                Stage::Own if package.not_after() <= now => package.stage = Stage::Gone,
                _ => package.bury(),
            }
        }
        for package in self.packages.iter_mut().filter(|package| package.stage == Stage::Tombstone) {
            package.look_twice(package.not_after() <= now, now, DAY);
        }
    }

    /// The engine gives it up. Then as many as wanted must be left: confirmed ones, if it was confirmed itself.
    pub(super) fn retired(&mut self, at: usize, terms: &Terms) -> Outcome {
        let package = &mut self.packages[at];
        let was = std::mem::replace(&mut package.stage, Stage::Retired);
        let kind = package.keypackage_ref.is_last_resort();
        let left = self.count(|other| {
            other.is_in_service()
                && other.keypackage_ref.is_last_resort() == kind
                && (was == Stage::Pending || other.stage == Stage::Published)
        });
        let wanted = terms.wants(kind);
        ensure(left >= wanted, || {
            format!("(b) #{at} ({was:?}) is to be withdrawn, and {left} are left where {wanted} are wanted")
        })
    }
}
