//! Groups: one row each, and OpenMLS's state of them as blobs.

use rusqlite::{OptionalExtension, Row, params};

use super::keypackage;
use crate::{CredentialId, GroupChange, KeypackageChange, Operation, OutgoingKind, Result, View};

/// A group that this client is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    /// The id, chosen by whoever created it.
    pub group_id: Vec<u8>,
    /// The credential that this client is in the group with.
    pub credential: CredentialId,
    /// The credential that one's own pending commit moves the group to.
    pub next_credential: Option<CredentialId>,
    /// Whether an external commit of one's own waits for the delivery service's answer.
    pub is_joining: bool,
    /// Whether commits of those who are no members are let in.
    pub external_joins: bool,
    /// When one's own leaf got new keys, in seconds since 1970.
    pub keys_updated_at: u64,
}

impl View<'_> {
    /// All groups, in the order in which they were joined.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn groups(&self) -> Result<Vec<GroupRecord>> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
        let records = statement.query_map([], record)?;
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// One group.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn group(&self, group_id: &[u8]) -> Result<Option<GroupRecord>> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE group_id = ?1"))?;
        Ok(statement.query_row([group_id], record).optional()?)
    }

    /// The ids of the groups that this client is in with this credential, or is about to be, in the order in which they were
    /// joined.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn groups_of_credential(&self, credential: CredentialId) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached(OF_CREDENTIAL)?;
        Ok(statement.query_map([credential.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Those of [`groups_of_credential`](Self::groups_of_credential) from which no commit under way moves it already.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn groups_to_move(&self, credential: CredentialId) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached(TO_MOVE)?;
        Ok(statement.query_map([credential.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The id of a group that uses this credential, or is about to.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn group_of_credential(&self, credential: CredentialId) -> Result<Option<Vec<u8>>> {
        Ok(self
            .connection
            .prepare_cached("SELECT group_id FROM mls_group WHERE credential = ?1 OR next_credential = ?1 LIMIT 1")?
            .query_row([credential.0], |row| row.get(0))
            .optional()?)
    }
}

const SELECT: &str =
    "SELECT group_id, credential, next_credential, is_joining, external_joins, keys_updated_at FROM mls_group";

const INSERT: &str = "
    INSERT INTO mls_group (group_id, credential, next_credential, is_joining, external_joins, keys_updated_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const UPDATE: &str = "
    UPDATE mls_group
    SET credential = ?2, next_credential = ?3, is_joining = ?4, external_joins = ?5, keys_updated_at = ?6
    WHERE group_id = ?1";

pub(crate) const OF_CREDENTIAL: &str =
    "SELECT group_id FROM mls_group WHERE credential = ?1 OR next_credential = ?1 ORDER BY id";
pub(crate) const TO_MOVE: &str =
    "SELECT group_id FROM mls_group WHERE credential = ?1 AND next_credential IS NULL ORDER BY id";

impl Operation<'_> {
    /// Adds a group, which is in `epoch` then, before OpenMLS writes its state. `change` says how this client came to it.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if it is there already.
    pub fn insert_group(&mut self, record: &GroupRecord, change: GroupChange, epoch: u64) -> Result<()> {
        self.write_group(INSERT, record)?;
        self.notes.group(change, &record.group_id, Some(epoch));
        Ok(())
    }

    /// Notes what has changed of a group's row.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn update_group(&mut self, record: &GroupRecord) -> Result<()> {
        self.write_group(UPDATE, record)
    }

    fn write_group(&self, statement: &str, record: &GroupRecord) -> Result<()> {
        let GroupRecord { group_id, credential, next_credential, is_joining, external_joins, keys_updated_at } = record;
        self.connection.prepare_cached(statement)?.execute(params![
            group_id,
            credential.0,
            next_credential.map(|id| id.0),
            is_joining,
            external_joins,
            super::seconds("now", *keys_updated_at)?
        ])?;
        Ok(())
    }

    /// Removes a group with all of its state, and the commit that it has in the outbox with its Welcome. What others
    /// wait for stays: Welcomes of accepted commits, and leaves.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_group(&mut self, group_id: &[u8]) -> Result<()> {
        self.delete_outgoing(group_id, OutgoingKind::Commit)?;
        self.drop_unreleased_welcomes(group_id)?;
        let rows = self.connection.execute("DELETE FROM mls_group WHERE group_id = ?1", [group_id])?;
        if self.count_deleted_secrets(rows) > 0 {
            self.notes.group(GroupChange::Deleted, group_id, None);
        }
        Ok(())
    }

    /// Removes the keys of one's own Update proposals, which no commit can use any more.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn sweep_encryption_key_pairs(&mut self, group_id: &[u8]) -> Result<()> {
        let rows = self
            .connection
            .prepare_cached("DELETE FROM encryption_key_pair WHERE group_id = ?1")?
            .execute([group_id])?;
        self.count_deleted_secrets(rows);
        Ok(())
    }

    /// Notes that a last-resort package has opened a Welcome, named by a hash of what it leads to, and returns
    /// whether it was the first time. A package that is no longer there has nothing to note.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn note_opened_welcome(&mut self, hash_ref: &[u8], welcome: &[u8]) -> Result<bool> {
        let package = self
            .connection
            .prepare_cached(OPENED)?
            .query_row([hash_ref], |row| Ok((row.get::<_, i64>(6)?, row.get(7)?, keypackage::record(row)?)))
            .optional()?;
        let Some((id, becomes_outdated, package)) = package else { return Ok(true) };
        let rows = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO opened_welcome (key_package, welcome) VALUES (?1, ?2)")?
            .execute(params![id, welcome])?;
        if becomes_outdated {
            self.notes.keypackages(KeypackageChange::Outdated, vec![package]);
        }
        Ok(rows > 0)
    }
}

/// A package in service is outdated by its first Welcome.
const OPENED: &str = "
    SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort, id,
        offered_at IS NOT NULL AND state < 2 AND NOT is_outdated
            AND NOT EXISTS (SELECT 1 FROM opened_welcome WHERE key_package = key_package.id)
    FROM key_package WHERE hash_ref = ?1";

fn record(row: &Row<'_>) -> rusqlite::Result<GroupRecord> {
    Ok(GroupRecord {
        group_id: row.get(0)?,
        credential: CredentialId(row.get(1)?),
        next_credential: row.get::<_, Option<i64>>(2)?.map(CredentialId),
        is_joining: row.get(3)?,
        external_joins: row.get(4)?,
        keys_updated_at: row.get::<_, i64>(5)?.cast_unsigned(),
    })
}
