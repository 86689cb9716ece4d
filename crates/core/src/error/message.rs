//! Messages that come in.

use crate::{CredentialError, hex::Hex};

/// What becomes of a message that was refused. Nothing of the group has changed, and the other messages of a batch
/// can go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Server: it has been processed before. Drop it.
    #[error("the message has been processed before; drop it")]
    Duplicate,
    /// Server: too much has come since: its keys are gone, or it is a commit or proposal of an epoch that is over, one's
    /// own that was accepted among them. Drop it.
    #[error("the message of epoch {epoch} comes too late for the group in epoch {current}; drop it")]
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
    /// Server: this client is not in its group, not yet, or was removed from it. Keep it if a Welcome may still come,
    /// and try again after joining; else drop it.
    #[error("the message is for the group {}, which this client is not in", Hex(.group_id))]
    UnknownGroup {
        /// The id in the message.
        group_id: Vec<u8>,
    },
    /// Caller: this client's own joining of the group waits for its answer. Tell that by `commit_accepted` or
    /// `commit_rejected`, then try again.
    #[error("this client's joining of the group waits for its answer; tell it, then try again")]
    JoinPending,
    /// Caller: it is meant for another call. Dropped, a Welcome is lost, and with it the way into a group.
    #[error("this is {0}")]
    Misplaced(MisplacedMessage),
    /// Peer or server: the bytes are no message that is understood. Drop it.
    #[error("the bytes are no message that is understood: {reason}")]
    Malformed {
        /// What is wrong with them.
        reason: String,
    },
    /// Peer: the message is understood and not allowed. Drop it, unless the reason says what else helps.
    #[error("the message is not allowed: {0}")]
    Rejected(RejectedMessage),
    /// The others may have accepted this commit, this client can't. What may help first stands with the reason; else
    /// join again, by an external commit or a Welcome.
    #[error("this client can't follow its group any more: {0}; join again")]
    Rejoin(RejoinReason),
}

impl MessageError {
    pub(crate) fn malformed(reason: impl ToString) -> Self {
        Self::Malformed { reason: reason.to_string() }
    }

    pub(crate) fn invalid(reason: impl ToString) -> Self {
        Self::Rejected(RejectedMessage::Invalid { reason: reason.to_string() })
    }
}

/// What goes another way than a group's messages (RFC 9420 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MisplacedMessage {
    /// A Welcome.
    #[error("a Welcome; give it to `join_group`")]
    Welcome,
    /// A group info.
    #[error("a group info; give it to `join_by_external_commit`")]
    GroupInfo,
    /// A key package.
    #[error("a key package; give it to `import_keypackage`")]
    Keypackage,
}

/// Why a message is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectedMessage {
    /// A commit of somebody who is no member, where this client's configuration of the group lets none in.
    #[error(
        "somebody who is no member wants to join by a commit, which this client does not let in: if the other members \
         do, configure the group to, and process it again"
    )]
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
    /// A commit has a proposal of a type that not all members declare to support.
    #[error("it has a proposal of a type that not all members support")]
    UndeclaredProposal,
    /// Its signature, its membership tag or its encryption is wrong: it was forged, or changed on the way.
    #[error("it is not authentic: {reason}")]
    NotAuthentic {
        /// What is wrong, in OpenMLS's words.
        reason: String,
    },
    /// A commit that says that this client made it, which it did not in this epoch: any member can say so. Or the file is
    /// an old copy; then the group goes on without this client, which has to join again.
    #[error("it says that this client made it, which has made no such commit in this epoch")]
    UnknownOwnCommit,
    /// Too many messages of its sender are missing before it. Should they come, it can be tried again after them.
    #[error("too many messages of its sender are missing before it")]
    TooFarAhead,
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
    /// A commit adds a key package that is not valid yet by this device's clock. Once the clock is right, process the
    /// commit again.
    #[error("a commit adds a key package that is not valid yet; is the clock right?")]
    LeafNotYetValid,
    /// A commit sets a context extension that the group's required capabilities do not name. RFC 9420 lets it, OpenMLS does
    /// not.
    #[error("a commit sets a context extension that the required capabilities do not name")]
    UndeclaredExtension,
    /// A commit has a proposal that this client did not get, or refused. If it is still to come, process it, then process
    /// the commit again; whether it is accepted plays no part.
    #[error("a commit has a proposal that this client did not get, or refused")]
    MissingProposal,
    /// A commit is of this client itself, which took it back or, if it is in clear, does not know it: the delivery service
    /// took it after all, or the file is an old copy.
    #[error("a commit of this client came back that it no longer has")]
    OwnCommitLost,
    /// A commit was processed before and not accepted: its keys are used up, so it can't be checked again. Whoever still
    /// has its `StagedCommit` accepts that.
    #[error("a commit was processed before, and not accepted")]
    CommitNotAccepted,
    /// A commit's path secrets can't be decrypted here, or not to what the commit says.
    #[error("a commit's path secrets are not readable for this client")]
    UnreadablePath,
    /// A commit is valid, but has a proposal that is not supported.
    #[error("a commit has a proposal of type {proposal_type:#06x}, which is not supported")]
    UnsupportedProposal {
        /// RFC 9420 §17.4.
        proposal_type: u16,
    },
}
