//! Messages that come in.

use super::CredentialFailure;
use crate::GroupId;

/// What becomes of a message that was refused. Nothing of the group has changed, and the other messages of a batch
/// can go on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MessageFailure {
    /// Server: it has been processed before. Drop it.
    Duplicate,
    /// Server: too much has come since: its keys are gone, or it is a commit or proposal of an epoch that is over, one's
    /// own that was accepted among them. Drop it.
    TooOld {
        /// The message's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Server: a commit before it is missing. Process that one, then try again.
    FutureEpoch {
        /// The message's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Server: this client is not in its group, or not yet.
    UnknownGroup {
        /// The id in the message.
        group_id: GroupId,
    },
    /// Caller: this client's own joining of the group waits for its answer. Tell that by `commit_accepted` or
    /// `commit_rejected`, then try again.
    JoinPending,
    /// Caller: it is meant for another call. Dropped, a Welcome is lost, and with it the way into a group.
    Misplaced {
        /// What it is.
        message: MisplacedMessage,
    },
    /// Peer or server: the bytes are no message that is understood. Drop it.
    Malformed {
        /// What is wrong with them.
        reason: String,
    },
    /// Peer: the message is understood and not allowed. Drop it.
    Rejected {
        /// Which.
        reason: MessageRejection,
    },
    /// The others may have accepted this commit, this client can't. What may help first stands with the reason; else
    /// join again, by an external commit or a Welcome.
    Rejoin {
        /// Which.
        reason: RejoinReason,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::MessageError> for MessageFailure {
    fn from(core: mlskit::MessageError) -> Self {
        use mlskit::MessageError as Core;
        match core {
            Core::Duplicate => Self::Duplicate,
            Core::TooOld { epoch, current } => Self::TooOld { epoch, current },
            Core::FutureEpoch { epoch, current } => Self::FutureEpoch { epoch, current },
            Core::UnknownGroup { group_id } => Self::UnknownGroup { group_id: GroupId(group_id) },
            Core::JoinPending => Self::JoinPending,
            Core::Misplaced(message) => Self::Misplaced { message: message.into() },
            Core::Malformed { reason } => Self::Malformed { reason },
            Core::Rejected(reason) => Self::Rejected { reason: reason.into() },
            Core::Rejoin(reason) => Self::Rejoin { reason: reason.into() },
            _ => Self::Other,
        }
    }
}

/// What goes another way than a group's messages (RFC 9420 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum MisplacedMessage {
    /// A Welcome, for `join_group`.
    Welcome,
    /// A group info, for `join_by_external_commit`.
    GroupInfo,
    /// A key package, for `import_keypackage`.
    Keypackage,
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::MisplacedMessage> for MisplacedMessage {
    fn from(core: mlskit::MisplacedMessage) -> Self {
        use mlskit::MisplacedMessage as Core;
        match core {
            Core::Welcome => Self::Welcome,
            Core::GroupInfo => Self::GroupInfo,
            Core::Keypackage => Self::Keypackage,
            _ => Self::Other,
        }
    }
}

/// Why a message is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MessageRejection {
    /// A commit of somebody who is no member, where this client's configuration of the group lets none in.
    ExternalJoin,
    /// A credential that it brings is not what it seems.
    Credential {
        /// Which.
        reason: CredentialFailure,
    },
    /// A proposal that is not supported.
    UnsupportedProposal {
        /// RFC 9420 §17.4.
        proposal_type: u16,
    },
    /// A commit has a proposal of a type that not all members declare to support.
    UndeclaredProposal,
    /// Its signature, its membership tag or its encryption is wrong: it was forged, or changed on the way.
    NotAuthentic {
        /// What is wrong, in OpenMLS's words.
        reason: String,
    },
    /// A commit that says that this client made it, which it did not in this epoch: any member can say so. Or the file is
    /// an old copy; then the group goes on without this client, which has to join again.
    UnknownOwnCommit,
    /// Too many messages of its sender are missing before it. Should they come, it can be tried again after them.
    TooFarAhead,
    /// It breaks another rule of RFC 9420 §12.
    Invalid {
        /// The rule, in OpenMLS's words.
        reason: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::RejectedMessage> for MessageRejection {
    fn from(core: mlskit::RejectedMessage) -> Self {
        use mlskit::RejectedMessage as Core;
        match core {
            Core::ExternalJoin => Self::ExternalJoin,
            Core::Credential(reason) => Self::Credential { reason: reason.into() },
            Core::UnsupportedProposal { proposal_type } => Self::UnsupportedProposal { proposal_type },
            Core::UndeclaredProposal => Self::UndeclaredProposal,
            Core::NotAuthentic { reason } => Self::NotAuthentic { reason },
            Core::UnknownOwnCommit => Self::UnknownOwnCommit,
            Core::TooFarAhead => Self::TooFarAhead,
            Core::Invalid { reason } => Self::Invalid { reason },
            _ => Self::Other,
        }
    }
}

/// Why a client has to join its group again.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RejoinReason {
    /// A commit adds a key package that has expired by now.
    ExpiredLeaf,
    /// A commit adds a key package that is not valid yet by this device's clock. Once the clock is right, process the
    /// commit again.
    LeafNotYetValid,
    /// A commit sets a context extension that the group's required capabilities do not name. RFC 9420 lets it, OpenMLS does
    /// not.
    UndeclaredExtension,
    /// A commit has a proposal that this client did not get, or refused. If it is still to come, process it, then process
    /// the commit again; whether it is accepted plays no part.
    MissingProposal,
    /// A commit is of this client itself, which took it back or, if it is in clear, does not know it: the delivery service
    /// took it after all, or the file is an old copy.
    OwnCommitLost,
    /// A commit was processed before and not accepted: its keys are used up, so it can't be checked again. Whoever still
    /// has its `StagedCommit` accepts that.
    CommitNotAccepted,
    /// A commit's path secrets can't be decrypted here, or not to what the commit says.
    UnreadablePath,
    /// A commit is valid, but has a proposal that is not supported.
    UnsupportedProposal {
        /// RFC 9420 §17.4.
        proposal_type: u16,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::RejoinReason> for RejoinReason {
    fn from(core: mlskit::RejoinReason) -> Self {
        use mlskit::RejoinReason as Core;
        match core {
            Core::ExpiredLeaf => Self::ExpiredLeaf,
            Core::LeafNotYetValid => Self::LeafNotYetValid,
            Core::UndeclaredExtension => Self::UndeclaredExtension,
            Core::CommitNotAccepted => Self::CommitNotAccepted,
            Core::MissingProposal => Self::MissingProposal,
            Core::OwnCommitLost => Self::OwnCommitLost,
            Core::UnreadablePath => Self::UnreadablePath,
            Core::UnsupportedProposal { proposal_type } => Self::UnsupportedProposal { proposal_type },
            _ => Self::Other,
        }
    }
}
