//! Groups.

use openmls::prelude::GroupId;

/// A call on a group was refused. Nothing of the group has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Caller: the client is not in this group.
    #[error("this client is in no group with the id {group_id:02x?}")]
    UnknownGroup {
        /// The id asked for.
        group_id: Vec<u8>,
    },
    /// Caller or peer: the client is in this group already.
    #[error(
        "this client is in the group {group_id:02x?} already; delete it first, or join with `JoinOptions::replace`"
    )]
    AlreadyJoined {
        /// The group's id.
        group_id: Vec<u8>,
    },
    /// Caller: the leaf is empty, or somebody else has it now.
    #[error("leaf {leaf_index} is not that member's in this epoch; ask for the members again")]
    UnknownMember {
        /// The leaf asked for.
        leaf_index: u32,
    },
    /// Caller: a commit waits for the delivery service's answer.
    #[error("a commit of this group waits for its answer; tell it by `commit_accepted` or `commit_rejected` first")]
    CommitPending,
    /// Caller: the client's own external commit waits for the delivery service's answer.
    #[error(
        "this client's joining of the group waits for its answer; tell it by `commit_accepted` or `commit_rejected` first"
    )]
    JoinPending,
    /// Caller: there is no commit whose answer could be told.
    #[error("the group has no pending commit")]
    NoPendingCommit,
    /// Caller: there is nothing to commit.
    #[error("the group has no proposals to commit")]
    NoProposals,
    /// Peer: a proposal was accepted; until it is committed nothing may be said (RFC 9420 §12.4).
    #[error("the group has proposals that nobody has committed; commit them first")]
    ProposalsPending,
    /// Caller: the commit or proposal is of an epoch that has passed.
    #[error("the commit or proposal is of epoch {epoch}, the group in epoch {current}; drop it")]
    StaleCommit {
        /// The commit's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Server: the Welcome is for none of the stored key packages.
    #[error("the Welcome is for none of this client's key packages: it was used, removed, or is another client's")]
    NoMatchingKeypackage,
    /// Server: the last-resort package has opened this Welcome before.
    #[error("this Welcome has been opened before; it would bring an old epoch back")]
    WelcomeReplayed,
    /// Server or peer: the Welcome was changed on the way, or was never right. Drop it; its package is as before, and
    /// opens the right one.
    #[error("the Welcome can't be opened: {reason}")]
    BadWelcome {
        /// What is wrong, in OpenMLS's words.
        reason: String,
    },
    /// Caller: the Welcome or group info comes without the ratchet tree.
    #[error("the ratchet tree is missing; ask a member for it and give it by `JoinOptions::ratchet_tree`")]
    RatchetTreeMissing,
    /// Caller: the message's transaction has not been committed.
    #[error("the message's transaction has not been committed; finish it before sending")]
    NotCommitted,
    /// Caller: the outbox has no such message, or its kind is settled in another way.
    #[error("message {id} of the outbox can't be marked as sent: {reason}")]
    NotMarkable {
        /// The message's number.
        id: i64,
        /// What is to be done instead.
        reason: &'static str,
    },
    /// OpenMLS refused for a reason that has no name here.
    #[error("refused: {reason}")]
    Refused {
        /// OpenMLS's words.
        reason: String,
    },
    /// A bug here or in OpenMLS.
    #[error("a bug: {reason}")]
    Bug {
        /// What went wrong.
        reason: String,
    },
}

impl GroupError {
    pub(crate) fn unknown(group_id: &GroupId) -> Self {
        Self::UnknownGroup { group_id: group_id.as_slice().to_vec() }
    }

    pub(crate) fn refused(reason: impl ToString) -> Self {
        Self::Refused { reason: reason.to_string() }
    }

    pub(crate) fn bug(reason: impl ToString) -> Self {
        Self::Bug { reason: reason.to_string() }
    }
}
