//! How each sequence ends: with a clock that is right and a directory that answers, everything comes to rest, and then
//! to an end.

use std::time::{Duration, UNIX_EPOCH};

use super::{
    Outcome, ensure,
    judge::Made,
    ledger::{Package, Stage, Terms},
    world::World,
};
use crate::lifecycle::DAY;

impl World {
    pub(super) async fn end(&mut self) -> Outcome {
        self.set_clock(0);
        self.deliver_late();
        self.quiet_run("the clock is right and the directory answers").await?;
        self.at_rest()?;

        self.run_forward("the grace is over").await?;
        let kept = self.ledger.count(|package| package.has_keys() && package.stage != Stage::Own);
        let in_grace = self.ledger.count(|package| matches!(package.stage, Stage::Withdrawn(_)));
        let wanted = self.terms.wants(true) + self.terms.wants(false);
        ensure(kept <= wanted + in_grace, || {
            format!("(c) {kept} packages have keys where {wanted} are wanted and {in_grace} are in their grace")
        })?;

        self.terms = Terms { grace: self.terms.grace, ..Terms::NONE };
        self.quiet_run("the policy wants none").await?;
        self.run_forward("the grace of the last is over").await?;
        let left = self.ledger.all(|package| package.has_keys() && package.stage != Stage::Own);
        ensure(left.is_empty(), || format!("(c) {left:?} have keys where none are wanted"))?;
        self.expire().await
    }

    /// Who serves what, when all is told.
    fn at_rest(&self) -> Outcome {
        let now = self.now();
        for keypackage_ref in self.server.memory.served(self.client.id()) {
            let at = self.ledger.find(&keypackage_ref);
            let is_good = at.is_some_and(|at| {
                let package = &self.ledger.packages[at];
                package.stage == Stage::Published || package.not_after() <= now || package.was_purged
            });
            ensure(is_good, || format!("(a) {at:?} is served, and is not in service"))?;
        }
        for last_resort in [true, false] {
            let published = self.ledger.count(|package: &Package| {
                package.stage == Stage::Published && package.keypackage_ref.is_last_resort() == last_resort
            });
            let wanted = self.terms.wants(last_resort);
            ensure(published == wanted, || format!("(b) {published} are published where {wanted} are wanted"))?;
        }
        Ok(())
    }

    async fn quiet_run(&mut self, what: &str) -> Outcome {
        let known = self.ledger.packages.len();
        self.story.push(format!("at the end: {what}"));
        self.sync(&[], known).await?;
        self.judge(Made::ByPolicy, known).await?;
        let outgoing = self.client.outgoing_keypackages(&self.credential(), &self.terms.policy()).await?;
        let is_to_come = outgoing.next.is_none_or(|next| next > UNIX_EPOCH + Duration::from_secs(self.now()));
        ensure(is_to_come, || format!("(d) an app that calls at `next` would call for ever: {outgoing:?}"))
    }

    /// Past the grace, and past the second look at what has expired or was withdrawn in the future.
    async fn run_forward(&mut self, what: &str) -> Outcome {
        self.pass(self.terms.grace.as_secs());
        self.quiet_run(what).await?;
        self.pass(DAY.as_secs());
        self.quiet_run(what).await
    }

    /// What the app made for itself ends with its time, and then there is nothing to wait for.
    async fn expire(&mut self) -> Outcome {
        let last = self.ledger.packages.iter().map(Package::not_after).max().unwrap_or_default();
        self.pass(last.saturating_sub(self.now()));
        self.quiet_run("all has expired").await?;
        self.pass(DAY.as_secs());
        self.quiet_run("that is seen twice").await?;
        let stored = self.client.get_keypackage_refs().await?;
        let outgoing = self.client.outgoing_keypackages(&self.credential(), &self.terms.policy()).await?;
        let is_over = stored.is_empty() && outgoing.next.is_none();
        ensure(is_over, || format!("(c) what is left at the end: {stored:?}, {outgoing:?}"))
    }
}
