//! The outbox: what the delivery service must get, written with the state that it belongs to.

use rusqlite::{OptionalExtension, Row, params};

use crate::{GroupChange, Operation, Result, View};

/// What an outgoing message is. The numbers are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingKind {
    /// A commit, settled by the delivery service's answer.
    Commit = 1,
    /// A Welcome, which waits until its commit was accepted.
    Welcome = 2,
    /// A proposal to leave.
    Leave = 3,
}

/// A message that waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRecord {
    /// Its number, never used again.
    pub id: i64,
    /// The group that it belongs to.
    pub group_id: Vec<u8>,
    /// What it is.
    pub kind: OutgoingKind,
    /// The epoch in which it was made.
    pub epoch: u64,
    /// Whom it is for, encoded by the caller.
    pub recipients: Vec<u8>,
    /// What the delivery service must get.
    pub bytes: Vec<u8>,
}

impl View<'_> {
    /// What may be sent now, in the order in which it was made.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn outgoing(&self) -> Result<Vec<OutgoingRecord>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, group_id, kind, epoch, recipients, bytes FROM outgoing WHERE is_released = 1 ORDER BY id",
        )?;
        let records = statement.query_map([], record)?;
        Ok(records.collect::<Result<_, _>>()?)
    }
}

impl Operation<'_> {
    /// Puts a message into the outbox; its `id` is given by the file.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn insert_outgoing(&mut self, record: &OutgoingRecord, is_released: bool) -> Result<()> {
        let OutgoingRecord { id: _, group_id, kind, epoch, recipients, bytes } = record;
        self.connection
            .prepare_cached(
                "INSERT INTO outgoing (group_id, kind, is_released, epoch, recipients, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                group_id,
                *kind as u8,
                is_released,
                super::seconds("epoch", *epoch)?,
                recipients,
                bytes
            ])?;
        let change = match kind {
            OutgoingKind::Commit => GroupChange::CommitPending,
            OutgoingKind::Leave => GroupChange::Leaving,
            OutgoingKind::Welcome => return Ok(()),
        };
        self.notes.group(change, group_id, Some(*epoch));
        Ok(())
    }

    /// Settles what is in the outbox of a group of one kind.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_outgoing(&mut self, group_id: &[u8], kind: OutgoingKind) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM outgoing WHERE group_id = ?1 AND kind = ?2")?
            .execute(params![group_id, kind as u8])?;
        Ok(())
    }

    /// Whether the outbox holds exactly these bytes as a group's commit.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn is_own_commit(&self, group_id: &[u8], bytes: &[u8]) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outgoing WHERE group_id = ?1 AND kind = ?2 AND bytes = ?3)")?
            .query_row(params![group_id, OutgoingKind::Commit as u8, bytes], |row| row.get(0))?)
    }

    /// Settles a message that has been sent.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_sent(&mut self, id: i64) -> Result<()> {
        self.connection.prepare_cached("DELETE FROM outgoing WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// The kind of a message in the outbox.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn outgoing_kind(&self, id: i64) -> Result<Option<OutgoingKind>> {
        Ok(self
            .connection
            .prepare_cached("SELECT kind FROM outgoing WHERE id = ?1 AND is_released = 1")?
            .query_row([id], |row| row.get(0).map(kind))
            .optional()?)
    }

    /// Lets the Welcomes of a group's accepted commit go out.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn release_welcomes(&mut self, group_id: &[u8]) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE outgoing SET is_released = 1 WHERE group_id = ?1 AND kind = ?2")?
            .execute(params![group_id, OutgoingKind::Welcome as u8])?;
        Ok(())
    }

    /// Drops a group's commit that was not accepted, and its Welcomes.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn drop_commit(&mut self, group_id: &[u8]) -> Result<()> {
        let mut statement = self.connection.prepare_cached(DROP_COMMIT)?;
        let values = params![group_id, OutgoingKind::Commit as u8];
        let epochs = statement.query_map(values, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        for epoch in epochs {
            self.notes.group(GroupChange::CommitDropped, group_id, Some(epoch.cast_unsigned()));
        }
        self.drop_unreleased_welcomes(group_id)
    }

    pub(super) fn drop_unreleased_welcomes(&mut self, group_id: &[u8]) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM outgoing WHERE group_id = ?1 AND kind = ?2 AND is_released = 0")?
            .execute(params![group_id, OutgoingKind::Welcome as u8])?;
        Ok(())
    }
}

const DROP_COMMIT: &str = "DELETE FROM outgoing WHERE group_id = ?1 AND kind = ?2 RETURNING epoch";

fn record(row: &Row<'_>) -> rusqlite::Result<OutgoingRecord> {
    Ok(OutgoingRecord {
        id: row.get(0)?,
        group_id: row.get(1)?,
        kind: kind(row.get(2)?),
        epoch: row.get::<_, i64>(3)?.cast_unsigned(),
        recipients: row.get(4)?,
        bytes: row.get(5)?,
    })
}

fn kind(number: u8) -> OutgoingKind {
    match number {
        1 => OutgoingKind::Commit,
        2 => OutgoingKind::Welcome,
        _ => OutgoingKind::Leave,
    }
}
