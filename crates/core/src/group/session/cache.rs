//! The groups in memory, and the ways to work on one.

use std::collections::HashMap;

use mlskit_keystore::{GroupRecord, Operation, StorageError, View};
use openmls::prelude::GroupId;

use super::{Provider, Session, load};
use crate::{ClientId, Error, GroupError, Result};

/// The groups that agree with what is stored, or are ahead of it by the keys of messages. The store empties it when they
/// may not: after a rollback, after an operation that wrote and failed, and when somebody else has written to the file.
#[derive(Default)]
struct Cache(HashMap<GroupId, Session>);

impl mlskit_keystore::Cache for Cache {
    fn unwritten(&self) -> usize {
        self.0.values().filter(|session| session.is_unwritten).count()
    }

    fn write(&mut self, view: &View<'_>) -> Result<(), StorageError> {
        let mut unwritten = self.0.iter_mut().filter(|(_, session)| session.is_unwritten);
        unwritten.try_for_each(|(group_id, session)| session.write_message_secrets(&Provider::new(view, group_id)))
    }
}

/// Runs `work` on a group, which is loaded if it is not in memory.
pub(crate) fn with<T>(
    operation: &mut Operation<'_>,
    client: &ClientId,
    group_id: &GroupId,
    work: impl FnOnce(&mut Session, &Provider<'_>) -> Result<T>,
) -> Result<T> {
    let mut session = take(operation, client, group_id)?;
    let outcome = work(&mut session, &Provider::new(operation, group_id));
    // What failed may have left something in memory that is not stored. A message that was refused has not, or has
    // written, and then the store empties the cache.
    if matches!(outcome, Ok(_) | Err(Error::Message(_))) {
        keep(operation, group_id, session);
    }
    outcome
}

/// Runs `work`, which encrypts or decrypts one message, and leaves the group's message secrets to be written with those of
/// the next messages. Whatever can be refused before is to be refused by [`look`]: an error of `work` that is not the
/// message's, after others that are unwritten, has the store undo the whole transaction.
pub(crate) fn with_message<T>(
    operation: &mut Operation<'_>,
    client: &ClientId,
    group_id: &GroupId,
    work: impl FnOnce(&mut Session, &Provider<'_>) -> Result<T>,
) -> Result<T> {
    let mut session = take(operation, client, group_id)?;
    let provider = Provider::deferring(operation, group_id);
    let outcome = work(&mut session, &provider);
    let has_changed = provider.storage.has_deferred();
    session.is_unwritten |= has_changed;
    // OpenMLS changes a group only by messages that are right.
    if outcome.is_ok() || (matches!(outcome, Err(Error::Message(_))) && !has_changed) {
        keep(operation, group_id, session);
    }
    outcome
}

/// Looks at a group, which is loaded if it is not in memory, and stays there.
pub(crate) fn look<T>(
    operation: &mut Operation<'_>,
    client: &ClientId,
    group_id: &GroupId,
    look: impl FnOnce(&Session) -> Result<T>,
) -> Result<T> {
    let session = take(operation, client, group_id)?;
    let outcome = look(&session);
    keep(operation, group_id, session);
    outcome
}

fn take(operation: &mut Operation<'_>, client: &ClientId, group_id: &GroupId) -> Result<Session> {
    match operation.cache::<Cache>().0.remove(group_id) {
        Some(session) => Ok(session),
        None => load(operation, client, group_id),
    }
}

fn keep(operation: &mut Operation<'_>, group_id: &GroupId, session: Session) {
    operation.cache::<Cache>().0.insert(group_id.clone(), session);
}

/// Changes a group's row, and what is in memory of it with it.
pub(crate) fn update_record(
    operation: &mut Operation<'_>,
    group_id: &GroupId,
    change: impl FnOnce(&mut GroupRecord),
) -> Result<()> {
    let mut record = operation.group(group_id.as_slice())?.ok_or_else(|| GroupError::unknown(group_id))?;
    let credential = record.credential;
    change(&mut record);
    operation.update_group(&record)?;
    if record.credential != credential {
        // Another credential means another key: both are loaded anew.
        forget(operation, group_id);
    } else if let Some(session) = operation.cache::<Cache>().0.get_mut(group_id) {
        session.record = record;
    }
    Ok(())
}

pub(crate) fn forget(operation: &mut Operation<'_>, group_id: &GroupId) {
    operation.cache::<Cache>().0.remove(group_id);
}
