//! Commits: one's own, from the making to the delivery service's answer, and others', when they are accepted.

use mlskit_keystore::{CredentialId, GroupChange, Operation, OutgoingKind};
use openmls::prelude::{
    CommitMessageBundle, GroupId, LeafNodeIndex, LeafNodeParameters, MlsGroup, NewSignerBundle, Proposal,
};
use openmls_traits::OpenMlsProvider;

use super::{
    EpochChange, MemberId, Origin, ReceivedProposal, StagedCommit, Superseded, member,
    outbox::{self, Made},
    session::{self, Provider, Session},
};
use crate::{
    Client, CredentialRef, GroupError, Keypackage, KeypackageChecks, KeypackageError, Result, clock, credential,
};

pub(crate) fn add_members(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    keypackages: &[Keypackage],
) -> Result<()> {
    for keypackage in keypackages {
        check_added(client, keypackage)?;
    }
    make(operation, client, group_id, |session, provider| {
        let group = &mut session.group;
        let (commit, welcome, _) =
            group.add_members(provider, &session.key, keypackages).map_err(GroupError::refused)?;
        Made::new(group, &commit, Some(welcome))
    })
}

/// What has to hold of a package that goes into a commit of one's own, wherever it was decoded.
fn check_added(client: &Client, keypackage: &Keypackage) -> Result<()> {
    check_remaining_lifetime(client, keypackage)?;
    Ok(KeypackageChecks::from(client.options()).check_contents(keypackage)?)
}

/// A commit that adds a package which expires on the way is refused by every member that sees it late, for ever.
fn check_remaining_lifetime(client: &Client, keypackage: &Keypackage) -> Result<(), KeypackageError> {
    let limit = client.options().min_remaining_lifetime;
    let not_after = keypackage.life_time().not_after();
    let remaining = std::time::Duration::from_secs(not_after.saturating_sub(clock::seconds(client.now())));
    if remaining < limit { Err(KeypackageError::ExpiresTooSoon { remaining, limit }) } else { Ok(()) }
}

pub(crate) fn remove_members(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    members: &[MemberId],
) -> Result<()> {
    make(operation, client, group_id, |session, provider| {
        let group = &mut session.group;
        let leaves = members.iter().map(|id| leaf_of(group, id)).collect::<Result<Vec<_>>>()?;
        let (commit, welcome, _) =
            group.remove_members(provider, &session.key, &leaves).map_err(GroupError::refused)?;
        Made::new(group, &commit, welcome)
    })
}

fn leaf_of(group: &MlsGroup, id: &MemberId) -> Result<LeafNodeIndex> {
    let leaf = LeafNodeIndex::new(id.leaf_index);
    match group.member_at(leaf) {
        Some(member) if member.signature_key == id.signature_key => Ok(leaf),
        _ => Err(GroupError::UnknownMember { leaf_index: id.leaf_index }.into()),
    }
}

pub(crate) fn update_keys(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    credential_ref: Option<&CredentialRef>,
) -> Result<()> {
    let Some(credential_ref) = credential_ref else {
        return make(operation, client, group_id, |session, provider| {
            let (group, key) = (&mut session.group, &session.key);
            let bundle =
                group.self_update(provider, key, LeafNodeParameters::default()).map_err(GroupError::refused)?;
            made_of(group, bundle)
        });
    };
    let next = credential::resolve(operation, client.id(), credential_ref)?;
    let signer = credential::signature_key(operation, next, credential_ref)?;
    if operation.group(group_id.as_slice())?.is_some_and(|record| record.credential == next) {
        return update_keys(operation, client, group_id, None);
    }
    make(operation, client, group_id, |session, provider| {
        let (group, key) = (&mut session.group, &session.key);
        check_fits(group, credential_ref)?;
        let new = NewSignerBundle { signer: &signer, credential_with_key: credential_ref.with_key() };
        let bundle = group
            .self_update_with_new_signer(provider, key, new, LeafNodeParameters::default())
            .map_err(GroupError::refused)?;
        made_of(group, bundle)
    })?;
    session::update_record(operation, group_id, |record| record.next_credential = Some(next))
}

