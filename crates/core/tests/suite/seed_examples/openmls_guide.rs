//! OpenMLS's guide to key packages: for each of its examples what takes its place here. Three of them can't stand as
//! they are written; docs/coming-from.md says why.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mlskit::{
    ExtensionPlace, Keypackage, KeypackageConfig, KeypackageError, KeypackageExt, RejectedKeypackage,
    openmls::prelude::{
        ApplicationIdExtension, Capabilities, Ciphersuite, CredentialType, Extension, ExtensionType,
        OpenMlsProvider as _, ProposalType, ProtocolVersion, tls_codec::Serialize as _,
    },
};
use openmls_rust_crypto::OpenMlsRustCrypto;

use crate::common::{SUITE, client};

const DAY: Duration = Duration::from_hours(24);

async fn generate(config: KeypackageConfig) -> mlskit::Result<Keypackage> {
    let (client, credential_ref) = client("alice").await;
    client.transaction(async |tx| tx.generate_keypackage_with(&credential_ref, &config).await).await
}

fn application_id() -> Extension {
    Extension::ApplicationId(ApplicationIdExtension::new(b"myapp"))
}

scenarios! {
    /// "Creating key packages" and "Key package bundle". The private keys never leave the store, so what is returned
    /// is public and there is no bundle to keep secure.
    async fn creating_returns_the_public_package_and_keeps_the_private_keys() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        let key_package = tx.generate_keypackage(&credential_ref, None).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(key_package.ciphersuite(), SUITE);
        assert_eq!(client.get_keypackage_refs().await.unwrap(), [key_package.keypackage_ref().unwrap()]);
    }

    /// "Setting lifetime", whose window is 370 days long and ended in 2022.
    async fn the_lifetime_of_the_guide_is_over_and_a_window_of_today_is_taken() {
        let [not_before, not_after] = [1_640_000_000, 1_672_000_000];
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let refusal = generate(KeypackageConfig::default().window(at(not_before), at(not_after))).await.unwrap_err();
        let mlskit::Error::Keypackage(KeypackageError::WindowOver { not_after: found, .. }) = refusal else {
            panic!("{refusal}")
        };
        assert_eq!(found, not_after);

        let now = SystemTime::now();
        let too_long = generate(KeypackageConfig::default().window(now, now + 370 * DAY)).await.unwrap_err();
        let limit = 84 * DAY + Duration::from_hours(1);
        assert_eq!(too_long, KeypackageError::WindowTooLong { asked: 370 * DAY, limit }.into());

        let key_package = generate(KeypackageConfig::default().window(now - DAY, now + 30 * DAY)).await.unwrap();
        let lifetime = key_package.life_time();
        assert_eq!(lifetime.not_after() - lifetime.not_before(), (31 * DAY).as_secs());
        assert!(lifetime.validate().is_ok());
    }

    /// "Adding extensions" puts an application id beside the leaf node; "Leaf node extensions" puts it where it
    /// belongs.
    async fn an_application_id_belongs_into_the_leaf_node() {
        let refusal = generate(KeypackageConfig::default().extension(application_id())).await.unwrap_err();
        let (found, place) = (ExtensionType::ApplicationId, ExtensionPlace::Keypackage);
        assert_eq!(refusal, KeypackageError::ExtensionMisplaced { found, place }.into());

        let key_package = generate(KeypackageConfig::default().leaf_node_extension(application_id())).await.unwrap();
        let found = key_package.leaf_node().extensions().application_id().unwrap();
        assert_eq!(found.as_slice(), b"myapp");
    }

    /// "Setting capabilities", whose lists have default types in them.
    async fn the_capabilities_of_the_guide_lose_their_default_types() {
        let capabilities = Capabilities::new(
            Some(&[ProtocolVersion::Mls10]),
            Some(&[
                Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
                Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
            ]),
            Some(&[ExtensionType::ApplicationId]),
            Some(&[ProposalType::Add, ProposalType::Remove]),
            Some(&[CredentialType::Basic]),
        );
        let key_package = generate(KeypackageConfig::default().capabilities(capabilities.clone())).await.unwrap();
        let found = key_package.leaf_node().capabilities();
        assert_eq!(found.versions(), capabilities.versions());
        assert_eq!(found.ciphersuites(), capabilities.ciphersuites());
        assert_eq!(found.credentials(), capabilities.credentials());
        assert_eq!((found.extensions(), found.proposals()), (&[][..], &[][..]));
    }

    /// "Last resort key packages".
    async fn a_package_can_be_marked_as_last_resort() {
        let key_package = generate(KeypackageConfig::default().last_resort(true)).await.unwrap();
        // Check if a key package is marked as last resort
        assert!(key_package.last_resort());
        assert!(!generate(KeypackageConfig::default()).await.unwrap().last_resort());
    }

    /// "Publishing key packages". The bytes are the same whenever they are asked for.
    async fn the_public_package_is_serialized_for_publishing() {
        let (client, credential_ref) = client("alice").await;
        let key_package =
            client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        let serialized = key_package.to_bytes().unwrap();
        let again = client.keypackage(&key_package.keypackage_ref().unwrap()).await.unwrap().unwrap();
        assert_eq!(again.to_bytes().unwrap(), serialized);
    }

    /// "Fetching key packages", whose bytes are another client's: `import_keypackage` does the work of
    /// `KeyPackageIn::validate`.
    async fn a_fetched_package_is_checked_before_it_is_used() {
        let (bob, bobs_credential) = client("bob").await;
        let published =
            bob.transaction(async |tx| tx.generate_keypackage(&bobs_credential, None).await).await.unwrap();
        let (alice, _) = client("alice").await;
        let mut serialized = published.to_bytes().unwrap();
        let key_package = alice.import_keypackage(&serialized).await.unwrap();
        assert_eq!(key_package, published);
        assert_eq!(alice.get_keypackage_refs().await.unwrap(), []);

        // A bit of the signature, which comes last.
        *serialized.last_mut().unwrap() ^= 1;
        let refusal = alice.import_keypackage(&serialized).await.unwrap_err();
        assert_eq!(refusal, RejectedKeypackage::WrongSignature.into());
    }

    /// "Key package reference" and "Storage and retrieval".
    async fn a_package_is_retrieved_by_its_reference() {
        let (client, credential_ref) = client("alice").await;
        let key_package =
            client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        let kp_ref = key_package.keypackage_ref().unwrap();
        let provider = OpenMlsRustCrypto::default();
        assert_eq!(kp_ref.hash_ref(), key_package.hash_ref(provider.crypto()).unwrap().as_slice());
        assert_eq!(client.keypackage(&kp_ref).await.unwrap(), Some(key_package));
    }

    /// "One-time use", "Unique init keys" and "Credential consistency".
    async fn ten_packages_of_one_credential_have_ten_init_keys() {
        let (client, credential_ref) = client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        // Generate multiple key packages
        let mut key_packages = Vec::new();
        for _ in 0..10 {
            let kp = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            key_packages.push(kp);
        }
        tx.finish().await.unwrap();
        let init_keys: HashSet<_> = key_packages.iter().map(|kp| kp.hpke_init_key().as_slice()).collect();
        let published: HashSet<_> = key_packages.iter().map(|kp| kp.to_bytes().unwrap()).collect();
        let credentials: HashSet<_> =
            key_packages.iter().map(|kp| kp.leaf_node().signature_key().as_slice()).collect();
        assert_eq!((init_keys.len(), published.len(), credentials.len()), (10, 10, 1));
        assert_eq!(credentials.into_iter().next(), Some(credential_ref.signature_key()));
    }

    /// "Inspecting key packages".
    async fn the_properties_of_a_package_can_be_queried() {
        let kp = &generate(KeypackageConfig::default()).await.unwrap();

        // Get ciphersuite
        let cs = kp.ciphersuite();

        // Get embedded leaf node
        let leaf = kp.leaf_node();
        let credential = leaf.credential();
        let encryption_key = leaf.encryption_key();

        // Get init key
        let init_key = kp.hpke_init_key();

        // Get lifetime
        let lifetime = kp.life_time();

        // Get extensions
        let extensions = kp.extensions();

        // Check if last resort
        let is_last_resort = kp.last_resort();

        assert_eq!((cs, credential.serialized_content()), (SUITE, &b"alice"[..]));
        assert_ne!(encryption_key.tls_serialize_detached().unwrap(), init_key.tls_serialize_detached().unwrap());
        assert!(lifetime.validate().is_ok());
        assert!(extensions.iter().next().is_none() && !is_last_resort);
    }
}
