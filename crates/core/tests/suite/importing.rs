//! Other clients' packages, good ones and each kind of bad one.

mod certificates;
mod corpus;
mod extensions;
mod from_mls_rs;
mod info;
mod keys;
mod kinds;
mod lifetimes;
mod shape;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
    time::{Duration, SystemTime},
};

use mlskit::{
    CertificateError, Client, ClientId, ClientOptions, Clock, Credential, Error, Keypackage, KeypackageChecks,
    KeypackageError, KeypackageExt, KeypackageInfo, KeypackageRef, RejectedKeypackage,
    keypackage::{CapabilitiesInfo, CredentialInfo, ExtensionInfo, KeypackageFraming, LeafSourceInfo},
    openmls::prelude::{KeyPackageIn, Lifetime, ProtocolVersion, tls_codec::Deserialize},
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};
use mlskit_testkit::clock::TurnedClock;
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
        let options = ClientOptions::default().clock(Arc::new(TurnedClock::at_second(now() - 365 * DAY)));
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
