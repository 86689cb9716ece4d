//! One key package of each kind, for the fuzzer to begin with.

use super::{Forge, made_for_key_package, off_the_curve, vector};

/// Named key packages, each in both forms. Those whose names begin with `good` are acceptable to who limits no
/// lifetime: they live for ever, so that the files stay good.
#[must_use]
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let forged = good().into_iter().chain(wrong_kind()).chain(wrong_content()).chain(wrong_extensions());
    let both = forged.flat_map(|(name, forge)| {
        [(format!("{name}-bare"), forge.bytes()), (format!("{name}-message"), forge.message())]
    });
    both.chain(no_package()).collect()
}

fn for_ever() -> Forge {
    Forge { source: made_for_key_package(0, u64::MAX), ..Forge::default() }
}

fn p256() -> Forge {
    Forge { source: for_ever().source, ..Forge::p256() }
}

fn good() -> Vec<(&'static str, Forge)> {
    let rich = Forge {
        extensions: vec![(10, Vec::new()), (0xf042, vec![1, 2, 3])],
        leaf_extensions: vec![(1, vector(b"id")), (0xf043, vec![4])],
        extension_types: vec![10, 0xf042, 0xf043, 0x2a2a],
        proposals: vec![0x2a2a],
        ..for_ever()
    };
    vec![
        ("good-suite-1", for_ever()),
        ("good-suite-2", p256()),
        ("good-suite-3", Forge { ciphersuite: 3, ..for_ever() }),
        ("good-with-extensions", rich),
    ]
}

fn wrong_kind() -> Vec<(&'static str, Forge)> {
    vec![
        ("another-version", Forge { version: 2, ..for_ever() }),
        ("unknown-suite", Forge { ciphersuite: 0x7777, ..for_ever() }),
        ("suite-5", Forge { ciphersuite: 5, ..for_ever() }),
        ("made-for-update", Forge { source: (2, Vec::new()), ..for_ever() }),
        ("made-for-commit", Forge { source: (3, vector(&[9; 32])), ..for_ever() }),
        ("made-for-nothing", Forge { source: (4, Vec::new()), ..for_ever() }),
        ("wrong-signature", Forge { signature: Some(vec![0; 64]), ..for_ever() }),
        ("wrong-leaf-signature", Forge { leaf_signature: Some(vec![0; 64]), ..for_ever() }),
    ]
}

fn wrong_content() -> Vec<(&'static str, Forge)> {
    let lifetime = |not_before, not_after| Forge { source: made_for_key_package(not_before, not_after), ..for_ever() };
    vec![
        ("expired", lifetime(0, 1)),
        ("not-yet-valid", lifetime(u64::MAX - 1, u64::MAX)),
        ("inverted", lifetime(u64::MAX, 0)),
        ("init-key-is-encryption-key", Forge { init_key: for_ever().encryption_key, ..for_ever() }),
        ("init-key-of-low-order", Forge { init_key: vec![0; 32], ..for_ever() }),
        ("encryption-key-of-low-order", Forge { encryption_key: vec![0; 32], ..for_ever() }),
        ("init-key-off-the-curve", Forge { init_key: off_the_curve(), ..p256() }),
        ("encryption-key-off-the-curve", Forge { encryption_key: off_the_curve(), ..p256() }),
        ("short-init-key", Forge { init_key: vec![1; 31], ..for_ever() }),
        ("undeclared-suite", Forge { ciphersuites: vec![2], ..for_ever() }),
        ("undeclared-version", Forge { versions: Vec::new(), ..for_ever() }),
        ("undeclared-credential-type", Forge { credentials: vec![2], ..for_ever() }),
        ("unreadable-certificates", Forge { credential_type: 2, credentials: vec![2], ..for_ever() }),
    ]
}

fn wrong_extensions() -> Vec<(&'static str, Forge)> {
    let in_package = |extensions, extension_types| Forge { extensions, extension_types, ..for_ever() };
    let in_leaf = |leaf_extensions, extension_types| Forge { leaf_extensions, extension_types, ..for_ever() };
    let twice = vec![(0xf042, Vec::new()), (0xf042, Vec::new())];
    vec![
        ("undeclared-extension", in_package(vec![(0xf042, Vec::new())], Vec::new())),
        ("undeclared-leaf-extension", in_leaf(vec![(0xf042, Vec::new())], Vec::new())),
        ("forbidden-extension", in_package(vec![(1, vector(b"id"))], Vec::new())),
        ("forbidden-leaf-extension", in_leaf(vec![(10, Vec::new())], vec![10])),
        ("repeated-extension", in_package(twice.clone(), vec![0xf042])),
        ("repeated-leaf-extension", in_leaf(twice, vec![0xf042])),
        ("grease-extension", in_package(vec![(0x2a2a, Vec::new())], vec![0x2a2a])),
        ("grease-leaf-extension", in_leaf(vec![(0x2a2a, Vec::new())], vec![0x2a2a])),
        ("unreadable-extension", in_package(vec![(10, vec![1])], vec![10])),
    ]
}

fn no_package() -> Vec<(String, Vec<u8>)> {
    let good = for_ever().bytes();
    let truncated = good.split_last_chunk::<70>().map_or(Vec::new(), |(begin, _)| begin.to_vec());
    vec![
        ("empty".to_owned(), Vec::new()),
        ("noise".to_owned(), b"certainly not a key package".to_vec()),
        ("truncated".to_owned(), truncated),
        ("trailing-bytes".to_owned(), [good, vec![0; 3]].concat()),
    ]
}
