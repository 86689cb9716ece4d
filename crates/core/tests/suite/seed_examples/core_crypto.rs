//! CoreCrypto's page on key packages. Its examples stand here as they stand there, each in a function that is given
//! the open client, which they call `cc`.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use mlskit::{
    Client, ClientId, ClientOptions, Credential, CredentialRef, KEYPACKAGE_DEFAULT_LIFETIME, Keypackage,
    KeypackageConfig, KeypackageExt, KeypackageRef, Result, TransactionContext,
    openmls::prelude::{Ciphersuite, CredentialType, Lifetime, SignatureScheme},
};

use crate::common::{SUITE, client};

mod examples {
    use super::*;

    pub(super) async fn generates(cc: &Client, credential_ref: CredentialRef) -> Result<(Keypackage, Keypackage)> {
        use std::time::Duration;

        let tx = cc.new_transaction().await?;
        // generate with default lifetime
        let kp = tx.generate_keypackage(&credential_ref, None).await?;
        // generate with custom 30-day lifetime
        let kp_30d = tx.generate_keypackage(&credential_ref, Some(Duration::from_secs(60 * 60 * 24 * 30))).await?;
        tx.finish().await?;

        Ok((kp, kp_30d))
    }

    #[expect(clippy::print_stdout, reason = "the example does")]
    pub(super) async fn counts(cc: &Client) -> Result<usize> {
        let tx = cc.new_transaction().await?;
        let refs = tx.get_keypackage_refs().await?;
        let valid_count = refs.iter().filter(|r| r.is_valid()).count();
        println!("{valid_count} valid key packages available");
        tx.finish().await?;

        Ok(valid_count)
    }

    pub(super) async fn removes_the_expired(cc: &Client) -> Result<()> {
        let tx = cc.new_transaction().await?;
        for kp_ref in tx.get_keypackage_refs().await? {
            if !kp_ref.is_valid() {
                tx.remove_keypackage(&kp_ref).await?;
            }
        }
        tx.finish().await?;

        Ok(())
    }
}

const DAY: Duration = Duration::from_hours(24);

/// The signatures are the page's, and the futures can go to any thread.
#[test]
fn the_signatures_are_those_of_the_page() {
    fn gives<T>(_: impl Future<Output = Result<T>> + Send) {}
    let _ = |tx: &TransactionContext, credential_ref: &CredentialRef, kp_ref: &KeypackageRef| {
        gives::<Keypackage>(tx.generate_keypackage(credential_ref, None::<Duration>));
        gives::<Vec<KeypackageRef>>(tx.get_keypackage_refs());
        gives::<()>(tx.remove_keypackage(kp_ref));
        gives::<()>(tx.remove_keypackages_for(credential_ref));
    };
    let _: fn(&KeypackageRef) -> &[u8] = KeypackageRef::hash_ref;
    let _: fn(&KeypackageRef) -> Ciphersuite = KeypackageRef::ciphersuite;
    let _: fn(&KeypackageRef) -> SignatureScheme = KeypackageRef::signature_scheme;
    let _: fn(&KeypackageRef) -> CredentialType = KeypackageRef::credential_type;
    let _: fn(&KeypackageRef) -> Option<&Lifetime> = KeypackageRef::lifetime;
    let _: fn(&KeypackageRef) -> bool = KeypackageRef::is_valid;
    let _: fn(mlskit::openmls::prelude::KeyPackage) -> Keypackage = |re_exported| re_exported;
}

#[test]
fn the_default_lifetime_is_about_three_months() {
    const EXPECTED: Duration = Duration::from_secs(60 * 60 * 24 * 28 * 3); // ~3 months
    assert_eq!(KEYPACKAGE_DEFAULT_LIFETIME, EXPECTED);
    assert_eq!(KEYPACKAGE_DEFAULT_LIFETIME.as_secs(), 7_257_600);
}

