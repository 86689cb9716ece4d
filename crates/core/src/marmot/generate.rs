//! Packages that keep Marmot's rules.

use std::time::Duration;

use openmls::prelude::{Ciphersuite, Credential, Extension, ExtensionType, LastResortExtension};

use super::{CIPHERSUITE, MAX_LIFETIME, MarmotError, NostrPublicKey, REQUIRED_EXTENSIONS, default_capabilities};
use crate::{
    CredentialRef, Keypackage, KeypackageConfig, TransactionContext,
    keypackage::{CLOCK_MARGIN, Profile},
};

/// The extensions that [`keypackage_config`] puts into a package: that of last resort.
#[must_use]
pub fn keypackage_default_extensions() -> Vec<Extension> {
    vec![Extension::LastResort(LastResortExtension::new())]
}

/// Generates a package as [`keypackage_config`] has it, for the key in the credential, and stores it with its private
/// keys.
///
/// # Errors
/// [`MarmotError::WrongCiphersuite`], [`MarmotError::NotBasic`] and [`MarmotError::WrongPublicKeyLength`] for a
/// credential that no Marmot package may have; those of `keypackage_config` and of
/// [`generate_keypackage_with`](TransactionContext::generate_keypackage_with).
pub async fn generate_keypackage(
    tx: &TransactionContext,
    credential_ref: &CredentialRef,
    lifetime: Option<Duration>,
) -> Result<Keypackage, MarmotError> {
    let pubkey = check_credential(credential_ref.ciphersuite(), &credential_ref.credential())?;
    let config = keypackage_config(&pubkey, lifetime)?;
    Ok(tx.generate_keypackage_with(credential_ref, &config).await?)
}

/// The configuration of a Marmot package: of last resort, with [`default_capabilities`], for `lifetime` or 84 days
/// ([`ClientOptions::max_lifetime`](crate::ClientOptions::max_lifetime) if that is shorter). It may be configured
/// further, for packages that are used once, say.
///
/// Whatever is configured further: generating with it is refused for a credential with another identity
/// ([`DifferentIdentity`](crate::CredentialError::DifferentIdentity)) or ciphersuite
/// ([`UnsupportedCiphersuite`](crate::CredentialError::UnsupportedCiphersuite)) and for a lifetime over
/// [`MAX_LIFETIME`]; 0xf2ee and 0x000a are always declared.
///
/// # Errors
/// [`MarmotError::LifetimeTooLong`].
pub fn keypackage_config(pubkey: &NostrPublicKey, lifetime: Option<Duration>) -> Result<KeypackageConfig, MarmotError> {
    let mut config = KeypackageConfig::default().capabilities(default_capabilities()).last_resort(true);
    config.profile = Profile {
        identity: Some(pubkey.client_id()),
        ciphersuite: Some(CIPHERSUITE),
        extensions: REQUIRED_EXTENSIONS.map(ExtensionType::from).to_vec(),
        max_lifetime: Some(MAX_LIFETIME),
    };
    match lifetime {
        Some(asked) if asked > MAX_LIFETIME => Err(MarmotError::LifetimeTooLong { asked, limit: MAX_LIFETIME }),
        Some(asked) => Ok(config.lifetime(asked)),
        None => Ok(config),
    }
}

/// Whether a package keeps all rules but that on its lifetime; whom it speaks for.
pub(super) fn check_package(keypackage: &Keypackage) -> Result<NostrPublicKey, MarmotError> {
    let leaf_node = keypackage.leaf_node();
    let pubkey = check_credential(keypackage.ciphersuite(), leaf_node.credential())?;
    for missing in REQUIRED_EXTENSIONS {
        if !leaf_node.capabilities().extensions().contains(&missing.into()) {
            return Err(MarmotError::NotDeclared { missing });
        }
    }
    Ok(pubkey)
}

/// Whether a package made here may live as long as it does.
pub(super) fn check_lifetime(keypackage: &Keypackage) -> Result<(), MarmotError> {
    let lifetime = keypackage.life_time();
    let asked = Duration::from_secs(lifetime.not_after().saturating_sub(lifetime.not_before()));
    let limit = MAX_LIFETIME + CLOCK_MARGIN;
    if asked > limit { Err(MarmotError::LifetimeTooLong { asked, limit }) } else { Ok(()) }
}

fn check_credential(ciphersuite: Ciphersuite, credential: &Credential) -> Result<NostrPublicKey, MarmotError> {
    if ciphersuite != CIPHERSUITE {
        return Err(MarmotError::WrongCiphersuite { found: ciphersuite.into() });
    }
    NostrPublicKey::of(credential)
}
