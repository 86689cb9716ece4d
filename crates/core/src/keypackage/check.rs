//! What makes another client's key package acceptable (RFC 9420 §10.1, §7.3, §7.2).
//!
//! OpenMLS checks both signatures and some of the rest; its `validate` knows nothing of the length of lifetimes, of the
//! leaf's extensions and of what a package uses but doesn't declare. It reads the system's clock, so that a turned
//! [`Clock`] can make the check stricter only.

mod extensions;
mod keys;

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use openmls::{
    prelude::{KeyPackageIn, KeyPackageVerifyError, ProtocolVersion},
    treesync::errors::LifetimeError,
};
use openmls_rust_crypto::RustCrypto;
use tls_codec::{Deserialize, Serialize};

use super::{
    CLOCK_MARGIN, Keypackage, RejectedKeypackage, framing,
    raw::{RawCapabilities, RawKeypackage, RawSource},
};
use crate::{
    ClientOptions, Clock, clock,
    credential::{SUPPORTED_CIPHERSUITES, check_binding},
};

/// Verifying needs no randomness, so all threads share one.
pub(crate) static CRYPTO: LazyLock<RustCrypto> = LazyLock::new(RustCrypto::default);

/// Checks key packages on the thread that asks, for programs that have a thread of their own for it: a directory
/// that takes uploads, say. [`Client::import_keypackage`](crate::Client::import_keypackage) is this on another thread.
///
/// ```
/// # use mlskit::{Client, ClientId, Credential, KeypackageExt, openmls::prelude::Ciphersuite};
/// use std::time::Duration;
/// use mlskit::keypackage::KeypackageChecks;
///
/// # smol::block_on(async {
/// # let client = Client::temporary(ClientId::from("alice")).await?;
/// # let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
/// # let upload = client.transaction(async |tx| {
/// #     let credential_ref = tx.add_credential(Credential::basic(suite, client.id())?).await?;
/// #     tx.generate_keypackage(&credential_ref, None).await?.to_bytes()
/// # }).await?;
/// let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::from_hours(90 * 24));
/// let keypackage = checks.check(&upload)?;
/// # Ok::<(), mlskit::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct KeypackageChecks {
    max_accepted_lifetime: Duration,
    clock: Arc<dyn Clock>,
}

impl KeypackageChecks {
    /// The longest lifetime that is accepted, before the hour for clocks that comes on top. Default: as
    /// [`ClientOptions::max_accepted_lifetime`].
    pub fn max_accepted_lifetime(self, max_accepted_lifetime: Duration) -> Self {
        Self { max_accepted_lifetime, ..self }
    }

    /// Where the time comes from. Default: the system's clock, which OpenMLS reads in any case.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Decodes a key package, bare or in an `MLSMessage`, and does everything that RFC 9420 §10.1 and §7.3 ask before
    /// it may be used. Whether the credential tells the truth is for the app to find out (§5.3.1).
    ///
    /// # Errors
    /// The first reason not to accept it: first those of shape, then the signatures, then all that they sign.
    pub fn check(&self, bytes: &[u8]) -> Result<Keypackage, RejectedKeypackage> {
        let raw = RawKeypackage::read(bytes)?;
        let lifetime = check_kind(&raw)?;
        let verified = match KeyPackageIn::tls_deserialize_exact(raw.bare) {
            Ok(package) => package.validate(&*CRYPTO, ProtocolVersion::Mls10).map_err(from_openmls),
            Err(error) => Err(undecodable(&error)),
        };
        if let Err(RejectedKeypackage::WrongSignature | RejectedKeypackage::WrongLeafSignature) = verified {
            return verified;
        }
        self.check_signed(&raw, lifetime)?;
        let verified = verified?;
        check_binding(verified.leaf_node().credential(), raw.leaf.signature_key)?;
        Ok(verified)
    }

    /// The same for a package whose signatures somebody has verified already.
    pub(crate) fn check_contents(&self, keypackage: &Keypackage) -> Result<(), RejectedKeypackage> {
        let bytes = keypackage.tls_serialize_detached().map_err(|error| undecodable(&error))?;
        let raw = RawKeypackage::read(&bytes)?;
        self.check_signed(&raw, check_kind(&raw)?)?;
        Ok(check_binding(keypackage.leaf_node().credential(), raw.leaf.signature_key)?)
    }

