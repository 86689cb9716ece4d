//! What is remembered of a group's present epoch beside OpenMLS's state: proposals that came in, and which commits were
//! made and seen.

use rusqlite::params;
use serde::{Serialize, de::DeserializeOwned};

use super::group_blob::{BlobKind, Blobs};
use crate::{GroupChange, Operation, Result, View};

/// What a commit, named by a digest of its bytes, was to this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenCommit {
    /// This client made it, and may have taken it back.
    Made,
    /// This client has processed it.
    Processed,
}

impl SeenCommit {
    fn kind(self) -> BlobKind {
        match self {
            Self::Made => BlobKind::OwnCommit,
            Self::Processed => BlobKind::ProcessedCommit,
        }
    }
}

impl View<'_> {
    /// The proposals that came in in this epoch, in the order in which they did.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium and of the codec.
    pub fn received_proposals<T: DeserializeOwned>(&self, group_id: &[u8]) -> Result<Vec<T>> {
        Ok(Blobs(self.connection).group_blobs(group_id, BlobKind::ReceivedProposal)?)
    }

    /// Whether a commit was noted in this epoch.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn has_seen_commit(&self, group_id: &[u8], seen: SeenCommit, digest: &[u8]) -> Result<bool> {
        let found: Option<()> = Blobs(self.connection).group_blob(group_id, seen.kind(), digest)?;
        Ok(found.is_some())
    }
}

impl Operation<'_> {
    /// Notes a proposal that came in, under its reference.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn note_received_proposal(
        &mut self,
        group_id: &[u8],
        reference: &[u8],
        proposal: &impl Serialize,
    ) -> Result<()> {
        let blobs = Blobs(self.connection);
        Ok(blobs.write_group_blob(group_id, BlobKind::ReceivedProposal, reference, proposal)?)
    }

    /// Notes a commit.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn note_commit(&mut self, group_id: &[u8], seen: SeenCommit, digest: &[u8]) -> Result<()> {
        Ok(Blobs(self.connection).write_group_blob(group_id, seen.kind(), digest, &())?)
    }

    /// Forgets all of this: the epoch is over, and the group is in `epoch`. `change` says what that means for this client.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn end_epoch(&mut self, group_id: &[u8], change: GroupChange, epoch: u64) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM group_blob WHERE group_id = ?1 AND kind BETWEEN ?2 AND ?3")?
            .execute(params![group_id, BlobKind::ReceivedProposal as u8, BlobKind::ProcessedCommit as u8])?;
        self.notes.group(change, group_id, Some(epoch));
        Ok(())
    }
}
