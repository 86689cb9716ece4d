//! One's own key packages, each with its private keys in one row, and the tombstones of removed ones.

use rusqlite::{OptionalExtension, Params, Row, params};
use zeroize::Zeroizing;

use super::seconds;
use crate::{CredentialId, KeypackageChange, Operation, Result, StorageError, View};

/// What an index knows of a key package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeypackageRecord {
    /// RFC 9420 §5.2.
    pub hash_ref: Vec<u8>,
    /// RFC 9420 §17.1.
    pub ciphersuite: u16,
    /// RFC 9420 §17.5.
    pub credential_type: u16,
    /// Seconds since 1970.
    pub not_before: u64,
    /// Seconds since 1970.
    pub not_after: u64,
    /// Whether it may be used more than once.
    pub last_resort: bool,
}

impl View<'_> {
    /// All key packages, in the order in which they were made. Reads an index, no bundle.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn keypackages(&self) -> Result<Vec<KeypackageRecord>> {
        let mut statement = self.connection.prepare_cached(LIST)?;
        let records = statement.query_map([], record)?;
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// What an index knows of one key package.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn keypackage_record(&self, hash_ref: &[u8]) -> Result<Option<KeypackageRecord>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort
                 FROM key_package WHERE hash_ref = ?1",
            )?
            .query_row([hash_ref], record)
            .optional()?)
    }

    /// The package with its private keys, encoded by the caller.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn keypackage_bundle(&self, hash_ref: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(self
            .connection
            .prepare_cached(BUNDLE)?
            .query_row([hash_ref], |row| row.get(0).map(Zeroizing::new))
            .optional()?)
    }

    /// How many key packages of `credential` are neither retired nor withdrawn, and valid at `now`: its second is
    /// in their window, whose last counts as outside. Reads an index, no bundle.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`](crate::StorageError::OutOfRange) for times beyond 2^63; [`StorageError`](crate::StorageError)s of the medium.
    pub fn count_valid_keypackages(&self, credential: CredentialId, now: u64) -> Result<u32> {
        let values = params![credential.0, seconds("now", now)?];
        Ok(self.connection.prepare_cached(COUNT_VALID)?.query_row(values, |row| row.get(0))?)
    }

    /// Runs a statement that changes the state of packages and returns them, notes what it has changed, and returns how
    /// many. All such statements pass here, but for the one that inserts.
    pub(crate) fn change_keypackages(
        &self,
        change: KeypackageChange,
        statement: &str,
        values: impl Params,
    ) -> Result<usize, StorageError> {
        let mut statement = self.connection.prepare_cached(statement)?;
        let packages = statement.query_map(values, record)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let count = packages.len();
        self.notes.keypackages(change, packages);
        Ok(count)
    }

    /// Removes a package that a Welcome is about to consume.
    pub(crate) fn consume_keypackage(&self, hash_ref: &[u8]) -> Result<(), StorageError> {
        self.connection.prepare_cached(BURY_OFFERED)?.execute([hash_ref])?;
        self.change_keypackages(KeypackageChange::Consumed, DELETE_ONE, [hash_ref]).map(drop)
    }
}

