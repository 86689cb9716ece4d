//! Packages with X.509 credentials.

use super::*;

#[test]
fn packages_with_certificates_are_accepted() {
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::P256Compressed] {
        let chain = ChainBuilder::new(kind, "bob").build().unwrap();
        accept(&Forge::certified(&chain));
    }
}

#[test]
fn a_certificate_of_another_key_is_rejected_with_both_keys() {
    let chain = ChainBuilder::new(KeyKind::Ed25519, "bob").build().unwrap();
    let signer = Forge::default().signer;
    let (certificate, signature_key) = (chain.public_key.clone(), signer.public());
    let forge = Forge { signer, ..Forge::certified(&chain) };
    let wrong = CertificateError::DifferentKey { certificate, signature_key };
    assert_eq!(reason(&forge), RejectedKeypackage::Certificate(wrong));
}

#[test]
fn certificates_that_cannot_be_read_are_rejected() {
    let chain = ChainBuilder::new(KeyKind::Ed25519, "bob").build().unwrap();
    let with = |credential| reason(&Forge { credential, ..Forge::certified(&chain) });
    let RejectedKeypackage::Certificate(wrong) = with(vector(b"no certificate")) else { panic!("another reason") };
    assert!(matches!(wrong, CertificateError::NotACertificate { position: 0, .. }), "{wrong}");
    let mut truncated = chain.credential_content();
    truncated.truncate(100);
    let RejectedKeypackage::Certificate(wrong) = with(truncated) else { panic!("another reason") };
    assert!(matches!(wrong, CertificateError::NotAList { position: 0, .. }), "{wrong}");
    assert_eq!(with(Vec::new()), RejectedKeypackage::Certificate(CertificateError::EmptyChain));
}
