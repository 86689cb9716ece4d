//! What a Marmot client says it can do (RFC 9420 §7.2).

use openmls::prelude::{Capabilities, CredentialType, ExtensionType, ProtocolVersion};

use super::{CIPHERSUITE, MarmotError, REQUIRED_EXTENSIONS};
use crate::{Error, keypackage::declare};

/// MLS 1.0, [`CIPHERSUITE`], Basic credentials, and the extensions 0xf2ee and 0x000a; nothing else.
#[must_use]
pub fn default_capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[CIPHERSUITE]),
        Some(&REQUIRED_EXTENSIONS.map(ExtensionType::from)),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    )
}

/// The given capabilities with all that Marmot asks for: what is missing comes last in its list, the default types of
/// RFC 9420 are taken out, and all else stays.
///
/// # Errors
/// [`KeypackageError::NoCiphersuites`](crate::KeypackageError::NoCiphersuites) and
/// [`KeypackageError::UnsupportedCiphersuite`](crate::KeypackageError::UnsupportedCiphersuite).
pub fn ensure_capabilities(capabilities: &Capabilities) -> Result<Capabilities, MarmotError> {
    let required = REQUIRED_EXTENSIONS.map(ExtensionType::from).into_iter();
    declare(Some(capabilities), (CIPHERSUITE, CredentialType::Basic), required)
        .map_err(|error| Error::from(error).into())
}
