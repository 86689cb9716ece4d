//! OpenMLS's book on key packages: create a bundle, store it.

use mlskit::{
    Client, ClientId, DatabaseKey, KeypackageConfig, KeypackageError, KeypackageExt,
    openmls::prelude::{Capabilities, Ciphersuite, ExtensionType},
};

use crate::common::{SUITE, client};

scenarios! {
    /// The book's two steps, create and store, are one here: the private keys are in the file with the commit.
    async fn a_created_package_is_stored_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.db");
        let key = DatabaseKey::generate().unwrap();
        let id = ClientId::from("alice@example.com");
        let client = Client::open(&path, &key, id.clone()).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        let credential = mlskit::Credential::basic(SUITE, client.id()).unwrap();
        let credential_ref = tx.add_credential(credential).await.unwrap();
        let keypackage = tx.generate_keypackage(&credential_ref, None).await.unwrap();
        let keypackage_ref = keypackage.keypackage_ref().unwrap();
        assert_eq!(tx.keypackage(&keypackage_ref).await.unwrap().as_ref(), Some(&keypackage));
        tx.finish().await.unwrap();
        client.close().await;

        let client = Client::open(&path, &key, id).await.unwrap();
        assert_eq!(client.keypackage(&keypackage_ref).await.unwrap(), Some(keypackage));
    }

    /// The book: "Clients can generate an arbitrary number of key packages ahead of time."
    async fn any_number_can_be_made_ahead_of_time() {
        let (client, credential_ref) = client("alice@example.com").await;
        let config = KeypackageConfig::default();
        let made = client.transaction(async |tx| tx.generate_keypackages(&credential_ref, 25, &config).await).await;
        assert_eq!((made.unwrap().len(), client.get_keypackage_refs().await.unwrap().len()), (25, 25));
    }

    /// The book: "Clients must specify at least one ciphersuite and not advertise ciphersuites they do not support."
    async fn at_least_one_supported_ciphersuite_is_advertised() {
        let (client, credential_ref) = client("alice@example.com").await;
        let unsupported = Ciphersuite::MLS_256_DHKEMP521_AES256GCM_SHA512_P521;
        let refused = [&[][..], &[SUITE, unsupported]].map(|suites| {
            let capabilities = Capabilities::new(None, Some(suites), None, None, None);
            KeypackageConfig::default().capabilities(capabilities)
        });
        let tx = client.new_transaction().await.unwrap();
        let none = tx.generate_keypackage_with(&credential_ref, &refused[0]).await.unwrap_err();
        assert!(matches!(none, mlskit::Error::Keypackage(KeypackageError::NoCiphersuites { .. })), "{none}");
        let lacking = tx.generate_keypackage_with(&credential_ref, &refused[1]).await.unwrap_err();
        assert!(matches!(lacking, mlskit::Error::Keypackage(KeypackageError::UnsupportedCiphersuite { .. })));
    }

    /// The book: "Clients should specify all extensions they support." The lifetime, which it counts among the
    /// mandatory extensions, is a field of the leaf node since then.
    async fn supported_extensions_are_specified() {
        let (client, credential_ref) = client("alice@example.com").await;
        let supported = [ExtensionType::Unknown(0xf2ee)];
        let config = KeypackageConfig::default()
            .capabilities(Capabilities::new(None, None, Some(&supported), None, None));
        let tx = client.new_transaction().await.unwrap();
        let keypackage = tx.generate_keypackage_with(&credential_ref, &config).await.unwrap();
        assert_eq!(keypackage.leaf_node().capabilities().extensions(), supported);
        assert!(keypackage.life_time().validate().is_ok());
    }
}
