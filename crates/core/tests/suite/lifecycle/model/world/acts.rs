//! What happens in each step, in the client and in the model.

use mlskit::{Credential, KeypackageDirectory as _, KeypackageExt as _, KeypackageRef, KeypackageSyncError};
use mlskit_testkit::directory::Fault;

use super::{
    super::{ensure, ledger::Package, step::Step},
    Asked, Made, Outcome, Stage, Terms, Violation, World,
};
use crate::common::SUITE;

impl World {
    pub(super) async fn act(&mut self, step: &Step, known: usize) -> Outcome<Made> {
        match step {
            Step::Maintain => self.maintain().await,
            Step::Sync(faults) => self.sync(faults, known).await,
            Step::Publish(number, fault) => match pick(&self.to_publish, *number).cloned() {
                Some(one) => self.tell(one.keypackage_ref, Some(one.bytes), *fault).await,
                None => Ok(Made::Untouched),
            },
            Step::Withdraw(number, fault) => match pick(&self.to_withdraw, *number).cloned() {
                Some(one) => self.tell(one, None, *fault).await,
                None => Ok(Made::Untouched),
            },
            Step::LateAnswer(number) => self.late_answer(*number).await,
            Step::DeliverLate => Ok(self.deliver_late()),
            Step::Crash(crash) => self.crash(*crash).await.map(|()| Made::Nothing),
            Step::Fetch => self.fetch(),
            Step::Welcome(number, letter) => self.welcome(*number, *letter).await,
            Step::Replay(number) => self.replay(*number).await,
            Step::Pass(hours) => Ok(self.let_pass(*hours)),
            Step::SetClock(hours) => Ok(self.set_hours(*hours)),
            Step::Replace => self.replace().await,
            Step::RemoveOld(number) => self.remove_old(*number).await,
            Step::Remove(number) => self.remove(*number).await,
            Step::RemoveAll => self.remove_all().await,
            Step::RemoveExpired => self.remove_expired().await,
            Step::Policy(number) => Ok(self.change_policy(*number)),
            Step::Renew => self.renew().await,
            Step::Own => self.own().await,
            Step::OwnPublished(number) => self.own_published(*number).await,
            Step::OwnWithdrawal(number) => self.own_withdrawal(*number).await,
        }
    }

    pub(in super::super) async fn maintain(&mut self) -> Outcome<Made> {
        self.note_maintained();
        let (credential_ref, policy) = (self.credential(), self.terms.policy());
        self.client.maintain_keypackages(&credential_ref, &policy).await?;
        Ok(Made::ByPolicy)
    }

    pub(in super::super) async fn sync(&mut self, faults: &[Fault], known: usize) -> Outcome<Made> {
        self.note_maintained();
        self.server.fail(faults);
        let (credential_ref, policy) = (self.credential(), self.terms.policy());
        let run = async { Some(self.client.sync_keypackages(&self.server, &credential_ref, &policy).await) };
        let given_up = async {
            self.server.hangs().await;
            None
        };
        let outcome = smol::future::or(run, given_up).await;
        self.server.fail(&[]);
        let is_complete = match outcome {
            None => {
                self.seen.push("a run hung and was given up");
                false
            }
            Some(Err(KeypackageSyncError::Directory(_))) => {
                self.seen.push("a run was cut off");
                false
            }
            Some(Ok(report)) => report.refused.is_empty(),
            Some(Err(error)) => return Err(Violation(error.to_string())),
        };
        for asked in self.server.asked() {
            self.note_asked(asked, Some(known))?;
        }
        self.note_maintained();
        if is_complete {
            let outgoing = self.client.outgoing_keypackages(&credential_ref, &policy).await?;
            let is_settled = outgoing.publish.is_empty() && outgoing.withdraw.is_empty();
            ensure(is_settled, || format!("(d) a run that met no trouble has left {outgoing:?}"))?;
        }
        Ok(Made::ByPolicy)
    }

