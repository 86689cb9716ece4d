//! Messages that come in.

use crate::CredentialError;

/// What becomes of a message that was refused. Nothing of the group has changed, and the other messages of a batch
/// can go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Server: it has been processed before. Drop it.
    #[error("the message has been processed before; drop it")]
    Duplicate,
    /// Server: its keys are gone: too many epochs, or too many messages, have come since. Drop it.
    #[error("the message is of epoch {epoch} and its keys are gone, the group is in epoch {current}; drop it")]
    TooOld {
        /// The message's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Server: a commit before it is missing. Process that one, then try again.
    #[error(
        "the message is of epoch {epoch}, the group only in epoch {current}; process the commits between, then try again"
    )]
    FutureEpoch {
        /// The message's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Server: this client is not in its group, or not yet.
    #[error("the message is for the group {group_id:02x?}, which this client is not in")]
    UnknownGroup {
        /// The id in the message.
        group_id: Vec<u8>,
    },
    /// Peer or server: the bytes are no message that is understood. Drop it.
    #[error("the bytes are no message that is understood: {reason}")]
    Malformed {
        /// What is wrong with them.
        reason: String,
    },
    /// Peer: the message is understood and not allowed. Drop it.
    #[error("the message is not allowed: {0}")]
    Rejected(RejectedMessage),
    /// The others may have accepted it, this client can't: join again, by an external commit or a Welcome.
    #[error("this client can't follow its group any more: {0}; join again")]
    Rejoin(RejoinReason),
}

impl MessageError {
    pub(crate) fn malformed(reason: impl ToString) -> Self {
        Self::Malformed { reason: reason.to_string() }
    }

    pub(crate) fn unsupported_proposal(proposal_type: u16) -> Self {
        Self::Rejected(RejectedMessage::UnsupportedProposal { proposal_type })
    }
}

/// Why a message is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectedMessage {
    /// A commit of somebody who is no member, where this client's configuration of the group lets none in.
    #[error("somebody who is no member wants to join by a commit, and this group does not allow that")]
    ExternalJoin,
    /// A credential that it brings is not what it seems.
    #[error("it brings a bad credential: {0}")]
    Credential(CredentialError),
    /// A proposal that is not supported.
    #[error("it has a proposal of type {proposal_type:#06x}, which is not supported")]
    UnsupportedProposal {
        /// RFC 9420 §17.4.
        proposal_type: u16,
    },
    /// It breaks another rule of RFC 9420 §12.
    #[error("{reason}")]
    Invalid {
        /// The rule, in OpenMLS's words.
        reason: String,
    },
}

/// Why a client has to join its group again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejoinReason {
    /// A commit adds a key package that has expired by now.
    #[error("a commit adds a key package that has expired by now")]
    ExpiredLeaf,
}
