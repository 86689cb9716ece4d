//! Groups: one row each, and OpenMLS's state of them as blobs.

use rusqlite::{OptionalExtension, Row, params};

use crate::{CredentialId, Operation, OutgoingKind, Result, View};

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

    /// The ids of the groups that this client is in with this credential, in the order in which they were joined.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn groups_of_credential(&self, credential: CredentialId) -> Result<Vec<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached(OF_CREDENTIAL)?;
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

pub(crate) const OF_CREDENTIAL: &str = "SELECT group_id FROM mls_group WHERE credential = ?1 ORDER BY id";

impl Operation<'_> {
    /// Notes a group, before OpenMLS writes its state; or what has changed of it.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn put_group(&mut self, record: &GroupRecord) -> Result<()> {
        let GroupRecord { group_id, credential, next_credential, is_joining, external_joins, keys_updated_at } = record;
        self.connection
            .prepare_cached(
                "INSERT INTO mls_group
                 (group_id, credential, next_credential, is_joining, external_joins, keys_updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (group_id) DO UPDATE SET
                 credential = ?2, next_credential = ?3, is_joining = ?4, external_joins = ?5, keys_updated_at = ?6",
            )?
            .execute(params![
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
        self.count_deleted_secrets(rows);
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
            .prepare_cached("SELECT id FROM key_package WHERE hash_ref = ?1")?
            .query_row([hash_ref], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(package) = package else { return Ok(true) };
        let rows = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO opened_welcome (key_package, welcome) VALUES (?1, ?2)")?
            .execute(params![package, welcome])?;
        Ok(rows > 0)
    }
}

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
