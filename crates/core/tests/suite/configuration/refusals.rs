//! What can't be had: each refusal is typed, says what was found and what is allowed, and leaves the transaction as
//! it was.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit::{
    Client, ClientId, ClientOptions, Credential, Error, ExtensionPlace, KEYPACKAGE_DEFAULT_LIFETIME, KeypackageConfig,
    KeypackageError,
    openmls::prelude::{
        BasicCredential, Capabilities, Ciphersuite, CredentialWithKey, Extension, ExtensionType, Extensions,
        ExternalSendersExtension, KeyPackage, KeyPackageVerifyError, LastResortExtension, ProposalType,
        RequiredCapabilitiesExtension, UnknownExtension,
    },
};
use mlskit_testkit::clock::TurnedClock;

use super::{HOUR, SUITES, peers, unknown};
use crate::common::SUITE;

const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn window(not_before: u64, not_after: u64) -> KeypackageConfig {
    KeypackageConfig::default().window(at(not_before), at(not_after))
}

/// What a client says whose clock stands at `NOW` and whose longest lifetime is `max_lifetime`.
async fn refused_within(max_lifetime: Duration, config: &KeypackageConfig) -> Option<KeypackageError> {
    let options = ClientOptions::default().max_lifetime(max_lifetime).clock(Arc::new(TurnedClock::at_second(NOW)));
    let id = ClientId::from("alice@example.com");
    let client = Client::temporary_in(std::env::temp_dir(), id, options).await.unwrap();
    let tx = client.new_transaction().await.unwrap();
    let credential_ref = tx.add_credential(Credential::basic(SUITE, client.id()).unwrap()).await.unwrap();
    let one = tx.generate_keypackage(&credential_ref, Some(Duration::from_secs(1))).await.unwrap();
    let before = tx.get_keypackage_refs().await.unwrap();

    let refusal = match tx.generate_keypackage_with(&credential_ref, config).await {
        Ok(_) => return None,
        Err(Error::Keypackage(refusal)) => refusal,
        Err(other) => panic!("{other:?}"),
    };
    let of_batch = tx.generate_keypackages(&credential_ref, 3, config).await.unwrap_err();
    assert_eq!(of_batch, Error::Keypackage(refusal.clone()));
    assert_eq!(tx.get_keypackage_refs().await.unwrap(), before);
    tx.finish().await.unwrap();
    assert_eq!(client.keypackage(&before[0]).await.unwrap(), Some(one));
    Some(refusal)
}

async fn refused(config: KeypackageConfig) -> KeypackageError {
    refused_within(KEYPACKAGE_DEFAULT_LIFETIME, &config).await.expect("refused")
}

fn suites(ciphersuites: &[Ciphersuite]) -> Capabilities {
    Capabilities::new(None, Some(ciphersuites), None, None, None)
}

