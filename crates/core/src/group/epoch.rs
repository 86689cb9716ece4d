//! What is remembered for one epoch: proposals, so that others' commits can be followed whatever the app made of them, and
//! which commits were made and seen, so that one that comes back is known by its bytes. Who sends a private message is not
//! authenticated before it is decrypted, and one's own can't be.

use mlskit_keystore::{Operation, SeenCommit, View};
use openmls::prelude::{GroupId, MlsGroup, QueuedProposal, hash_ref::ProposalRef};
use openmls_rust_crypto::{MemoryStorage, RustCrypto};
use openmls_traits::{crypto::OpenMlsCrypto, types::HashType};

use super::Received;
use crate::{Error, GroupError, MessageError, RejoinReason, Result};

pub(super) fn note_own_commit(operation: &mut Operation<'_>, group_id: &GroupId, bytes: &[u8]) -> Result<()> {
    Ok(operation.note_commit(group_id.as_slice(), SeenCommit::Made, &digest(bytes)?)?)
}

/// Whether a commit is the one that waits for its answer.
///
/// # Errors
/// [`OwnCommitLost`](RejoinReason::OwnCommitLost) for one that was taken back in this epoch.
pub(super) fn is_own_commit(operation: &Operation<'_>, group_id: &GroupId, bytes: &[u8]) -> Result<bool> {
    if operation.is_own_commit(group_id.as_slice(), bytes)? {
        return Ok(true);
    }
    if operation.has_seen_commit(group_id.as_slice(), SeenCommit::Made, &digest(bytes)?)? {
        return Err(MessageError::Rejoin(RejoinReason::OwnCommitLost).into());
    }
    Ok(false)
}

/// All proposals that came in in this epoch, accepted or not.
pub(super) fn proposals(view: &View<'_>, group_id: &GroupId) -> Result<Vec<QueuedProposal>> {
    Ok(view.received_proposals(group_id.as_slice())?)
}

/// Puts proposals that were not accepted into the group's memory, for a commit that may have them. What is in there for
/// longer rides in one's own commits, and keeps one from speaking.
pub(super) fn lend(group: &mut MlsGroup, proposals: Vec<QueuedProposal>) -> Result<Vec<ProposalRef>> {
    let mut lent = Vec::new();
    for proposal in proposals {
        let reference = proposal.proposal_reference_ref().clone();
        if group.pending_proposals().all(|accepted| *accepted.proposal_reference_ref() != reference) {
            group.store_pending_proposal(&MemoryStorage::default(), proposal).map_err(GroupError::bug)?;
            lent.push(reference);
        }
    }
    Ok(lent)
}

pub(super) fn take_back(group: &mut MlsGroup, lent: &[ProposalRef]) -> Result<()> {
    for reference in lent {
        group.remove_pending_proposal(&MemoryStorage::default(), reference).map_err(GroupError::bug)?;
    }
    Ok(())
}

/// Notes what came in, once it has been found valid.
///
/// # Errors
/// [`CommitNotAccepted`](RejoinReason::CommitNotAccepted) for a commit that was noted before and can't be read again.
pub(super) fn note(
    operation: &mut Operation<'_>,
    group_id: &GroupId,
    bytes: &[u8],
    outcome: Result<Received>,
) -> Result<Received> {
    let group_id = group_id.as_slice();
    match &outcome {
        Ok(Received::Proposal(received)) => {
            let proposal = received.queued();
            operation.note_received_proposal(group_id, proposal.proposal_reference_ref().as_slice(), proposal)?;
        }
        Ok(Received::Commit(_)) => operation.note_commit(group_id, SeenCommit::Processed, &digest(bytes)?)?,
        Err(Error::Message(MessageError::Duplicate))
            if operation.has_seen_commit(group_id, SeenCommit::Processed, &digest(bytes)?)? =>
        {
            return Err(MessageError::Rejoin(RejoinReason::CommitNotAccepted).into());
        }
        _ => {}
    }
    outcome
}

/// SHA-256.
pub(super) fn digest(bytes: &[u8]) -> Result<Vec<u8>> {
    let digest = RustCrypto::default().hash(HashType::Sha2_256, bytes);
    Ok(digest.map_err(|error| GroupError::bug(format!("{error:?}")))?)
}
