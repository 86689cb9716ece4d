//! Other clients' packages, good ones and each kind of bad one.

mod from_mls_rs;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit::{
    CertificateError, Client, ClientId, ClientOptions, Clock, Credential, Error, Keypackage, KeypackageChecks,
    KeypackageError, KeypackageExt, KeypackageInfo, KeypackageRef, RejectedKeypackage,
    keypackage::{CapabilitiesInfo, CredentialInfo, ExtensionInfo, KeypackageFraming, LeafSourceInfo},
    openmls::prelude::{KeyPackageIn, Lifetime, ProtocolVersion, tls_codec::Deserialize},
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};
use mlskit_testkit::forge::{self, Forge, ForgeSigner, made_for_key_package, now, off_the_curve, vector};
use openmls_rust_crypto::RustCrypto;

use crate::common;

const DAY: u64 = 60 * 60 * 24;
/// An extension type of the private range (RFC 9420 §17.3).
const PRIVATE: u16 = 0xf042;
const GREASE: u16 = 0x2a2a;

fn check(bytes: &[u8]) -> Result<Keypackage, RejectedKeypackage> {
    KeypackageChecks::default().check(bytes)
}

/// What is wrong with `forge`, which must be the same in both forms.
fn reason(forge: &Forge) -> RejectedKeypackage {
    let reason = check(&forge.bytes()).unwrap_err();
    assert_eq!(check(&forge.message()).unwrap_err(), reason);
    assert!(!reason.to_string().contains('\n'), "an error is one line: {reason}");
    reason
}

fn accept(forge: &Forge) -> Keypackage {
    let keypackage = check(&forge.bytes()).unwrap();
    assert_eq!(check(&forge.message()).unwrap(), keypackage);
    assert_eq!(keypackage.to_bytes().unwrap(), forge.bytes());
    assert_eq!(keypackage.to_mls_message().unwrap(), forge.message());
    keypackage
}

fn with_lifetime(not_before: u64, not_after: u64) -> Forge {
    Forge { source: made_for_key_package(not_before, not_after), ..Forge::default() }
}

#[test]
fn the_unaltered_forgery_is_accepted_here_and_by_openmls() {
    let crypto = RustCrypto::default();
    for forge in good() {
        accept(&forge);
        let by_openmls = KeyPackageIn::tls_deserialize_exact(forge.bytes()).unwrap();
        by_openmls.validate(&crypto, ProtocolVersion::Mls10).unwrap();
    }
}

/// A good package of each suite.
fn good() -> [Forge; 3] {
    [Forge::default(), Forge::p256(), Forge { ciphersuite: 3, ..Forge::default() }]
}

#[test]
fn extensions_that_are_declared_are_accepted() {
    let extensions = vec![(PRIVATE, vec![1, 2, 3]), (10, Vec::new())];
    let leaf_extensions = vec![(PRIVATE, vec![5]), (1, vector(b"an application's id"))];
    let extension_types = vec![GREASE, PRIVATE, 10];
    accept(&Forge { extensions, leaf_extensions, extension_types, ..Forge::default() });
}

#[test]
fn an_application_id_in_the_leaf_needs_no_declaration() {
    accept(&Forge { leaf_extensions: vec![(1, vector(b"an application's id"))], ..Forge::default() });
}

#[test]
fn grease_and_unknown_numbers_in_the_capabilities_are_accepted() {
    let numbers = vec![GREASE, PRIVATE, 0x9999];
    accept(&Forge {
        versions: [vec![1], numbers.clone()].concat(),
        ciphersuites: [vec![1], numbers.clone()].concat(),
        extension_types: numbers.clone(),
        proposals: numbers.clone(),
        credentials: [numbers, vec![1]].concat(),
        ..Forge::default()
    });
}

#[test]
fn no_bytes_are_reported_as_empty() {
    assert_eq!(check(&[]), Err(RejectedKeypackage::Empty));
}

#[test]
fn every_truncation_is_reported_as_truncated() {
    for bytes in good().iter().flat_map(|forge| [forge.bytes(), forge.message()]) {
        for length in 1..bytes.len() {
            let reason = check(&bytes[..length]).unwrap_err();
            assert!(matches!(reason, RejectedKeypackage::Truncated { .. }), "{length} bytes: {reason}");
            assert_eq!(KeypackageInfo::from_bytes(&bytes[..length]), Err(reason));
        }
    }
    let bytes = Forge::default().bytes();
    let field = "signature";
    assert_eq!(check(&bytes[..bytes.len() - 3]), Err(RejectedKeypackage::Truncated { field, missing: 3 }));
}

