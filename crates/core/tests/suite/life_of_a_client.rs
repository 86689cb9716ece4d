//! The thinnest path through all layers.

use mlskit::{Client, ClientId, Credential, DatabaseKey, Keypackage, KeypackageExt};

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
}
