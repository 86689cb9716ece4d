//! What the delivery service must get.

use mlskit::group as core;

use crate::{CredentialInfo, GroupId};

/// A message that is committed and unsettled: the same bytes on every try, after a crash too.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutgoingMessage {
    /// Names it in `mark_sent`. No other message of the same file ever gets it again.
    pub id: i64,
    /// What it is, and so how it is settled.
    pub kind: OutgoingKind,
    /// The group that it belongs to.
    pub group_id: GroupId,
    /// Whom it is for: the new members for a Welcome, empty for what goes to the whole group.
    pub recipients: Vec<CredentialInfo>,
    /// An `MLSMessage` (RFC 9420 §6).
    pub bytes: Vec<u8>,
}

/// What an outgoing message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum OutgoingKind {
    /// A commit, settled by the delivery service's answer.
    Commit,
    /// A Welcome, which waits until its commit was accepted.
    Welcome,
    /// A proposal to leave.
    Leave,
}

impl From<core::OutgoingMessage> for OutgoingMessage {
    fn from(core: core::OutgoingMessage) -> Self {
        let core::OutgoingMessage { id, kind, group_id, recipients, bytes } = core;
        let recipients = recipients.iter().map(|recipient| CredentialInfo::of(&recipient.credential)).collect();
        Self { id: id.number(), kind: kind.into(), group_id: (&group_id).into(), recipients, bytes }
    }
}

impl From<core::OutgoingKind> for OutgoingKind {
    fn from(core: core::OutgoingKind) -> Self {
        match core {
            core::OutgoingKind::Commit => Self::Commit,
            core::OutgoingKind::Welcome => Self::Welcome,
            core::OutgoingKind::Leave => Self::Leave,
        }
    }
}
