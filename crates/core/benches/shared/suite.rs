//! The one ciphersuite that is measured.

use openmls::prelude::Ciphersuite;

pub(crate) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
