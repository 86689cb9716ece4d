//! The thinnest path through all layers.

use std::time::{Duration, SystemTime};

use mlskit::{Client, ClientId, Credential, DatabaseKey, Keypackage, KeypackageConfig, KeypackageExt};

use crate::common::SUITE;

scenarios! {
    async fn a_key_package_survives_closing_and_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.db");
        let key = DatabaseKey::generate().unwrap();
        let id = ClientId::from("alice@example.com");

        let client = Client::open(&path, &key, id.clone()).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        let credential_ref = tx.add_credential(Credential::basic(SUITE, client.id()).unwrap()).await.unwrap();
        let keypackage: Keypackage = tx.generate_keypackage(&credential_ref, None).await.unwrap();
        let refs = tx.get_keypackage_refs().await.unwrap();
        assert_eq!(refs, [keypackage.keypackage_ref().unwrap()]);
        tx.finish().await.unwrap();
        client.close().await;

        let client = Client::open(&path, &key, id).await.unwrap();
        let again = client.get_keypackage_refs().await.unwrap();
        assert_eq!(again, refs);
        assert_eq!(client.keypackage(&again[0]).await.unwrap().unwrap(), keypackage);
        assert_eq!(client.credentials().await.unwrap(), [credential_ref]);
    }

    /// A clean-up that removed what is not valid took packages away whose time had not come.
    async fn a_package_whose_window_has_not_begun_is_neither_valid_nor_expired() {
        let (client, credential_ref) = crate::common::client("alice").await;
        let now = SystemTime::now();
        let (tomorrow, next_week) = (now + Duration::from_hours(24), now + Duration::from_hours(7 * 24));
        let config = KeypackageConfig::default().window(tomorrow, next_week);
        let made = client.transaction(async |tx| tx.generate_keypackage_with(&credential_ref, &config).await).await;
        let keypackage_ref = made.unwrap().keypackage_ref().unwrap();
        assert!(!keypackage_ref.is_valid() && !keypackage_ref.is_expired());
        assert!(keypackage_ref.is_valid_at(tomorrow) && !keypackage_ref.is_expired_at(tomorrow));
        assert!(!keypackage_ref.is_valid_at(next_week) && keypackage_ref.is_expired_at(next_week));
        client.close().await;
    }
}
