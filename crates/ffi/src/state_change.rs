//! What a committed transaction has changed.

use mlskit::watch as core;

use crate::{CredentialRef, GroupId, KeypackageRef, MlsError, Result, member::each};

/// What a committed transaction has changed. What happens to several key packages in a row is one change.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum StateChange {
    /// Of a credential.
    OfCredential {
        /// What happened.
        change: CredentialChange,
        /// To which.
        credential_ref: CredentialRef,
    },
    /// Of key packages.
    OfKeypackages {
        /// What happened.
        change: KeypackageChange,
        /// To which, in no particular order.
        refs: Vec<KeypackageRef>,
    },
    /// Of a group. Settings of one's own side and messages are no changes.
    OfGroup {
        /// What happened.
        change: GroupChange,
        /// To which.
        group_id: GroupId,
        /// The epoch that the group is in then; nothing, if it is deleted.
        epoch: Option<u64>,
    },
    /// No change, but a gap: so many were not read in time. Look at the state itself, as at the beginning.
    Missed {
        /// How many.
        count: u64,
    },
}

/// What happened to a credential.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CredentialChange {
    /// It was added.
    Added,
    /// Another takes its place.
    Replaced {
        /// That one.
        by: CredentialRef,
    },
    /// It was removed with its signature key. Those whose place it had taken have it again.
    Removed,
}

/// What happened to key packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum KeypackageChange {
    /// Made and stored.
    Generated,
    /// Given out to be published: from here on a peer may have it.
    Pending,
    /// A directory serves it.
    Published,
    /// To be replaced before its time: a last-resort package that has opened a Welcome, or one that the app wants renewed.
    Outdated,
    /// To be withdrawn from the directory.
    Retired,
    /// No directory serves it any more; also of one that was removed or consumed, which leaves nothing then.
    Withdrawn,
    /// A Welcome for it was joined: it is gone with its private keys.
    Consumed,
    /// The app removed it, or its credential: it is gone with its private keys.
    Removed,
    /// It expired, or had its grace after its withdrawal: it is gone with its private keys.
    Purged,
}

/// What happened to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum GroupChange {
    /// This client created it.
    Created,
    /// This client joined it: by a Welcome, or by an external commit that was accepted.
    Joined,
    /// An external commit of this client, with which it joins, waits for the delivery service's answer.
    Joining,
    /// A commit of this client waits for the delivery service's answer.
    CommitPending,
    /// That commit was dropped: it was rejected, or another's came first.
    CommitDropped,
    /// This client has proposed to be removed.
    Leaving,
    /// A commit holds, one's own or another's.
    EpochChanged,
    /// A commit holds that removed this client.
    Removed,
    /// Its state was deleted: by the app, by joining it anew, or since the commit to join it was rejected.
    Deleted,
}

impl TryFrom<core::StateChange> for StateChange {
    type Error = MlsError;

    fn try_from(core: core::StateChange) -> Result<Self> {
        Ok(match core {
            core::StateChange::Credential { change, credential_ref } => {
                Self::OfCredential { change: change.try_into()?, credential_ref: (&credential_ref).into() }
            }
            core::StateChange::Keypackages { change, refs } => {
                Self::OfKeypackages { change: change.try_into()?, refs: each(&refs) }
            }
            core::StateChange::Group { change, group_id, epoch } => {
                Self::OfGroup { change: change.try_into()?, group_id: (&group_id).into(), epoch }
            }
            core::StateChange::Missed { count } => Self::Missed { count },
            _ => return Err(unnamed()),
        })
    }
}

impl TryFrom<core::CredentialChange> for CredentialChange {
    type Error = MlsError;

    fn try_from(core: core::CredentialChange) -> Result<Self> {
        Ok(match core {
            core::CredentialChange::Added => Self::Added,
            core::CredentialChange::Replaced { by } => Self::Replaced { by: (&by).into() },
            core::CredentialChange::Removed => Self::Removed,
            _ => return Err(unnamed()),
        })
    }
}

impl TryFrom<core::KeypackageChange> for KeypackageChange {
    type Error = MlsError;

    fn try_from(core: core::KeypackageChange) -> Result<Self> {
        Ok(match core {
            core::KeypackageChange::Generated => Self::Generated,
            core::KeypackageChange::Pending => Self::Pending,
            core::KeypackageChange::Published => Self::Published,
            core::KeypackageChange::Outdated => Self::Outdated,
            core::KeypackageChange::Retired => Self::Retired,
            core::KeypackageChange::Withdrawn => Self::Withdrawn,
            core::KeypackageChange::Consumed => Self::Consumed,
            core::KeypackageChange::Removed => Self::Removed,
            core::KeypackageChange::Purged => Self::Purged,
            _ => return Err(unnamed()),
        })
    }
}

impl TryFrom<core::GroupChange> for GroupChange {
    type Error = MlsError;

    fn try_from(core: core::GroupChange) -> Result<Self> {
        Ok(match core {
            core::GroupChange::Created => Self::Created,
            core::GroupChange::Joined => Self::Joined,
            core::GroupChange::Joining => Self::Joining,
            core::GroupChange::CommitPending => Self::CommitPending,
            core::GroupChange::CommitDropped => Self::CommitDropped,
            core::GroupChange::Leaving => Self::Leaving,
            core::GroupChange::EpochChanged => Self::EpochChanged,
            core::GroupChange::Removed => Self::Removed,
            core::GroupChange::Deleted => Self::Deleted,
            _ => return Err(unnamed()),
        })
    }
}

fn unnamed() -> MlsError {
    MlsError::unnamed("a kind of change")
}