scenarios! {
    async fn a_lifetime_longer_than_the_limit_or_shorter_than_a_second_is_refused() {
        let limit = KEYPACKAGE_DEFAULT_LIFETIME;
        let asked = limit + Duration::from_secs(1);
        let refusal = refused(KeypackageConfig::default().lifetime(asked)).await;
        assert_eq!(refusal, KeypackageError::LifetimeTooLong { asked, limit });
        assert!(refusal.to_string().contains("7257601s") && refusal.to_string().contains("7257600s"), "{refusal}");

        let asked = Duration::from_millis(999);
        let refusal = refused(KeypackageConfig::default().lifetime(asked)).await;
        assert_eq!(refusal, KeypackageError::LifetimeTooShort { asked });

        for accepted in [limit, Duration::from_secs(1)] {
            let config = KeypackageConfig::default().lifetime(accepted);
            assert_eq!(refused_within(limit, &config).await, None);
        }
    }

    async fn a_window_is_as_long_at_most_as_that_of_the_longest_lifetime() {
        let max = Duration::from_hours(24);
        let begin = NOW - HOUR.as_secs();
        let longest = window(begin, NOW + max.as_secs());
        assert_eq!(refused_within(max, &longest).await, None);
        let asked = max + HOUR + Duration::from_secs(1);
        let refusal = refused_within(max, &window(begin, NOW + max.as_secs() + 1)).await;
        assert_eq!(refusal, Some(KeypackageError::WindowTooLong { asked, limit: max + HOUR }));
    }

    async fn a_window_that_ends_before_it_begins_is_refused() {
        let (not_before, not_after) = (NOW + 100, NOW + 99);
        let refusal = refused(window(not_before, not_after)).await;
        assert_eq!(refusal, KeypackageError::WindowInverted { not_before, not_after });
        let refusal = refused(window(not_before, not_before)).await;
        assert_eq!(refusal, KeypackageError::WindowInverted { not_before, not_after: not_before });
        assert_eq!(refused_within(HOUR, &window(not_before, not_before + 1)).await, None);
    }

    async fn a_window_that_is_over_is_refused() {
        let refusal = refused(window(NOW - 100, NOW)).await;
        assert_eq!(refusal, KeypackageError::WindowOver { not_after: NOW, now: NOW });
        assert_eq!(refused_within(HOUR, &window(NOW - 100, NOW + 1)).await, None);
    }

    async fn a_time_that_can_not_be_stored_is_refused() {
        let latest = i64::MAX.cast_unsigned() - 1;
        let early = KeypackageConfig::default().window(UNIX_EPOCH - Duration::from_secs(7), at(NOW + 1));
        let refusal = refused_within(Duration::MAX, &early).await;
        assert_eq!(refusal, Some(KeypackageError::LifetimeOutOfRange { found: -7, latest }));
        for asked in [latest - NOW + 1, u64::MAX] {
            let config = KeypackageConfig::default().lifetime(Duration::from_secs(asked));
            let refusal = refused_within(Duration::MAX, &config).await;
            assert_eq!(refusal, Some(KeypackageError::LifetimeOutOfRange { found: i64::MAX, latest }));
        }
        let last = KeypackageConfig::default().lifetime(Duration::from_secs(latest - NOW));
        assert_eq!(refused_within(Duration::MAX, &last).await, None);
    }

    async fn an_extension_that_belongs_elsewhere_is_refused() {
        let empty = || UnknownExtension(Vec::new());
        let by_number = |numbers: &[u16]| -> Vec<Extension> {
            numbers.iter().map(|number| Extension::Unknown(*number, empty())).collect()
        };
        let typed = [
            Extension::ExternalSenders(ExternalSendersExtension::new()),
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::default()),
        ];
        for extension in by_number(&[1, 2, 3, 4, 5]).into_iter().chain(typed.clone()) {
            let found = ExtensionType::from(u16::from(extension.extension_type()));
            let refusal = refused(KeypackageConfig::default().extension(extension)).await;
            assert_eq!(refusal, KeypackageError::ExtensionMisplaced { found, place: ExtensionPlace::Keypackage });
        }
        let last_resort = Extension::LastResort(LastResortExtension::new());
        for extension in by_number(&[2, 3, 4, 5, 10]).into_iter().chain(typed).chain([last_resort]) {
            let found = ExtensionType::from(u16::from(extension.extension_type()));
            let refusal = refused(KeypackageConfig::default().leaf_node_extension(extension)).await;
            assert_eq!(refusal, KeypackageError::ExtensionMisplaced { found, place: ExtensionPlace::LeafNode });
        }
    }

    async fn the_refusal_of_a_misplaced_extension_says_where_it_belongs() {
        let application_id = Extension::Unknown(1, UnknownExtension(Vec::new()));
        let refusal = refused(KeypackageConfig::default().extension(application_id)).await;
        assert_eq!(
            refusal.to_string(),
            "extension ApplicationId may not stand in a key package; it belongs in a leaf node"
        );
    }

    async fn the_same_extension_type_twice_is_refused() {
        let found = ExtensionType::Unknown(0xf2ee);
        let twice = KeypackageConfig::default().extension(unknown(0xf2ee)).extension(unknown(0xf2ee));
        let place = ExtensionPlace::Keypackage;
        assert_eq!(refused(twice).await, KeypackageError::DuplicateExtension { found, place });

        let twice = KeypackageConfig::default().leaf_node_extension(unknown(0xf2ee)).leaf_node_extension(unknown(0xf2ee));
        let place = ExtensionPlace::LeafNode;
        assert_eq!(refused(twice).await, KeypackageError::DuplicateExtension { found, place });

        let marker = Extension::LastResort(LastResortExtension::new());
        let disguised = Extension::Unknown(10, UnknownExtension(Vec::new()));
        let twice = KeypackageConfig::default().extension(marker).extension(disguised);
        let (found, place) = (ExtensionType::LastResort, ExtensionPlace::Keypackage);
        assert_eq!(refused(twice).await, KeypackageError::DuplicateExtension { found, place });
    }

    async fn bytes_that_are_not_what_their_type_says_are_refused() {
        let noise = Extension::Unknown(10, UnknownExtension(vec![1, 2, 3]));
        let refusal = refused(KeypackageConfig::default().extension(noise)).await;
        let place = ExtensionPlace::Keypackage;
        assert!(matches!(refusal, KeypackageError::MalformedExtension { place: found, .. } if found == place), "{refusal}");
    }

    async fn capabilities_without_a_ciphersuite_are_refused() {
        let refusal = refused(KeypackageConfig::default().capabilities(suites(&[]))).await;
        assert_eq!(refusal, KeypackageError::NoCiphersuites { supported: SUITES.to_vec() });
        let refusal = refused(KeypackageConfig::default().capabilities(Capabilities::empty())).await;
        assert_eq!(refusal, KeypackageError::NoCiphersuites { supported: SUITES.to_vec() });
    }

    async fn a_ciphersuite_that_the_client_lacks_is_refused() {
        let lacking = Ciphersuite::MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448;
        let refusal = refused(KeypackageConfig::default().capabilities(suites(&[SUITE, lacking]))).await;
        let supported = SUITES.to_vec();
        assert_eq!(refusal, KeypackageError::UnsupportedCiphersuite { found: lacking.into(), supported });
    }

    async fn an_extension_with_a_grease_value_is_refused() {
        let refusal = refused(KeypackageConfig::default().extension(unknown(0x0a0a))).await;
        assert_eq!(refusal, KeypackageError::GreaseExtension { found: 0x0a0a });
        let refusal = refused(KeypackageConfig::default().leaf_node_extension(unknown(0xeaea))).await;
        assert_eq!(refusal, KeypackageError::GreaseExtension { found: 0xeaea });
    }
}

