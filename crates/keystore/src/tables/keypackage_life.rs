//! The life of one's own key packages: from being given out to be published to being purged. docs/lifecycle.md tells the
//! whole story; here are its statements.

use rusqlite::{Row, params};

use super::{
    keypackage::{BURY_EXPIRED_BY, KeypackageRecord, record, returning},
    seconds,
};
use crate::{CredentialId, KeypackageChange, Operation, Result, View};

/// How far a key package has come. The numbers are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeypackageState {
    /// Made, and maybe given out; nobody has said that it was published.
    Generated = 0,
    /// A directory serves it.
    Published = 1,
    /// To be withdrawn from the directory.
    Retired = 2,
    /// No directory serves it any more; a Welcome for it may still be on its way.
    Withdrawn = 3,
}

/// A key package that was given out, with what its life depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeypackageLife {
    /// The package.
    pub package: KeypackageRecord,
    /// Whose it is.
    pub credential: CredentialId,
    /// How far it has come.
    pub state: KeypackageState,
    /// Seconds since 1970.
    pub generated_at: u64,
    /// When it was first given out, in seconds since 1970.
    pub offered_at: u64,
    /// When the directory stopped to serve it, in seconds since 1970.
    pub withdrawn_at: Option<u64>,
    /// When it was first seen that its time is over, in seconds since 1970.
    pub over_at: Option<u64>,
    /// Whether it is to be replaced before its time: a last-resort package that has opened a Welcome, or one that was
    /// [outdated](Operation::outdate_keypackages).
    pub is_outdated: bool,
}

/// What to purge, by the clock of the caller. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgeTimes {
    /// The present.
    pub now: u64,
    /// Whose packages have the grace: its own, and those of the credentials whose place it takes.
    pub credential: CredentialId,
    /// What was withdrawn then or earlier has had its grace; nothing, if the grace is longer than time itself.
    pub withdrawn_by: Option<u64>,
    /// What was first seen then or earlier to have had its grace is purged.
    pub had_grace_by: u64,
}

impl View<'_> {
    /// The packages of a credential that were given out and are not retired, in the order in which they were made.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn keypackages_in_service(&self, credential: CredentialId) -> Result<Vec<KeypackageLife>> {
        let mut statement = self.connection.prepare_cached(IN_SERVICE)?;
        Ok(statement.query_map([credential.0], life)?.collect::<Result<_, _>>()?)
    }

    /// The packages of all credentials that are retired or withdrawn, in the order in which they were made.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn keypackages_out_of_service(&self) -> Result<Vec<KeypackageLife>> {
        let mut statement = self.connection.prepare_cached(OUT_OF_SERVICE)?;
        Ok(statement.query_map([], life)?.collect::<Result<_, _>>()?)
    }

    /// How many packages of a credential there are, and how many of them were never given out.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn count_keypackages(&self, credential: CredentialId) -> Result<(u32, u32)> {
        let mut statement = self.connection.prepare_cached(COUNT)?;
        Ok(statement.query_row([credential.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Whether a package was given out, is neither published nor retired, and has not expired.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn is_keypackage_pending(&self, hash_ref: &[u8], now: u64) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(IS_PENDING)?;
        Ok(statement.query_row(params![hash_ref, seconds("now", now)?], |row| row.get(0))?)
    }

    /// The packages without keys that a directory may still serve, in the order in which they came to be so.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn tombstones(&self) -> Result<Vec<KeypackageRecord>> {
        let mut statement = self.connection.prepare_cached(TOMBSTONES)?;
        Ok(statement.query_map([], record)?.collect::<Result<_, _>>()?)
    }

    /// When the next purge will find something to note or to delete, whosever packages it is and whatever became of them.
    /// Seconds since 1970.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn next_purge(&self) -> Result<Option<u64>> {
        let first = |statement| {
            let mut statement = self.connection.prepare_cached(statement)?;
            statement.query_row([], |row| row.get::<_, Option<i64>>(0))
        };
        let second_look = first(FIRST_OVER)?.map(|over_at| over_at.saturating_add(SECOND_LOOK));
        let next = first(NEXT_EXPIRY)?.into_iter().chain(second_look).min();
        Ok(next.map(i64::cast_unsigned))
    }
}

