//! One credential takes another's place.

use mlskit_keystore::{CredentialId, Operation, View};
use openmls::prelude::GroupId;

use super::{KeypackagePolicy, maintain::maintain};
use crate::{Client, CredentialError, CredentialRef, Error, GroupError, Result, credential, group};

/// What is left of a credential that is being replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialReplacement {
    /// The credential that is in its place now, at the end of a chain of replacements.
    pub successor: CredentialRef,
    /// The groups that this client is still in with the old credential: a commit that moves it waits for its answer, or
    /// the group can't be moved now. Those that this client was removed from are to be deleted by the app.
    pub groups: Vec<GroupId>,
    /// How many of its key packages are still there, for peers who have fetched them.
    pub keypackages: u32,
}

impl CredentialReplacement {
    /// Whether [`remove_credential`](crate::TransactionContext::remove_credential) takes nothing away from anybody.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.groups.is_empty() && self.keypackages == 0
    }
}

pub(crate) fn replace(
    operation: &mut Operation<'_>,
    client: &Client,
    old: &CredentialRef,
    new: &CredentialRef,
    policy: &KeypackagePolicy,
) -> Result<CredentialReplacement> {
    let (expected, found) = (old.ciphersuite(), new.ciphersuite());
    if expected != found {
        return Err(GroupError::DifferentCiphersuite { expected, found }.into());
    }
    let old_id = credential::resolve(operation, client.id(), old)?;
    let new_id = credential::resolve(operation, client.id(), new)?;
    if old_id == new_id {
        return Err(CredentialError::ReplacedByItself.into());
    }
    // Else both are replaced by one and the same: the call is repeated, and was followed by another replacement.
    let (of_old, of_new) = (operation.successor(old_id)?, operation.successor(new_id)?);
    if of_old.is_none() || of_old != of_new {
        operation.supersede_credential(old_id, new_id)?;
    }
    maintain(operation, client, new, policy)?;
    let (_, successor) = in_force(operation, client, new)?;
    left_of(operation, old_id, successor)
}

/// Nothing for a credential that is in force.
pub(crate) fn replacement(
    view: &View<'_>,
    client: &Client,
    old: &CredentialRef,
) -> Result<Option<CredentialReplacement>> {
    let id = credential::resolve(view, client.id(), old)?;
    let (in_force, successor) = in_force(view, client, old)?;
    if in_force == id {
        return Ok(None);
    }
    left_of(view, id, successor).map(Some)
}

fn left_of(view: &View<'_>, old: CredentialId, successor: CredentialRef) -> Result<CredentialReplacement> {
    let groups = view.groups_of_credential(old)?;
    let groups = groups.iter().map(|group_id| GroupId::from_slice(group_id)).collect();
    let (keypackages, _) = view.count_keypackages(old)?;
    Ok(CredentialReplacement { successor, groups, keypackages })
}

/// A credential in force, behind all those whose place it has taken.
pub(super) fn line(view: &View<'_>, in_force: CredentialId) -> Result<Vec<CredentialId>> {
    let mut line = view.predecessors(in_force)?;
    line.push(in_force);
    Ok(line)
}

/// The credential, or the one that has taken its place.
pub(super) fn in_force(
    view: &View<'_>,
    client: &Client,
    credential_ref: &CredentialRef,
) -> Result<(CredentialId, CredentialRef)> {
    let id = credential::resolve(view, client.id(), credential_ref)?;
    match view.successor(id)? {
        None => Ok((id, credential_ref.clone())),
        Some(successor) => Ok((successor, CredentialRef::new(client.id().clone(), view.credential(successor)?)?)),
    }
}

/// Makes the commits that move groups over to the credential from those whose place it takes. What can't be moved now is
/// tried again the next time.
pub(super) fn move_groups(
    operation: &mut Operation<'_>,
    client: &Client,
    credential: CredentialId,
    credential_ref: &CredentialRef,
) -> Result<()> {
    for predecessor in operation.predecessors(credential)? {
        for group_id in operation.groups_to_move(predecessor)? {
            let group_id = GroupId::from_slice(&group_id);
            let writes = operation.writes();
            match group::update_keys(operation, client, &group_id, Some(credential_ref)) {
                Err(Error::Group(reason)) if is_for_later(&reason) && !operation.wrote_since(writes) => {}
                other => other?,
            }
        }
    }
    Ok(())
}

/// Refusals of a group as it is now. What OpenMLS refuses is the commit: it may be that it can't carry an accepted proposal of a
/// peer, who must not stop all the rest.
fn is_for_later(reason: &GroupError) -> bool {
    matches!(
        reason,
        GroupError::CommitPending
            | GroupError::JoinPending
            | GroupError::Leaving
            | GroupError::Removed
            | GroupError::CredentialTypeNotSupported { .. }
            | GroupError::Refused { .. }
    )
}
