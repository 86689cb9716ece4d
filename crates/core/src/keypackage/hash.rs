//! References to packages whose bytes are all that there is (RFC 9420 §5.2).

use mlskit_keystore::KeypackageRecord;
use openmls::prelude::Ciphersuite;
use openmls_traits::crypto::OpenMlsCrypto;
use tls_codec::{Serialize, VLByteSlice};

use super::{
    KeypackageRef, RejectedKeypackage,
    check::CRYPTO,
    raw::{RawKeypackage, RawSource},
};
use crate::Result;

impl KeypackageRef {
    /// The reference to any key package, one's own or another's, bare or in an `MLSMessage`. Nothing is verified: it
    /// names these bytes, and what it tells of them is what they say.
    ///
    /// # Errors
    /// Those [`RejectedKeypackage`]s that speak of the shape, and
    /// [`UnsupportedCiphersuite`](RejectedKeypackage::UnsupportedCiphersuite) for a suite whose hash is unknown.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let raw = RawKeypackage::read(bytes)?;
        let RawSource::KeyPackage { not_before, not_after } = raw.leaf.source else {
            return Err(RejectedKeypackage::WrongLeafSource { found: raw.leaf.source.number() }.into());
        };
        let hash_ref = hash_ref(raw.ciphersuite, raw.bare).ok_or_else(|| raw.unsupported_ciphersuite())?;
        Self::try_from(KeypackageRecord {
            hash_ref,
            ciphersuite: raw.ciphersuite,
            credential_type: raw.leaf.credential_type,
            not_before,
            not_after,
            last_resort: raw.is_last_resort(),
        })
    }
}

/// The reference of the bare package `package`, if the suite's hash is known.
pub(crate) fn hash_ref(ciphersuite: u16, package: &[u8]) -> Option<Vec<u8>> {
    const LABEL: &[u8] = b"MLS 1.0 KeyPackage Reference";
    let ciphersuite = Ciphersuite::try_from(ciphersuite).ok()?;
    let input = (VLByteSlice(LABEL), VLByteSlice(package)).tls_serialize_detached().ok()?;
    CRYPTO.hash(ciphersuite.hash_algorithm(), &input).ok()
}
