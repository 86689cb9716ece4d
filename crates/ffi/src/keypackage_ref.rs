//! Names a key package.

use mlskit::openmls::prelude::Lifetime;

use crate::{HashRef, MlsError, Result, credential_ref::known_ciphersuite};

/// Names a key package by its hash and knows what an index knows of it; no keys. Two with one hash name one package.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
pub struct KeypackageRef {
    /// The hash.
    pub hash_ref: HashRef,
    /// The package's ciphersuite.
    pub ciphersuite: u16,
    /// The scheme of its signatures.
    pub signature_scheme: u16,
    /// The type of its credential.
    pub credential_type: u16,
    /// When it begins to be valid, in seconds since 1970.
    pub not_before: u64,
    /// When it is no longer valid, in seconds since 1970: the first second that is outside.
    pub not_after: u64,
    /// Whether it may be used more than once.
    pub is_last_resort: bool,
}

/// The reference to any key package, one's own or another's, bare or in an `MLSMessage`. Nothing is verified.
///
/// # Errors
/// `Keypackage` with a `Rejected` that speaks of the shape.
#[uniffi::export]
pub fn keypackage_ref_from_bytes(bytes: Vec<u8>) -> Result<KeypackageRef> {
    Ok((&mlskit::KeypackageRef::from_bytes(&bytes)?).into())
}

/// Many references in one piece of bytes, since what UniFFI generates for Swift takes some microseconds to read a record.
///
/// Each is, numbers in big-endian order: `ciphersuite`, `signature_scheme`, `credential_type`, two bytes each;
/// `not_before`, `not_after`, eight each; `is_last_resort`, one; the hash's length, one; the hash.
pub(crate) fn packed(refs: &[mlskit::KeypackageRef]) -> Vec<u8> {
    let mut packed = Vec::new();
    for core in refs {
        let KeypackageRef {
            hash_ref: HashRef(hash_ref),
            ciphersuite,
            signature_scheme,
            credential_type,
            not_before,
            not_after,
            is_last_resort,
        } = core.into();
        for number in [ciphersuite, signature_scheme, credential_type] {
            packed.extend(number.to_be_bytes());
        }
        for second in [not_before, not_after] {
            packed.extend(second.to_be_bytes());
        }
        // A hash of another suite than those supported today would have 48 or 64 bytes.
        packed.extend([is_last_resort.into(), u8::try_from(hash_ref.len()).unwrap_or(u8::MAX)]);
        packed.extend(hash_ref.iter().take(u8::MAX.into()));
    }
    packed
}

impl From<&mlskit::KeypackageRef> for KeypackageRef {
    fn from(core: &mlskit::KeypackageRef) -> Self {
        let (not_before, not_after) =
            core.lifetime().map_or((0, u64::MAX), |lifetime| (lifetime.not_before(), lifetime.not_after()));
        Self {
            hash_ref: HashRef(core.hash_ref().to_vec()),
            ciphersuite: core.ciphersuite().into(),
            signature_scheme: core.signature_scheme() as u16,
            credential_type: core.credential_type().into(),
            not_before,
            not_after,
            is_last_resort: core.is_last_resort(),
        }
    }
}

impl TryFrom<KeypackageRef> for mlskit::KeypackageRef {
    type Error = MlsError;

    fn try_from(value: KeypackageRef) -> Result<Self> {
        let KeypackageRef {
            hash_ref: HashRef(hash_ref),
            ciphersuite,
            signature_scheme: _,
            credential_type,
            not_before,
            not_after,
            is_last_resort,
        } = value;
        let ciphersuite = known_ciphersuite(ciphersuite)?;
        let lifetime = Lifetime::init(not_before, not_after);
        Ok(Self::from_parts(hash_ref, ciphersuite, credential_type.into(), lifetime, is_last_resort))
    }
}