/// What OpenMLS alone builds.
fn built_by_openmls(extensions: Vec<Extension>, capabilities: Capabilities) -> KeyPackage {
    let provider = openmls_rust_crypto::OpenMlsRustCrypto::default();
    let signer = openmls_basic_credential::SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    let credential = BasicCredential::new(b"bob".to_vec()).into();
    let bundle = KeyPackage::builder()
        .key_package_extensions(Extensions::from_vec(extensions).unwrap())
        .leaf_node_capabilities(capabilities)
        .build(SUITE, &provider, &signer, CredentialWithKey { credential, signature_key: signer.public().into() });
    bundle.unwrap().into_key_package()
}

/// Why a GREASE extension is refused. OpenMLS decodes the extension as `Unknown(0x0a0a)` and its declaration as
/// `Grease(0x0a0a)`, and so finds it undeclared. When this test fails, the refusal can go.
#[test]
fn openmls_refuses_a_package_with_a_declared_grease_extension() {
    let declared = Capabilities::new(None, None, Some(&[ExtensionType::Grease(0x0a0a)]), None, None);
    let refusal = peers::check(&built_by_openmls(vec![unknown(0x0a0a)], declared)).unwrap_err();
    assert_eq!(refusal, format!("OpenMLS: {}", KeyPackageVerifyError::UnsupportedExtension));
}

/// Why default types are taken out of given capabilities: OpenMLS lists them, and mls-rs then refuses the package.
#[test]
fn mls_rs_refuses_a_package_that_lists_default_types() {
    let extension = Capabilities::new(None, None, Some(&[ExtensionType::ApplicationId]), None, None);
    let proposal = Capabilities::new(None, None, None, Some(&[ProposalType::Add]), None);
    for listing in [extension, proposal] {
        let refusal = peers::check(&built_by_openmls(Vec::new(), listing)).unwrap_err();
        assert!(refusal.starts_with("mls-rs"), "{refusal}");
    }
    assert_eq!(peers::check(&built_by_openmls(Vec::new(), Capabilities::default())), Ok(()));
}
