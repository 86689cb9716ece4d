//! Public keys that can be used, so that no package breaks the group that it is added to.
//!
//! A signature key needs no look at its point: verifying with it has decoded it, and in OpenMLS verifies strictly, which
//! refuses points of low order. The two HPKE keys are first used when somebody encrypts to them: to the init key
//! in the commit that adds its package, to the leaf's in a commit whose path ends there. Each such commit fails until that
//! member is removed; others' succeed, so that nobody notices before.

use crate::{
    error::count,
    keypackage::{RejectedKeypackage, raw::RawKeypackage},
};

const P256: u16 = 2;

pub(super) fn check(raw: &RawKeypackage<'_>) -> Result<(), RejectedKeypackage> {
    let hpke = [("init_key", raw.init_key), ("leaf_node.encryption_key", raw.leaf.encryption_key)];
    for (field, key) in hpke.into_iter().chain([("leaf_node.signature_key", raw.leaf.signature_key)]) {
        check_length(raw.ciphersuite, field, key)?;
    }
    for (field, key) in hpke {
        check_point(raw.ciphersuite, field, key)?;
    }
    if raw.init_key == raw.leaf.encryption_key {
        return Err(RejectedKeypackage::InitKeyIsEncryptionKey);
    }
    Ok(())
}

/// Uncompressed points of P-256 for suite 2; X25519 and Ed25519 for suites 1 and 3.
fn check_length(ciphersuite: u16, field: &'static str, key: &[u8]) -> Result<(), RejectedKeypackage> {
    let (expected, found) = (if ciphersuite == P256 { 65 } else { 32 }, count(key.len()));
    if found == expected {
        Ok(())
    } else {
        Err(RejectedKeypackage::WrongKeyLength { field, ciphersuite, expected, found })
    }
}

/// RFC 9180 §7.1.4.
fn check_point(ciphersuite: u16, field: &'static str, key: &[u8]) -> Result<(), RejectedKeypackage> {
    let reason = match ciphersuite {
        P256 if p256::PublicKey::from_sec1_bytes(key).is_err() => "it is no point of P-256",
        P256 => return Ok(()),
        _ if has_low_order(key) => "it is a point of low order, with which all agree on the same secret",
        _ => return Ok(()),
    };
    Err(RejectedKeypackage::UnusableKey { field, ciphersuite, reason })
}

/// Whether X25519 with this key gives zero, whatever the other key is (RFC 7748 §6.1). The keys that do are 0, 1, p - 1
/// and two points of order 8; p and p + 1 are 0 and 1 written otherwise, and X25519 ignores the highest bit.
fn has_low_order(key: &[u8]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
            0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44,
            0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
    ];
    let Ok(mut key) = <[u8; 32]>::try_from(key) else { return false };
    key[31] &= 0x7f;
    match key {
        [0 | 1, middle @ .., 0] => middle == [0; 30],
        // p is 2²⁵⁵ - 19.
        [0xec..=0xee, middle @ .., 0x7f] => middle == [0xff; 30],
        _ => ORDER_8.contains(&key),
    }
}
