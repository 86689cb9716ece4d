//! What is left of a credential that is being replaced.

use crate::{CredentialRef, GroupId, member::each};

/// What is left of a credential that is being replaced.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CredentialReplacement {
    /// The credential that is in its place now, at the end of a chain of replacements.
    pub successor: CredentialRef,
    /// The groups that this client is still in with the old credential: a commit that moves it waits for its answer, or
    /// the group can't be moved now. Those that this client was removed from are to be deleted by the app.
    pub groups: Vec<GroupId>,
    /// How many of its key packages are still there, for peers who have fetched them.
    pub keypackages: u32,
    /// Whether `remove_credential` takes nothing away from anybody.
    pub is_done: bool,
}

impl From<mlskit::CredentialReplacement> for CredentialReplacement {
    fn from(core: mlskit::CredentialReplacement) -> Self {
        let is_done = core.is_done();
        let mlskit::CredentialReplacement { successor, groups, keypackages, .. } = core;
        Self { successor: (&successor).into(), groups: each(&groups), keypackages, is_done }
    }
}
