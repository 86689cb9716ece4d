//! Groups in memory, and the one way to work on one.

use std::collections::HashMap;

use mlskit_keystore::{CredentialId, GroupRecord, GroupStorage, Operation, View};
use openmls::prelude::{GroupId, MlsGroup};
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

/// The groups that agree with what is stored. The store empties it when they may not: after a rollback, after an
/// operation that wrote and failed, and when somebody else has written to the file.
#[derive(Default)]
struct Cache(HashMap<GroupId, Session>);

/// A group in memory, with the key that this client signs with in it.
pub(crate) struct Session {
    pub(crate) group: MlsGroup,
    pub(crate) key: SignatureKey,
    pub(crate) record: GroupRecord,
}

impl Session {
    /// Refuses a second commit, and any while an external commit of one's own waits for its answer.
    pub(crate) fn check_settled(&self) -> Result<(), GroupError> {
        self.check_joined()?;
        if self.group.pending_commit().is_some() { Err(GroupError::CommitPending) } else { Ok(()) }
    }

    pub(crate) fn check_joined(&self) -> Result<(), GroupError> {
        if self.record.is_joining { Err(GroupError::JoinPending) } else { Ok(()) }
    }
}

/// Runs `work` on a group, which is loaded if it is not in memory.
pub(crate) fn with<T>(
    operation: &mut Operation<'_>,
    client: &ClientId,
    group_id: &GroupId,
    work: impl FnOnce(&mut Session, &Provider<'_>) -> Result<T>,
) -> Result<T> {
    let cached = operation.cache::<Cache>().0.remove(group_id);
    let mut session = match cached {
        Some(session) => session,
        None => load(operation, client, group_id)?,
    };
    let outcome = work(&mut session, &Provider::new(operation, group_id));
    operation.cache::<Cache>().0.insert(group_id.clone(), session);
    outcome
}

/// Changes a group's row, and what is in memory of it with it.
pub(crate) fn update_record(
    operation: &mut Operation<'_>,
    group_id: &GroupId,
    change: impl FnOnce(&mut GroupRecord),
) -> Result<()> {
    let mut record = operation.group(group_id.as_slice())?.ok_or_else(|| GroupError::unknown(group_id))?;
    change(&mut record);
    operation.put_group(&record)?;
    // Another credential means another key: both are loaded anew.
    forget(operation, group_id);
    Ok(())
}

pub(crate) fn forget(operation: &mut Operation<'_>, group_id: &GroupId) {
    operation.cache::<Cache>().0.remove(group_id);
}

fn load(view: &View<'_>, client: &ClientId, group_id: &GroupId) -> Result<Session> {
    let record = view.group(group_id.as_slice())?.ok_or_else(|| GroupError::unknown(group_id))?;
    let key = key_of(view, client, record.credential)?;
    let group = load_group(view, group_id)?;
    Ok(Session { group, key, record })
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

pub(crate) fn members(view: &View<'_>, group_id: &GroupId) -> Result<Vec<Member>> {
    Ok(Member::all(&load_group(view, group_id)?))
}

pub(crate) fn epoch(view: &View<'_>, group_id: &GroupId) -> Result<u64> {
    Ok(member::number(load_group(view, group_id)?.epoch()))
}
