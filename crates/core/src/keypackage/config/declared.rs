//! What a package declares of its client (RFC 9420 §7.2).
//!
//! The lists are handled as plain numbers. OpenMLS has several values for some of them (`ApplicationId` and
//! `Unknown(1)`), which are one and the same to a peer.

use std::{collections::HashSet, ops::RangeInclusive};

use openmls::prelude::{Capabilities, Ciphersuite, CredentialType, ExtensionType};
use openmls_traits::grease::is_grease_value;
use tls_codec::{DeserializeBytes, Serialize, TlsDeserializeBytes, TlsSerialize, TlsSize};

use crate::{
    KeypackageError,
    credential::SUPPORTED_CIPHERSUITES,
    keypackage::{framing::MLS10, raw::DEFAULT_EXTENSIONS},
};

/// add, update, remove, psk, reinit, external_init, group_context_extensions.
const DEFAULT_PROPOSALS: RangeInclusive<u16> = 1..=7;

/// `Capabilities` of RFC 9420 §7.2.
#[derive(TlsSize, TlsSerialize, TlsDeserializeBytes)]
struct Lists {
    versions: Vec<u16>,
    ciphersuites: Vec<u16>,
    extensions: Vec<u16>,
    proposals: Vec<u16>,
    credentials: Vec<u16>,
}

/// What was given, or the default, with these extensions and what else a package of this ciphersuite and type of
/// credential uses; without the RFC's default types and without repetitions.
pub(crate) fn declare(
    given: Option<&Capabilities>,
    (ciphersuite, credential_type): (Ciphersuite, CredentialType),
    extensions: impl Iterator<Item = ExtensionType>,
) -> Result<Capabilities, KeypackageError> {
    let mut lists = recode::<Lists>(&given.cloned().unwrap_or_default())?;
    if given.is_none() {
        lists.ciphersuites = SUPPORTED_CIPHERSUITES.map(u16::from).to_vec();
        lists.credentials = vec![CredentialType::Basic.into(), CredentialType::X509.into()];
    }
    check_ciphersuites(&lists.ciphersuites)?;
    lists.versions.push(MLS10);
    lists.ciphersuites.push(ciphersuite.into());
    lists.credentials.push(credential_type.into());
    lists.extensions.extend(extensions.map(u16::from));
    lists.extensions.retain(|listed| !DEFAULT_EXTENSIONS.contains(listed));
    lists.proposals.retain(|listed| !DEFAULT_PROPOSALS.contains(listed));
    let Lists { versions, ciphersuites, extensions, proposals, credentials } = &mut lists;
    for list in [versions, ciphersuites, extensions, proposals, credentials] {
        let mut seen = HashSet::new();
        list.retain(|listed| seen.insert(*listed));
    }
    recode(&lists)
}

fn check_ciphersuites(given: &[u16]) -> Result<(), KeypackageError> {
    let supported = || SUPPORTED_CIPHERSUITES.to_vec();
    if given.is_empty() {
        return Err(KeypackageError::NoCiphersuites { supported: supported() });
    }
    let lacks = |suite: &u16| !SUPPORTED_CIPHERSUITES.map(u16::from).contains(suite) && !is_grease_value(*suite);
    match given.iter().copied().find(lacks) {
        Some(found) => Err(KeypackageError::UnsupportedCiphersuite { found, supported: supported() }),
        None => Ok(()),
    }
}

/// OpenMLS has no setter for a list with GREASE in it; both types have the RFC's encoding.
fn recode<T: DeserializeBytes>(lists: &impl Serialize) -> Result<T, KeypackageError> {
    lists
        .tls_serialize_detached()
        .and_then(|bytes| T::tls_deserialize_exact_bytes(&bytes))
        .map_err(|error| KeypackageError::NotBuilt { reason: error.to_string() })
}