/// A commit with such a credential would be refused by the members, each for itself.
fn check_fits(group: &MlsGroup, credential_ref: &CredentialRef) -> Result<(), GroupError> {
    let (expected, found) = (group.ciphersuite(), credential_ref.ciphersuite());
    if expected != found {
        return Err(GroupError::DifferentCiphersuite { expected, found });
    }
    let credential_type = credential_ref.credential_type();
    match group.treesync().full_leaves().find(|leaf| !leaf.1.capabilities().credentials().contains(&credential_type)) {
        Some((leaf, _)) => Err(GroupError::CredentialTypeNotSupported { credential_type, leaf_index: leaf.u32() }),
        None => Ok(()),
    }
}

pub(crate) fn commit_proposals(operation: &mut Operation<'_>, client: &Client, group_id: &GroupId) -> Result<()> {
    make(operation, client, group_id, |session, provider| {
        let group = &mut session.group;
        if group.pending_proposals().next().is_none() {
            return Err(GroupError::NoProposals.into());
        }
        let (commit, welcome, _) =
            group.commit_to_pending_proposals(provider, &session.key).map_err(GroupError::refused)?;
        Made::new(group, &commit, welcome)
    })
}

/// Proposes to be removed; another member has to commit to it (RFC 9420 §12.1.3).
pub(crate) fn leave(operation: &mut Operation<'_>, client: &Client, group_id: &GroupId) -> Result<()> {
    let (epoch, bytes) = session::with(operation, client.id(), group_id, |session, provider| {
        session.check_settled()?;
        let proposal = session.group.leave_group(provider, &session.key).map_err(GroupError::refused)?;
        Ok((member::number(session.group.epoch()), proposal.to_bytes().map_err(GroupError::bug)?))
    })?;
    outbox::put(operation, group_id, OutgoingKind::Leave, epoch, Vec::new(), bytes)
}

