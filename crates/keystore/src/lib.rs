//! The store of [mlskit](https://docs.rs/mlskit): one encrypted SQLite file, changed only inside transactions.
//!
//! Apps use `mlskit`; this crate is its lower half and holds all of its SQL. What it guarantees, and what it
//! assumes of the medium, is written down in docs/storage.md.
//!
//! The feature `vendored-openssl` builds OpenSSL's libcrypto along for SQLCipher, instead of linking the system's.

mod cache;
mod changes;
mod codec;
mod connection;
mod error;
mod exit;
mod file;
mod integrity;
mod key;
mod keystore;
mod operation;
mod provider;
mod readers;
mod schema;
mod tables;
mod temporary;
mod transaction;
mod writer;

#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use changes::{Change, CredentialChange, GroupChange, KeypackageChange};
pub use codec::encode_bare;
pub use error::{Error, Result, StorageError, TransactionError};
pub use key::DatabaseKey;
pub use keystore::Keystore;
pub use operation::{Operation, View};
pub use provider::GroupStorage;
pub use tables::{
    credential::{CredentialId, CredentialRecord},
    epoch::SeenCommit,
    group::GroupRecord,
    keypackage::KeypackageRecord,
    keypackage_life::{KeypackageLife, KeypackageState, PurgeTimes},
    outgoing::{OutgoingKind, OutgoingRecord},
};
pub use transaction::Transaction;
