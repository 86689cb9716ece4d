//! Groups.

use crate::GroupId;
use crate::numbers::count;

/// A call on a group was refused. Nothing of the group has changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum GroupFailure {
    /// Caller: the client is not in this group.
    UnknownGroup {
        /// The id asked for.
        group_id: GroupId,
    },
    /// Caller or peer: the client is in this group already.
    AlreadyJoined {
        /// The group's id.
        group_id: GroupId,
    },
    /// Caller: the leaf is empty, or somebody else has it now.
    UnknownMember {
        /// The leaf asked for.
        leaf_index: u32,
    },
    /// Caller: a commit waits for the delivery service's answer.
    CommitPending,
    /// Caller: the client's own external commit waits for the delivery service's answer.
    JoinPending,
    /// Caller: this client has proposed to leave, and waits for another member to commit to it.
    Leaving,
    /// Caller: this client is no longer a member. What was said before can still be read of the group.
    Removed,
    /// Caller: the credential is for another ciphersuite than the group's.
    DifferentCiphersuite {
        /// The group's.
        expected: u16,
        /// The credential's.
        found: u16,
    },
    /// Caller: a member does not know this type of credential, and would refuse the commit (RFC 9420 §7.3).
    CredentialTypeNotSupported {
        /// The new credential's type.
        credential_type: u16,
        /// The member's leaf.
        leaf_index: u32,
    },
    /// Caller: the extension may not stand in a group's context (RFC 9420 §17.3).
    ExtensionMisplaced {
        /// Its type.
        found: u16,
    },
    /// Caller: an extension was given twice.
    DuplicateExtension {
        /// Its type.
        found: u16,
    },
    /// Caller: the required capabilities ask for what this client can't do (RFC 9420 §11.1).
    CapabilityNotSupported {
        /// What they ask for.
        what: String,
    },
    /// Caller: a number of the configuration is too large.
    SettingTooLarge {
        /// Which number.
        setting: String,
        /// The most that it can be.
        limit: u64,
        /// What was given.
        found: u64,
    },
    /// Caller: there is no commit whose answer could be told.
    NoPendingCommit,
    /// Caller: there is nothing to commit.
    NoProposals,
    /// Peer: a proposal was accepted; until it is committed nothing may be said (RFC 9420 §12.4).
    ProposalsPending,
    /// Caller: the commit or proposal is of an epoch that has passed.
    StaleCommit {
        /// The commit's epoch.
        epoch: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Caller: the commit or proposal was processed by another client, or before the group was joined anew.
    ForeignCommit,
    /// Server: the Welcome is for none of the stored key packages.
    NoMatchingKeypackage,
    /// Server: the last-resort package has opened this Welcome before.
    WelcomeReplayed,
    /// Server or peer: the Welcome was changed on the way, or was never right. Drop it; its package is as before, and
    /// opens the right one.
    BadWelcome {
        /// What is wrong, in OpenMLS's words.
        reason: String,
    },
    /// Caller: the Welcome or group info comes without the ratchet tree.
    RatchetTreeMissing,
    /// Caller: the message's transaction has not been committed.
    NotCommitted,
    /// Caller: the outbox has no such message, or its kind is settled in another way.
    NotMarkable {
        /// The message's id.
        id: i64,
        /// What is to be done instead.
        reason: String,
    },
    /// OpenMLS refused for a reason that has no name here.
    Refused {
        /// OpenMLS's words.
        reason: String,
    },
    /// A bug here or in OpenMLS.
    Bug {
        /// What went wrong.
        reason: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::GroupError> for GroupFailure {
    fn from(core: mlskit::GroupError) -> Self {
        use mlskit::GroupError as Core;
        match core {
            Core::UnknownGroup { group_id } => Self::UnknownGroup { group_id: GroupId(group_id) },
            Core::AlreadyJoined { group_id } => Self::AlreadyJoined { group_id: GroupId(group_id) },
            Core::UnknownMember { leaf_index } => Self::UnknownMember { leaf_index },
            Core::CommitPending => Self::CommitPending,
            Core::JoinPending => Self::JoinPending,
            Core::Leaving => Self::Leaving,
            Core::Removed => Self::Removed,
            Core::DifferentCiphersuite { expected, found } => {
                Self::DifferentCiphersuite { expected: expected.into(), found: found.into() }
            }
            Core::CredentialTypeNotSupported { credential_type, leaf_index } => {
                Self::CredentialTypeNotSupported { credential_type: credential_type.into(), leaf_index }
            }
            Core::ExtensionMisplaced { found } => Self::ExtensionMisplaced { found: found.into() },
            Core::DuplicateExtension { found } => Self::DuplicateExtension { found: found.into() },
            Core::CapabilityNotSupported { what } => Self::CapabilityNotSupported { what },
            Core::SettingTooLarge { setting, limit, found } => {
                Self::SettingTooLarge { setting: setting.to_owned(), limit: count(limit), found: count(found) }
            }
            Core::NoPendingCommit => Self::NoPendingCommit,
            Core::NoProposals => Self::NoProposals,
            Core::ProposalsPending => Self::ProposalsPending,
            Core::StaleCommit { epoch, current } => Self::StaleCommit { epoch, current },
            Core::ForeignCommit => Self::ForeignCommit,
            Core::NoMatchingKeypackage => Self::NoMatchingKeypackage,
            Core::WelcomeReplayed => Self::WelcomeReplayed,
            Core::BadWelcome { reason } => Self::BadWelcome { reason },
            Core::RatchetTreeMissing => Self::RatchetTreeMissing,
            Core::NotCommitted => Self::NotCommitted,
            Core::NotMarkable { id, reason } => Self::NotMarkable { id: id.number(), reason: reason.to_owned() },
            Core::Refused { reason } => Self::Refused { reason },
            Core::Bug { reason } => Self::Bug { reason },
            _ => Self::Other,
        }
    }
}
