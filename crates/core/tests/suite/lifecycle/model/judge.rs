//! Compares what the client shows with the model.

use std::collections::HashSet;

use mlskit::{Client, CredentialRef, KeypackagePublication, KeypackageRef, KeypackageStatus};

use super::{
    Outcome, ensure,
    ledger::{Ledger, Package, Stage, Terms},
};

/// What a step may have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// The client was not called.
    Untouched,
    Nothing,
    /// What the policy wants: it was maintained.
    ByPolicy,
    ByApp,
}

/// All that a client shows.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) stored: Vec<KeypackageRef>,
    pub(super) publish: Vec<KeypackagePublication>,
    pub(super) withdraw: Vec<KeypackageRef>,
    pub(super) status: KeypackageStatus,
}

impl Shown {
    pub(super) async fn of(client: &Client, credential_ref: &CredentialRef, terms: &Terms) -> Outcome<Self> {
        let stored = client.get_keypackage_refs().await?;
        let outgoing = client.outgoing_keypackages(credential_ref, &terms.policy()).await?;
        let status = client.keypackage_status(credential_ref, &terms.policy()).await?;
        Ok(Self { stored, publish: outgoing.publish, withdraw: outgoing.withdraw, status })
    }
}

/// One judgement, at one moment.
pub(super) struct Judge<'a> {
    pub(super) ledger: &'a mut Ledger,
    pub(super) terms: &'a Terms,
    pub(super) now: u64,
    pub(super) made: Made,
    /// How many packages there were before the step.
    pub(super) known: usize,
    pub(super) seen: &'a mut Vec<&'static str>,
}

