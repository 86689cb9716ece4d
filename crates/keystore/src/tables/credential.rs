//! Credentials and their signature keys.

use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use crate::{CredentialChange, Operation, Result, View};

/// A credential's number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialId(pub(crate) i64);

/// A credential without its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord {
    /// RFC 9420 §17.1.
    pub ciphersuite: u16,
    /// RFC 9420 §17.5.
    pub credential_type: u16,
    /// The identity, or the certificates as RFC 9420 §5.3 lists them.
    pub content: Vec<u8>,
    /// The public signature key.
    pub signature_key: Vec<u8>,
}

impl View<'_> {
    /// All credentials, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn credentials(&self) -> Result<Vec<CredentialRecord>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT ciphersuite, credential_type, content, signature_key FROM credential ORDER BY id",
        )?;
        let records = statement.query_map([], record)?;
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// Finds a credential's number.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn credential_id(&self, record: &CredentialRecord) -> Result<Option<CredentialId>> {
        let CredentialRecord { ciphersuite, credential_type, content, signature_key } = record;
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id FROM credential
                 WHERE signature_key = ?1 AND ciphersuite = ?2 AND content = ?3 AND credential_type = ?4",
            )?
            .query_row(params![signature_key, ciphersuite, content, credential_type], |row| {
                row.get(0).map(CredentialId)
            })
            .optional()?)
    }

    /// The credential with this number.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if there is no such credential.
    pub fn credential(&self, credential: CredentialId) -> Result<CredentialRecord> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT ciphersuite, credential_type, content, signature_key FROM credential WHERE id = ?1",
            )?
            .query_row([credential.0], record)?)
    }

    /// The private signature key.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if there is no such credential.
    pub fn signature_private_key(&self, credential: CredentialId) -> Result<Zeroizing<Vec<u8>>> {
        Ok(self
            .connection
            .prepare_cached("SELECT private_key FROM credential WHERE id = ?1")?
            .query_row([credential.0], |row| row.get(0).map(Zeroizing::new))?)
    }
}

impl View<'_> {
    /// The credential that takes the place of this one.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if there is no such credential.
    pub fn successor(&self, credential: CredentialId) -> Result<Option<CredentialId>> {
        let mut statement = self.connection.prepare_cached("SELECT successor FROM credential WHERE id = ?1")?;
        Ok(statement.query_row([credential.0], |row| row.get::<_, Option<i64>>(0))?.map(CredentialId))
    }

    /// The credentials whose place no other has taken, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn credentials_in_force(&self) -> Result<Vec<CredentialRecord>> {
        let mut statement = self.connection.prepare_cached(IN_FORCE)?;
        let records = statement.query_map([], record)?;
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// The credentials whose place this one takes, in the order in which they were added.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn predecessors(&self, credential: CredentialId) -> Result<Vec<CredentialId>> {
        let mut statement = self.connection.prepare_cached(PREDECESSORS)?;
        let ids = statement.query_map([credential.0], |row| row.get(0).map(CredentialId))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

pub(crate) const PREDECESSORS: &str = "SELECT id FROM credential WHERE successor = ?1 ORDER BY id";
const IN_FORCE: &str = "
    SELECT ciphersuite, credential_type, content, signature_key FROM credential WHERE successor IS NULL ORDER BY id";
const REVIVE: &str = "UPDATE credential SET successor = NULL WHERE id = ?1";
pub(crate) const SUPERSEDE: &str = "
    UPDATE credential SET successor = ?2 WHERE id <> ?2 AND (id = ?1 OR successor = ?1) AND successor IS NOT ?2
    RETURNING ciphersuite, credential_type, content, signature_key";
const DELETE: &str = "
    DELETE FROM credential WHERE id = ?1 RETURNING ciphersuite, credential_type, content, signature_key";

impl Operation<'_> {
    /// Adds a credential.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if it is there already.
    pub fn insert_credential(&mut self, record: &CredentialRecord, private_key: &[u8]) -> Result<()> {
        let CredentialRecord { ciphersuite, credential_type, content, signature_key } = record;
        self.connection
            .prepare_cached(
                "INSERT INTO credential (ciphersuite, credential_type, content, signature_key, private_key)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![ciphersuite, credential_type, content, signature_key, private_key])?;
        self.notes.credential(CredentialChange::Added, record.clone());
        Ok(())
    }

    /// Notes that `new` takes the place of `old`, and of those whose place that one took.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn supersede_credential(&mut self, old: CredentialId, new: CredentialId) -> Result<()> {
        self.connection.prepare_cached(REVIVE)?.execute([new.0])?;
        let by = self.credential(new)?;
        let mut statement = self.connection.prepare_cached(SUPERSEDE)?;
        for replaced in statement.query_map([old.0, new.0], record)?.collect::<Result<Vec<_>, _>>()? {
            self.notes.credential(CredentialChange::Replaced { by: by.clone() }, replaced);
        }
        Ok(())
    }

    /// Removes a credential, whose key packages have been removed before.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium, or if it has key packages.
    pub fn delete_credential(&mut self, credential: CredentialId) -> Result<()> {
        let mut statement = self.connection.prepare_cached(DELETE)?;
        let removed = statement.query_map([credential.0], record)?.collect::<Result<Vec<_>, _>>()?;
        self.count_deleted_secrets(removed.len());
        removed.into_iter().for_each(|record| self.notes.credential(CredentialChange::Removed, record));
        Ok(())
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<CredentialRecord> {
    Ok(CredentialRecord {
        ciphersuite: row.get(0)?,
        credential_type: row.get(1)?,
        content: row.get(2)?,
        signature_key: row.get(3)?,
    })
}
