//! A key package, as it travels.

use mlskit::KeypackageExt;

use crate::{CredentialInfo, KeypackageRef, MlsError, Result, SignatureKey};

/// A key package (RFC 9420 §10) whose signatures have been checked, or that was made here.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Keypackage {
    /// Names it.
    pub keypackage_ref: KeypackageRef,
    /// Whom it speaks for.
    pub credential: CredentialInfo,
    /// The public key that its client signs with.
    pub signature_key: SignatureKey,
    /// The bare `KeyPackage`, to publish and to add.
    pub bytes: Vec<u8>,
}

impl TryFrom<&mlskit::Keypackage> for Keypackage {
    type Error = MlsError;

    fn try_from(core: &mlskit::Keypackage) -> Result<Self> {
        Ok(Self {
            keypackage_ref: (&core.keypackage_ref()?).into(),
            credential: CredentialInfo::of(core.leaf_node().credential()),
            signature_key: SignatureKey(core.leaf_node().signature_key().as_slice().to_vec()),
            bytes: core.to_bytes()?,
        })
    }
}
