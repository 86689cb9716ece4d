//! Those who may be killed, and how they go on afterwards with what their files hold and what was sent.

use std::path::Path;

use mlskit::{
    Client, Credential, CredentialRef, DatabaseKey, Error, GroupError, Keypackage, MessageError, Result,
    group::{JoinOptions, OutgoingKind, Received},
    openmls::prelude::GroupId,
};

use super::{delivery::Delivery, id};
use crate::common::SUITE;

/// Past epochs whose messages a member still reads.
pub(super) const PAST_EPOCHS: u64 = 2;

pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) client: Client,
    /// How much of what was sent it has looked at since it was opened.
    seen: usize,
}

impl Member {
    pub(super) async fn open(folder: &Path, name: &'static str) -> Result<Self> {
        let key = DatabaseKey::from_bytes([5; 32])?;
        Ok(Self { name, client: Client::open(folder.join(format!("{name}.db")), &key, id(name)).await?, seen: 0 })
    }

    /// With two credentials to change between.
    pub(super) async fn create(folder: &Path, name: &'static str) -> Self {
        let member = Self::open(folder, name).await.unwrap();
        for _ in 0..2 {
            let credential = Credential::basic(SUITE, member.client.id()).unwrap();
            member.client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        }
        member
    }

    /// The credential that it does not have in the group.
    pub(super) async fn other_credential(&self, group: &GroupId) -> Result<CredentialRef> {
        let members = self.client.members(group).await?;
        let own = members.into_iter().find(|member| member.is_self).unwrap();
        let all = self.client.credentials().await?;
        Ok(all.into_iter().find(|one| one.signature_key() != own.id.signature_key()).unwrap())
    }

    pub(super) async fn keypackage(&self) -> Result<Keypackage> {
        let credential_ref = self.client.credentials().await?.remove(0);
        self.client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await
    }

    pub(super) async fn is_in(&self, group: &GroupId) -> bool {
        self.client.groups().await.unwrap().contains(group)
    }

    /// Processes what was sent since it last looked, or since it was opened: then some of it for the second time.
    pub(super) async fn catch_up(&mut self, group: &GroupId, delivery: &Delivery) -> Result<(), String> {
        let unseen = &delivery.entries()[self.seen..];
        for sent in unseen {
            let Ok(epoch) = self.client.epoch(group).await else { return Ok(()) };
            let is_past = if sent.is_commit { sent.epoch < epoch } else { sent.epoch + PAST_EPOCHS < epoch };
            if !is_past {
                self.take(group, &sent.bytes)
                    .await
                    .map_err(|error| format!("{} in epoch {epoch} refused {sent:?}: {error:?}", self.name))?;
            }
            self.seen += 1;
        }
        Ok(())
    }

    /// A commit is processed and accepted in one transaction: what is processed is not processed again.
    async fn take(&self, group: &GroupId, bytes: &[u8]) -> Result<()> {
        let taken = self.client.transaction(async |tx| match tx.process_message(bytes).await? {
            Received::OwnCommit => tx.commit_accepted(group).await.map(drop),
            Received::Commit(staged) => {
                if tx.accept(*staged).await?.self_removed {
                    tx.delete_group(group).await
                } else {
                    Ok(())
                }
            }
            Received::Proposal(proposal) => tx.accept_proposal(*proposal).await,
            _ => Ok(()),
        });
        match taken.await {
            Err(Error::Message(MessageError::Duplicate | MessageError::TooOld { .. })) => Ok(()),
            other => other,
        }
    }

    pub(super) async fn say(&self, group: &GroupId, words: &[u8], delivery: &mut Delivery) -> Result<()> {
        let sealed = self.client.transaction(async |tx| tx.encrypt_message(group, words, b"").await).await?;
        delivery.send(&sealed.open()?);
        Ok(())
    }
}

pub(super) struct Members {
    pub(super) group: GroupId,
    pub(super) delivery: Delivery,
    pub(super) alice: Member,
    pub(super) bob: Member,
    pub(super) dan: Member,
}

