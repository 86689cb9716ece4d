//! `remove_credential`, and references that name nothing any more.

use mlskit::{
    Client, ClientId, Credential, CredentialError, CredentialFilter, CredentialRef, Error, KeypackageConfig,
    KeypackageExt,
};
use mlskit_testkit::certificates::ChainBuilder;

use super::{SUITES, x509};
use crate::common::{self, SUITE};

/// Every call that takes a reference, and what it answers.
async fn errors_of_each_call(client: &Client, credential_ref: &CredentialRef) -> [Error; 4] {
    let tx = client.new_transaction().await.unwrap();
    let errors = [
        tx.generate_keypackage(credential_ref, None).await.unwrap_err(),
        tx.generate_keypackages(credential_ref, 2, &KeypackageConfig::default()).await.unwrap_err(),
        tx.remove_keypackages_for(credential_ref).await.unwrap_err(),
        tx.remove_credential(credential_ref).await.unwrap_err(),
    ];
    tx.finish().await.unwrap();
    errors
}

scenarios! {
    async fn removing_a_credential_takes_exactly_its_key_packages_along() {
        let (client, basic) = common::client("alice").await;
        let tx = client.new_transaction().await.unwrap();
        let same_suite = tx.add_credential(Credential::basic(SUITE, client.id()).unwrap()).await.unwrap();
        let chain = ChainBuilder::new(SUITES[0].1, "alice").build().unwrap();
        let certified = tx.add_credential(x509(SUITES[0].0, &chain).unwrap()).await.unwrap();
        // The same certificate, and so the same key, for another suite.
        let same_key = tx.add_credential(x509(SUITES[2].0, &chain).unwrap()).await.unwrap();
        let all = [basic, same_suite, certified, same_key];
        let mut made = Vec::new();
        for round in 0..3 {
            for credential_ref in &all {
                let keypackage = tx.generate_keypackage(credential_ref, None).await.unwrap();
                made.push((credential_ref.clone(), keypackage.keypackage_ref().unwrap(), round));
            }
        }
        tx.finish().await.unwrap();

        let mut left = all.to_vec();
        for removed in [&all[2], &all[0], &all[3], &all[1]] {
            client.transaction(async |tx| tx.remove_credential(removed).await).await.unwrap();
            left.retain(|credential_ref| credential_ref != removed);
            made.retain(|(credential_ref, ..)| credential_ref != removed);
            assert_eq!(client.credentials().await.unwrap(), left);
            let refs = made.iter().map(|(_, keypackage_ref, _)| keypackage_ref.clone()).collect::<Vec<_>>();
            assert_eq!(client.get_keypackage_refs().await.unwrap(), refs);
        }
        assert_eq!(left, []);
    }

    async fn a_removal_that_is_rolled_back_leaves_credential_and_key_packages() {
        let (client, credential_ref) = common::client("alice").await;
        client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
        let refs = client.get_keypackage_refs().await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        tx.remove_credential(&credential_ref).await.unwrap();
        assert_eq!(tx.get_keypackage_refs().await.unwrap(), []);
        tx.abort().await.unwrap();
        assert_eq!(client.get_keypackage_refs().await.unwrap(), refs);
        client.transaction(async |tx| tx.generate_keypackage(&credential_ref, None).await).await.unwrap();
    }

    async fn a_removed_reference_names_nothing() {
        let (client, credential_ref) = common::client("alice").await;
        client.transaction(async |tx| tx.remove_credential(&credential_ref).await).await.unwrap();
        let not_found = Error::Credential(CredentialError::CredentialNotFound);
        assert_eq!(errors_of_each_call(&client, &credential_ref).await, std::array::from_fn(|_| not_found.clone()));
    }

    async fn a_reference_whose_transaction_was_rolled_back_names_nothing() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        let credential_ref = tx.add_credential(Credential::basic(SUITE, client.id()).unwrap()).await.unwrap();
        tx.abort().await.unwrap();
        let not_found = Error::Credential(CredentialError::CredentialNotFound);
        assert_eq!(errors_of_each_call(&client, &credential_ref).await, std::array::from_fn(|_| not_found.clone()));
    }

    async fn a_reference_of_another_client_is_foreign() {
        let (alice, _) = common::client("alice").await;
        let (_bob, of_bob) = common::client("bob").await;
        let (expected, found) = ("alice".to_owned(), "bob".to_owned());
        let foreign = Error::Credential(CredentialError::ForeignCredential { expected, found });
        assert_eq!(errors_of_each_call(&alice, &of_bob).await, std::array::from_fn(|_| foreign.clone()));
    }

    async fn a_reference_into_another_file_of_the_same_client_names_nothing() {
        let (phone, _) = common::client("alice").await;
        let (_tablet, of_tablet) = common::client("alice").await;
        let not_found = Error::Credential(CredentialError::CredentialNotFound);
        assert_eq!(errors_of_each_call(&phone, &of_tablet).await, std::array::from_fn(|_| not_found.clone()));
    }

    async fn a_removed_certificate_can_be_added_again() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let chain = ChainBuilder::new(SUITES[0].1, "alice").build().unwrap();
        let tx = client.new_transaction().await.unwrap();
        let first = tx.add_credential(x509(SUITE, &chain).unwrap()).await.unwrap();
        tx.remove_credential(&first).await.unwrap();
        let second = tx.add_credential(x509(SUITE, &chain).unwrap()).await.unwrap();
        tx.generate_keypackage(&second, None).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(client.find_credentials(CredentialFilter::default().ciphersuite(SUITE)).await.unwrap(), [second]);
    }
}