#[test]
fn trailing_bytes_are_counted() {
    for bytes in [Forge::default().bytes(), Forge::default().message()] {
        let bytes = [bytes, vec![0; 5]].concat();
        assert_eq!(check(&bytes), Err(RejectedKeypackage::TrailingBytes { count: 5 }));
    }
}

#[test]
fn noise_is_reported_as_no_key_package() {
    assert_eq!(check(b"certainly not"), Err(RejectedKeypackage::NotAKeypackage { begins: 0x6365 }));
    for seed in 0..200 {
        let mut random = Random(seed);
        let noise = (0..=random.below(700)).map(|_| u8::try_from(random.below(256)).unwrap()).collect::<Vec<_>>();
        check(&noise).unwrap_err();
        let _ = KeypackageInfo::from_bytes(&noise);
    }
}

#[test]
fn a_vector_longer_than_the_list_around_it_is_reported_as_malformed() {
    let mut bytes = Forge { extensions: vec![(PRIVATE, vec![7; 9])], ..Forge::default() }.bytes();
    let data = bytes.windows(9).position(|window| window == [7; 9]).unwrap();
    bytes[data - 1] = 10;
    let reason = "it is longer than the list that it is in".to_owned();
    assert_eq!(check(&bytes), Err(RejectedKeypackage::Malformed { field: "extensions", reason }));
}

#[test]
fn a_length_written_too_long_is_reported_as_malformed() {
    let good = Forge::default().bytes();
    for (wide, reason) in [
        (vec![0x40, 32], "its length is written in more bytes than it needs"),
        (vec![0x80, 0, 0, 32], "its length is written in more bytes than it needs"),
        (vec![0xc0, 0, 0, 0, 0, 0, 0, 32], "its length is announced in eight bytes, but four are the most"),
    ] {
        let bytes = [&good[..4], &wide, &good[5..]].concat();
        let reason = reason.to_owned();
        assert_eq!(check(&bytes), Err(RejectedKeypackage::Malformed { field: "init_key", reason }));
    }
}

#[test]
fn a_list_of_odd_length_is_reported_as_malformed() {
    let good = Forge { proposals: vec![0x7777], ..Forge::default() }.bytes();
    let at = good.windows(3).position(|window| window == [2, 0x77, 0x77]).unwrap();
    let bytes = [&good[..at], &[1, 0x77], &good[at + 3..]].concat();
    let Err(RejectedKeypackage::Malformed { field, .. }) = check(&bytes) else { panic!("accepted") };
    assert_eq!(field, "leaf_node.capabilities.proposals");
}

#[test]
fn a_known_extension_with_unreadable_content_is_reported_as_malformed() {
    let forge = Forge { extensions: vec![(10, vec![1])], extension_types: vec![10], ..Forge::default() };
    assert!(matches!(reason(&forge), RejectedKeypackage::Malformed { field: "key_package", .. }));
}

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
fn an_expired_package_is_rejected_with_both_times() {
    let not_after = now() - 10;
    let RejectedKeypackage::Expired { not_after: found, now: then } =
        reason(&with_lifetime(not_after - DAY, not_after))
    else {
        panic!("another reason")
    };
    assert_eq!(found, not_after);
    assert!(now().abs_diff(then) < 60);
}

#[test]
fn a_package_that_is_not_yet_valid_is_rejected_with_both_times() {
    let not_before = now() + DAY;
    let forge = with_lifetime(not_before, not_before + DAY);
    let RejectedKeypackage::NotYetValid { not_before: found, now: then } = reason(&forge) else {
        panic!("another reason")
    };
    assert_eq!(found, not_before);
    assert!(now().abs_diff(then) < 60);
}

#[test]
fn the_turned_clock_decides_from_the_first_second_to_the_last_but_one() {
    let (not_before, not_after) = (now() - DAY, now() + DAY);
    let bytes = with_lifetime(not_before, not_after).bytes();
    let at = |second| KeypackageChecks::default().clock(Arc::new(StoppedClock(second))).check(&bytes);
    let early = not_before - 1;
    assert_eq!(at(early), Err(RejectedKeypackage::NotYetValid { not_before, now: early }));
    at(not_before).unwrap();
    at(not_after - 1).unwrap();
    assert_eq!(at(not_after), Err(RejectedKeypackage::Expired { not_after, now: not_after }));
}

