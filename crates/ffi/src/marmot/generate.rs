//! Packages that keep Marmot's rules.

use std::time::Duration;

use mlskit::marmot as core;

use crate::{
    Capabilities, CredentialRef, Extension, Keypackage, KeypackageConfig, Lifespan, NostrPublicKey, Result,
    TransactionContext,
};

/// MLS 1.0, Marmot's ciphersuite, Basic credentials, and the extensions 0xf2ee and 0x000a; nothing else.
///
/// # Errors
/// None so far.
#[uniffi::export]
pub fn marmot_default_capabilities() -> Result<Capabilities> {
    Capabilities::try_from(&core::default_capabilities())
}

/// The given capabilities with all that Marmot asks for: what is missing comes last in its list, the default types of
/// RFC 9420 are taken out, and all else stays.
///
/// # Errors
/// `Keypackage` with `NoCiphersuites` or `UnsupportedCiphersuite`.
#[uniffi::export]
pub fn marmot_ensure_capabilities(capabilities: Capabilities) -> Result<Capabilities> {
    Capabilities::try_from(&core::ensure_capabilities(&capabilities.try_into()?)?)
}

/// The extensions that `marmot_keypackage_config` puts into a package: that of last resort.
#[uniffi::export]
#[must_use]
pub fn marmot_keypackage_default_extensions() -> Vec<Extension> {
    vec![Extension::LastResort]
}

/// The configuration of a Marmot package: of last resort, with `marmot_default_capabilities`, for `lifetime` seconds or
/// 84 days (`ClientOptions::max_lifetime` if that is shorter). It may be configured further, for packages that are used
/// once, say.
///
/// Whatever is configured further, as long as `KeypackageConfig::marmot` stays: generating with it is refused for a
/// credential with another identity or ciphersuite and for a lifetime over Marmot's; 0xf2ee and 0x000a are always
/// declared.
///
/// # Errors
/// `Marmot` with `LifetimeTooLong` or `WrongPublicKeyLength`.
#[uniffi::export]
pub fn marmot_keypackage_config(pubkey: NostrPublicKey, lifetime: Option<u64>) -> Result<KeypackageConfig> {
    // What it would refuse is refused before the record crosses.
    let _ = core::keypackage_config(&pubkey.clone().try_into()?, lifetime.map(Duration::from_secs))?;
    Ok(KeypackageConfig {
        lifespan: lifetime.map(|seconds| Lifespan::For { seconds }),
        capabilities: Some(marmot_default_capabilities()?),
        last_resort: true,
        marmot: Some(pubkey),
        ..KeypackageConfig::default()
    })
}

#[uniffi::export]
impl TransactionContext {
    /// Generates a package as `marmot_keypackage_config` has it, for the key in the credential, and stores it with its
    /// private keys. `lifetime` is in seconds.
    ///
    /// # Errors
    /// `Marmot` with `WrongCiphersuite`, `NotBasic` and `WrongPublicKeyLength` for a credential that no Marmot package may
    /// have; those of `marmot_keypackage_config` and of `generate_keypackage_with`.
    pub async fn generate_marmot_keypackage(
        &self,
        credential_ref: CredentialRef,
        lifetime: Option<u64>,
    ) -> Result<Keypackage> {
        let lifetime = lifetime.map(Duration::from_secs);
        let generated = core::generate_keypackage(self.core(), &credential_ref.try_into()?, lifetime).await?;
        Keypackage::try_from(&generated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITE: u16 = 1;

    fn pubkey() -> NostrPublicKey {
        NostrPublicKey((0..32).collect())
    }

    /// With what the record can't show, too: the rules that go on holding.
    #[test]
    fn the_configuration_is_the_cores_own() {
        for lifetime in [None, Some(7_776_000)] {
            let key = pubkey().try_into().unwrap();
            let expected = core::keypackage_config(&key, lifetime.map(Duration::from_secs)).unwrap();
            let ffi = marmot_keypackage_config(pubkey(), lifetime).unwrap();
            assert_eq!(mlskit::KeypackageConfig::try_from(ffi).unwrap(), expected);
        }
    }

    #[test]
    fn the_default_extensions_are_the_cores_own() {
        let extensions =
            marmot_keypackage_default_extensions().into_iter().map(mlskit::openmls::prelude::Extension::from);
        assert_eq!(extensions.collect::<Vec<_>>(), core::keypackage_default_extensions());
    }

    #[test]
    fn capabilities_are_the_same_when_they_come_back() {
        let odd = Capabilities {
            versions: vec![1, 0x0a0a],
            ciphersuites: vec![SUITE, 0x1a1a],
            extensions: vec![0x2a2a, 0xf300],
            proposals: vec![0x3a3a, 0xf301],
            credentials: vec![1, 0x4a4a],
        };
        let core = odd.clone().try_into().unwrap();
        assert_eq!(Capabilities::try_from(&core).unwrap(), odd);
    }
}