impl Operation<'_> {
    /// Notes that a package is given out. From the commit on a peer may have it.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn offer_keypackage(&mut self, hash_ref: &[u8], now: u64) -> Result<()> {
        self.change(KeypackageChange::Pending, OFFER, hash_ref, now)
    }

    /// Notes that a directory serves a package. One that was withdrawn is to be withdrawn again: the answer was late, and
    /// so may have been the publication. One that is unknown or published already stays as it is.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn note_published(&mut self, hash_ref: &[u8], now: u64) -> Result<()> {
        self.change(KeypackageChange::Published, PUBLISHED, hash_ref, now)?;
        self.change(KeypackageChange::Retired, PUBLISHED_LATE, hash_ref, now)
    }

    /// Notes that a package, if it is in service, is to be withdrawn.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn retire_keypackage(&mut self, hash_ref: &[u8], now: u64) -> Result<()> {
        self.change(KeypackageChange::Retired, RETIRE, hash_ref, now)
    }

    /// Notes that the packages of a credential in service are to be replaced, whatever their times.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn outdate_keypackages(&mut self, credential: CredentialId) -> Result<()> {
        self.change_keypackages(KeypackageChange::Outdated, OUTDATE, [credential.0])?;
        Ok(())
    }

    /// Notes that no directory serves a package any more, and forgets its tombstone.
    ///
    /// # Errors
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn note_withdrawn(&mut self, hash_ref: &[u8], now: u64) -> Result<()> {
        self.change(KeypackageChange::Withdrawn, WITHDRAWN, hash_ref, now)?;
        self.change_keypackages(KeypackageChange::Withdrawn, FORGET, [hash_ref])?;
        Ok(())
    }

    fn change(&self, change: KeypackageChange, statement: &str, hash_ref: &[u8], now: u64) -> Result<()> {
        self.change_keypackages(change, statement, params![hash_ref, seconds("now", now)?])?;
        Ok(())
    }

    /// Deletes the packages that were seen once before to have expired, of all credentials, or to have had their grace;
    /// notes of which that is so now; and forgets that of those of which it is not. Those that were not withdrawn leave
    /// a tombstone. A withdrawal in the future was noted by a clock that was ahead, or this one is behind: when that was
    /// seen twice its grace begins, at the first look at the earliest. Tombstones go in the same way when their package has
    /// expired.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`](crate::StorageError::OutOfRange) for times beyond 2^63;
    /// [`StorageError`](crate::StorageError)s of the medium.
    pub fn purge_keypackages(&mut self, times: PurgeTimes) -> Result<usize> {
        let PurgeTimes { now, credential: CredentialId(credential), withdrawn_by, had_grace_by } = times;
        let (now, had_grace_by) = (seconds("now", now)?, seconds("now", had_grace_by)?);
        let withdrawn_by = withdrawn_by.map_or(Ok(BEFORE_ALL), |time| seconds("now", time))?;
        let expired_by = now.saturating_sub(SECOND_LOOK);
        self.connection.prepare_cached(NOT_OVER)?.execute([now, withdrawn_by, credential])?;
        self.connection.prepare_cached(GRACE_ANEW)?.execute([now, expired_by])?;
        self.connection.prepare_cached(EXPIRED)?.execute([now])?;
        self.connection.prepare_cached(HAD_GRACE)?.execute([now, withdrawn_by, credential])?;
        self.connection.prepare_cached(BURY_EXPIRED_BY)?.execute([expired_by])?;
        let mut rows = self.change_keypackages(KeypackageChange::Purged, PURGE_EXPIRED, [expired_by])?;
        let had_grace = [had_grace_by, withdrawn_by, credential];
        rows += self.change_keypackages(KeypackageChange::Purged, PURGE_HAD_GRACE, had_grace)?;
        // Behind the purge: what this notes is no reason to purge.
        self.connection.prepare_cached(IN_DOUBT)?.execute([now])?;
        self.forget_tombstones(now)?;
        Ok(self.count_deleted_secrets(rows))
    }

    /// Forgets the tombstones whose package was seen a second look ago to have expired, and notes what has by now.
    pub(super) fn forget_tombstones(&mut self, now: i64) -> Result<()> {
        self.connection.prepare_cached(TOMBSTONE_NOT_OVER)?.execute([now])?;
        self.connection.prepare_cached(TOMBSTONE_EXPIRED)?.execute([now])?;
        self.connection.prepare_cached(TOMBSTONE_PURGE)?.execute([now, now.saturating_sub(SECOND_LOOK)])?;
        Ok(())
    }
}

