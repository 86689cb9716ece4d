//! OpenMLS's provider with `openmls_sqlite_storage`, as the latter's documentation and tests set it up.

use std::path::Path;

use openmls_rust_crypto::RustCrypto;
use openmls_sqlite_storage::{Codec, Connection, SqliteStorageProvider};
use openmls_traits::OpenMlsProvider;
use serde::{Serialize, de::DeserializeOwned};

pub(crate) struct OnDisk {
    crypto: RustCrypto,
    storage: SqliteStorageProvider<Json, Connection>,
}

impl OnDisk {
    /// With SQLite's own settings: a rollback journal, and every statement a transaction that waits for the disk.
    pub(crate) fn open(path: &Path) -> Self {
        let mut storage = SqliteStorageProvider::new(Connection::open(path).unwrap());
        storage.run_migrations().unwrap();
        Self { crypto: RustCrypto::default(), storage }
    }
}

impl OpenMlsProvider for OnDisk {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = SqliteStorageProvider<Json, Connection>;

    fn storage(&self) -> &Self::StorageProvider {
        &self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &RustCrypto {
        &self.crypto
    }
}

#[derive(Default)]
pub(crate) struct Json;

impl Codec for Json {
    type Error = serde_json::Error;

    fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, Self::Error> {
        serde_json::to_vec(value)
    }

    fn from_slice<T: DeserializeOwned>(slice: &[u8]) -> Result<T, Self::Error> {
        serde_json::from_slice(slice)
    }
}
