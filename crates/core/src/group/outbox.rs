//! What the delivery service must get.

pub use mlskit_keystore::OutgoingKind;
use mlskit_keystore::{Operation, OutgoingRecord, View};
use openmls::prelude::{Credential, GroupId, MlsGroup, MlsMessageOut};
use tls_codec::{Deserialize, Serialize};

use super::member;
use crate::{GroupError, Result};

/// A message that is committed and unsettled: the same bytes on every try, after a crash too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Its number, never used again.
    pub id: i64,
    /// What it is, and so how it is settled.
    pub kind: OutgoingKind,
    /// The group that it belongs to.
    pub group_id: GroupId,
    /// Whom it is for: the new members for a Welcome, empty for what goes to the whole group.
    pub recipients: Vec<Credential>,
    /// An `MLSMessage` (RFC 9420 §6).
    pub bytes: Vec<u8>,
}

pub(crate) fn put(
    operation: &mut Operation<'_>,
    group_id: &GroupId,
    kind: OutgoingKind,
    epoch: u64,
    recipients: &Vec<Credential>,
    bytes: Vec<u8>,
) -> Result<()> {
    let record = OutgoingRecord {
        id: 0,
        group_id: group_id.as_slice().to_vec(),
        kind,
        epoch,
        recipients: recipients.tls_serialize_detached().map_err(GroupError::bug)?,
        bytes,
    };
    Ok(operation.insert_outgoing(&record, kind != OutgoingKind::Welcome)?)
}

/// A commit and its Welcome, in the making.
pub(crate) struct Made {
    pub(crate) epoch: u64,
    pub(crate) commit: Vec<u8>,
    pub(crate) welcome: Option<(Vec<Credential>, Vec<u8>)>,
}

impl Made {
    pub(crate) fn new(
        group: &MlsGroup,
        commit: &MlsMessageOut,
        welcome: Option<(Vec<Credential>, MlsMessageOut)>,
    ) -> Result<Self> {
        let commit = commit.to_bytes().map_err(GroupError::bug)?;
        let welcome = match welcome {
            Some((recipients, welcome)) => Some((recipients, welcome.to_bytes().map_err(GroupError::bug)?)),
            None => None,
        };
        Ok(Self { epoch: member::number(group.epoch()), commit, welcome })
    }

    pub(crate) fn put(self, operation: &mut Operation<'_>, group_id: &GroupId) -> Result<()> {
        let Self { epoch, commit, welcome } = self;
        put(operation, group_id, OutgoingKind::Commit, epoch, &Vec::new(), commit)?;
        match welcome {
            Some((recipients, welcome)) => put(operation, group_id, OutgoingKind::Welcome, epoch, &recipients, welcome),
            None => Ok(()),
        }
    }
}

pub(crate) fn outgoing(view: &View<'_>) -> Result<Vec<OutgoingMessage>> {
    let message = |record: OutgoingRecord| {
        Ok(OutgoingMessage {
            id: record.id,
            kind: record.kind,
            group_id: GroupId::from_slice(&record.group_id),
            recipients: Vec::tls_deserialize_exact(&record.recipients).map_err(GroupError::bug)?,
            bytes: record.bytes,
        })
    };
    view.outgoing()?.into_iter().map(message).collect()
}

/// Settles all of `ids` or, if one of them can't be, none.
pub(crate) fn mark_sent(operation: &mut Operation<'_>, ids: &[i64]) -> Result<()> {
    for &id in ids {
        match operation.outgoing_kind(id)? {
            Some(OutgoingKind::Welcome | OutgoingKind::Leave) => operation.delete_sent(id)?,
            Some(OutgoingKind::Commit) => {
                let reason = "a commit is settled by `commit_accepted` or `commit_rejected`";
                return Err(GroupError::NotMarkable { id, reason }.into());
            }
            // Marked before, and the answer got lost.
            None => {}
        }
    }
    Ok(())
}
