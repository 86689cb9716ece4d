//! Bytes of strangers: no panic, and what is accepted is what the bytes say.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mlskit::{KeypackageChecks, KeypackageExt, KeypackageInfo, KeypackageRef};

fuzz_target!(|bytes: &[u8]| {
    let info = KeypackageInfo::from_bytes(bytes);
    let _ = info.as_ref().map(ToString::to_string);
    let _ = KeypackageRef::from_bytes(bytes);
    let strict = KeypackageChecks::default().check(bytes);
    let lenient = KeypackageChecks::default().max_accepted_lifetime(Duration::MAX).check(bytes);
    if let Ok(keypackage) = lenient {
        let info = info.expect("an accepted package can be read");
        // What was checked and what OpenMLS understood are the same package.
        let same = bytes == keypackage.to_bytes().unwrap() || bytes == keypackage.to_mls_message().unwrap();
        assert!(same, "accepted {bytes:02x?} as {keypackage:?}");
        assert_eq!(info.hash_ref.as_deref(), Some(keypackage.keypackage_ref().unwrap().hash_ref()));
    } else {
        assert!(strict.is_err(), "a higher limit refuses what a lower one accepts");
    }
});
