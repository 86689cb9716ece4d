//! Packages that keep Marmot's rules, whoever asks for what.

use mlskit::{
    Client, ClientId, ClientOptions, Credential, CredentialError, Error, KEYPACKAGE_DEFAULT_LIFETIME, KeypackageConfig,
    KeypackageError, KeypackageExt, KeypackageRef,
    marmot::{CIPHERSUITE, MAX_LIFETIME},
    openmls::prelude::{
        Capabilities, Ciphersuite, CredentialType, Extension, ExtensionType, ProposalType, ProtocolVersion,
    },
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};

use super::*;
use crate::credentials::x509;

const HEX: &str = "884704bd421671e01c13f854d2ce23ce2a5bfe9562f4f297ad2bc921ba30c3a6";
const OTHER_SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

fn types(capabilities: &Capabilities) -> Vec<u16> {
    capabilities.extensions().iter().map(|&listed| listed.into()).collect()
}

fn seconds(keypackage: &Keypackage) -> u64 {
    // The window begins an hour early, for clocks that are behind.
    keypackage.life_time().not_after() - keypackage.life_time().not_before() - 3600
}

#[test]
fn a_nostr_key_is_32_bytes_or_64_lowercase_digits() {
    let pubkey = NostrPublicKey::from_hex(HEX).unwrap();
    assert_eq!(pubkey.as_bytes()[..4], [0x88, 0x47, 0x04, 0xbd]);
    assert_eq!(pubkey.to_string(), HEX);
    assert_eq!(NostrPublicKey::from_bytes(pubkey.as_bytes()), Ok(pubkey));
    assert_eq!(pubkey.client_id(), ClientId::from(pubkey.as_bytes()));
    for length in [0, 31, 33, 64] {
        let refusal = NostrPublicKey::from_bytes(&vec![1; length]).unwrap_err();
        assert_eq!(refusal, MarmotError::WrongPublicKeyLength { found: length as u64 });
    }
    for text in ["", &HEX[2..], &HEX.to_uppercase(), &format!("{HEX}00"), &format!("+{}", &HEX[1..]), "npub1xyz"] {
        let refusal = NostrPublicKey::from_hex(text).unwrap_err();
        assert_eq!(refusal, MarmotError::WrongPublicKeyText { length: text.len() as u64 });
    }
}

/// "Capabilities": what `ensureMarmotCapabilities` adds, and what RFC 9420 and MIP-00 forbid.
#[test]
fn capabilities_get_what_marmot_asks_for_and_keep_the_rest() {
    let defaults = marmot::default_capabilities();
    assert_eq!(defaults.versions(), [ProtocolVersion::Mls10]);
    assert_eq!(defaults.ciphersuites(), [CIPHERSUITE.into()]);
    assert_eq!(types(&defaults), [0xf2ee, 0x000a]);
    assert_eq!((defaults.proposals(), defaults.credentials()), (&[][..], &[CredentialType::Basic][..]));
    assert_eq!(marmot::ensure_capabilities(&defaults).unwrap(), defaults);

    let mine = Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[OTHER_SUITE]),
        Some(&[ExtensionType::Unknown(0xff01), ExtensionType::RequiredCapabilities, ExtensionType::LastResort]),
        Some(&[ProposalType::Add, ProposalType::SelfRemove]),
        Some(&[CredentialType::X509]),
    );
    let ensured = marmot::ensure_capabilities(&mine).unwrap();
    assert_eq!(ensured.ciphersuites(), [OTHER_SUITE.into(), CIPHERSUITE.into()]);
    assert_eq!(types(&ensured), [0xff01, 0x000a, 0xf2ee]);
    assert_eq!(ensured.proposals(), [ProposalType::SelfRemove]);
    assert_eq!(ensured.credentials(), [CredentialType::X509, CredentialType::Basic]);
}