    fn check_signed(&self, raw: &RawKeypackage<'_>, lifetime: (u64, u64)) -> Result<(), RejectedKeypackage> {
        keys::check(raw)?;
        extensions::check(raw)?;
        check_declared(raw)?;
        self.check_lifetime(lifetime)
    }

    fn check_lifetime(&self, (not_before, not_after): (u64, u64)) -> Result<(), RejectedKeypackage> {
        let found = match not_after.checked_sub(not_before) {
            Some(seconds) if seconds > 0 => Duration::from_secs(seconds),
            _ => return Err(RejectedKeypackage::InvertedLifetime { not_before, not_after }),
        };
        let now = clock::seconds(self.clock.now());
        if not_after <= now {
            return Err(RejectedKeypackage::Expired { not_after, now });
        }
        if not_before > now {
            return Err(RejectedKeypackage::NotYetValid { not_before, now });
        }
        let limit = self.max_accepted_lifetime.saturating_add(CLOCK_MARGIN);
        if found > limit {
            return Err(RejectedKeypackage::LifetimeTooLong { found, limit });
        }
        Ok(())
    }
}

impl Default for KeypackageChecks {
    fn default() -> Self {
        Self::from(&ClientOptions::default())
    }
}

impl From<&ClientOptions> for KeypackageChecks {
    fn from(options: &ClientOptions) -> Self {
        Self { max_accepted_lifetime: options.max_accepted_lifetime, clock: Arc::clone(&options.clock) }
    }
}

/// What has to be right before a signature can be looked at. Only a leaf that was made for a key package has a
/// lifetime: when it begins and when it ends.
fn check_kind(raw: &RawKeypackage<'_>) -> Result<(u64, u64), RejectedKeypackage> {
    if raw.version != framing::MLS10 {
        return Err(RejectedKeypackage::UnknownVersion { found: raw.version });
    }
    if !SUPPORTED_CIPHERSUITES.iter().any(|&suite| u16::from(suite) == raw.ciphersuite) {
        return Err(raw.unsupported_ciphersuite());
    }
    match raw.leaf.source {
        RawSource::KeyPackage { not_before, not_after } => Ok((not_before, not_after)),
        other => Err(RejectedKeypackage::WrongLeafSource { found: other.number() }),
    }
}

/// A package must be able to do what it is: else it could be added to no group that asks for its own kind.
fn check_declared(raw: &RawKeypackage<'_>) -> Result<(), RejectedKeypackage> {
    let RawCapabilities { versions, ciphersuites, credentials, .. } = raw.leaf.capabilities;
    if !versions.contains(raw.version) {
        return Err(RejectedKeypackage::UndeclaredVersion { found: raw.version, declared: versions.to_vec() });
    }
    if !ciphersuites.contains(raw.ciphersuite) {
        let declared = ciphersuites.to_vec();
        return Err(RejectedKeypackage::UndeclaredCiphersuite { found: raw.ciphersuite, declared });
    }
    if !credentials.contains(raw.leaf.credential_type) {
        let declared = credentials.to_vec();
        return Err(RejectedKeypackage::UndeclaredCredentialType { found: raw.leaf.credential_type, declared });
    }
    Ok(())
}

/// Only the signatures, and lifetimes by the system's clock, are OpenMLS's to tell: the rest has an own check above.
fn from_openmls(error: KeyPackageVerifyError) -> RejectedKeypackage {
    match error {
        KeyPackageVerifyError::InvalidSignature => RejectedKeypackage::WrongSignature,
        KeyPackageVerifyError::InvalidLeafNodeSignature => RejectedKeypackage::WrongLeafSignature,
        KeyPackageVerifyError::LifetimeError(LifetimeError::Expired { not_after, now }) => {
            RejectedKeypackage::Expired { not_after, now }
        }
        KeyPackageVerifyError::LifetimeError(LifetimeError::NotValidYet { not_before, now }) => {
            RejectedKeypackage::NotYetValid { not_before, now }
        }
        other => undecodable(&other),
    }
}

fn undecodable(error: &impl ToString) -> RejectedKeypackage {
    RejectedKeypackage::Malformed { field: "key_package", reason: error.to_string() }
}
