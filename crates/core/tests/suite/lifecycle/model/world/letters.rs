//! What peers do: they fetch packages and send Welcomes, good ones and bad ones.

use mlskit::{Error, GroupError, group::JoinOptions};

use super::{
    super::{ensure, peer, step::Letter},
    Made, Outcome, Stage, World,
    acts::pick,
};
use crate::common::SUITE;

impl World {
    /// A peer takes what the directory serves.
    pub(super) fn fetch(&mut self) -> Outcome<Made> {
        if let Some(bytes) = self.server.memory.take(self.client.id(), SUITE) {
            let at = self.ledger.of_bytes(&bytes);
            let at = at.ok_or_else(|| super::Violation("(d) what was fetched was never given out".into()))?;
            let is_first = self.ledger.packages[at].keypackage_ref.is_last_resort() || !self.fetched.contains(&at);
            ensure(is_first, || format!("(d) #{at} was served twice"))?;
            self.fetched.push(at);
        }
        Ok(Made::Untouched)
    }

    pub(super) async fn welcome(&mut self, number: u8, letter: Letter) -> Outcome<Made> {
        if self.fetched.is_empty() {
            self.fetch()?;
        }
        let Some(at) = pick(&self.fetched, number).copied() else { return Ok(Made::Untouched) };
        let package = &self.ledger.packages[at];
        let welcome = peer::welcome(package.not_after(), package.bytes.as_ref().unwrap());
        match letter {
            Letter::Good => return self.join(at, welcome).await,
            Letter::RolledBack => {
                let transaction = self.client.new_transaction().await?;
                let joined = transaction.join_group(&welcome, JoinOptions::default()).await;
                transaction.abort().await?;
                let has_keys = self.ledger.packages[at].has_keys();
                ensure(joined.is_ok() == has_keys, || format!("(a) #{at} has keys: {has_keys}, but {joined:?}"))?;
            }
            Letter::Garbage => self.refuse(&[&[0, 1, 0, 3], &[0x5a; 99][..]].concat()).await?,
            Letter::Truncated => self.refuse(&welcome[..welcome.len() - 33]).await?,
            Letter::Tampered => {
                let (last, rest) = welcome.split_last().unwrap();
                self.refuse(&[rest, &[!last]].concat()).await?;
            }
        }
        Ok(Made::Nothing)
    }

    async fn join(&mut self, at: usize, welcome: Vec<u8>) -> Outcome<Made> {
        let joined = self.join_and_leave(&welcome).await;
        let stage = self.ledger.packages[at].stage;
        if !self.ledger.packages[at].has_keys() {
            self.seen.push("a Welcome was refused: its package is gone");
            let is_right = matches!(joined, Err(Error::Group(GroupError::NoMatchingKeypackage)));
            return ensure(is_right, || format!("(c) #{at} is {stage:?}, but {joined:?}")).map(|()| Made::Nothing);
        }
        ensure(joined.is_ok(), || format!("(a) #{at} is {stage:?}, but {joined:?}"))?;
        self.seen.push(match stage {
            _ if self.ledger.packages[at].keypackage_ref.is_last_resort() => "joined by a last-resort package",
            Stage::Pending => "joined by a package that was pending",
            Stage::Retired => "joined by a package that was retired",
            Stage::Withdrawn(_) => "joined by a package that was withdrawn",
            _ => "joined by a package that was published",
        });
        self.ledger.consumed(at);
        self.joined.push((at, welcome));
        Ok(Made::Nothing)
    }

    /// The group is of no interest here.
    async fn join_and_leave(&self, welcome: &[u8]) -> mlskit::Result<()> {
        let work = async |tx: &mlskit::TransactionContext| {
            let joined = tx.join_group(welcome, JoinOptions::default()).await?;
            tx.delete_group(&joined.id).await
        };
        self.client.transaction(work).await
    }

    /// Whatever else the transaction holds is committed.
    async fn refuse(&mut self, welcome: &[u8]) -> Outcome {
        let is_refused =
            self.commit(async |tx| Ok(tx.join_group(welcome, JoinOptions::default()).await.is_err())).await?;
        self.seen.push("a bad Welcome was refused");
        ensure(is_refused, || "(a) a bad Welcome was joined".into())
    }

    /// A Welcome that was joined comes again.
    pub(super) async fn replay(&mut self, number: u8) -> Outcome<Made> {
        let Some((at, welcome)) = pick(&self.joined, number).cloned() else { return Ok(Made::Untouched) };
        let expected = match self.ledger.packages[at].has_keys() {
            true => GroupError::WelcomeReplayed,
            false => GroupError::NoMatchingKeypackage,
        };
        let joined = self.join_and_leave(&welcome).await;
        let is_right = matches!(&joined, Err(Error::Group(error)) if *error == expected);
        ensure(is_right, || format!("(d) a Welcome for #{at} came again: {joined:?}"))?;
        Ok(Made::Nothing)
    }
}
