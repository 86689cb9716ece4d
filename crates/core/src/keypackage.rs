//! Key packages: signed offers to be added to a group (RFC 9420 §10).

mod bundle;
mod check;
mod config;
mod framing;
mod generate;
mod hash;
mod import;
mod info;
mod no_storage;
mod raw;
mod reader;
mod reference;

use std::time::{Duration, SystemTime};

pub use check::KeypackageChecks;
pub use config::KeypackageConfig;
pub(crate) use config::{capabilities, default_capabilities};
pub use framing::KeypackageFraming;
pub(crate) use generate::{generate_batch, generate_one};
pub use info::{CapabilitiesInfo, CredentialInfo, ExtensionInfo, KeypackageInfo, LeafSourceInfo};
use mlskit_keystore::View;
/// A key package whose signatures have been checked, or that was made here.
pub use openmls::prelude::KeyPackage as Keypackage;
pub use reference::KeypackageRef;
use tls_codec::Serialize;
#[cfg(feature = "marmot")]
pub(crate) use {
    config::{Profile, declare},
    raw::DEFAULT_EXTENSIONS,
};

pub use crate::error::RejectedKeypackage;
use crate::{KeypackageError, Result, hex};

/// The default lifetime of a key package: 84 days, about three months.
pub const KEYPACKAGE_DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60 * 24 * 28 * 3);

/// How far back a lifetime begins, so that a peer whose clock is behind can use the package at once; and so by how much
/// it may be longer than a limit.
pub(crate) const CLOCK_MARGIN: Duration = Duration::from_hours(1);

/// The most key packages that one call generates.
pub const MAX_BATCH: usize = 10_000;

/// What mlskit adds to a [`Keypackage`].
pub trait KeypackageExt {
    /// The package's reference (RFC 9420 §5.2).
    ///
    /// # Errors
    /// [`KeypackageError::NotEncoded`] if it can't be encoded.
    fn keypackage_ref(&self) -> Result<KeypackageRef>;

    /// The bare `KeyPackage` of RFC 9420 §10.
    ///
    /// # Errors
    /// [`KeypackageError::NotEncoded`] if it can't be encoded.
    fn to_bytes(&self) -> Result<Vec<u8>>;

    /// The package in an `MLSMessage` (RFC 9420 §6), as some directories want it.
    ///
    /// # Errors
    /// [`KeypackageError::NotEncoded`] if it can't be encoded.
    fn to_mls_message(&self) -> Result<Vec<u8>>;

    /// Every field, to look at.
    ///
    /// # Errors
    /// [`KeypackageError::NotEncoded`] if it can't be encoded.
    fn info(&self) -> Result<KeypackageInfo>;

    /// Whether the system's clock is inside its lifetime.
    fn is_valid(&self) -> bool;
}

impl KeypackageExt for Keypackage {
    fn keypackage_ref(&self) -> Result<KeypackageRef> {
        reference::of(self, &*check::CRYPTO)
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        self.tls_serialize_detached().map_err(|error| KeypackageError::NotEncoded { reason: error.to_string() }.into())
    }

    fn to_mls_message(&self) -> Result<Vec<u8>> {
        Ok(framing::wrap(&self.to_bytes()?))
    }

    fn info(&self) -> Result<KeypackageInfo> {
        Ok(KeypackageInfo::from_bytes(&self.to_bytes()?)?)
    }

    fn is_valid(&self) -> bool {
        self.life_time().validate().is_ok()
    }
}

pub(crate) fn list(view: &View<'_>) -> Result<Vec<KeypackageRef>> {
    view.keypackages()?.into_iter().map(KeypackageRef::try_from).collect()
}

pub(crate) fn find(view: &View<'_>, hash_ref: &[u8]) -> Result<Option<KeypackageRef>> {
    view.keypackage_record(hash_ref)?.map(KeypackageRef::try_from).transpose()
}

pub(crate) fn list_valid(view: &View<'_>, now: SystemTime) -> Result<Vec<KeypackageRef>> {
    let mut refs = list(view)?;
    refs.retain(|keypackage_ref| keypackage_ref.is_valid_at(now));
    Ok(refs)
}

pub(crate) fn is_valid(view: &View<'_>, hash_ref: &[u8], now: SystemTime) -> Result<bool> {
    Ok(find(view, hash_ref)?.is_some_and(|keypackage_ref| keypackage_ref.is_valid_at(now)))
}

/// The package that a person, or another kit, calls by its hash in hexadecimal digits.
pub(crate) fn find_by_id(view: &View<'_>, id: &str) -> Result<Option<KeypackageRef>> {
    hex::parse(id).map_or(Ok(None), |hash_ref| find(view, &hash_ref))
}

pub(crate) fn load(view: &View<'_>, keypackage_ref: &KeypackageRef) -> Result<Option<Keypackage>> {
    let bundle = view.keypackage_bundle(keypackage_ref.hash_ref())?;
    bundle.map(|bundle| bundle::decode_public(&bundle)).transpose()
}