/// How many seconds after it was first seen to have expired a package is purged, and a tombstone forgotten.
const SECOND_LOOK: i64 = 24 * 60 * 60;
/// No time that is stored is as early.
const BEFORE_ALL: i64 = -1;

macro_rules! select_life {
    ($which:literal) => {
        concat!(
            "SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort,
                 credential, state, generated_at, offered_at, withdrawn_at, over_at,
                 is_outdated OR last_resort AND EXISTS (SELECT 1 FROM opened_welcome WHERE key_package = key_package.id)
             FROM key_package WHERE offered_at IS NOT NULL AND ",
            $which,
            " ORDER BY id"
        )
    };
}
pub(crate) const IN_SERVICE: &str = select_life!("state IN (0, 1) AND credential = ?1");
pub(crate) const OUT_OF_SERVICE: &str = select_life!("state IN (2, 3)");
pub(crate) const COUNT: &str = "SELECT count(*), count(*) - count(offered_at) FROM key_package WHERE credential = ?1";
pub(crate) const IS_PENDING: &str = "
    SELECT EXISTS (
        SELECT 1 FROM key_package WHERE hash_ref = ?1 AND state = 0 AND offered_at IS NOT NULL AND not_after > ?2)";
pub(crate) const NEXT_EXPIRY: &str = "SELECT min(not_after) FROM key_package WHERE over_at IS NULL";
pub(crate) const FIRST_OVER: &str = "SELECT min(over_at) FROM key_package WHERE over_at IS NOT NULL";
pub(crate) const TOMBSTONES: &str = "
    SELECT hash_ref, ciphersuite, credential_type, not_before, not_after, last_resort
    FROM tombstone ORDER BY id";
pub(crate) const OFFER: &str =
    returning!("UPDATE key_package SET offered_at = ?2 WHERE hash_ref = ?1 AND offered_at IS NULL");
pub(crate) const PUBLISHED: &str = returning!(
    "
    UPDATE key_package SET state = 1, published_at = ?2, offered_at = coalesce(offered_at, ?2)
    WHERE hash_ref = ?1 AND state = 0"
);
pub(crate) const PUBLISHED_LATE: &str = returning!(
    "
    UPDATE key_package SET state = 2, retired_at = ?2, withdrawn_at = NULL, over_at = NULL WHERE hash_ref = ?1 AND state = 3"
);
pub(crate) const RETIRE: &str =
    returning!("UPDATE key_package SET state = 2, retired_at = ?2 WHERE hash_ref = ?1 AND state < 2");
pub(crate) const WITHDRAWN: &str = returning!(
    "
    UPDATE key_package SET state = 3, withdrawn_at = ?2, retired_at = coalesce(retired_at, ?2),
        offered_at = coalesce(offered_at, ?2)
    WHERE hash_ref = ?1 AND state < 3"
);
pub(crate) const FORGET: &str = returning!("DELETE FROM tombstone WHERE hash_ref = ?1");
/// A withdrawal in the future. Between the withdrawal and the expiry `over_at` says that the time is over; before both, that
/// such a withdrawal was seen. When that lasts its grace begins with it.
pub(crate) const IN_DOUBT: &str = "
    UPDATE key_package SET over_at = ?1
    WHERE offered_at IS NOT NULL AND state = 3 AND withdrawn_at > ?1 AND over_at IS NULL";