impl Members {
    pub(super) async fn open(folder: &Path, group: &GroupId) -> Result<Self> {
        Ok(Self {
            group: group.clone(),
            delivery: Delivery::open(folder),
            alice: Member::open(folder, "alice").await?,
            bob: Member::open(folder, "bob").await?,
            dan: Member::open(folder, "dan").await?,
        })
    }

    pub(super) async fn close(self) {
        for member in [self.alice, self.bob, self.dan] {
            member.client.close().await;
        }
    }

    pub(super) async fn joined(&self) -> Vec<&Member> {
        let mut joined = Vec::new();
        for member in [&self.alice, &self.bob, &self.dan] {
            if member.is_in(&self.group).await {
                joined.push(member);
            }
        }
        joined
    }

    /// Whether a file waits for an answer, or a member for another's commit.
    pub(super) async fn is_unsettled(&self) -> bool {
        for member in self.joined().await {
            if !member.client.outgoing().await.unwrap().is_empty()
                || member.client.epoch(&self.group).await.unwrap() != self.delivery.epoch()
            {
                return true;
            }
        }
        false
    }

    pub(super) async fn catch_up(&mut self) -> Result<(), String> {
        for member in [&mut self.alice, &mut self.bob, &mut self.dan] {
            member.catch_up(&self.group, &self.delivery).await?;
        }
        Ok(())
    }

    /// Sends what the outboxes hold.
    pub(super) async fn send(&mut self) -> Result<(), String> {
        for sender in [&self.alice, &self.bob, &self.dan] {
            for message in sender.client.outgoing().await.unwrap() {
                if message.kind == OutgoingKind::Welcome {
                    join(&self.dan, &message.bytes).await.map_err(|error| format!("Dan's Welcome: {error:?}"))?;
                } else {
                    // One that came too late is superseded when its sender catches up.
                    self.delivery.send(&message.bytes);
                }
                if message.kind != OutgoingKind::Commit {
                    sender.client.transaction(async |tx| tx.mark_sent(&[message.id]).await).await.unwrap();
                }
            }
        }
        Ok(())
    }

    /// Until all outboxes are empty and everybody is in the last epoch.
    pub(super) async fn settle(&mut self) -> Result<(), String> {
        for _ in 0..4 {
            self.catch_up().await?;
            self.send().await?;
            commit_proposals(&self.alice, &self.group).await.map_err(|error| format!("a commit: {error:?}"))?;
        }
        self.catch_up().await?;
        if self.is_unsettled().await { Err("outboxes and epochs do not settle".to_owned()) } else { Ok(()) }
    }

    /// Says something as those who may: not who is leaving, nor who knows of somebody who is.
    pub(super) async fn somebody_says(&mut self, words: &str) -> Result<()> {
        for member in [&self.alice, &self.bob, &self.dan] {
            match member.say(&self.group, words.as_bytes(), &mut self.delivery).await {
                Ok(())
                | Err(Error::Group(
                    GroupError::UnknownGroup { .. } | GroupError::ProposalsPending | GroupError::Leaving,
                )) => {}
                other => return other,
            }
        }
        Ok(())
    }

    pub(super) async fn everybody_says(&mut self, words: &str) -> Result<(), String> {
        for member in [&self.alice, &self.bob, &self.dan] {
            if member.is_in(&self.group).await {
                let said = member.say(&self.group, words.as_bytes(), &mut self.delivery).await;
                said.map_err(|error| format!("{} can't speak: {error:?}", member.name))?;
            }
        }
        Ok(())
    }
}

/// Commits that somebody leaves, if somebody does and nothing else waits.
pub(super) async fn commit_proposals(member: &Member, group: &GroupId) -> Result<()> {
    match member.client.transaction(async |tx| tx.commit_proposals(group).await).await {
        Err(Error::Group(GroupError::NoProposals | GroupError::CommitPending)) => Ok(()),
        other => other,
    }
}

/// For the second time it finds its package used up.
async fn join(dan: &Member, welcome: &[u8]) -> Result<()> {
    match dan.client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await).await {
        Err(Error::Group(GroupError::NoMatchingKeypackage)) => Ok(()),
        other => other.map(drop),
    }
}
