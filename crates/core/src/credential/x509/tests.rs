//! `check_binding` against anybody's credential.

use mlskit_testkit::certificates::{Chain, ChainBuilder, KeyKind};

use super::*;

const KINDS: [KeyKind; 3] = [KeyKind::Ed25519, KeyKind::P256, KeyKind::P256Compressed];

fn check(content: Vec<u8>, signature_key: &[u8]) -> Result<(), CertificateError> {
    check_binding(&Credential::new(CredentialType::X509, content), signature_key)
}

fn chain(kind: KeyKind) -> Chain {
    ChainBuilder::new(kind, "bob").intermediates(1).build().unwrap()
}

#[test]
fn a_chain_for_the_signature_key_passes() {
    for kind in KINDS {
        let chain = chain(kind);
        check(chain.credential_content(), &chain.public_key).unwrap();
    }
}

#[test]
fn a_chain_for_another_key_is_refused() {
    for kind in KINDS {
        let (theirs, own) = (chain(kind), chain(kind));
        let (certificate, signature_key) = (theirs.public_key.clone(), own.public_key.clone());
        let refused = CertificateError::DifferentKey { certificate, signature_key };
        assert_eq!(check(theirs.credential_content(), &own.public_key), Err(refused));
    }
}

#[test]
fn each_certificate_must_be_readable() {
    let good = chain(KeyKind::Ed25519);
    for (position, expected) in [(0, 0), (1, 1), (2, 2)] {
        for noise in [vec![1, 2, 3, 4], Vec::new()] {
            let mut chain = good.clone();
            chain.certificates[position] = noise;
            let refused = check(chain.credential_content(), &chain.public_key).unwrap_err();
            let CertificateError::NotACertificate { position: found, .. } = refused else { panic!("{refused}") };
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn only_the_leafs_key_counts() {
    let mut chain = chain(KeyKind::Ed25519);
    chain.certificates.rotate_left(1);
    let refused = check(chain.credential_content(), &chain.public_key).unwrap_err();
    assert!(matches!(refused, CertificateError::DifferentKey { .. }), "{refused}");
}

#[test]
fn a_credential_without_certificates_is_refused() {
    assert_eq!(check(vec![], &[7; 32]), Err(CertificateError::EmptyChain));
}

#[test]
fn what_is_not_a_list_is_refused_and_never_panics() {
    let chain = chain(KeyKind::P256);
    let content = chain.credential_content();
    let first = chain.certificates[0].len() + 2;
    for length in 1..content.len() {
        let position = u32::from(length >= first);
        match check(content[..length].to_vec(), &chain.public_key) {
            Ok(()) => assert!(length == first || length == content.len() - chain.certificates[2].len() - 2),
            Err(CertificateError::NotAList { position: found, .. }) => {
                assert!(found >= position, "{found} at {length}");
            }
            Err(other) => panic!("{other} at {length}"),
        }
    }
    let trailing = [content, vec![1]].concat();
    let refused = check(trailing, &chain.public_key).unwrap_err();
    assert!(matches!(refused, CertificateError::NotAList { position: 3, .. }), "{refused}");
    // RFC 9420 §2.1.2: a length takes as few bytes as it can.
    let long_winded = [&[0x40, 1, 0][..]].concat();
    let refused = check(long_winded, &chain.public_key).unwrap_err();
    assert!(matches!(refused, CertificateError::NotAList { position: 0, .. }), "{refused}");
}

#[test]
fn a_leaf_that_is_no_certificate_is_refused() {
    for bytes in [&b"\0"[..], b"\x05noise", b"\x02\x30\0"] {
        let refused = check(bytes.to_vec(), &[7; 32]).unwrap_err();
        assert!(matches!(refused, CertificateError::NotACertificate { position: 0, .. }), "{refused}");
    }
}

#[test]
fn a_leaf_for_an_unknown_algorithm_is_refused() {
    let chain = chain(KeyKind::P384);
    let found = "id-ecPublicKey with secp384r1".to_owned();
    let refused = CertificateError::UnknownKeyAlgorithm { found };
    assert_eq!(check(chain.credential_content(), &chain.public_key), Err(refused));
}

#[test]
fn other_types_have_no_certificate_to_check() {
    for credential_type in [CredentialType::Basic, CredentialType::Other(0xf000)] {
        check_binding(&Credential::new(credential_type, b"bob".to_vec()), &[7; 32]).unwrap();
    }
}