/// OpenMLS reads the system's clock, so turning ours makes no expired package good.
#[test]
fn turning_the_clock_back_revives_nothing() {
    let not_after = now() - DAY;
    let bytes = with_lifetime(not_after - DAY, not_after).bytes();
    let checks = KeypackageChecks::default().clock(Arc::new(StoppedClock(not_after - 10)));
    assert!(matches!(checks.check(&bytes), Err(RejectedKeypackage::Expired { .. })));
    let not_before = now() + DAY;
    let bytes = with_lifetime(not_before, not_before + DAY).bytes();
    let checks = KeypackageChecks::default().clock(Arc::new(StoppedClock(not_before)));
    assert!(matches!(checks.check(&bytes), Err(RejectedKeypackage::NotYetValid { .. })));
}

#[test]
fn a_lifetime_over_the_limit_and_an_hour_is_rejected() {
    let limit = Duration::from_secs(10 * DAY + 60 * 60);
    let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::from_secs(10 * DAY));
    let not_before = now() - 60;
    let with = |seconds| with_lifetime(not_before, not_before + seconds).bytes();
    checks.check(&with(limit.as_secs())).unwrap();
    let found = limit + Duration::from_secs(1);
    assert_eq!(checks.check(&with(found.as_secs())), Err(RejectedKeypackage::LifetimeTooLong { found, limit }));
}

#[test]
fn the_default_limit_is_a_hundred_days_and_an_hour() {
    let limit = Duration::from_secs(100 * DAY + 60 * 60);
    let not_before = now() - 60;
    accept(&with_lifetime(not_before, not_before + limit.as_secs()));
    let found = Duration::from_secs(u64::MAX);
    assert_eq!(reason(&with_lifetime(0, u64::MAX)), RejectedKeypackage::LifetimeTooLong { found, limit });
    let any = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX);
    any.check(&with_lifetime(0, u64::MAX).bytes()).unwrap();
}

