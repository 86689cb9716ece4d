//! `find_credentials`: each condition, and all together.

use mlskit::{Client, ClientId, Credential, CredentialFilter, CredentialRef, openmls::prelude::CredentialType};
use mlskit_testkit::certificates::{Chain, ChainBuilder};

use super::{SUITES, x509};

/// A Basic and an X.509 credential of each suite.
async fn everything() -> (Client, Vec<CredentialRef>, Vec<Chain>) {
    let client = Client::temporary(ClientId::from("alice")).await.unwrap();
    let tx = client.new_transaction().await.unwrap();
    let (mut added, mut chains) = (Vec::new(), Vec::new());
    for (suite, kind) in SUITES {
        added.push(tx.add_credential(Credential::basic(suite, client.id()).unwrap()).await.unwrap());
        let chain = ChainBuilder::new(kind, "alice").build().unwrap();
        added.push(tx.add_credential(x509(suite, &chain).unwrap()).await.unwrap());
        chains.push(chain);
    }
    tx.finish().await.unwrap();
    (client, added, chains)
}

/// In a transaction and outside of one.
async fn find(client: &Client, filter: CredentialFilter) -> Vec<CredentialRef> {
    let outside = client.find_credentials(filter.clone()).await.unwrap();
    let inside = client.transaction(async |tx| tx.find_credentials(filter).await).await.unwrap();
    assert_eq!(inside, outside);
    outside
}

scenarios! {
    async fn no_condition_lets_all_through_in_the_order_of_adding() {
        let (client, added, _) = everything().await;
        assert_eq!(find(&client, CredentialFilter::default()).await, added);
    }

    async fn credentials_are_found_by_their_suite() {
        let (client, added, _) = everything().await;
        for ((suite, _), expected) in SUITES.into_iter().zip(added.chunks(2)) {
            assert_eq!(find(&client, CredentialFilter::default().ciphersuite(suite)).await, expected);
        }
    }

    async fn credentials_are_found_by_their_type() {
        let (client, added, _) = everything().await;
        for (first, credential_type) in [CredentialType::Basic, CredentialType::X509].into_iter().enumerate() {
            let expected = added.iter().skip(first).step_by(2).cloned().collect::<Vec<_>>();
            assert_eq!(find(&client, CredentialFilter::default().credential_type(credential_type)).await, expected);
        }
    }

    async fn a_credential_is_found_by_its_signature_key() {
        let (client, added, _) = everything().await;
        for expected in added {
            let filter = CredentialFilter::default().signature_key(expected.signature_key());
            assert_eq!(find(&client, filter).await, [expected]);
        }
        assert_eq!(find(&client, CredentialFilter::default().signature_key([7; 32])).await, []);
    }

    async fn basic_credentials_are_found_by_their_identity() {
        let (client, added, _) = everything().await;
        let expected = added.iter().step_by(2).cloned().collect::<Vec<_>>();
        assert_eq!(find(&client, CredentialFilter::default().identity("alice")).await, expected);
        assert_eq!(find(&client, CredentialFilter::default().identity("alic")).await, []);
    }

    async fn an_x509_credential_is_found_by_its_leaf_certificate() {
        let (client, added, chains) = everything().await;
        for (chain, expected) in chains.iter().zip(added.chunks(2)) {
            let filter = CredentialFilter::default().leaf_certificate(chain.certificates[0].clone());
            assert_eq!(find(&client, filter).await, expected[1..]);
            // The root's is in the chain too, but says nothing of who this is.
            let filter = CredentialFilter::default().leaf_certificate(chain.certificates[1].clone());
            assert_eq!(find(&client, filter).await, []);
        }
    }

    async fn all_conditions_have_to_hold() {
        let (client, added, _) = everything().await;
        let filter = CredentialFilter::default().ciphersuite(SUITES[1].0).credential_type(CredentialType::X509);
        assert_eq!(find(&client, filter.clone()).await, added[3..4]);
        assert_eq!(find(&client, filter.clone().signature_key(added[3].signature_key())).await, added[3..4]);
        assert_eq!(find(&client, filter.clone().signature_key(added[2].signature_key())).await, []);
        assert_eq!(find(&client, filter.identity("alice")).await, []);
    }
}
