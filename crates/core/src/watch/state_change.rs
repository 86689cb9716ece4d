//! One change, in the terms of this crate.

use mlskit_keystore::{Change, CredentialRecord, GroupChange, KeypackageChange};
use openmls::prelude::GroupId;

use crate::{ClientId, CredentialRef, KeypackageRef};

/// What a committed transaction has changed. It holds no private key, nothing that a member says, and no place of a file.
///
/// What happens to several key packages in a row is one change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateChange {
    /// Of a credential.
    Credential {
        /// What happened.
        change: CredentialChange,
        /// To which.
        credential_ref: CredentialRef,
    },
    /// Of key packages.
    Keypackages {
        /// What happened.
        change: KeypackageChange,
        /// To which, in no particular order.
        refs: Vec<KeypackageRef>,
    },
    /// Of a group. Settings of one's own side ([`configure_group`](crate::TransactionContext::configure_group)) and
    /// messages are no changes.
    Group {
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialChange {
    /// It was [added](crate::TransactionContext::add_credential).
    Added,
    /// Another [takes its place](crate::TransactionContext::replace_credential).
    Replaced {
        /// That one.
        by: CredentialRef,
    },
    /// It was [removed](crate::TransactionContext::remove_credential) with its signature key. Those whose place it had
    /// taken have it again.
    Removed,
}

impl StateChange {
    /// Nothing for what this release can't name, which an older file doesn't hold and a newer one isn't opened with.
    pub(super) fn new(client: &ClientId, change: Change) -> Option<Self> {
        let named = |record: CredentialRecord| CredentialRef::new(client.clone(), record).ok();
        Some(match change {
            Change::Credential { change, credential } => Self::Credential {
                change: match change {
                    mlskit_keystore::CredentialChange::Added => CredentialChange::Added,
                    mlskit_keystore::CredentialChange::Replaced { by } => CredentialChange::Replaced { by: named(by)? },
                    mlskit_keystore::CredentialChange::Removed => CredentialChange::Removed,
                },
                credential_ref: named(credential)?,
            },
            Change::Keypackages { change, packages } => {
                let refs = packages.into_iter().filter_map(|package| KeypackageRef::try_from(package).ok());
                Self::Keypackages { change, refs: refs.collect() }
            }
            Change::Group { change, group_id, epoch } => {
                Self::Group { change, group_id: GroupId::from_slice(&group_id), epoch }
            }
        })
    }
}
