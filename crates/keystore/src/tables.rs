//! One module a table: its record, its reads on [`View`](crate::View), its writes on
//! [`Operation`](crate::Operation).

pub(crate) mod client;
pub(crate) mod credential;
pub(crate) mod epoch;
pub(crate) mod group;
pub(crate) mod group_blob;
pub(crate) mod keypackage;
pub(crate) mod keypackage_life;
pub(crate) mod outgoing;

use crate::StorageError;

/// SQLite's integers have a sign.
fn seconds(what: &'static str, found: u64) -> Result<i64, StorageError> {
    i64::try_from(found).map_err(|_| StorageError::OutOfRange { what, found, limit: i64::MAX.cast_unsigned() })
}
