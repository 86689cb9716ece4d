//! Bytes that are no key package, and nearly one.

use super::*;

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
