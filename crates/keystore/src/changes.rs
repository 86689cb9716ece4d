//! What a transaction changes: noted where the statements stand, told when it is committed.
//!
//! An operation that fails takes its notes with it, and so does a transaction that is rolled back.

use std::cell::RefCell;

use crate::{CredentialRecord, KeypackageRecord};

/// One change of what is stored. No keys and no contents of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Of a credential.
    Credential {
        /// What happened.
        change: CredentialChange,
        /// To which.
        credential: CredentialRecord,
    },
    /// Of key packages.
    Keypackages {
        /// What happened.
        change: KeypackageChange,
        /// To which, in no particular order.
        packages: Vec<KeypackageRecord>,
    },
    /// Of a group.
    Group {
        /// What happened.
        change: GroupChange,
        /// To which.
        group_id: Vec<u8>,
        /// The epoch that the group is in then; nothing, if it is deleted.
        epoch: Option<u64>,
    },
}

/// What happened to a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialChange {
    /// It was added.
    Added,
    /// Another takes its place.
    Replaced {
        /// That one.
        by: CredentialRecord,
    },
    /// It was removed with its signature key.
    Removed,
}

/// What happened to key packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
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

/// The changes that an operation, or a transaction so far, has made, in their order.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<Change>);

impl Changes {
    /// What happens to packages in a row is one change.
    pub(crate) fn push(&mut self, change: Change) {
        match (self.0.last_mut(), change) {
            (
                Some(Change::Keypackages { change: last, packages }),
                Change::Keypackages { change, packages: mut more },
            ) if *last == change => packages.append(&mut more),
            (_, change) => self.0.push(change),
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|change| self.push(change));
    }

    pub(crate) fn into_vec(self) -> Vec<Change> {
        self.0
    }
}

/// Where an operation notes them.
#[derive(Default)]
pub(crate) struct Notes(RefCell<Changes>);

impl Notes {
    pub(crate) fn credential(&self, change: CredentialChange, credential: CredentialRecord) {
        self.0.borrow_mut().push(Change::Credential { change, credential });
    }

    pub(crate) fn keypackages(&self, change: KeypackageChange, packages: Vec<KeypackageRecord>) {
        if !packages.is_empty() {
            self.0.borrow_mut().push(Change::Keypackages { change, packages });
        }
    }

    pub(crate) fn group(&self, change: GroupChange, group_id: &[u8], epoch: Option<u64>) {
        self.0.borrow_mut().push(Change::Group { change, group_id: group_id.to_vec(), epoch });
    }

    pub(crate) fn take(&self) -> Changes {
        self.0.take()
    }
}