    /// A request by the library's own loop, which knows what is stored, or by the app, which knows what it was once told.
    fn note_asked(&mut self, asked: Asked, by_loop: Option<usize>) -> Outcome {
        let now = self.now();
        let at = match self.ledger.find(&asked.keypackage_ref) {
            Some(at) => at,
            None => self.ledger.made(asked.keypackage_ref.clone(), Stage::Pending, now),
        };
        match &asked.bytes {
            Some(bytes) => {
                self.ledger.given_out(at, bytes)?;
                let stage = self.ledger.packages[at].stage;
                let may = by_loop.is_none() || stage == Stage::Pending;
                ensure(may, || format!("(d) #{at} is published though it is {stage:?}"))?;
            }
            None => {
                if let Some(known) = by_loop {
                    self.judging(Made::ByPolicy, known).retire(at)?;
                }
            }
        }
        if asked.is_answered {
            self.note_answer(at, asked.bytes.is_some());
        } else if asked.has_late_answer() {
            self.late_answers.push(asked);
        } else if asked.fault == Fault::Late {
            self.on_the_way.push(asked);
        }
        Ok(())
    }

    fn note_answer(&mut self, at: usize, is_published: bool) {
        let now = self.now();
        match (is_published, self.ledger.packages[at].stage) {
            (true, Stage::Withdrawn(_)) => self.seen.push("a withdrawn package was confirmed as published"),
            (false, Stage::Tombstone) => self.seen.push("a removed package was withdrawn"),
            _ => {}
        }
        if is_published { self.ledger.published(at) } else { self.ledger.withdrawn(at, now) }
    }

    /// The app tells the directory, and the store what it has answered.
    async fn tell(&mut self, keypackage_ref: KeypackageRef, bytes: Option<Vec<u8>>, fault: Fault) -> Outcome<Made> {
        self.server.fail(&[fault]);
        let answer = match &bytes {
            Some(bytes) => self.server.publish(&keypackage_ref, bytes).await,
            None => self.server.withdraw(&keypackage_ref).await,
        };
        if answer.is_ok() {
            self.confirm(&keypackage_ref, bytes.is_some()).await?;
        }
        for asked in self.server.asked() {
            self.note_asked(asked, None)?;
        }
        Ok(Made::Nothing)
    }

    async fn confirm(&self, keypackage_ref: &KeypackageRef, is_published: bool) -> Outcome {
        let refs = std::slice::from_ref(keypackage_ref);
        let confirm = async |tx: &mlskit::TransactionContext| match is_published {
            true => tx.confirm_published(refs).await,
            false => tx.confirm_withdrawn(refs).await,
        };
        self.commit(confirm).await
    }

    async fn late_answer(&mut self, number: u8) -> Outcome<Made> {
        if let Some(asked) = pick(&self.late_answers, number).cloned() {
            self.confirm(&asked.keypackage_ref, asked.bytes.is_some()).await?;
            let at = self.ledger.find(&asked.keypackage_ref).unwrap();
            self.note_answer(at, asked.bytes.is_some());
        }
        Ok(Made::Nothing)
    }

    pub(in super::super) fn deliver_late(&mut self) -> Made {
        self.server.memory.deliver_late();
        self.late_answers.append(&mut self.on_the_way);
        Made::Untouched
    }

    fn let_pass(&mut self, hours: u16) -> Made {
        self.pass(u64::from(hours) * 3600);
        Made::Untouched
    }

    fn set_hours(&mut self, hours: i32) -> Made {
        self.set_clock(i64::from(hours) * 3600);
        Made::Untouched
    }

    fn change_policy(&mut self, number: u8) -> Made {
        self.terms = *pick(&Terms::ALL, number).unwrap();
        Made::Untouched
    }

    async fn replace(&mut self) -> Outcome<Made> {
        let old = self.credential();
        let new = Credential::basic(SUITE, self.client.id())?;
        let policy = self.terms.policy();
        let (new, left) = self
            .commit(async |tx| {
                let new = tx.add_credential(new).await?;
                let left = tx.replace_credential(&old, &new, &policy).await?;
                Ok((new, left))
            })
            .await?;
        self.note_maintained();
        let expected = self
            .ledger
            .count(|package| package.credential == self.ledger.current && package.has_keys() && !package.may_go);
        ensure(left.keypackages as usize == expected, || format!("(d) {left:?} are left, and not {expected}"))?;
        self.credentials.push(Some(new));
        self.ledger.current += 1;
        Ok(Made::ByPolicy)
    }

