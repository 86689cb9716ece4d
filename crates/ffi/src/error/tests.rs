//! No error of the core is lost on its way.

mod samples;

use std::{fmt::Debug, fs, path::Path};

use super::*;

/// Checks that each sample keeps its name and its fields, and that there is a sample of each variant, in the core's own
/// source and here.
fn check<C: Clone + Debug, F: From<C> + Debug>(file: &str, name: &str, samples: &[samples::Sample<C>]) {
    let sampled = check_samples::<C, F>(name, samples);
    assert_eq!(sampled, variants_in(file, name), "{name} has grown: give it to the bindings, and to the samples");
}

fn check_samples<C: Clone + Debug, F: From<C> + Debug>(name: &str, samples: &[samples::Sample<C>]) -> Vec<String> {
    let mut sampled = Vec::new();
    for (core, fields) in samples {
        let ffi = format!("{:?}", F::from(core.clone()));
        assert_eq!(variant(&ffi), variant(&format!("{core:?}")), "{name}");
        for field in *fields {
            assert!(ffi.contains(field), "{field} of {core:?} is lost in {ffi}");
        }
        sampled.push(variant(&format!("{core:?}")));
    }
    sampled
}

fn variant(debug: &str) -> String {
    debug.chars().take_while(|letter| letter.is_alphanumeric()).collect()
}

/// The variants that a source file gives an enum.
fn variants_in(file: &str, name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).expect("the enum is in this file");
    let lines = body.lines().take_while(|line| *line != "}");
    let begins = lines.filter_map(|line| line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_uppercase)));
    begins.map(variant).collect()
}

#[test]
fn every_storage_error_crosses() {
    check::<_, StorageFailure>("keystore/src/error.rs", "StorageError", &samples::storage_error());
}

#[test]
fn every_transaction_error_crosses() {
    check::<_, TransactionFailure>("keystore/src/error.rs", "TransactionError", &samples::transaction_error());
}

#[test]
fn every_credential_error_crosses() {
    check::<_, CredentialFailure>("core/src/error/credential.rs", "CredentialError", &samples::credential_error());
}

#[test]
fn every_certificate_error_crosses() {
    check::<_, CertificateFailure>("core/src/error/certificate.rs", "CertificateError", &samples::certificate_error());
}

#[test]
fn every_keypackage_error_crosses() {
    check::<_, KeypackageFailure>("core/src/error/keypackage.rs", "KeypackageError", &samples::keypackage_error());
}

#[test]
fn every_rejection_of_a_keypackage_crosses() {
    let samples = samples::rejected_keypackage();
    check::<_, KeypackageRejection>("core/src/error/rejected.rs", "RejectedKeypackage", &samples);
}

#[test]
fn every_group_error_crosses() {
    check::<_, GroupFailure>("core/src/error/group.rs", "GroupError", &samples::group_error());
}

#[test]
fn every_message_error_crosses() {
    check::<_, MessageFailure>("core/src/error/message.rs", "MessageError", &samples::message_error());
}

#[test]
fn every_misplaced_message_crosses() {
    check::<_, MisplacedMessage>("core/src/error/message.rs", "MisplacedMessage", &samples::misplaced_message());
}

#[test]
fn every_rejection_of_a_message_crosses() {
    check::<_, MessageRejection>("core/src/error/message.rs", "RejectedMessage", &samples::rejected_message());
}

#[test]
fn every_reason_to_join_again_crosses() {
    check::<_, RejoinReason>("core/src/error/message.rs", "RejoinReason", &samples::rejoin_reason());
}

#[test]
fn every_place_of_an_extension_crosses() {
    let places = [mlskit::ExtensionPlace::Keypackage, mlskit::ExtensionPlace::LeafNode].map(|place| (place, &[][..]));
    check::<_, ExtensionPlace>("core/src/error/keypackage.rs", "ExtensionPlace", &places);
}

/// What is not of its own kind goes on under its own domain, whatever call it comes from.
#[test]
fn every_marmot_error_crosses() {
    let samples = samples::marmot_error();
    let mut sampled = check_samples::<_, MarmotFailure>("MarmotError", &samples);
    sampled.insert(0, "Mlskit".to_owned());
    assert_eq!(sampled, variants_in("core/src/marmot/error.rs", "MarmotError"), "give it to the bindings");
    for (core, _) in samples {
        let ffi = MlsError::from(core.clone());
        assert!(matches!(ffi, MlsError::Marmot { .. }), "{ffi:?}");
        assert_eq!(ffi.to_string(), core.to_string());
    }
    for (core, _) in samples::group_error() {
        let core = mlskit::Error::from(core);
        assert_eq!(MlsError::from(MarmotError::from(core.clone())), MlsError::from(core));
    }
}

/// Under the domain that it has in the core, with the core's own words.
#[test]
fn every_error_keeps_its_domain_and_its_words() {
    fn cross<E: Into<mlskit::Error>>(samples: Vec<samples::Sample<E>>) -> Vec<mlskit::Error> {
        samples.into_iter().map(|(error, _)| error.into()).collect()
    }
    let all = [
        cross(samples::storage_error()),
        cross(samples::transaction_error()),
        cross(samples::credential_error()),
        cross(samples::keypackage_error()),
        cross(samples::group_error()),
        cross(samples::message_error()),
    ];
    let mut domains = Vec::new();
    for core in all.into_iter().flatten() {
        let ffi = MlsError::from(core.clone());
        assert_eq!(ffi.to_string(), core.to_string());
        assert_eq!(variant(&format!("{ffi:?}")), variant(&format!("{core:?}")));
        domains.push(variant(&format!("{core:?}")));
    }
    domains.dedup();
    assert_eq!(domains, variants_in("core/src/error.rs", "Error"));
}
