//! Keys that are made, kept and refused.

use super::*;
use crate::Error;

const ED25519: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
const P256: Ciphersuite = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
const P384: Ciphersuite = Ciphersuite::MLS_256_DHKEMP384_AES256GCM_SHA384_P384;

#[test]
fn a_generated_key_comes_back_from_its_private_bytes() {
    for (suite, length) in [(ED25519, 32), (P256, 65)] {
        let key = SignatureKey::generate(suite).unwrap();
        let again = SignatureKey::from_private(suite, &key.private()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(again.public().len(), length);
        assert_eq!(again.signature_scheme(), suite.signature_algorithm());
        assert_ne!(SignatureKey::generate(suite).unwrap().public(), key.public());
    }
}

#[test]
fn a_suite_that_cannot_sign_here_is_refused_at_once() {
    let expected = Error::Credential(unsupported(P384));
    assert_eq!(SignatureKey::generate(P384).unwrap_err(), expected);
    assert_eq!(SignatureKey::from_private(P384, &[1; 48]).unwrap_err(), expected);
}

#[test]
fn damaged_private_bytes_are_told_from_a_missing_credential_and_not_shown() {
    // P-256 has no key zero and none above its order.
    for (suite, private) in [(ED25519, &[7; 31][..]), (P256, &[7; 33]), (P256, &[0; 32]), (P256, &[255; 32])] {
        let length = private.len();
        let reason = format!("its private key of {length} bytes is none for {suite:?}");
        let damaged = Error::Credential(CredentialError::NotDecoded { reason });
        assert_eq!(SignatureKey::from_private(suite, private).unwrap_err(), damaged);
    }
}

#[test]
fn a_key_shows_its_kind_only() {
    for (suite, shown) in [(ED25519, "SignatureKey::Ed25519(redacted)"), (P256, "SignatureKey::P256(redacted)")] {
        let key = SignatureKey::generate(suite).unwrap();
        assert_eq!(format!("{key:?}"), shown);
        assert_eq!(format!("{key:#?}"), shown);
    }
}
