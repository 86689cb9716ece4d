//! A group in memory, and what is read of groups.

mod cache;

use std::time::Duration;

pub(crate) use cache::{forget, look, update_record, with, with_message};

use mlskit_keystore::{CredentialId, GroupRecord, GroupStorage, StorageError, View};
use openmls::{
    group::{DeletePastEpochSecretsError, PastEpochDeletion},
    prelude::{GroupId, MlsGroup, Proposal, Sender},
};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::OpenMlsProvider;

use super::{Member, member};
use crate::{ClientId, CredentialRef, GroupError, Result, credential, credential::SignatureKey};

/// What OpenMLS gets to work on a group with: the open transaction, and cryptography.
pub(crate) struct Provider<'a> {
    storage: GroupStorage<'a>,
    crypto: RustCrypto,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(view: &'a View<'_>, group_id: &GroupId) -> Self {
        Self { storage: view.group_storage(group_id.as_slice()), crypto: RustCrypto::default() }
    }

    fn deferring(view: &'a View<'_>, group_id: &GroupId) -> Self {
        let Self { storage, crypto } = Self::new(view, group_id);
        Self { storage: storage.deferring_message_secrets(), crypto }
    }
}

impl<'a> OpenMlsProvider for Provider<'a> {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = GroupStorage<'a>;

    fn storage(&self) -> &Self::StorageProvider {
        &self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &RustCrypto {
        &self.crypto
    }
}

/// A group in memory, with the key that this client signs with in it.
pub(crate) struct Session {
    pub(crate) group: MlsGroup,
    pub(crate) key: SignatureKey,
    pub(crate) record: GroupRecord,
    /// Whether its message secrets are newer than the stored ones. All else of it is as stored.
    is_unwritten: bool,
}

impl Session {
    fn write_message_secrets(&mut self, provider: &Provider<'_>) -> Result<(), StorageError> {
        // It deletes nothing: no epoch is as old as that. It is the call of OpenMLS that writes them and nothing else.
        let none = PastEpochDeletion::older_than_duration(Duration::MAX);
        self.group
            .delete_past_epoch_secrets(provider, none)
            .map_err(|DeletePastEpochSecretsError::StorageError(error)| error)?;
        self.is_unwritten = false;
        Ok(())
    }

    /// Refuses a second commit, and any while an external commit of one's own waits for its answer.
    pub(crate) fn check_settled(&self) -> Result<(), GroupError> {
        self.check_joined()?;
        self.check_not_leaving()?;
        if self.group.pending_commit().is_some() { Err(GroupError::CommitPending) } else { Ok(()) }
    }

    /// Refuses while the joining waits for its answer, and when this client is no longer a member.
    pub(crate) fn check_joined(&self) -> Result<(), GroupError> {
        if self.record.is_joining {
            Err(GroupError::JoinPending)
        } else if !self.group.is_active() {
            Err(GroupError::Removed)
        } else {
            Ok(())
        }
    }

    pub(crate) fn check_not_leaving(&self) -> Result<(), GroupError> {
        if self.is_leaving() { Err(GroupError::Leaving) } else { Ok(()) }
    }

    /// Whether this client has proposed to be removed, in this epoch.
    pub(crate) fn is_leaving(&self) -> bool {
        let own = self.group.own_leaf_index();
        self.group.pending_proposals().any(|queued| {
            matches!(queued.proposal(), Proposal::Remove(remove) if remove.removed() == own)
                && *queued.sender() == Sender::Member(own)
        })
    }

    /// Refuses what was made of another epoch.
    pub(crate) fn check_epoch(&self, epoch: u64) -> Result<(), GroupError> {
        self.check_joined()?;
        let current = member::number(self.group.epoch());
        if current == epoch { Ok(()) } else { Err(GroupError::StaleCommit { epoch, current }) }
    }
}

fn load(view: &View<'_>, client: &ClientId, group_id: &GroupId) -> Result<Session> {
    let record = view.group(group_id.as_slice())?.ok_or_else(|| GroupError::unknown(group_id))?;
    let key = key_of(view, client, record.credential)?;
    let group = load_group(view, group_id)?;
    Ok(Session { group, key, record, is_unwritten: false })
}

fn key_of(view: &View<'_>, client: &ClientId, id: CredentialId) -> Result<SignatureKey> {
    credential::signature_key(view, id, &CredentialRef::new(client.clone(), view.credential(id)?)?)
}

pub(crate) fn load_group(view: &View<'_>, group_id: &GroupId) -> Result<MlsGroup> {
    let group = MlsGroup::load(Provider::new(view, group_id).storage(), group_id)?;
    Ok(group.ok_or_else(|| GroupError::unknown(group_id))?)
}

pub(crate) fn list(view: &View<'_>) -> Result<Vec<GroupId>> {
    Ok(view.groups()?.iter().map(|record| GroupId::from_slice(&record.group_id)).collect())
}

/// Groups whose own keys are older than `older_than` at `now`, and can be updated.
pub(crate) fn due_for_update(view: &View<'_>, now: u64, older_than: Duration) -> Result<Vec<GroupId>> {
    let mut due = Vec::new();
    for record in view.groups()? {
        let age = now.saturating_sub(record.keys_updated_at);
        let group_id = GroupId::from_slice(&record.group_id);
        if age >= older_than.as_secs() && !record.is_joining && load_group(view, &group_id)?.is_active() {
            due.push(group_id);
        }
    }
    Ok(due)
}

pub(crate) fn members(view: &View<'_>, group_id: &GroupId) -> Result<Vec<Member>> {
    Ok(Member::all(&load_group(view, group_id)?))
}

pub(crate) fn epoch(view: &View<'_>, group_id: &GroupId) -> Result<u64> {
    Ok(member::number(load_group(view, group_id)?.epoch()))
}
