//! How a package and its private keys are stored: CBOR, whose named fields survive changes in OpenMLS.

use openmls::prelude::KeyPackageBundle;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Keypackage;
use crate::{KeypackageError, Result};

pub(crate) fn encode(bundle: &KeyPackageBundle) -> Result<Zeroizing<Vec<u8>>> {
    let encoded = mlskit_keystore::encode_bare(bundle);
    Ok(encoded.map_err(|error| KeypackageError::NotBuilt { reason: error.to_string() })?)
}

/// The package alone: its private keys are passed over, so that no copies of them are made.
pub(crate) fn decode_public(bytes: &[u8]) -> Result<Keypackage> {
    #[derive(Deserialize)]
    struct Public {
        key_package: Keypackage,
    }
    let decoded = cbor4ii::serde::from_slice::<Public>(bytes);
    Ok(decoded.map_err(|error| KeypackageError::NotDecoded { reason: error.to_string() })?.key_package)
}

#[cfg(test)]
mod tests {
    use openmls::prelude::{Ciphersuite, Extension, Extensions, KeyPackage, KeyPackageBundle, UnknownExtension};
    use serde::Serialize;

    use super::{decode_public, encode};
    use crate::{ClientId, CredentialRef, Keypackage, credential::SignatureKey, keypackage::no_storage::BuildProvider};

    fn bundle(content: Vec<u8>) -> KeyPackageBundle {
        let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
        let key = SignatureKey::generate(suite).unwrap();
        let record = mlskit_keystore::CredentialRecord {
            ciphersuite: suite.into(),
            credential_type: 1,
            content: b"alice".to_vec(),
            signature_key: key.public(),
        };
        let credential = CredentialRef::new(ClientId::from("alice"), record).unwrap();
        let extension = Extension::Unknown(0xf2ee, UnknownExtension(content));
        KeyPackage::builder()
            .leaf_node_extensions(Extensions::single(extension).unwrap())
            .build(suite, &BuildProvider::default(), &key, credential.with_key())
            .unwrap()
    }

    #[test]
    fn encoding_leaves_no_copies_of_private_keys_behind() {
        for length in [0, 1 << 16] {
            let encoded = encode(&bundle(vec![0xff; length])).unwrap();
            // Growing doubles the capacity.
            assert_eq!(encoded.capacity(), encoded.len());
        }
    }

    #[test]
    fn the_public_package_is_decoded_without_a_look_at_the_private_keys() {
        #[derive(Serialize)]
        struct Unreadable<'a> {
            private_init_key: (),
            key_package: &'a Keypackage,
            private_encryption_key: &'static str,
        }
        let bundle = bundle(Vec::new());
        assert_eq!(&decode_public(&encode(&bundle).unwrap()).unwrap(), bundle.key_package());
        let key_package = bundle.key_package();
        let unreadable = Unreadable { private_init_key: (), key_package, private_encryption_key: "no key" };
        let encoded = cbor4ii::serde::to_vec(Vec::new(), &unreadable).unwrap();
        assert_eq!(&decode_public(&encoded).unwrap(), key_package);
    }
}
