//! A key package, as it travels.

use std::{sync::Arc, time::Duration};

use mlskit::{KeypackageChecks, KeypackageExt};

use crate::{CredentialInfo, KeypackageRef, ManualClock, MlsError, Result, SignatureKey};

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

/// `import_keypackage` on the thread that asks and without a client, for programs that have a thread of their own for it: a
/// directory that takes uploads, say. `max_accepted_lifetime` is in seconds; without it, that of `ClientOptions`.
///
/// # Errors
/// `Keypackage` with `Rejected`.
#[uniffi::export]
pub fn check_keypackage(
    bytes: Vec<u8>,
    max_accepted_lifetime: Option<u64>,
    clock: Option<Arc<ManualClock>>,
) -> Result<Keypackage> {
    let mut checks = KeypackageChecks::default();
    if let Some(seconds) = max_accepted_lifetime {
        checks = checks.max_accepted_lifetime(Duration::from_secs(seconds));
    }
    if let Some(clock) = clock {
        checks = checks.clock(clock);
    }
    Keypackage::try_from(&checks.check(&bytes)?)
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