pub(crate) const GRACE_ANEW: &str = "
    UPDATE key_package SET withdrawn_at = ?2, over_at = NULL
    WHERE offered_at IS NOT NULL AND state = 3 AND withdrawn_at > ?1 AND over_at <= ?2 AND over_at < not_after";
macro_rules! of_line {
    ($statement:literal) => {
        concat!($statement, " AND +credential IN (SELECT id FROM credential WHERE id = ?3 OR successor = ?3)")
    };
}
/// Few are over: the plus signs keep SQLite from searching all that have not expired.
pub(crate) const NOT_OVER: &str = concat!(
    "
    UPDATE key_package SET over_at = NULL
    WHERE over_at IS NOT NULL
        AND (+over_at > ?1
            OR (+not_after > ?1 AND (state < 3 OR withdrawn_at IS NULL OR (",
    of_line!("withdrawn_at BETWEEN ?2 + 1 AND ?1"),
    ")))
            OR (state = 3 AND withdrawn_at <= ?1 AND +over_at < withdrawn_at AND +over_at < not_after))"
);
pub(crate) const EXPIRED: &str = "
    UPDATE key_package SET over_at = ?1
    WHERE not_after <= ?1 AND (over_at IS NULL OR (state = 3 AND withdrawn_at > ?1 AND +over_at < not_after))";
pub(crate) const HAD_GRACE: &str = of_line!(
    "
    UPDATE key_package SET over_at = ?1
    WHERE offered_at IS NOT NULL AND state = 3 AND withdrawn_at <= ?2 AND over_at IS NULL"
);
pub(crate) const OUTDATE: &str = returning!(
    "
    UPDATE key_package SET is_outdated = 1
    WHERE offered_at IS NOT NULL AND state IN (0, 1) AND credential = ?1 AND is_outdated = 0"
);
pub(crate) const TOMBSTONE_NOT_OVER: &str = "
    UPDATE tombstone SET over_at = NULL WHERE over_at IS NOT NULL AND (+not_after > ?1 OR +over_at > ?1)";
pub(crate) const TOMBSTONE_EXPIRED: &str = "
    UPDATE tombstone SET over_at = ?1 WHERE not_after <= ?1 AND over_at IS NULL";
pub(crate) const TOMBSTONE_PURGE: &str = "DELETE FROM tombstone WHERE not_after <= ?1 AND over_at <= ?2";
pub(crate) const PURGE_EXPIRED: &str =
    returning!("DELETE FROM key_package WHERE over_at IS NOT NULL AND over_at <= ?1");
pub(crate) const PURGE_HAD_GRACE: &str = returning!(of_line!(
    "
    DELETE FROM key_package WHERE over_at IS NOT NULL AND over_at <= ?1 AND state = 3 AND withdrawn_at <= ?2"
));

fn life(row: &Row<'_>) -> rusqlite::Result<KeypackageLife> {
    let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned));
    Ok(KeypackageLife {
        package: record(row)?,
        credential: CredentialId(row.get(6)?),
        state: state(row.get(7)?),
        generated_at: row.get::<_, i64>(8)?.cast_unsigned(),
        offered_at: row.get::<_, i64>(9)?.cast_unsigned(),
        withdrawn_at: time(10)?,
        over_at: time(11)?,
        is_outdated: row.get(12)?,
    })
}

fn state(number: u8) -> KeypackageState {
    match number {
        0 => KeypackageState::Generated,
        1 => KeypackageState::Published,
        2 => KeypackageState::Retired,
        _ => KeypackageState::Withdrawn,
    }
}
