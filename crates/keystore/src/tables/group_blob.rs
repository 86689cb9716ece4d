//! OpenMLS's state of groups, as blobs.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::keypackage::BUNDLE;
use crate::{Result, StorageError, codec};

/// What a blob is. The numbers are in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlobKind {
    JoinConfig = 1,
    Tree = 2,
    InterimTranscriptHash = 3,
    Context = 4,
    ConfirmationTag = 5,
    State = 6,
    MessageSecrets = 7,
    ResumptionPskStore = 8,
    OwnLeafIndex = 9,
    EpochSecrets = 10,
    OwnLeafNode = 11,
    ProposalRef = 12,
    Proposal = 13,
    EpochKeyPairs = 14,
    ReceivedProposal = 15,
    OwnCommit = 16,
    ProcessedCommit = 17,
}

/// The entry of a blob that is no list's.
pub(crate) const NO_ENTRY: &[u8] = &[];

/// The statements behind OpenMLS's storage.
#[derive(Clone, Copy)]
pub(crate) struct Blobs<'a>(pub(crate) &'a Connection);

impl Blobs<'_> {
    pub(crate) fn group_blob<T: DeserializeOwned>(
        self,
        group_id: &[u8],
        kind: BlobKind,
        entry: &[u8],
    ) -> Result<Option<T>, StorageError> {
        let blob = self
            .0
            .prepare_cached("SELECT value FROM group_blob WHERE group_id = ?1 AND kind = ?2 AND entry = ?3")?
            .query_row(params![group_id, kind as u8, entry], secret)
            .optional()?;
        blob.map(|blob| codec::decode(&blob)).transpose()
    }

    pub(crate) fn group_blobs<T: DeserializeOwned>(
        self,
        group_id: &[u8],
        kind: BlobKind,
    ) -> Result<Vec<T>, StorageError> {
        let mut statement =
            self.0.prepare_cached("SELECT value FROM group_blob WHERE group_id = ?1 AND kind = ?2 ORDER BY id")?;
        let blobs = statement.query_map(params![group_id, kind as u8], secret)?;
        blobs.map(|blob| codec::decode(&blob?)).collect()
    }

    pub(crate) fn encryption_key_pair<T: DeserializeOwned>(self, public_key: &[u8]) -> Result<Option<T>, StorageError> {
        let blob = self
            .0
            .prepare_cached("SELECT value FROM encryption_key_pair WHERE public_key = ?1")?
            .query_row([public_key], secret)
            .optional()?;
        blob.map(|blob| codec::decode(&blob)).transpose()
    }

    pub(crate) fn write_group_blob(
        self,
        group_id: &[u8],
        kind: BlobKind,
        entry: &[u8],
        value: &impl Serialize,
    ) -> Result<(), StorageError> {
        let blob = codec::encode(value)?;
        self.0
            .prepare_cached(
                "INSERT INTO group_blob (group_id, kind, entry, value) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (group_id, kind, entry) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![group_id, kind as u8, entry, blob.as_slice()])?;
        Ok(())
    }

    pub(crate) fn append_own_leaf_node(self, group_id: &[u8], value: &impl Serialize) -> Result<(), StorageError> {
        let entries: u64 = self
            .0
            .prepare_cached("SELECT count(*) FROM group_blob WHERE group_id = ?1 AND kind = ?2")?
            .query_row(params![group_id, BlobKind::OwnLeafNode as u8], |row| row.get::<_, u32>(0).map(u64::from))?;
        self.write_group_blob(group_id, BlobKind::OwnLeafNode, &entries.to_be_bytes(), value)
    }

    pub(crate) fn delete_group_blobs(self, group_id: &[u8], kind: BlobKind) -> Result<(), StorageError> {
        self.0
            .prepare_cached("DELETE FROM group_blob WHERE group_id = ?1 AND kind = ?2")?
            .execute(params![group_id, kind as u8])?;
        Ok(())
    }

    pub(crate) fn delete_group_blob(self, group_id: &[u8], kind: BlobKind, entry: &[u8]) -> Result<(), StorageError> {
        self.0
            .prepare_cached("DELETE FROM group_blob WHERE group_id = ?1 AND kind = ?2 AND entry = ?3")?
            .execute(params![group_id, kind as u8, entry])?;
        Ok(())
    }

    pub(crate) fn write_encryption_key_pair(
        self,
        group_id: &[u8],
        public_key: &[u8],
        value: &impl Serialize,
    ) -> Result<(), StorageError> {
        let blob = codec::encode(value)?;
        self.0
            .prepare_cached(
                "INSERT INTO encryption_key_pair (public_key, group_id, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (public_key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![public_key, group_id, blob.as_slice()])?;
        Ok(())
    }

    pub(crate) fn delete_encryption_key_pair(self, public_key: &[u8]) -> Result<(), StorageError> {
        self.0.prepare_cached("DELETE FROM encryption_key_pair WHERE public_key = ?1")?.execute([public_key])?;
        Ok(())
    }

    /// The package with its private keys, for a Welcome.
    pub(crate) fn keypackage_bundle<T: DeserializeOwned>(self, hash_ref: &[u8]) -> Result<Option<T>, StorageError> {
        let bundle = self.0.prepare_cached(BUNDLE)?.query_row([hash_ref], secret).optional()?;
        bundle.map(|bundle| codec::decode_bare(&bundle)).transpose()
    }
}

fn secret(row: &Row<'_>) -> rusqlite::Result<Zeroizing<Vec<u8>>> {
    row.get(0).map(Zeroizing::new)
}
