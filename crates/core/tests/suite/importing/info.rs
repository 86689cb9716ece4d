//! References to packages and a look into them, acceptable or not.

use super::*;

#[test]
fn a_reference_computed_from_bytes_is_that_of_the_package() {
    for forge in good() {
        let keypackage = accept(&forge);
        let expected = keypackage.keypackage_ref().unwrap();
        for bytes in [forge.bytes(), forge.message()] {
            let found = KeypackageRef::from_bytes(&bytes).unwrap();
            assert_eq!(found, expected);
            assert_eq!(found.ciphersuite(), expected.ciphersuite());
            assert_eq!(found.credential_type(), expected.credential_type());
            assert_eq!(found.lifetime(), expected.lifetime());
        }
        assert!(!expected.is_last_resort());
    }
    let extensions = vec![(10, Vec::new())];
    let last_resort = Forge { extensions, extension_types: vec![10], ..Forge::default() };
    assert!(KeypackageRef::from_bytes(&last_resort.bytes()).unwrap().is_last_resort());
}

#[test]
fn a_reference_is_computed_for_a_package_that_would_be_rejected() {
    let expired = KeypackageRef::from_bytes(&with_lifetime(0, 1).bytes()).unwrap();
    assert!(!expired.is_valid());
    let unknown = Forge { ciphersuite: 0x7777, ..Forge::default() }.bytes();
    let supported = vec![1, 2, 3];
    assert_eq!(
        KeypackageRef::from_bytes(&unknown),
        Err(RejectedKeypackage::UnsupportedCiphersuite { found: 0x7777, supported }.into())
    );
}

#[test]
fn the_info_shows_every_field() {
    let forge = Forge {
        extensions: vec![(10, Vec::new())],
        leaf_extensions: vec![(PRIVATE, vec![0xab, 0xcd])],
        extension_types: vec![10, PRIVATE, GREASE],
        proposals: vec![9],
        source: made_for_key_package(951_782_400, 951_868_800),
        ..Forge::default()
    };
    let info = KeypackageInfo::from_bytes(&forge.message()).unwrap();
    assert_eq!((info.version, info.ciphersuite, info.size), (1, 1, forge.bytes().len()));
    assert_eq!(info.framing, KeypackageFraming::MlsMessage);
    assert_eq!(KeypackageInfo::from_bytes(&forge.bytes()).unwrap().framing, KeypackageFraming::Bare);
    assert_eq!((&info.init_key, &info.encryption_key), (&forge.init_key, &forge.encryption_key));
    assert_eq!(info.signature_key, forge.signer.public());
    assert_eq!(info.credential, CredentialInfo::Basic { identity: forge.credential.clone() });
    let CapabilitiesInfo { versions, ciphersuites, extensions, proposals, credentials, .. } = &info.capabilities;
    assert_eq!((versions, ciphersuites), (&forge.versions, &forge.ciphersuites));
    assert_eq!((extensions, proposals, credentials), (&forge.extension_types, &forge.proposals, &forge.credentials));
    assert_eq!(info.lifetime(), Some(Lifetime::init(951_782_400, 951_868_800)));
    let pairs = |extensions: &[ExtensionInfo]| {
        extensions.iter().map(|extension| (extension.extension_type, extension.data.clone())).collect::<Vec<_>>()
    };
    assert_eq!(pairs(&info.extensions), forge.extensions);
    assert_eq!(pairs(&info.leaf_extensions), forge.leaf_extensions);
    assert_eq!((info.leaf_signature.len(), info.signature.len()), (64, 64));
    assert!(forge.bytes().ends_with(&info.signature));
    assert!(info.is_last_resort());
    for shown in [
        "key package, 303 bytes, in an MLSMessage, last resort",
        "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
        "Basic, bob@example.com",
        "2000-02-29 00:00:00 UTC",
        "2000-03-01 00:00:00 UTC",
        "0x2a2a (GREASE)",
        "0x000a last_resort, 0 bytes",
        "0xf042, 2 bytes abcd",
    ] {
        assert!(info.to_string().contains(shown), "{shown:?} is missing in:\n{info}");
    }
}

#[test]
fn the_info_shows_packages_that_are_not_accepted() {
    let unknown = Forge { ciphersuite: 0x7777, version: 2, ..with_lifetime(7, 5) };
    let info = KeypackageInfo::from_bytes(&unknown.bytes()).unwrap();
    assert_eq!((info.version, info.ciphersuite, &info.hash_ref), (2, 0x7777, &None));
    assert_eq!(info.ciphersuite_name(), None);
    assert_eq!(info.lifetime(), Some(Lifetime::init(7, 5)));

    let made_for_commit = Forge { source: (3, vector(&[9; 32])), ..Forge::default() };
    let info = KeypackageInfo::from_bytes(&made_for_commit.bytes()).unwrap();
    assert_eq!(info.leaf_source, LeafSourceInfo::Commit { parent_hash: vec![9; 32] });
    assert_eq!(info.lifetime(), None);

    let certificates = vec![vec![1; 300], vec![2; 5]];
    let credential = certificates.iter().flat_map(|certificate| vector(certificate)).collect::<Vec<_>>();
    let x509 = Forge { credential_type: 2, credential, ..Forge::default() };
    let info = KeypackageInfo::from_bytes(&x509.bytes()).unwrap();
    assert_eq!(info.credential, CredentialInfo::X509 { certificates });
    let unreadable = Forge { credential_type: 2, ..Forge::default() };
    let info = KeypackageInfo::from_bytes(&unreadable.bytes()).unwrap();
    assert_eq!(info.credential, CredentialInfo::Other { credential_type: 2, content: unreadable.credential });
}
