//! The database key.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::StorageError;

/// The 32 random bytes that a database is encrypted with. There is no passphrase and no key derivation:
/// keep the bytes where the platform keeps keys.
///
/// They are wiped when the value is dropped, compared in constant time and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DatabaseKey(Box<[u8; Self::LENGTH]>);

impl DatabaseKey {
    /// Bytes in a key.
    pub const LENGTH: usize = 32;

    /// Takes a key's bytes.
    ///
    /// # Errors
    /// [`StorageError::InvalidKeyLength`] unless there are exactly 32.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, StorageError> {
        let bytes = bytes.as_ref();
        let mut key = Box::new([0; Self::LENGTH]);
        if bytes.len() != Self::LENGTH {
            return Err(StorageError::InvalidKeyLength { expected: Self::LENGTH, found: bytes.len() });
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    /// Makes a key from the operating system's random numbers.
    ///
    /// # Errors
    /// [`StorageError::Io`] when the system gives none.
    pub fn generate() -> Result<Self, StorageError> {
        let mut key = Box::new([0; Self::LENGTH]);
        getrandom::fill(key.as_mut_slice())
            .map_err(|error| StorageError::io(&std::io::Error::other(error.to_string())))?;
        Ok(Self(key))
    }

    /// The key's bytes, to be kept in the platform's key store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// The statement that gives SQLCipher this key, raw, with a salt.
    ///
    /// With 32 plain header bytes the file has no place for the salt, so it is derived from the key.
    /// It need not be secret, only be the same at each open.
    pub(crate) fn as_pragma(&self, name: &str) -> Zeroizing<String> {
        let salt = Sha256::new().chain_update(b"mlskit database salt").chain_update(self.0.as_slice()).finalize();
        // A string that grows leaves copies of the key behind: this one has room for all.
        let mut text = Zeroizing::new(String::with_capacity(2 * (Self::LENGTH + SALT_LENGTH) + name.len() + 16));
        // Writing to a string does not fail.
        let _ = write!(text, "PRAGMA {name} = \"x'");
        for byte in self.0.iter().chain(salt.iter().take(SALT_LENGTH)) {
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("'\"");
        text
    }
}

const SALT_LENGTH: usize = 16;

impl PartialEq for DatabaseKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for DatabaseKey {}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("DatabaseKey(redacted)")
    }
}