#[test]
fn a_lifetime_that_ends_before_it_begins_is_rejected() {
    for (not_before, not_after) in [(now() + DAY, now() - DAY), (now(), now()), (u64::MAX, 0)] {
        let forge = with_lifetime(not_before, not_after);
        assert_eq!(reason(&forge), RejectedKeypackage::InvertedLifetime { not_before, not_after });
    }
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

#[test]
fn an_init_key_that_is_the_encryption_key_is_rejected() {
    let forge = Forge { init_key: vec![5; 32], encryption_key: vec![5; 32], ..Forge::default() };
    assert_eq!(reason(&forge), RejectedKeypackage::InitKeyIsEncryptionKey);
}

#[test]
fn keys_of_the_wrong_length_are_rejected() {
    let init_key = |init_key, forge| Forge { init_key, ..forge };
    let encryption_key = |encryption_key, forge| Forge { encryption_key, ..forge };
    for (forge, field, ciphersuite, expected, found) in [
        (init_key(vec![1; 31], Forge::default()), "init_key", 1, 32, 31),
        (init_key(Vec::new(), Forge::default()), "init_key", 1, 32, 0),
        (encryption_key(vec![1; 33], Forge::default()), "leaf_node.encryption_key", 1, 32, 33),
        (encryption_key(vec![1; 32], Forge::p256()), "leaf_node.encryption_key", 2, 65, 32),
    ] {
        let wrong = RejectedKeypackage::WrongKeyLength { field, ciphersuite, expected, found };
        assert_eq!(reason(&forge), wrong);
    }
}

/// OpenMLS adds such packages. From the next commit with a path on, which encrypts to them, the group is stuck.
#[test]
fn hpke_keys_that_nobody_can_encrypt_to_are_rejected() {
    let of_low_order = "it is a point of low order, with which all agree on the same secret";
    let suites = [
        (Forge::p256(), off_the_curve(), "it is no point of P-256"),
        (Forge::default(), vec![0; 32], of_low_order),
        (Forge { ciphersuite: 3, ..Forge::default() }, vec![0; 32], of_low_order),
    ];
    for (good, key, reason) in suites {
        let ciphersuite = good.ciphersuite;
        let unusable = |field| RejectedKeypackage::UnusableKey { field, ciphersuite, reason };
        let forge = Forge { init_key: key.clone(), ..good.clone() };
        assert_eq!(self::reason(&forge), unusable("init_key"));
        let forge = Forge { encryption_key: key, ..good };
        assert_eq!(self::reason(&forge), unusable("leaf_node.encryption_key"));
    }
}

/// Keys with which X25519 gives zero; that there are no others is RFC 7748's to prove (§6.1, and its appendix on curves).
#[test]
fn every_x25519_key_of_low_order_is_rejected() {
    let minus = |less: u8| [&[0xed - less][..], &[0xff; 30], &[0x7f]].concat();
    let small = |number: u8| [&[number][..], &[0; 31]].concat();
    let hex =
        |hex: &str| (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect::<Vec<_>>();
    let eighth = hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
    let other_eighth = hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157");
    let p_and_one = [&[0xee][..], &[0xff; 30], &[0x7f]].concat();
    for low in [small(0), small(1), minus(1), minus(0), p_and_one, eighth, other_eighth] {
        for top in [0, 0x80] {
            let mut key = low.clone();
            key[31] |= top;
            let point = <[u8; 32]>::try_from(&key[..]).unwrap();
            assert_eq!(x25519_dalek::x25519([7; 32], point), [0; 32], "{key:02x?} has another order");
            let rejected = reason(&Forge { init_key: key, ..Forge::default() });
            assert!(matches!(rejected, RejectedKeypackage::UnusableKey { field: "init_key", .. }), "{rejected}");
        }
    }
    // The neighbours.
    for good in [small(2), minus(2), [&[0xef][..], &[0xff; 30], &[0x7f]].concat()] {
        let point = <[u8; 32]>::try_from(&good[..]).unwrap();
        assert_ne!(x25519_dalek::x25519([7; 32], point), [0; 32]);
        accept(&Forge { init_key: good, ..Forge::default() });
    }
}

/// RFC 9420 §5.1.1 wants points of P-256 uncompressed; OpenMLS verifies with either form.
#[test]
fn a_compressed_signature_key_is_rejected() {
    let good = Forge::p256();
    let key = good.signer.public();
    let compressed = [&[2 + (key[64] & 1)][..], &key[1..33]].concat();
    let forge = Forge { signature_key: Some(compressed), ..good };
    let field = "leaf_node.signature_key";
    let wrong = RejectedKeypackage::WrongKeyLength { field, ciphersuite: 2, expected: 65, found: 33 };
    assert_eq!(reason(&forge), wrong);
}

/// Verification decodes the key: it is a point, and of no low order, with which anybody could sign.
#[test]
fn a_signature_key_that_is_no_point_is_rejected_by_the_signature() {
    let forge = Forge { signature_key: Some(off_the_curve()), ..Forge::p256() };
    assert_eq!(reason(&forge), RejectedKeypackage::WrongLeafSignature);
    // The neutral element: R = s·B is a valid signature of everything, unless verified strictly.
    let neutral = [&[1][..], &[0; 31]].concat();
    let by_anybody = [neutral.clone(), vec![0; 32]].concat();
    let forge = Forge {
        signature_key: Some(neutral),
        leaf_signature: Some(by_anybody.clone()),
        signature: Some(by_anybody),
        ..Forge::default()
    };
    assert_eq!(reason(&forge), RejectedKeypackage::WrongLeafSignature);
}

#[test]
fn no_mutation_panics_or_is_accepted() {
    for (index, bytes) in good().iter().flat_map(|forge| [forge.bytes(), forge.message()]).enumerate() {
        let mut random = Random(u64::try_from(index).unwrap());
        for _ in 0..1000 {
            let mutant = random.mutate(&bytes);
            let _ = KeypackageInfo::from_bytes(&mutant).map(|info| info.to_string());
            assert!(mutant == bytes || check(&mutant).is_err(), "accepted {mutant:02x?}");
        }
    }
}

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

#[test]
fn the_corpus_of_the_fuzzer_has_one_package_of_each_kind() {
    for (name, bytes) in forge::corpus() {
        let found = fs::read(corpus_folder().join(&name));
        assert_eq!(found.ok(), Some(bytes), "{name}: run `cargo run -p mlskit-testkit --example write_corpus`");
    }
}

#[test]
fn the_corpus_of_the_fuzzer_replays() {
    let checks = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX);
    let files = fs::read_dir(corpus_folder()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    assert!(files.len() >= forge::corpus().len());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let _ = KeypackageInfo::from_bytes(&bytes).map(|info| info.to_string());
        let _ = KeypackageRef::from_bytes(&bytes);
        let is_good = file.file_name().unwrap().to_string_lossy().starts_with("good");
        assert_eq!(checks.check(&bytes).is_ok(), is_good, "{}", file.display());
    }
}

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/import_keypackage")
}