scenarios! {
    /// "Generating Key Packages", with its 7776000 seconds, although the client's limit is 84 days; "Marmot
    /// Requirements", "Key Package References" and "Default Extensions".
    async fn a_generated_package_keeps_every_rule() {
        let bob = User::new().await;
        let keypackage = bob.generate(Some(Duration::from_secs(7_776_000))).await.unwrap();
        assert_eq!(seconds(&keypackage), 7_776_000);
        assert_eq!(seconds(&bob.generate(None).await.unwrap()), KEYPACKAGE_DEFAULT_LIFETIME.as_secs());

        let leaf_node = keypackage.leaf_node();
        assert_eq!(keypackage.ciphersuite(), CIPHERSUITE);
        assert_eq!(leaf_node.credential().credential_type(), CredentialType::Basic);
        assert_eq!(leaf_node.credential().serialized_content(), bob.keys.public_key().as_bytes());
        assert_eq!(leaf_node.capabilities(), &marmot::default_capabilities());
        let extensions: Vec<Extension> = keypackage.extensions().iter().cloned().collect();
        assert_eq!(extensions, marmot::keypackage_default_extensions());
        assert!(keypackage.last_resort());

        let keypackage_ref = keypackage.keypackage_ref().unwrap();
        assert_eq!(keypackage_ref.hash_ref().len(), 32);
        assert_eq!(KeypackageRef::from_bytes(&keypackage.to_bytes().unwrap()).unwrap(), keypackage_ref);
        let peer = User::new().await;
        assert_eq!(peer.client.import_keypackage(&keypackage.to_bytes().unwrap()).await.unwrap(), keypackage);
    }

    async fn a_lifetime_over_90_days_is_refused() {
        let bob = User::new().await;
        let asked = MAX_LIFETIME + Duration::from_secs(1);
        let refusal = bob.generate(Some(asked)).await.unwrap_err();
        assert_eq!(refusal, MarmotError::LifetimeTooLong { asked, limit: 90 * DAY });

        // Nor by the way around.
        let config = marmot::keypackage_config(&bob.pubkey(), None).unwrap().lifetime(asked);
        let refusal = bob.client.transaction(async |tx| tx.generate_keypackage_with(&bob.credential_ref, &config).await);
        assert_eq!(refusal.await.unwrap_err(), KeypackageError::LifetimeTooLong { asked, limit: 90 * DAY }.into());

        // Outside of Marmot the client's own limit holds.
        let ninety = KeypackageConfig::default().lifetime(90 * DAY);
        let refusal = bob.client.transaction(async |tx| tx.generate_keypackage_with(&bob.credential_ref, &ninety).await);
        let limit = 84 * DAY;
        assert_eq!(refusal.await.unwrap_err(), KeypackageError::LifetimeTooLong { asked: 90 * DAY, limit }.into());
    }

    async fn a_client_whose_packages_live_shortly_makes_short_lived_ones_by_default() {
        let pubkey = NostrPublicKey::from_hex(HEX).unwrap();
        let options = ClientOptions::default().max_lifetime(30 * DAY);
        let client = Client::temporary_in(std::env::temp_dir(), pubkey.client_id(), options).await.unwrap();
        let keypackage = client.transaction::<_, MarmotError>(async |tx| {
            let credential_ref = tx.add_credential(marmot::credential(&pubkey)?).await?;
            marmot::generate_keypackage(tx, &credential_ref, None).await
        }).await.unwrap();
        assert_eq!(seconds(&keypackage), (30 * DAY).as_secs());
    }

    async fn a_package_for_another_suite_or_another_kind_of_credential_is_refused() {
        let bob = User::new().await;
        let chain = ChainBuilder::new(KeyKind::Ed25519, "bob").build().unwrap();
        let (other_suite, x509) = bob.client.transaction(async |tx| {
            let other_suite = tx.add_credential(Credential::basic(OTHER_SUITE, bob.client.id())?).await?;
            let x509 = tx.add_credential(x509(CIPHERSUITE, &chain)?).await?;
            Ok::<_, Error>((other_suite, x509))
        }).await.unwrap();
        let refusal = async |credential_ref: &CredentialRef| {
            let work = bob.client.transaction(async |tx| marmot::generate_keypackage(tx, credential_ref, None).await);
            work.await.unwrap_err()
        };
        assert_eq!(refusal(&other_suite).await, MarmotError::WrongCiphersuite { found: 0x0003 });
        assert_eq!(refusal(&x509).await, MarmotError::NotBasic { found: 0x0002 });

        // Nor by the way around.
        let config = marmot::keypackage_config(&bob.pubkey(), None).unwrap();
        let refusal = async |credential_ref: &CredentialRef| {
            let work = bob.client.transaction(async |tx| tx.generate_keypackage_with(credential_ref, &config).await);
            work.await.unwrap_err()
        };
        let expected = CredentialError::UnsupportedCiphersuite { found: OTHER_SUITE, supported: vec![CIPHERSUITE] };
        assert_eq!(refusal(&other_suite).await, expected.into());
        let expected = bob.client.id().to_string();
        let found = "none".to_owned();
        assert_eq!(refusal(&x509).await, CredentialError::DifferentIdentity { expected, found }.into());
    }

    /// A key in hexadecimal digits, as some clients had it, is not what a peer compares with.
    async fn an_identity_that_is_no_raw_key_is_refused() {
        let client = Client::temporary(ClientId::from(HEX)).await.unwrap();
        let refusal = client.transaction::<_, MarmotError>(async |tx| {
            let credential_ref = tx.add_credential(Credential::basic(CIPHERSUITE, client.id())?).await?;
            marmot::generate_keypackage(tx, &credential_ref, None).await
        }).await.unwrap_err();
        assert_eq!(refusal, MarmotError::WrongPublicKeyLength { found: 64 });
    }

    /// A life cycle's policy asks for single-use packages too, and an app for capabilities of its own.
    async fn a_configuration_may_be_changed_and_keeps_the_rules() {
        let bob = User::new().await;
        let poor = Capabilities::builder().ciphersuites(vec![OTHER_SUITE]).extensions(vec![ExtensionType::Unknown(0xff01)]).build();
        let config = marmot::keypackage_config(&bob.pubkey(), Some(30 * DAY)).unwrap().last_resort(false).capabilities(poor);
        let batch = bob.client
            .transaction(async |tx| tx.generate_keypackages(&bob.credential_ref, 3, &config).await).await.unwrap();
        for keypackage in &batch {
            assert!(!keypackage.last_resort());
            assert_eq!(types(keypackage.leaf_node().capabilities()), [0xff01, 0xf2ee, 0x000a]);
            let event = marmot::create_keypackage_event(keypackage, &options()).unwrap();
            assert_eq!(values(&event, "mls_extensions"), ["0xff01", "0xf2ee", "0x000a"]);
            let imported = marmot::import_keypackage_event(&User::new().await.client, &event).await.unwrap();
            assert_eq!(&imported, keypackage);
        }
    }

    /// GREASE is not a feature of anybody's, so no tag speaks of it.
    async fn an_event_of_a_greased_package_lists_what_is_meant() {
        let bob = User::new().await;
        let config = marmot::keypackage_config(&bob.pubkey(), None).unwrap().grease(true);
        let keypackage = bob.client
            .transaction(async |tx| tx.generate_keypackage_with(&bob.credential_ref, &config).await).await.unwrap();
        assert_eq!(keypackage.leaf_node().capabilities().extensions().len(), 3);
        let event = marmot::create_keypackage_event(&keypackage, &options()).unwrap();
        assert_eq!(values(&event, "mls_extensions"), ["0xf2ee", "0x000a"]);
    }

    /// A client that makes packages for other protocols too may have raised its own limit.
    async fn no_event_is_made_of_a_package_that_lives_for_longer_than_90_days() {
        let pubkey = NostrPublicKey::from_hex(HEX).unwrap();
        let options = ClientOptions::default().max_lifetime(365 * DAY);
        let client = Client::temporary_in(std::env::temp_dir(), pubkey.client_id(), options).await.unwrap();
        let config = KeypackageConfig::default().capabilities(marmot::default_capabilities()).lifetime(91 * DAY);
        let keypackage = client.transaction::<_, MarmotError>(async |tx| {
            let credential_ref = tx.add_credential(marmot::credential(&pubkey)?).await?;
            Ok(tx.generate_keypackage_with(&credential_ref, &config).await?)
        }).await.unwrap();
        let refusal = marmot::create_keypackage_event(&keypackage, &super::options()).unwrap_err();
        let hour = Duration::from_hours(1);
        assert_eq!(refusal, MarmotError::LifetimeTooLong { asked: 91 * DAY + hour, limit: 90 * DAY + hour });
    }
}
