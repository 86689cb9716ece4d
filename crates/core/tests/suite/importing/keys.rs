//! Keys that can be used, and are two.

use super::*;

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
