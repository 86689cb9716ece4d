//! What a key package can be made to be: each setting is in the package and declared where it must be, and only
//! there; and OpenMLS and mls-rs take the package.

mod peers;
mod refusals;

use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use mlskit::{
    CertificateChain, Client, ClientId, ClientOptions, Credential, CredentialRef, KEYPACKAGE_DEFAULT_LIFETIME,
    Keypackage, KeypackageConfig, KeypackageExt, PrivateKey,
    openmls::prelude::{
        ApplicationIdExtension, Capabilities, Ciphersuite, CredentialType, Extension, ExtensionType,
        LastResortExtension, Lifetime, ProposalType, ProtocolVersion, UnknownExtension, tls_codec::Serialize as _,
    },
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};

use crate::common::{SUITE, client};

const SUITES: [Ciphersuite; 3] = [
    Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256,
    Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
];

const HOUR: Duration = Duration::from_hours(1);

fn unknown(number: u16) -> Extension {
    Extension::Unknown(number, UnknownExtension(b"content".to_vec()))
}

/// One package of `config` for each suite, which the peers took.
async fn generate(config: &KeypackageConfig) -> Vec<Keypackage> {
    let made = generate_unseen(config).await;
    for keypackage in &made {
        assert_eq!(peers::check(keypackage), Ok(()), "{:?}", keypackage.ciphersuite());
    }
    made
}

/// One package of `config` for each suite.
async fn generate_unseen(config: &KeypackageConfig) -> Vec<Keypackage> {
    let client = Client::temporary(ClientId::from("alice@example.com")).await.unwrap();
    let tx = client.new_transaction().await.unwrap();
    let mut made = Vec::new();
    for suite in SUITES {
        let credential = Credential::basic(suite, client.id()).unwrap();
        let credential_ref = tx.add_credential(credential).await.unwrap();
        let keypackage = tx.generate_keypackage_with(&credential_ref, config).await.unwrap();
        let keypackage_ref = keypackage.keypackage_ref().unwrap();
        assert_eq!(tx.keypackage(&keypackage_ref).await.unwrap().as_ref(), Some(&keypackage));
        made.push(keypackage);
    }
    made
}

fn capabilities(keypackage: &Keypackage) -> &Capabilities {
    keypackage.leaf_node().capabilities()
}

fn extensions(keypackage: &Keypackage) -> Vec<ExtensionType> {
    keypackage.extensions().iter().map(Extension::extension_type).collect()
}

fn leaf_node_extensions(keypackage: &Keypackage) -> Vec<ExtensionType> {
    keypackage.leaf_node().extensions().iter().map(Extension::extension_type).collect()
}

/// What the default declares, beside `extensions`.
fn offering(extensions: &[ExtensionType]) -> Capabilities {
    let credentials = [CredentialType::Basic, CredentialType::X509];
    Capabilities::new(Some(&[ProtocolVersion::Mls10]), Some(&SUITES), Some(extensions), Some(&[]), Some(&credentials))
}

fn length(lifetime: &Lifetime) -> Duration {
    Duration::from_secs(lifetime.not_after() - lifetime.not_before())
}

async fn with_config(client: &Client, credential_ref: &CredentialRef, config: KeypackageConfig) -> Keypackage {
    client.transaction(async |tx| tx.generate_keypackage_with(credential_ref, &config).await).await.unwrap()
}

