//! Which extensions may stand where (RFC 9420 §17.3), decided by their numbers: `Extension::Unknown` can hold any.

use openmls::prelude::{
    Extension, ExtensionType, ExtensionValidator, Extensions, KeyPackage, LastResortExtension, LeafNode,
};
use tls_codec::{DeserializeBytes, Serialize};

use crate::{ExtensionPlace, KeypackageError};

pub(super) fn of_package(
    extensions: &[Extension],
    last_resort: bool,
) -> Result<Extensions<KeyPackage>, KeypackageError> {
    let mut extensions = extensions.to_vec();
    if last_resort && !extensions.iter().any(|extension| kind(extension) == ExtensionType::LastResort) {
        extensions.push(Extension::LastResort(LastResortExtension::new()));
    }
    check(&extensions, ExtensionPlace::Keypackage)?;
    as_peers_read(&extensions, ExtensionPlace::Keypackage)
}

pub(super) fn of_leaf_node(extensions: &[Extension]) -> Result<Extensions<LeafNode>, KeypackageError> {
    check(extensions, ExtensionPlace::LeafNode)?;
    as_peers_read(extensions, ExtensionPlace::LeafNode)
}

fn check(extensions: &[Extension], place: ExtensionPlace) -> Result<(), KeypackageError> {
    let mut seen = Vec::with_capacity(extensions.len());
    for found in extensions.iter().map(kind) {
        let allowed = match found {
            ExtensionType::Grease(found) => return Err(KeypackageError::GreaseExtension { found }),
            ExtensionType::RatchetTree
            | ExtensionType::RequiredCapabilities
            | ExtensionType::ExternalPub
            | ExtensionType::ExternalSenders => false,
            ExtensionType::ApplicationId => place == ExtensionPlace::LeafNode,
            ExtensionType::LastResort => place == ExtensionPlace::Keypackage,
            _ => true,
        };
        if !allowed {
            return Err(KeypackageError::ExtensionMisplaced { found, place });
        }
        if seen.contains(&found) {
            return Err(KeypackageError::DuplicateExtension { found, place });
        }
        seen.push(found);
    }
    Ok(())
}

/// The type behind the number, in whichever variant it was given.
fn kind(extension: &Extension) -> ExtensionType {
    u16::from(extension.extension_type()).into()
}

/// Encodes and decodes, so that a package made here equals the one that a peer, or the store, decodes; and a known
/// extension given as raw bytes is one that a peer can decode.
fn as_peers_read<T: ExtensionValidator>(
    extensions: &[Extension],
    place: ExtensionPlace,
) -> Result<Extensions<T>, KeypackageError>
where
    Extensions<T>: DeserializeBytes,
{
    extensions
        .tls_serialize_detached()
        .and_then(|bytes| Extensions::tls_deserialize_exact_bytes(&bytes))
        .map_err(|error| KeypackageError::MalformedExtension { place, reason: error.to_string() })
}
