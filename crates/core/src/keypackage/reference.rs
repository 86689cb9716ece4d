//! Names a key package.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    time::SystemTime,
};

use mlskit_keystore::KeypackageRecord;
use openmls::prelude::{Ciphersuite, CredentialType, Lifetime, SignatureScheme};
use openmls_traits::crypto::OpenMlsCrypto;

use super::Keypackage;
use crate::{KeypackageError, Result, clock, hex::Hex};

/// Names a key package by its hash (RFC 9420 §5.2) and knows what an index knows of it; no keys.
///
/// Two references to one package are equal, wherever they come from.
#[derive(Debug, Clone)]
pub struct KeypackageRef {
    hash_ref: Vec<u8>,
    ciphersuite: Ciphersuite,
    credential_type: CredentialType,
    lifetime: Lifetime,
    last_resort: bool,
}

impl KeypackageRef {
    /// A reference from its parts, as bindings to other languages hand them back. Nothing is verified.
    #[must_use]
    pub fn from_parts(
        hash_ref: Vec<u8>,
        ciphersuite: Ciphersuite,
        credential_type: CredentialType,
        lifetime: Lifetime,
        last_resort: bool,
    ) -> Self {
        Self { hash_ref, ciphersuite, credential_type, lifetime, last_resort }
    }

    /// The hash: 32 bytes for the ciphersuites supported here.
    #[must_use]
    pub fn hash_ref(&self) -> &[u8] {
        &self.hash_ref
    }

    /// The package's ciphersuite.
    #[must_use]
    pub fn ciphersuite(&self) -> Ciphersuite {
        self.ciphersuite
    }

    /// The scheme of its signatures, which the ciphersuite decides.
    #[must_use]
    pub fn signature_scheme(&self) -> SignatureScheme {
        self.ciphersuite.signature_algorithm()
    }

    /// The type of its credential.
    #[must_use]
    pub fn credential_type(&self) -> CredentialType {
        self.credential_type
    }

    /// The window in which it may be used, in seconds since 1970. Every key package has one (RFC 9420 §7.2).
    #[must_use]
    pub fn lifetime(&self) -> Option<&Lifetime> {
        Some(&self.lifetime)
    }

    /// Whether the system's clock is inside the window.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.is_valid_at(SystemTime::now())
    }

    /// Whether `time` is inside the window. The last second counts as outside, as in OpenMLS.
    #[must_use]
    pub fn is_valid_at(&self, time: SystemTime) -> bool {
        (self.lifetime.not_before()..self.lifetime.not_after()).contains(&clock::seconds(time))
    }

    /// Whether the window is over by the system's clock. Not the same as not [valid](Self::is_valid): a window may not
    /// have begun.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.is_expired_at(SystemTime::now())
    }

    /// Whether the window is over at `time`.
    #[must_use]
    pub fn is_expired_at(&self, time: SystemTime) -> bool {
        clock::seconds(time) >= self.lifetime.not_after()
    }

    /// Whether it may be used more than once.
    #[must_use]
    pub fn is_last_resort(&self) -> bool {
        self.last_resort
    }

    pub(crate) fn record(&self) -> KeypackageRecord {
        KeypackageRecord {
            hash_ref: self.hash_ref.clone(),
            ciphersuite: self.ciphersuite.into(),
            credential_type: self.credential_type.into(),
            not_before: self.lifetime.not_before(),
            not_after: self.lifetime.not_after(),
            last_resort: self.last_resort,
        }
    }
}

pub(crate) fn of(keypackage: &Keypackage, crypto: &impl OpenMlsCrypto) -> Result<KeypackageRef> {
    let hash_ref =
        keypackage.hash_ref(crypto).map_err(|error| KeypackageError::NotEncoded { reason: error.to_string() })?;
    Ok(KeypackageRef {
        hash_ref: hash_ref.as_slice().to_vec(),
        ciphersuite: keypackage.ciphersuite(),
        credential_type: keypackage.leaf_node().credential().credential_type(),
        lifetime: *keypackage.life_time(),
        last_resort: keypackage.last_resort(),
    })
}

impl TryFrom<KeypackageRecord> for KeypackageRef {
    type Error = crate::Error;

    fn try_from(record: KeypackageRecord) -> Result<Self> {
        let ciphersuite = Ciphersuite::try_from(record.ciphersuite)
            .map_err(|_| KeypackageError::NotDecoded { reason: format!("ciphersuite {:#06x}", record.ciphersuite) })?;
        Ok(Self {
            hash_ref: record.hash_ref,
            ciphersuite,
            credential_type: record.credential_type.into(),
            lifetime: Lifetime::init(record.not_before, record.not_after),
            last_resort: record.last_resort,
        })
    }
}

impl PartialEq for KeypackageRef {
    fn eq(&self, other: &Self) -> bool {
        self.hash_ref == other.hash_ref
    }
}

impl Eq for KeypackageRef {}

impl Hash for KeypackageRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_ref.hash(state);
    }
}

impl PartialOrd for KeypackageRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeypackageRef {
    fn cmp(&self, other: &Self) -> Ordering {
        self.hash_ref.cmp(&other.hash_ref)
    }
}

/// The hash in hexadecimal.
impl fmt::Display for KeypackageRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.hash_ref).fmt(formatter)
    }
}