scenarios! {
    async fn the_default_is_single_use_without_extensions_and_offers_all_that_the_client_can() {
        for keypackage in generate(&KeypackageConfig::default()).await {
            assert_eq!(capabilities(&keypackage), &offering(&[]));
            assert_eq!(extensions(&keypackage), []);
            assert_eq!(leaf_node_extensions(&keypackage), []);
            assert!(!keypackage.last_resort());
            assert_eq!(length(keypackage.life_time()), KEYPACKAGE_DEFAULT_LIFETIME + HOUR);
        }
    }

    async fn who_asks_for_no_lifetime_gets_the_default_or_the_limit_of_the_client_if_that_is_shorter() {
        for (limit, expected) in [(HOUR, HOUR), (Duration::MAX, KEYPACKAGE_DEFAULT_LIFETIME)] {
            let options = ClientOptions::default().max_lifetime(limit);
            let client = Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap();
            let tx = client.new_transaction().await.unwrap();
            let credential_ref = tx.add_credential(Credential::basic(SUITES[0], client.id()).unwrap()).await.unwrap();
            let one = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            let batch = tx.generate_keypackages(&credential_ref, 2, &KeypackageConfig::default()).await.unwrap();
            for keypackage in batch.iter().chain([&one]) {
                assert_eq!(length(keypackage.life_time()), expected + HOUR);
            }
            tx.finish().await.unwrap();
        }
    }

    async fn an_extension_is_in_the_package_and_declared() {
        let config = KeypackageConfig::default().extension(unknown(0xf2ee)).extension(unknown(0xf042));
        for keypackage in generate(&config).await {
            let expected = [ExtensionType::Unknown(0xf2ee), ExtensionType::Unknown(0xf042)];
            assert_eq!(extensions(&keypackage), expected);
            assert_eq!(keypackage.extensions().unknown(0xf2ee).unwrap().0, b"content");
            assert_eq!(leaf_node_extensions(&keypackage), []);
            assert_eq!(capabilities(&keypackage), &offering(&expected));
        }
    }

    async fn a_leaf_node_extension_is_in_the_leaf_node_and_declared() {
        let config = KeypackageConfig::default().leaf_node_extension(unknown(0xf0aa));
        for keypackage in generate(&config).await {
            assert_eq!(extensions(&keypackage), []);
            assert_eq!(leaf_node_extensions(&keypackage), [ExtensionType::Unknown(0xf0aa)]);
            assert_eq!(capabilities(&keypackage), &offering(&[ExtensionType::Unknown(0xf0aa)]));
        }
    }

    async fn one_extension_in_both_places_is_declared_once() {
        let config = KeypackageConfig::default().extension(unknown(0xf0aa)).leaf_node_extension(unknown(0xf0aa));
        for keypackage in generate(&config).await {
            assert_eq!(extensions(&keypackage), leaf_node_extensions(&keypackage));
            assert_eq!(capabilities(&keypackage), &offering(&[ExtensionType::Unknown(0xf0aa)]));
        }
    }

    /// mls-rs 0.57 wants every extension of a leaf node declared, and refuses who declares a default one. RFC 9420
    /// §7.2 forbids to declare this one, so mls-rs takes no leaf node that has it.
    async fn an_application_id_is_in_the_leaf_node_and_not_declared() {
        let application_id = Extension::ApplicationId(ApplicationIdExtension::new(b"myapp"));
        let config = KeypackageConfig::default().leaf_node_extension(application_id);
        for keypackage in generate_unseen(&config).await {
            let found = keypackage.leaf_node().extensions().application_id().unwrap();
            assert_eq!(found, &ApplicationIdExtension::new(b"myapp"));
            assert_eq!(leaf_node_extensions(&keypackage), [ExtensionType::ApplicationId]);
            assert_eq!(capabilities(&keypackage), &offering(&[]));
            let refusal = "mls-rs: capabilities must describe extensions used";
            assert_eq!(peers::check(&keypackage), Err(refusal.to_owned()));
        }
    }

    async fn a_known_extension_given_as_bytes_is_that_extension() {
        let config = KeypackageConfig::default()
            .leaf_node_extension(Extension::Unknown(1, UnknownExtension(b"\x05myapp".to_vec())))
            .extension(Extension::Unknown(10, UnknownExtension(Vec::new())));
        for keypackage in generate_unseen(&config).await {
            let found = keypackage.leaf_node().extensions().application_id().unwrap();
            assert_eq!(found, &ApplicationIdExtension::new(b"myapp"));
            assert!(keypackage.last_resort());
            assert_eq!(capabilities(&keypackage), &offering(&[ExtensionType::LastResort]));
        }
    }

    async fn a_last_resort_package_says_so_and_declares_it() {
        let marker = || Extension::LastResort(LastResortExtension::new());
        let configs = [
            KeypackageConfig::default().last_resort(true),
            KeypackageConfig::default().extension(marker()),
            KeypackageConfig::default().extension(marker()).last_resort(true),
        ];
        for config in configs {
            for keypackage in generate(&config).await {
                assert_eq!(extensions(&keypackage), [ExtensionType::LastResort]);
                assert_eq!(leaf_node_extensions(&keypackage), []);
                assert_eq!(capabilities(&keypackage), &offering(&[ExtensionType::LastResort]));
                assert!(keypackage.keypackage_ref().unwrap().is_last_resort());
            }
        }
    }

    async fn a_given_capability_is_declared_and_what_the_package_uses_is_added() {
        let given = Capabilities::new(
            Some(&[]),
            Some(&[SUITES[2]]),
            Some(&[ExtensionType::Unknown(0xf001)]),
            Some(&[ProposalType::SelfRemove]),
            Some(&[CredentialType::Other(0xf123)]),
        );
        let config = KeypackageConfig::default().capabilities(given).extension(unknown(0xf2ee)).last_resort(true);
        for keypackage in generate(&config).await {
            let mut suites = vec![SUITES[2], keypackage.ciphersuite()];
            suites.dedup();
            let types = [0xf001, 0xf2ee].map(ExtensionType::Unknown);
            let expected = Capabilities::new(
                Some(&[ProtocolVersion::Mls10]),
                Some(&suites),
                Some(&[types[0], types[1], ExtensionType::LastResort]),
                Some(&[ProposalType::SelfRemove]),
                Some(&[CredentialType::Other(0xf123), CredentialType::Basic]),
            );
            assert_eq!(capabilities(&keypackage), &expected);
        }
    }

    async fn a_supported_extension_is_declared_and_not_in_the_package() {
        let [group_context, other] = [0xf0cc, 0xf2ee].map(ExtensionType::Unknown);
        let config = [group_context, ExtensionType::RequiredCapabilities, ExtensionType::Unknown(5), group_context]
            .into_iter()
            .fold(KeypackageConfig::default().extension(unknown(0xf2ee)), KeypackageConfig::supports_extension);
        for keypackage in generate(&config).await {
            assert_eq!(capabilities(&keypackage), &offering(&[group_context, other]));
            assert_eq!(extensions(&keypackage), [other]);
            assert_eq!(leaf_node_extensions(&keypackage), []);
        }
        let given = Capabilities::new(None, Some(&SUITES), Some(&[other]), None, None);
        let config = KeypackageConfig::default().capabilities(given).supports_extension(group_context);
        for keypackage in generate(&config).await {
            assert_eq!(capabilities(&keypackage).extensions(), [other, group_context]);
        }
    }

    async fn the_type_of_an_x509_credential_is_declared() {
        let client = Client::temporary(ClientId::from("alice@example.com")).await.unwrap();
        let chain = ChainBuilder::new(KeyKind::Ed25519, "alice").build().unwrap();
        let certificates = CertificateChain::from_der(chain.certificates).unwrap();
        let key = PrivateKey::from_pkcs8(&chain.pkcs8).unwrap();
        let credential = Credential::x509(SUITE, certificates, key).unwrap();
        let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        let config = KeypackageConfig::default().capabilities(Capabilities::default());
        let keypackage = with_config(&client, &credential_ref, config).await;
        assert_eq!(capabilities(&keypackage), &offering(&[]));
    }

    async fn default_types_and_repetitions_are_never_listed() {
        let default_extensions = (1..=5).map(ExtensionType::from);
        let in_disguise = (1..=5).map(ExtensionType::Unknown);
        let known = [ExtensionType::Unknown(0xf001), ExtensionType::Unknown(0xf001)];
        let extensions: Vec<_> = default_extensions.chain(in_disguise).chain(known).collect();
        let proposals: Vec<_> = (1..=8).map(ProposalType::Custom).chain((1..=8).map(ProposalType::from)).collect();
        let given = Capabilities::new(
            Some(&[ProtocolVersion::Mls10, ProtocolVersion::Mls10]),
            Some(&[SUITES, SUITES].concat()),
            Some(&extensions),
            Some(&proposals),
            Some(&[CredentialType::Basic, CredentialType::X509, CredentialType::Basic]),
        );
        for keypackage in generate(&KeypackageConfig::default().capabilities(given)).await {
            let credentials = [CredentialType::Basic, CredentialType::X509];
            let expected = Capabilities::new(
                Some(&[ProtocolVersion::Mls10]),
                Some(&SUITES),
                Some(&[ExtensionType::Unknown(0xf001)]),
                Some(&[ProposalType::from(8)]),
                Some(&credentials),
            );
            assert_eq!(capabilities(&keypackage), &expected);
        }
    }

    async fn grease_is_one_meaningless_value_in_each_list() {
        let config = KeypackageConfig::default().extension(unknown(0xf2ee)).grease(true);
        for keypackage in generate(&config).await {
            let found = capabilities(&keypackage);
            assert_eq!(found.versions(), [ProtocolVersion::Mls10]);
            assert_eq!(found.ciphersuites().len(), 4);
            assert!(found.ciphersuites()[3].is_grease());
            assert_eq!(found.extensions()[0], ExtensionType::Unknown(0xf2ee));
            assert!(matches!(found.extensions()[1..], [ExtensionType::Grease(_)]));
            assert!(matches!(found.proposals(), [ProposalType::Grease(_)]));
            assert_eq!(found.credentials()[..2], [CredentialType::Basic, CredentialType::X509]);
            assert!(matches!(found.credentials()[2..], [CredentialType::Grease(_)]));
            assert_eq!(extensions(&keypackage), [ExtensionType::Unknown(0xf2ee)]);
        }
    }

    async fn grease_differs_between_the_packages_of_a_batch() {
        let (client, credential_ref) = client("alice@example.com").await;
        let config = KeypackageConfig::default().grease(true);
        let batch = client
            .transaction(async |tx| tx.generate_keypackages(&credential_ref, 50, &config).await)
            .await
            .unwrap();
        // Four values out of fifteen each: fifty equal ones do not happen.
        let lists: HashSet<String> = batch.iter().map(|made| format!("{:?}", capabilities(made))).collect();
        assert!(lists.len() > 1);
    }

    async fn given_grease_is_kept_and_none_is_added() {
        let given = Capabilities::builder().with_grease(&openmls_rust_crypto::RustCrypto::default()).build();
        for keypackage in generate(&KeypackageConfig::default().capabilities(given.clone()).grease(true)).await {
            assert_eq!(capabilities(&keypackage), &given);
        }
    }

    async fn everything_at_once_passes_the_peers() {
        let config = KeypackageConfig::default()
            .lifetime(Duration::from_hours(24))
            .extension(unknown(0xf2ee))
            .leaf_node_extension(unknown(0xf0aa))
            .capabilities(Capabilities::new(None, Some(&[SUITE]), None, Some(&[ProposalType::SelfRemove]), None))
            .last_resort(true)
            .grease(true);
        for keypackage in generate(&config).await {
            assert_eq!(length(keypackage.life_time()), Duration::from_hours(25));
        }
    }

    async fn a_lifetime_begins_an_hour_ago_and_ends_after_the_time_asked_for() {
        let (client, credential_ref) = client("alice@example.com").await;
        let before = SystemTime::now();
        let keypackage = with_config(&client, &credential_ref, KeypackageConfig::default().lifetime(HOUR)).await;
        let lifetime = keypackage.keypackage_ref().unwrap();
        assert!(lifetime.is_valid_at(before - HOUR + Duration::from_secs(60)));
        assert!(!lifetime.is_valid_at(before - HOUR - Duration::from_secs(1)));
        assert!(lifetime.is_valid_at(before + HOUR - Duration::from_secs(1)));
        assert!(!lifetime.is_valid_at(SystemTime::now() + HOUR + Duration::from_secs(1)));
    }

    async fn a_window_is_taken_as_it_is() {
        let now = SystemTime::now();
        let day = Duration::from_hours(24);
        let config = KeypackageConfig::default().window(now - day, now + day);
        for keypackage in generate(&config).await {
            assert_eq!(length(keypackage.life_time()), 2 * day);
            let keypackage_ref = keypackage.keypackage_ref().unwrap();
            assert!(keypackage_ref.is_valid_at(now - day) && !keypackage_ref.is_valid_at(now + day));
        }
    }

    async fn a_window_may_lie_ahead() {
        let (client, credential_ref) = client("alice@example.com").await;
        let now = SystemTime::now();
        let config = KeypackageConfig::default().window(now + HOUR, now + 2 * HOUR);
        let keypackage = with_config(&client, &credential_ref, config).await;
        assert!(!keypackage.keypackage_ref().unwrap().is_valid());
        assert!(peers::check(&keypackage).is_err_and(|reason| reason.starts_with("OpenMLS")));
    }

    async fn all_keys_of_a_batch_differ_and_it_is_listed_in_its_order() {
        let (client, credential_ref) = client("alice@example.com").await;
        let tx = client.new_transaction().await.unwrap();
        let first = tx.generate_keypackage(&credential_ref, None).await.unwrap();
        let batch = tx.generate_keypackages(&credential_ref, 100, &KeypackageConfig::default()).await.unwrap();
        let last = tx.generate_keypackage(&credential_ref, None).await.unwrap();

        let all: Vec<&Keypackage> = [&first].into_iter().chain(&batch).chain([&last]).collect();
        let encoded = |key: &dyn Fn(&Keypackage) -> Vec<u8>| -> HashSet<_> { all.iter().map(|made| key(made)).collect() };
        let init_keys = encoded(&|made| made.hpke_init_key().tls_serialize_detached().unwrap());
        let leaf_keys = encoded(&|made| made.leaf_node().encryption_key().tls_serialize_detached().unwrap());
        assert_eq!((init_keys.len(), leaf_keys.len(), init_keys.union(&leaf_keys).count()), (102, 102, 204));
        let expected: Vec<_> = all.iter().map(|made| made.keypackage_ref().unwrap()).collect();
        assert_eq!(tx.get_keypackage_refs().await.unwrap(), expected);
        tx.finish().await.unwrap();
        assert_eq!(client.get_keypackage_refs().await.unwrap(), expected);
    }

    async fn an_empty_batch_is_nothing() {
        let (client, credential_ref) = client("alice@example.com").await;
        let tx = client.new_transaction().await.unwrap();
        let batch = tx.generate_keypackages(&credential_ref, 0, &KeypackageConfig::default()).await.unwrap();
        assert_eq!(batch, []);
        assert_eq!(tx.get_keypackage_refs().await.unwrap(), []);
    }
}
