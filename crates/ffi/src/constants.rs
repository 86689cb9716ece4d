//! What never changes while a program runs.

use mlskit::DatabaseKey;

use crate::{Result, Secret, numbers::count};

/// Numbers of this release.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Constants {
    /// The default lifetime of a key package, in seconds.
    pub keypackage_default_lifetime: u64,
    /// The most key packages that one call generates.
    pub max_batch: u64,
    /// Bytes in a database key.
    pub database_key_length: u64,
    /// The ciphersuites that a client can work with.
    pub ciphersuites: Vec<u16>,
}

/// The numbers of this release.
#[uniffi::export]
#[must_use]
pub fn constants() -> Constants {
    Constants {
        keypackage_default_lifetime: mlskit::KEYPACKAGE_DEFAULT_LIFETIME.as_secs(),
        max_batch: count(mlskit::keypackage::MAX_BATCH),
        database_key_length: count(DatabaseKey::LENGTH),
        ciphersuites: mlskit::SUPPORTED_CIPHERSUITES.map(u16::from).to_vec(),
    }
}

/// The version of mlskit.
#[uniffi::export]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A database key from the operating system's random numbers, to be kept in the platform's key store.
///
/// # Errors
/// `Storage` when the system gives none.
#[uniffi::export]
pub fn generate_database_key() -> Result<Secret> {
    Ok(DatabaseKey::generate()?.as_bytes().to_vec().into())
}