/// Makes a commit and puts it into the outbox.
fn make(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    work: impl FnOnce(&mut Session, &Provider<'_>) -> Result<Made>,
) -> Result<()> {
    let made = session::with(operation, client.id(), group_id, |session, provider| {
        session.check_settled()?;
        work(session, provider)
    })?;
    made.put(operation, group_id)
}

pub(crate) fn made_of(group: &MlsGroup, bundle: CommitMessageBundle) -> Result<Made> {
    let (commit, welcome, _) = bundle.into_messages();
    Made::new(group, &commit, welcome)
}

pub(crate) fn commit_accepted(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
) -> Result<EpochChange> {
    let (change, has_new_keys, is_joining, next) =
        session::with(operation, client.id(), group_id, |session, provider| {
            let (mut has_new_keys, is_joining) = (true, session.record.is_joining);
            if !is_joining {
                let pending = session.group.pending_commit().ok_or(GroupError::NoPendingCommit)?;
                has_new_keys = pending.update_path_leaf_node().is_some();
                session.group.merge_pending_commit(provider).map_err(GroupError::refused)?;
            }
            Ok((EpochChange::of(&session.group, None), has_new_keys, is_joining, session.record.next_credential))
        })?;
    operation.delete_outgoing(group_id.as_slice(), OutgoingKind::Commit)?;
    operation.release_welcomes(group_id.as_slice())?;
    if has_new_keys {
        own_keys_changed(operation, client, group_id, next)?;
    }
    let what = if is_joining { GroupChange::Joined } else { GroupChange::EpochChanged };
    end_epoch(operation, group_id, what, change.epoch)?;
    Ok(change)
}

fn own_keys_changed(
    operation: &mut Operation<'_>,
    client: &Client,
    group_id: &GroupId,
    next: Option<CredentialId>,
) -> Result<()> {
    session::update_record(operation, group_id, |record| {
        record.credential = next.unwrap_or(record.credential);
        record.next_credential = None;
        record.is_joining = false;
        record.keys_updated_at = clock::seconds(client.now());
    })
}

/// Returns whether the group is gone: a join that was rejected leaves nothing.
pub(crate) fn commit_rejected(operation: &mut Operation<'_>, client: &Client, group_id: &GroupId) -> Result<bool> {
    let is_joining = session::with(operation, client.id(), group_id, |session, provider| {
        if session.record.is_joining {
            return Ok(true);
        }
        if session.group.pending_commit().is_none() {
            return Err(GroupError::NoPendingCommit.into());
        }
        session.group.clear_pending_commit(provider.storage()).map_err(GroupError::refused)?;
        Ok(false)
    })?;
    // The commit's secrets: should the server have handed it out after all, they are those of the others' epoch.
    operation.note_deleted_secrets();
    if is_joining {
        session::forget(operation, group_id);
        operation.delete_group(group_id.as_slice())?;
    } else {
        drop_pending(operation, group_id)?;
    }
    Ok(is_joining)
}

pub(crate) fn accept(operation: &mut Operation<'_>, client: &Client, staged: StagedCommit) -> Result<EpochChange> {
    let (group_id, origin, commit) = staged.into_parts();
    let (mut change, next) = session::with(operation, client.id(), &group_id, |session, provider| {
        check_origin(session, &origin)?;
        let superseded = Superseded::in_group(session);
        session.group.merge_staged_commit(provider, commit).map_err(GroupError::refused)?;
        Ok((EpochChange::of(&session.group, superseded), session.record.next_credential))
    })?;
    if let (Some(superseded), Some(next)) = (&mut change.superseded, next) {
        superseded.credential = Some(CredentialRef::new(client.id().clone(), operation.credential(next)?)?);
    }
    drop_pending(operation, &group_id)?;
    operation.delete_outgoing(group_id.as_slice(), OutgoingKind::Leave)?;
    let what = if change.self_removed { GroupChange::Removed } else { GroupChange::EpochChanged };
    end_epoch(operation, &group_id, what, change.epoch)?;
    Ok(change)
}

pub(crate) fn accept_proposal(
    operation: &mut Operation<'_>,
    client: &Client,
    proposal: ReceivedProposal,
) -> Result<()> {
    let (group_id, origin, proposal) = proposal.into_parts();
    if let Proposal::Add(add) = proposal.proposal() {
        check_added(client, add.key_package())?;
    }
    session::with(operation, client.id(), &group_id, |session, provider| {
        check_origin(session, &origin)?;
        Ok(session.group.store_pending_proposal(provider.storage(), proposal)?)
    })
}

/// A commit holds secrets that are for one member's eyes: in another's group it would destroy that.
fn check_origin(session: &Session, origin: &Origin) -> Result<(), GroupError> {
    session.check_epoch(origin.epoch)?;
    if *origin == Origin::of(&session.group) { Ok(()) } else { Err(GroupError::ForeignCommit) }
}

pub(crate) fn drop_proposals(operation: &mut Operation<'_>, client: &Client, group_id: &GroupId) -> Result<()> {
    session::with(operation, client.id(), group_id, |session, provider| {
        session.check_settled()?;
        Ok(session.group.clear_pending_proposals(provider.storage())?)
    })
}

fn drop_pending(operation: &mut Operation<'_>, group_id: &GroupId) -> Result<()> {
    operation.drop_commit(group_id.as_slice())?;
    session::update_record(operation, group_id, |record| record.next_credential = None)
}

/// The secrets of the epochs that are no longer kept are gone from the group's state.
fn end_epoch(operation: &mut Operation<'_>, group_id: &GroupId, change: GroupChange, epoch: u64) -> Result<()> {
    operation.note_deleted_secrets();
    operation.end_epoch(group_id.as_slice(), change, epoch)?;
    Ok(operation.sweep_encryption_key_pairs(group_id.as_slice())?)
}
