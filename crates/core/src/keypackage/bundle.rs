//! How a package and its private keys are stored: CBOR, whose named fields survive changes in OpenMLS.

use openmls::prelude::KeyPackageBundle;
use zeroize::Zeroizing;

use crate::{KeypackageError, Result};

/// A bundle of the default configuration has some 1,150 bytes; growing would leave copies of secrets behind.
const EXPECTED_LENGTH: usize = 2048;

pub(crate) fn encode(bundle: &KeyPackageBundle) -> Result<Zeroizing<Vec<u8>>> {
    let buffer = Vec::with_capacity(EXPECTED_LENGTH);
    let encoded = cbor4ii::serde::to_vec(buffer, bundle);
    encoded.map(Zeroizing::new).map_err(|error| KeypackageError::NotBuilt { reason: error.to_string() }.into())
}

pub(crate) fn decode(bytes: &[u8]) -> Result<KeyPackageBundle> {
    cbor4ii::serde::from_slice(bytes).map_err(|error| KeypackageError::NotDecoded { reason: error.to_string() }.into())
}
