//! Groups.

use openmls::prelude::{Ciphersuite, CredentialType, ExtensionType, GroupId};

use crate::{group::OutgoingId, hex::Hex};

/// A call on a group was refused. Nothing of the group has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Caller: the client is not in this group.
    #[error("this client is in no group with the id {}", Hex(.group_id))]
    UnknownGroup {
        /// The id asked for.
        group_id: Vec<u8>,
    },
    /// Caller or peer: the client is a member of this group already. The package of the Welcome is as before, so that it
    /// can be opened when the group was deleted.
    #[error(
        "this client is in the group {} already; delete it first, or join with `JoinOptions::replace`",
        Hex(.group_id)
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
    /// Caller: this client has proposed to leave, and waits for another member to commit to it.
    #[error("this client has proposed to leave the group; wait for another member's commit")]
    Leaving,
    /// Caller: this client is no longer a member. What was said before can still be read of the group.
    #[error("this client was removed from the group; delete it, or join again with `JoinOptions::replace`")]
    Removed,
    /// Caller: the credential is for another ciphersuite than the group's.
    #[error("the group's ciphersuite is {expected:?}, the credential's {found:?}; take one of the group's suite")]
    DifferentCiphersuite {
        /// The group's.
        expected: Ciphersuite,
        /// The credential's.
        found: Ciphersuite,
    },
    /// Caller: a member does not know this type of credential, and would refuse the commit (RFC 9420 §7.3).
    #[error("the member at leaf {leaf_index} knows no credentials of type {credential_type:?}")]
    CredentialTypeNotSupported {
        /// The new credential's type.
        credential_type: CredentialType,
        /// The member's leaf.
        leaf_index: u32,
    },
    /// Caller: the extension may not stand in a group's context (RFC 9420 §17.3).
    #[error("an extension of type {found:?} may not stand in a group's context")]
    ExtensionMisplaced {
        /// Its type.
        found: ExtensionType,
    },
    /// Caller: an extension was given twice.
    #[error("the extension of type {found:?} was given twice; give it once")]
    DuplicateExtension {
        /// Its type.
        found: ExtensionType,
    },
    /// Caller: the required capabilities ask for what this client can't do (RFC 9420 §11.1).
    #[error("the required capabilities ask for {what}, which this client can't do")]
    CapabilityNotSupported {
        /// What they ask for.
        what: String,
    },
    /// Caller: a number of the configuration is too large.
    #[error("{setting} is at most {limit}, but {found} was given")]
    SettingTooLarge {
        /// Which number.
        setting: &'static str,
        /// The most that it can be.
        limit: usize,
        /// What was given.
        found: usize,
    },
    /// Caller: there is no commit whose answer could be told.
    #[error("the group has no pending commit")]
    NoPendingCommit,
    /// Caller: there is nothing to commit.
    #[error("the group has no proposals to commit")]
    NoProposals,
    /// Peer: a proposal was accepted; until it is committed nothing may be said (RFC 9420 §12.4).
    #[error("the group has proposals that nobody has committed; commit them first, or drop them by `drop_proposals`")]
    ProposalsPending,
    /// Caller: the commit or proposal is of an epoch that has passed.
    #[error("the commit or proposal is of epoch {epoch}, the group in epoch {current}; drop it")]
    StaleCommit {
        /// The commit's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Caller: the commit or proposal was processed by another client, or before the group was joined anew.
    #[error("the commit or proposal was processed by another client or for another group of this id; drop it")]
    ForeignCommit,
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
    /// Caller: a message of this kind is settled in another way.
    #[error("message {id} of the outbox can't be marked as sent: {reason}")]
    NotMarkable {
        /// The message's id.
        id: OutgoingId,
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