impl Operation<'_> {
    /// Adds a key package of `credential`.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`](crate::StorageError::OutOfRange) for times beyond 2^63; [`StorageError`](crate::StorageError)s of the medium.
    pub fn insert_keypackage(
        &mut self,
        credential: CredentialId,
        record: &KeypackageRecord,
        generated_at: u64,
        bundle: &[u8],
    ) -> Result<()> {
        let KeypackageRecord { hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort } = record;
        self.connection.prepare_cached(INSERT)?.execute(params![
            hash_ref,
            credential.0,
            ciphersuite,
            credential_type,
            seconds("not_before", *not_before)?,
            seconds("not_after", *not_after)?,
            last_resort,
            seconds("now", generated_at)?,
            bundle
        ])?;
        self.notes.keypackages(KeypackageChange::Generated, vec![record.clone()]);
        Ok(())
    }

    /// Removes a key package with its private keys and returns whether it was there. What was given out, and what a
    /// directory may still serve at `now`, leaves a tombstone.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_keypackage(&mut self, hash_ref: &[u8], now: u64) -> Result<bool> {
        self.bury(BURY_ONE, DELETE_ONE, hash_ref, now).map(|rows| rows > 0)
    }

    /// Removes all key packages of a credential with their private keys and returns how many there were. What was given
    /// out, and what a directory may still serve at `now`, leaves a tombstone.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_keypackages_of(&mut self, credential: CredentialId, now: u64) -> Result<usize> {
        self.bury(BURY_OF_CREDENTIAL, DELETE_OF_CREDENTIAL, credential.0, now)
    }

    /// Removes all key packages that have expired at `now` with their private keys, whatever their credential, and
    /// returns how many there were. What was given out leaves a tombstone: the clock may be wrong.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`](crate::StorageError::OutOfRange) for times beyond 2^63; [`StorageError`](crate::StorageError)s of the medium.
    pub fn delete_expired_keypackages(&mut self, now: u64) -> Result<usize> {
        let now = seconds("now", now)?;
        self.connection.prepare_cached(BURY_EXPIRED)?.execute([now])?;
        let rows = self.change_keypackages(KeypackageChange::Purged, DELETE_EXPIRED, [now])?;
        self.forget_tombstones(now)?;
        Ok(self.count_deleted_secrets(rows))
    }

    fn bury(
        &mut self,
        bury: &'static str,
        delete: &'static str,
        which: impl rusqlite::ToSql,
        now: u64,
    ) -> Result<usize> {
        let now = seconds("now", now)?;
        self.connection.prepare_cached(bury)?.execute(params![which, now])?;
        let rows = self.change_keypackages(KeypackageChange::Removed, delete, params![which])?;
        self.forget_tombstones(now)?;
        Ok(self.count_deleted_secrets(rows))
    }
}

pub(crate) const LIST: &str = "
    SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort
    FROM key_package ORDER BY id";
pub(crate) const BUNDLE: &str = "SELECT bundle FROM key_package WHERE hash_ref = ?1";
pub(crate) const COUNT_VALID: &str = "
    SELECT count(*) FROM key_package
    WHERE credential = ?1 AND not_after > ?2 AND not_before <= ?2 AND state < 2";
const INSERT: &str = "
    INSERT INTO key_package (hash_ref, credential, ciphersuite, credential_type,
        not_before, not_after, last_resort, generated_at, bundle)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
/// The statement, with what [`record`] reads of each package that it changes.
macro_rules! returning {
    ($statement:expr) => {
        concat!($statement, " RETURNING hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort")
    };
}
pub(super) use returning;
macro_rules! bury {
    ($which:literal) => {
        concat!(
            "INSERT INTO tombstone (hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort)
             SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort
             FROM key_package WHERE ",
            $which
        )
    };
}
pub(crate) const BURY_ONE: &str = bury!("hash_ref = ?1 AND (not_after > ?2 OR offered_at IS NOT NULL)");
/// Of what was given out: its publication may still be under way, and would be one of a package without keys.
pub(crate) const BURY_OFFERED: &str = bury!("hash_ref = ?1 AND offered_at IS NOT NULL");
pub(crate) const DELETE_ONE: &str = returning!("DELETE FROM key_package WHERE hash_ref = ?1");
pub(crate) const BURY_OF_CREDENTIAL: &str = bury!("credential = ?1 AND (not_after > ?2 OR offered_at IS NOT NULL)");
pub(crate) const DELETE_OF_CREDENTIAL: &str = returning!("DELETE FROM key_package WHERE credential = ?1");
pub(crate) const DELETE_EXPIRED: &str = returning!("DELETE FROM key_package WHERE not_after <= ?1");
/// Those that were not withdrawn: state 3 is.
pub(crate) const BURY_EXPIRED_BY: &str =
    bury!("over_at IS NOT NULL AND over_at <= ?1 AND state < 3 AND offered_at IS NOT NULL");
pub(crate) const BURY_EXPIRED: &str = bury!("not_after <= ?1 AND offered_at IS NOT NULL");

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<KeypackageRecord> {
    Ok(KeypackageRecord {
        hash_ref: row.get(0)?,
        ciphersuite: row.get(1)?,
        credential_type: row.get(2)?,
        not_before: row.get::<_, i64>(3)?.cast_unsigned(),
        not_after: row.get::<_, i64>(4)?.cast_unsigned(),
        last_resort: row.get(5)?,
    })
}
