//! Packages of another kind, and wrong signatures.

use super::*;

#[test]
fn another_protocol_version_is_named() {
    assert_eq!(
        reason(&Forge { version: 2, versions: vec![1, 2], ..Forge::default() }),
        RejectedKeypackage::UnknownVersion { found: 2 }
    );
}

#[test]
fn a_suite_of_another_client_is_named_with_those_that_are_supported() {
    let supported = vec![1, 2, 3];
    // 4 is one that OpenMLS knows and we can't work with; 5 is the number of an MLSMessage's wire format, too.
    for found in [4, 5, 0x7777, GREASE] {
        let forge = Forge { ciphersuite: found, ciphersuites: vec![found], ..Forge::default() };
        let supported = supported.clone();
        assert_eq!(reason(&forge), RejectedKeypackage::UnsupportedCiphersuite { found, supported });
    }
}

#[test]
fn a_leaf_made_for_something_else_is_rejected() {
    for (found, with) in [(2, Vec::new()), (3, vector(&[9; 32])), (4, Vec::new())] {
        let forge = Forge { source: (found, with), ..Forge::default() };
        assert_eq!(reason(&forge), RejectedKeypackage::WrongLeafSource { found });
    }
}

#[test]
fn a_wrong_signature_of_the_package_is_rejected() {
    for signature in [vec![0; 64], Vec::new(), ForgeSigner::Ed25519([0x44; 32]).sign("KeyPackageTBS", b"other")] {
        let forge = Forge { signature: Some(signature), ..Forge::default() };
        assert_eq!(reason(&forge), RejectedKeypackage::WrongSignature);
    }
}

#[test]
fn a_wrong_signature_of_the_leaf_is_rejected() {
    let forge = Forge { leaf_signature: Some(vec![0; 64]), ..Forge::default() };
    assert_eq!(reason(&forge), RejectedKeypackage::WrongLeafSignature);
    let anothers_key = ForgeSigner::Ed25519([0x44; 32]).public();
    let forge = Forge { signature_key: Some(anothers_key), ..Forge::default() };
    assert_eq!(reason(&forge), RejectedKeypackage::WrongLeafSignature);
}

#[test]
fn an_altered_package_is_rejected_for_its_signature_whatever_else_is_wrong() {
    let forge = Forge { signature: Some(vec![0; 64]), versions: Vec::new(), ..with_lifetime(0, 1) };
    assert_eq!(reason(&forge), RejectedKeypackage::WrongSignature);
}

#[test]
fn a_rejection_says_what_was_expected_and_what_was_found() {
    let forge = Forge { ciphersuites: vec![2, 3], ..Forge::default() };
    let shown = "the key package is for ciphersuite 0x0001, but its capabilities declare only 0x0002, 0x0003";
    assert_eq!(reason(&forge).to_string(), shown);
    let forge = Forge { versions: Vec::new(), ..Forge::default() };
    let shown = "the key package is for version 0x0001, but its capabilities declare nothing";
    assert_eq!(reason(&forge).to_string(), shown);
    let expired = RejectedKeypackage::Expired { not_after: 951_782_400, now: 951_868_800 };
    let shown = "the key package expired at 2000-02-29 00:00:00 UTC; now it is 2000-03-01 00:00:00 UTC";
    assert_eq!(expired.to_string(), shown);
}