    async fn remove_old(&mut self, number: u8) -> Outcome<Made> {
        let old: Vec<_> =
            (0..self.ledger.current).filter(|credential| self.credentials[*credential].is_some()).collect();
        if let Some(credential) = pick(&old, number).copied() {
            let credential_ref = self.credentials[credential].take().unwrap();
            self.commit(async |tx| tx.remove_credential(&credential_ref).await).await?;
            self.note_removed(|package| package.credential == credential);
        }
        Ok(Made::Nothing)
    }

    async fn remove(&mut self, number: u8) -> Outcome<Made> {
        let there = self.ledger.all(|package| package.has_keys());
        if let Some(at) = pick(&there, number).copied() {
            let keypackage_ref = self.ledger.packages[at].keypackage_ref.clone();
            self.commit(async |tx| tx.remove_keypackage(&keypackage_ref).await).await?;
            self.note_removed(|package| package.keypackage_ref == keypackage_ref);
        }
        Ok(Made::Nothing)
    }

    async fn remove_all(&mut self) -> Outcome<Made> {
        let (credential_ref, current) = (self.credential(), self.ledger.current);
        self.commit(async |tx| tx.remove_keypackages_for(&credential_ref).await).await?;
        self.note_removed(|package| package.credential == current);
        Ok(Made::Nothing)
    }

    fn note_removed(&mut self, which: impl Fn(&Package) -> bool) {
        if self.ledger.count(|package| package.has_keys() && which(package)) > 0 {
            self.seen.push("keys removed by the app");
        }
        self.ledger.removed(which, self.now());
    }

    async fn remove_expired(&mut self) -> Outcome<Made> {
        let removed = self.commit(async |tx| tx.remove_expired_keypackages().await).await?;
        let now = self.now();
        let expired = self.ledger.count(|package| package.has_keys() && package.not_after() <= now);
        ensure(removed == expired, || format!("(d) {removed} were removed, and not {expired}"))?;
        self.note_removed(|package| package.not_after() <= now);
        Ok(Made::Nothing)
    }

    async fn renew(&mut self) -> Outcome<Made> {
        let (credential_ref, current) = (self.credential(), self.ledger.current);
        self.commit(async |tx| tx.renew_keypackages(&credential_ref).await).await?;
        for at in self.ledger.all(|package| package.is_in_service() && package.credential == current) {
            self.ledger.packages[at].is_outdated = true;
        }
        Ok(Made::Nothing)
    }

    async fn own(&mut self) -> Outcome<Made> {
        let credential_ref = self.credential();
        self.commit(async |tx| tx.generate_keypackage(&credential_ref, None).await).await?;
        Ok(Made::ByApp)
    }

    async fn own_published(&mut self, number: u8) -> Outcome<Made> {
        let own = self.ledger.all(|package| package.stage == Stage::Own);
        let Some(at) = pick(&own, number).copied() else { return Ok(Made::Untouched) };
        let keypackage_ref = self.ledger.packages[at].keypackage_ref.clone();
        let bytes = self.client.keypackage(&keypackage_ref).await?.unwrap().to_bytes()?;
        self.tell(keypackage_ref, Some(bytes), Fault::None).await
    }

    async fn own_withdrawal(&mut self, number: u8) -> Outcome<Made> {
        let published = self.ledger.all(|package| package.stage == Stage::Published);
        let Some(at) = pick(&published, number).copied() else { return Ok(Made::Untouched) };
        self.tell(self.ledger.packages[at].keypackage_ref.clone(), None, Fault::None).await
    }
}

pub(super) fn pick<T>(from: &[T], number: u8) -> Option<&T> {
    from.get(usize::from(number) % from.len().max(1))
}