scenarios! {
    async fn generating_stores_a_package_with_the_default_and_one_with_an_own_lifetime() {
        let (cc, credential_ref) = client("alice@example.com").await;
        let (kp, kp_30d) = examples::generates(&cc, credential_ref).await.unwrap();
        let expected = [kp.keypackage_ref().unwrap(), kp_30d.keypackage_ref().unwrap()];
        let refs = cc.get_keypackage_refs().await.unwrap();
        assert_eq!(refs, expected);
        for (kp_ref, lifetime) in refs.iter().zip([KEYPACKAGE_DEFAULT_LIFETIME, 30 * DAY]) {
            let found = kp_ref.lifetime().unwrap();
            // The hour is for peers whose clocks are behind.
            assert_eq!(found.not_after() - found.not_before(), lifetime.as_secs() + 3600);
        }
    }

    async fn a_reference_knows_the_package_without_its_keys() {
        let suites = [
            (SUITE, SignatureScheme::ED25519),
            (Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256, SignatureScheme::ECDSA_SECP256R1_SHA256),
            (Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, SignatureScheme::ED25519),
        ];
        for (suite, scheme) in suites {
            let cc = Client::temporary(ClientId::from("alice@example.com")).await.unwrap();
            let tx = cc.new_transaction().await.unwrap();
            let credential_ref = tx.add_credential(Credential::basic(suite, cc.id()).unwrap()).await.unwrap();
            let kp = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            let kp_ref = tx.get_keypackage_refs().await.unwrap().remove(0);
            let crypto = openmls_rust_crypto::RustCrypto::default();
            assert_eq!(kp_ref.hash_ref(), kp.hash_ref(&crypto).unwrap().as_slice());
            assert_eq!(kp_ref.ciphersuite(), suite);
            assert_eq!(kp_ref.signature_scheme(), scheme);
            assert_eq!(kp_ref.credential_type(), CredentialType::Basic);
            assert_eq!(kp_ref.lifetime(), Some(kp.life_time()));
            assert!(kp_ref.is_valid());
        }
    }

    async fn references_to_one_package_are_equal_wherever_they_come_from() {
        let (cc, credential_ref) = client("alice@example.com").await;
        let (kp, kp_30d) = examples::generates(&cc, credential_ref).await.unwrap();
        let listed = cc.get_keypackage_refs().await.unwrap();
        let computed = kp.keypackage_ref().unwrap();
        assert_eq!(computed, listed[0]);
        assert_ne!(computed, listed[1]);
        let hasher = RandomState::new();
        assert_eq!(hasher.hash_one(&computed), hasher.hash_one(&listed[0]));
        let set: HashSet<_> = listed.into_iter().chain([computed, kp_30d.keypackage_ref().unwrap()]).collect();
        assert_eq!(set.len(), 2);
    }

    async fn counting_and_removing_the_expired_leaves_the_valid_ones() {
        let (cc, credential_ref) = client("alice@example.com").await;
        let (kp, kp_30d) = examples::generates(&cc, credential_ref.clone()).await.unwrap();
        let day = std::time::SystemTime::now() + DAY;
        let ahead = KeypackageConfig::default().window(day, day + DAY);
        cc.transaction(async |tx| tx.generate_keypackages(&credential_ref, 3, &ahead).await).await.unwrap();
        assert_eq!(cc.get_keypackage_refs().await.unwrap().len(), 5);

        assert_eq!(examples::counts(&cc).await.unwrap(), 2);
        examples::removes_the_expired(&cc).await.unwrap();
        let left = [kp.keypackage_ref().unwrap(), kp_30d.keypackage_ref().unwrap()];
        assert_eq!(cc.get_keypackage_refs().await.unwrap(), left);
        assert_eq!(examples::counts(&cc).await.unwrap(), 2);
    }

    /// The page: "No pruning of existing key packages is performed." Not of expired ones either, and not when the
    /// file is opened again.
    async fn nothing_is_pruned_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.db");
        let key = mlskit::DatabaseKey::generate().unwrap();
        let id = ClientId::from("alice@example.com");
        let past = std::sync::Arc::new(Past);
        let in_the_past = ClientOptions::default().clock(past);
        let cc = Client::open_with(&path, &key, id.clone(), in_the_past).await.unwrap();
        let credential = Credential::basic(SUITE, cc.id()).unwrap();
        let credential_ref = cc.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        examples::generates(&cc, credential_ref).await.unwrap();
        cc.close().await;

        let cc = Client::open(&path, &key, id).await.unwrap();
        let expired = cc.get_keypackage_refs().await.unwrap();
        assert_eq!(expired.len(), 2);
        assert!(!expired.iter().any(KeypackageRef::is_valid));
        let credential_ref = cc.credentials().await.unwrap().remove(0);
        for _ in 0..20 {
            examples::generates(&cc, credential_ref.clone()).await.unwrap();
        }
        let all = cc.get_keypackage_refs().await.unwrap();
        assert_eq!((all.len(), &all[..2]), (42, &expired[..]));
    }

    async fn removing_takes_one_package_and_succeeds_when_it_is_gone() {
        let (cc, credential_ref) = client("alice@example.com").await;
        let (kp, kp_30d) = examples::generates(&cc, credential_ref).await.unwrap();
        let kp_ref = kp.keypackage_ref().unwrap();
        cc.transaction(async |tx| {
            tx.remove_keypackage(&kp_ref).await?;
            assert_eq!(tx.keypackage(&kp_ref).await?, None);
            tx.remove_keypackage(&kp_ref).await
        }).await.unwrap();
        cc.transaction(async |tx| tx.remove_keypackage(&kp_ref).await).await.unwrap();
        assert_eq!(cc.get_keypackage_refs().await.unwrap(), [kp_30d.keypackage_ref().unwrap()]);
        assert_eq!(cc.keypackage(&kp_ref).await.unwrap(), None);
    }

    /// The last lines of the page: a credential is replaced by generating new packages and removing the old ones.
    async fn removing_for_a_credential_takes_its_packages_and_no_others() {
        let (cc, old) = client("alice@example.com").await;
        let credential = Credential::basic(SUITE, cc.id()).unwrap();
        let new = cc.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        examples::generates(&cc, old.clone()).await.unwrap();
        let (kp, kp_30d) = examples::generates(&cc, new).await.unwrap();

        let tx = cc.new_transaction().await.unwrap();
        tx.remove_keypackages_for(&old).await.unwrap();
        // Nothing is left to remove, which is fine.
        tx.remove_keypackages_for(&old).await.unwrap();
        tx.finish().await.unwrap();
        let left = [kp.keypackage_ref().unwrap(), kp_30d.keypackage_ref().unwrap()];
        assert_eq!(cc.get_keypackage_refs().await.unwrap(), left);
        assert_eq!(cc.credentials().await.unwrap().len(), 2);
    }

    /// The page: `remove_keypackages_for` is "called automatically by remove_credential".
    async fn removing_a_credential_takes_its_packages_along() {
        let (cc, credential_ref) = client("alice@example.com").await;
        examples::generates(&cc, credential_ref.clone()).await.unwrap();
        cc.transaction(async |tx| tx.remove_credential(&credential_ref).await).await.unwrap();
        assert_eq!(cc.get_keypackage_refs().await.unwrap(), []);
        assert_eq!(cc.credentials().await.unwrap(), []);
    }
}

/// The clock of a client of ten years ago.
#[derive(Debug)]
struct Past;

impl mlskit::Clock for Past {
    fn now(&self) -> std::time::SystemTime {
        std::time::SystemTime::now() - 3650 * DAY
    }
}
