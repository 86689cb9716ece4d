//! What stands where, and what a package declares of itself.

use super::*;

#[test]
fn an_undeclared_extension_of_the_package_is_named() {
    for extension_type in [PRIVATE, 10, GREASE] {
        let extensions = vec![(extension_type, Vec::new())];
        let forge = Forge { extensions, extension_types: vec![0x7777], ..Forge::default() };
        let declared = vec![0x7777];
        assert_eq!(reason(&forge), RejectedKeypackage::UndeclaredExtension { extension_type, declared });
    }
}

#[test]
fn an_undeclared_extension_of_the_leaf_is_named() {
    let leaf_extensions = vec![(1, vector(b"declared by nobody")), (PRIVATE, Vec::new())];
    let forge = Forge { leaf_extensions, extension_types: vec![0x7777], ..Forge::default() };
    let (extension_type, declared) = (PRIVATE, vec![0x7777]);
    assert_eq!(reason(&forge), RejectedKeypackage::UndeclaredLeafExtension { extension_type, declared });
}

/// If this goes red, OpenMLS has learnt to compare GREASE types, and the check can go.
#[test]
fn a_declared_grease_extension_is_rejected_because_openmls_takes_it_for_undeclared() {
    let (extensions, extension_type) = (vec![(GREASE, Vec::new())], GREASE);
    let good = Forge { extension_types: vec![GREASE], ..Forge::default() };
    let in_leaf = Forge { leaf_extensions: extensions.clone(), ..good.clone() };
    assert_eq!(reason(&in_leaf), RejectedKeypackage::GreaseExtension { extension_type });
    let in_package = Forge { extensions, ..good };
    assert_eq!(reason(&in_package), RejectedKeypackage::GreaseExtension { extension_type });
    let by_openmls = KeyPackageIn::tls_deserialize_exact(in_package.bytes()).unwrap();
    by_openmls.validate(&RustCrypto::default(), ProtocolVersion::Mls10).unwrap_err();
}

#[test]
fn an_extension_that_may_not_stand_in_a_key_package_is_named() {
    for (extension_type, data) in [(1, vector(b"id")), (3, [vector(&[]), vector(&[]), vector(&[])].concat())] {
        let forge = Forge { extensions: vec![(extension_type, data)], ..Forge::default() };
        assert_eq!(reason(&forge), RejectedKeypackage::ForbiddenExtension { extension_type });
    }
}

#[test]
fn an_extension_that_may_not_stand_in_a_leaf_is_named() {
    for (extension_type, data) in [(4, vector(&[8; 32])), (5, vector(&[])), (10, Vec::new())] {
        let leaf_extensions = vec![(extension_type, data)];
        let forge = Forge { leaf_extensions, extension_types: vec![10], ..Forge::default() };
        assert_eq!(reason(&forge), RejectedKeypackage::ForbiddenLeafExtension { extension_type });
    }
}

#[test]
fn an_extension_that_stands_twice_is_named() {
    let twice = vec![(PRIVATE, vec![1]), (GREASE, vec![2]), (PRIVATE, vec![3])];
    let (extension_types, extension_type) = (vec![PRIVATE, GREASE], PRIVATE);
    let good = Forge { extension_types, ..Forge::default() };
    let forge = Forge { extensions: twice.clone(), ..good.clone() };
    let field = "extensions";
    assert_eq!(reason(&forge), RejectedKeypackage::RepeatedExtension { field, extension_type });
    let forge = Forge { leaf_extensions: twice, ..good };
    let field = "leaf_node.extensions";
    assert_eq!(reason(&forge), RejectedKeypackage::RepeatedExtension { field, extension_type });
}

#[test]
fn a_package_that_does_not_declare_its_own_ciphersuite_is_rejected() {
    let forge = Forge { ciphersuites: vec![2, 3], ..Forge::default() };
    let declared = vec![2, 3];
    assert_eq!(reason(&forge), RejectedKeypackage::UndeclaredCiphersuite { found: 1, declared });
}

#[test]
fn a_package_that_does_not_declare_its_own_version_is_rejected() {
    let forge = Forge { versions: vec![2], ..Forge::default() };
    assert_eq!(reason(&forge), RejectedKeypackage::UndeclaredVersion { found: 1, declared: vec![2] });
}

#[test]
fn a_package_that_does_not_declare_the_type_of_its_credential_is_rejected() {
    let forge = Forge { credentials: vec![2], ..Forge::default() };
    assert_eq!(reason(&forge), RejectedKeypackage::UndeclaredCredentialType { found: 1, declared: vec![2] });
}