struct StoppedClock(u64);

impl Clock for StoppedClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

impl std::fmt::Debug for StoppedClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

scenarios! {
    async fn what_a_client_makes_another_imports() {
        let (alice, credential_ref) = common::client("alice").await;
        let made = alice.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        assert!(made.is_valid());
        let bob = Client::temporary(ClientId::from("bob")).await.unwrap();
        for bytes in [made.to_bytes().unwrap(), made.to_mls_message().unwrap()] {
            assert_eq!(bob.import_keypackage(&bytes).await.unwrap(), made);
            assert_eq!(bob.import_keypackage_of(alice.id(), &bytes).await.unwrap(), made);
            assert_eq!(KeypackageRef::from_bytes(&bytes).unwrap(), made.keypackage_ref().unwrap());
        }
        assert_eq!(made.info().unwrap(), KeypackageInfo::from_bytes(&made.to_bytes().unwrap()).unwrap());
        assert!(bob.get_keypackage_refs().await.unwrap().is_empty());
    }

    async fn whether_a_package_is_valid_is_told_by_the_systems_clock() {
        let options = ClientOptions::default().clock(Arc::new(StoppedClock(now() - 365 * DAY)));
        let alice = Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap();
        let credential = Credential::basic(common::SUITE, alice.id()).unwrap();
        let made = alice.transaction(async |tx| {
            let credential_ref = tx.add_credential(credential).await?;
            tx.generate_keypackage(&credential_ref, None).await
        });
        assert!(!made.await.unwrap().is_valid());
    }

    async fn someone_elses_package_is_rejected() {
        let bob = Client::temporary(ClientId::from("bob")).await.unwrap();
        let carol = ClientId::from("carol@example.com");
        let (expected, found) = (carol.to_string(), "bob@example.com".to_owned());
        assert_eq!(
            bob.import_keypackage_of(&carol, &Forge::default().bytes()).await,
            Err(RejectedKeypackage::OtherClient { expected, found }.into())
        );
    }

    async fn whose_a_certificate_is_an_app_must_see_for_itself() {
        let bob = Client::temporary(ClientId::from("bob")).await.unwrap();
        let chain = ChainBuilder::new(KeyKind::Ed25519, "carol").build().unwrap();
        let bytes = Forge::certified(&chain).bytes();
        bob.import_keypackage(&bytes).await.unwrap();
        let rejected = bob.import_keypackage_of(&ClientId::from("carol"), &bytes).await;
        assert_eq!(rejected, Err(RejectedKeypackage::NoClientId { credential_type: 2 }.into()));
    }

    async fn a_rejection_is_an_error_of_key_packages() {
        let bob = Client::temporary(ClientId::from("bob")).await.unwrap();
        let rejected = bob.import_keypackage(&[]).await;
        assert_eq!(rejected, Err(Error::Keypackage(KeypackageError::Rejected(RejectedKeypackage::Empty))));
    }

    async fn importing_heeds_the_options_of_the_client() {
        let clock = Arc::new(WitnessClock::default());
        let options = ClientOptions::default().max_accepted_lifetime(Duration::from_secs(DAY)).clock(clock.clone());
        let bob = Client::temporary_in(std::env::temp_dir(), ClientId::from("bob"), options).await.unwrap();
        let rejected = bob.import_keypackage(&Forge::default().bytes()).await;
        let (found, limit) = (Duration::from_secs(84 * DAY + 3600), Duration::from_secs(DAY + 3600));
        assert_eq!(rejected, Err(RejectedKeypackage::LifetimeTooLong { found, limit }.into()));
        let threads = clock.asked_on.lock().unwrap().clone();
        assert!(!threads.is_empty() && !threads.contains(&thread::current().id()), "checked on the caller's thread");
    }
}

/// The system's clock, which knows who asked.
#[derive(Debug, Default)]
struct WitnessClock {
    asked_on: Mutex<Vec<ThreadId>>,
}

impl Clock for WitnessClock {
    fn now(&self) -> SystemTime {
        self.asked_on.lock().unwrap().push(thread::current().id());
        SystemTime::now()
    }
}

/// Splitmix64: the same numbers in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    /// One to four bytes changed, inserted or removed.
    fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let (at, byte) = (self.below(bytes.len()), u8::try_from(self.below(256)).unwrap());
            match self.below(4) {
                0 => bytes.insert(at, byte),
                1 => {
                    bytes.remove(at);
                }
                2 => bytes[at] = byte,
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        bytes
    }
}