impl Judge<'_> {
    pub(super) fn judge(&mut self, shown: &Shown) -> Outcome {
        self.keys(&shown.stored)?;
        self.new_packages(&shown.stored)?;
        self.withdrawals(&shown.withdraw)?;
        self.publications(&shown.publish)?;
        self.status(&shown.status)
    }

    /// (a) and (c): who has keys has them until its time, and not for longer.
    fn keys(&mut self, stored: &[KeypackageRef]) -> Outcome {
        let refs: HashSet<_> = stored.iter().collect();
        ensure(refs.len() == stored.len(), || "(d) a reference is there twice".into())?;
        for (at, package) in self.ledger.packages.iter_mut().enumerate() {
            let is_stored = refs.contains(&package.keypackage_ref);
            if !package.has_keys() {
                ensure(!is_stored, || format!("(c) #{at} has keys again, or still: {package:?}"))?;
            } else if package.may_go && is_stored && package.stage == Stage::Withdrawn(self.now) {
                // No grace, and a run that was cut off: the next maintenance purges it.
                (package.may_go, package.over_since) = (false, None);
            } else if package.may_go && self.made == Made::ByPolicy {
                ensure(!is_stored, || format!("(c) #{at} is over, and keeps its keys: {package:?}"))?;
                let has_expired = package.not_after() <= self.now;
                let what = ["keys purged after the grace", "keys purged after the expiry"];
                self.seen.push(what[usize::from(has_expired)]);
                match package.stage {
                    Stage::Own | Stage::Withdrawn(_) => package.stage = Stage::Gone,
                    _ => package.bury_expired(self.now),
                }
            } else {
                ensure(is_stored, || format!("(a) #{at} has lost its keys at {}: {package:?}", self.now))?;
            }
        }
        Ok(())
    }

    /// As many as are missing, by those who may.
    fn new_packages(&mut self, stored: &[KeypackageRef]) -> Outcome {
        let new: Vec<_> = stored.iter().filter(|one| self.ledger.find(one).is_none()).cloned().collect();
        ensure(new.is_empty() || matches!(self.made, Made::ByPolicy | Made::ByApp), || {
            format!("(d) nobody has made {new:?}")
        })?;
        for keypackage_ref in new {
            let stage = if self.made == Made::ByApp { Stage::Own } else { Stage::Pending };
            self.ledger.made(keypackage_ref, stage, self.now);
        }
        if self.made == Made::ByPolicy {
            [false, true].into_iter().try_for_each(|kind| self.supply(kind))
        } else {
            Ok(())
        }
    }

    /// There is enough of a kind, and no more was made than that took.
    fn supply(&self, last_resort: bool) -> Outcome {
        let wanted = self.terms.wants(last_resort);
        let in_service = self.ledger.all(|package| {
            package.is_in_service()
                && package.credential == self.ledger.current
                && package.keypackage_ref.is_last_resort() == last_resort
        });
        let package = |at: &usize| &self.ledger.packages[*at];
        let fit = in_service.iter().filter(|at| package(at).is_fit(self.now)).count();
        ensure(fit >= wanted, || format!("(b) {fit} are fit for service where {wanted} are wanted"))?;
        let (old, new): (Vec<_>, Vec<_>) = in_service.into_iter().partition(|at| *at < self.known);
        let young = old.iter().filter(|at| package(at).is_young(self.now)).count();
        ensure(new.is_empty() || young + new.len() <= wanted, || {
            format!("(c) {} were made beside {young} where {wanted} are wanted", new.len())
        })
    }

    /// (b) is the ledger's; that nothing is forgotten and nothing is asked for twice is (a) and (d).
    fn withdrawals(&mut self, withdraw: &[KeypackageRef]) -> Outcome {
        let refs: HashSet<_> = withdraw.iter().collect();
        ensure(refs.len() == withdraw.len(), || "(d) a withdrawal is asked for twice".into())?;
        for keypackage_ref in withdraw {
            let Some(at) = self.ledger.find(keypackage_ref) else {
                return ensure(false, || "(d) a withdrawal of what never was".into());
            };
            self.retire(at)?;
        }
        for (at, package) in self.ledger.packages.iter().enumerate() {
            let is_asked = matches!(package.stage, Stage::Retired | Stage::Tombstone);
            let is_shown = refs.contains(&package.keypackage_ref);
            ensure(!is_asked || is_shown, || format!("(a) the withdrawal of #{at} is forgotten: {package:?}"))?;
        }
        Ok(())
    }

    /// It is to be withdrawn: was it before?
    pub(super) fn retire(&mut self, at: usize) -> Outcome {
        let package = &self.ledger.packages[at];
        match package.stage {
            Stage::Retired | Stage::Tombstone => Ok(()),
            Stage::Pending | Stage::Published if self.made == Made::ByPolicy => {
                if package.credential < self.ledger.current {
                    self.seen.push("a package of a replaced credential was retired");
                }
                if package.stage == Stage::Pending {
                    self.seen.push("a package was retired before it was confirmed");
                }
                self.ledger.retired(at, self.terms)
            }
            stage => ensure(false, || format!("(b) #{at} is to be withdrawn without a reason: {stage:?}")),
        }
    }

    /// (d): what is to be published, all of it, in its bytes.
    fn publications(&mut self, publish: &[KeypackagePublication]) -> Outcome {
        let mut told = HashSet::new();
        for KeypackagePublication { keypackage_ref, bytes, .. } in publish {
            let Some(at) = self.ledger.find(keypackage_ref) else {
                return ensure(false, || "(d) a publication of what is not there".into());
            };
            ensure(told.insert(at), || format!("(d) #{at} is to be published twice"))?;
            self.ledger.given_out(at, bytes)?;
            let Package { stage, credential, .. } = self.ledger.packages[at];
            let may = stage == Stage::Pending && credential == self.ledger.current;
            ensure(may, || format!("(d) #{at} is to be published: {stage:?}"))?;
        }
        for (at, package) in self.ledger.packages.iter().enumerate() {
            let is_due = package.stage == Stage::Pending
                && package.credential == self.ledger.current
                && package.is_young(self.now);
            ensure(!is_due || told.contains(&at), || {
                format!("(d) the publication of #{at} is forgotten: {package:?}")
            })?;
        }
        Ok(())
    }

    fn status(&self, status: &KeypackageStatus) -> Outcome {
        let all = |which: &dyn Fn(&Package) -> bool| u32::try_from(self.ledger.count(which)).unwrap();
        let retired = all(&|package| package.stage == Stage::Retired);
        let withdrawn = all(&|package| matches!(package.stage, Stage::Withdrawn(_)));
        let removed = all(&|package| package.stage == Stage::Tombstone);
        let of = |stage| all(&|package: &Package| package.stage == stage);
        let expected = [of(Stage::Own), of(Stage::Pending), of(Stage::Published), retired, withdrawn, removed];
        let found =
            [status.unmanaged, status.pending, status.published, status.retired, status.withdrawn, status.removed];
        ensure(found == expected, || {
            format!("(d) own, pending, published, retired, withdrawn, removed: {found:?}, and not {expected:?}")
        })?;
        let has_last_resort =
            self.ledger.count(|package| package.stage == Stage::Published && package.keypackage_ref.is_last_resort())
                > 0;
        ensure(status.has_last_resort == has_last_resort, || "(d) the last-resort package is shown wrongly".into())
    }
}
