//! What the delivery service must get.

use std::fmt;

pub use mlskit_keystore::OutgoingKind;
use mlskit_keystore::{Operation, OutgoingRecord, View};
use openmls::prelude::{Credential, GroupId, MlsGroup, MlsMessageOut};
use openmls_rust_crypto::RustCrypto;
use tls_codec::{Deserialize, Serialize, VLBytes};

use super::{epoch, member};
use crate::{GroupError, Keypackage, Result};

/// Names a message of the outbox. No other message of the same file ever gets it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutgoingId(i64);

impl OutgoingId {
    /// The id as a number, for bindings.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }

    /// The id behind a number.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for OutgoingId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A message that is committed and unsettled: the same bytes on every try, after a crash too.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Names it in [`mark_sent`](crate::TransactionContext::mark_sent).
    pub id: OutgoingId,
    /// What it is, and so how it is settled.
    pub kind: OutgoingKind,
    /// The group that it belongs to.
    pub group_id: GroupId,
    /// Whom it is for: the new members for a Welcome, empty for what goes to the whole group.
    pub recipients: Vec<Recipient>,
    /// An `MLSMessage` (RFC 9420 §6).
    pub bytes: Vec<u8>,
}

/// A new member whom a Welcome is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who it is.
    pub credential: Credential,
    /// The package that was used up, and so the device: its [`hash_ref`](crate::KeypackageRef::hash_ref).
    pub hash_ref: Vec<u8>,
}

impl Recipient {
    fn of(keypackage: &Keypackage) -> Result<Self> {
        let hash_ref = keypackage.hash_ref(&RustCrypto::default()).map_err(GroupError::bug)?;
        let credential = keypackage.leaf_node().credential().clone();
        Ok(Self { credential, hash_ref: hash_ref.as_slice().to_vec() })
    }
}

impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, group_id, recipients, bytes } = self;
        formatter
            .debug_struct("OutgoingMessage")
            .field("id", &id.0)
            .field("kind", kind)
            .field("group_id", group_id)
            .field("recipients", recipients)
            .field("bytes", &format_args!("{} bytes", bytes.len()))
            .finish()
    }
}

/// For logs: what it is and how long, and nothing of whom it is for.
impl fmt::Display for OutgoingMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, group_id: _, recipients: _, bytes } = self;
        write!(formatter, "message {id}, a {kind:?} of {} bytes", bytes.len())
    }
}

pub(crate) fn put(
    operation: &mut Operation<'_>,
    group_id: &GroupId,
    kind: OutgoingKind,
    epoch: u64,
    recipients: Vec<Recipient>,
    bytes: Vec<u8>,
) -> Result<()> {
    let recipients: Vec<_> = recipients.into_iter().map(|one| (one.credential, VLBytes::new(one.hash_ref))).collect();
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
    pub(crate) welcome: Option<(Vec<Recipient>, Vec<u8>)>,
}

impl Made {
    pub(crate) fn new(group: &MlsGroup, commit: &MlsMessageOut, welcome: Option<MlsMessageOut>) -> Result<Self> {
        let commit = commit.to_bytes().map_err(GroupError::bug)?;
        // Whatever the call was for, it may have committed to others' Add proposals too.
        let added = group.pending_commit().into_iter().flat_map(|pending| pending.add_proposals());
        let recipients = added.map(|add| Recipient::of(add.add_proposal().key_package())).collect::<Result<_>>()?;
        let welcome = welcome.map(|welcome| welcome.to_bytes()).transpose().map_err(GroupError::bug)?;
        let welcome = welcome.map(|welcome| (recipients, welcome));
        Ok(Self { epoch: member::number(group.epoch()), commit, welcome })
    }

    pub(crate) fn put(self, operation: &mut Operation<'_>, group_id: &GroupId) -> Result<()> {
        let Self { epoch, commit, welcome } = self;
        epoch::note_own_commit(operation, group_id, &commit)?;
        put(operation, group_id, OutgoingKind::Commit, epoch, Vec::new(), commit)?;
        match welcome {
            Some((recipients, welcome)) => put(operation, group_id, OutgoingKind::Welcome, epoch, recipients, welcome),
            None => Ok(()),
        }
    }
}

pub(crate) fn outgoing(view: &View<'_>) -> Result<Vec<OutgoingMessage>> {
    let message = |record: OutgoingRecord| {
        let recipients = Vec::<(Credential, VLBytes)>::tls_deserialize_exact(&record.recipients);
        let recipient = |(credential, hash_ref): (_, VLBytes)| Recipient { credential, hash_ref: hash_ref.into() };
        Ok(OutgoingMessage {
            id: OutgoingId(record.id),
            kind: record.kind,
            group_id: GroupId::from_slice(&record.group_id),
            recipients: recipients.map_err(GroupError::bug)?.into_iter().map(recipient).collect(),
            bytes: record.bytes,
        })
    };
    view.outgoing()?.into_iter().map(message).collect()
}

/// Settles all of `ids` or, if one of them can't be, none.
pub(crate) fn mark_sent(operation: &mut Operation<'_>, ids: &[OutgoingId]) -> Result<()> {
    for &id in ids {
        match operation.outgoing_kind(id.0)? {
            Some(OutgoingKind::Welcome | OutgoingKind::Leave) => operation.delete_sent(id.0)?,
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
