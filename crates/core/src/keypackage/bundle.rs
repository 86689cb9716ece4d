//! How a package and its private keys are stored: CBOR, whose named fields survive changes in OpenMLS.

use std::io;

use openmls::prelude::KeyPackageBundle;
use zeroize::Zeroizing;

use crate::{KeypackageError, Result};

pub(crate) fn encode(bundle: &KeyPackageBundle) -> Result<Zeroizing<Vec<u8>>> {
    let not_built = |reason: String| KeypackageError::NotBuilt { reason };
    // Growing would leave copies of the private keys behind.
    let mut length = Length(0);
    cbor4ii::serde::to_writer(&mut length, bundle).map_err(|error| not_built(error.to_string()))?;
    let buffer = Vec::with_capacity(length.0);
    let encoded = cbor4ii::serde::to_vec(buffer, bundle);
    Ok(encoded.map(Zeroizing::new).map_err(|error| not_built(error.to_string()))?)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<KeyPackageBundle> {
    cbor4ii::serde::from_slice(bytes).map_err(|error| KeypackageError::NotDecoded { reason: error.to_string() }.into())
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use openmls::prelude::{Ciphersuite, Extension, Extensions, KeyPackage, UnknownExtension};

    use super::encode;
    use crate::{ClientId, CredentialRef, credential::SignatureKey, keypackage::no_storage::BuildProvider};

    #[test]
    fn encoding_leaves_no_copies_of_private_keys_behind() {
        let suite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
        let key = SignatureKey::generate(suite).unwrap();
        let record = mlskit_keystore::CredentialRecord {
            ciphersuite: suite.into(),
            credential_type: 1,
            content: b"alice".to_vec(),
            signature_key: key.public(),
        };
        let credential = CredentialRef::new(ClientId::from("alice"), record).unwrap();
        for length in [0, 1 << 16] {
            let large = Extension::Unknown(0xf2ee, UnknownExtension(vec![0xff; length]));
            let bundle = KeyPackage::builder()
                .leaf_node_extensions(Extensions::single(large).unwrap())
                .build(suite, &BuildProvider::default(), &key, credential.with_key())
                .unwrap();
            let encoded = encode(&bundle).unwrap();
            // Growing doubles the capacity.
            assert_eq!(encoded.capacity(), encoded.len());
        }
    }
}
