//! Credentials of both types and of each suite.

mod debug;
mod finding;
mod refusals;
mod removal;
mod x509_files;

use std::{path::Path, sync::Arc, time::SystemTime};

use mls_rs::{
    IdentityProvider as _,
    identity::{
        SigningIdentity,
        x509::{SubjectIdentityExtractor, X509IdentityError, X509IdentityProvider},
    },
    time::MlsTime,
};
use mls_rs_crypto_rustcrypto::x509::{X509Reader, X509Validator};
use mlskit::{
    CertificateChain, Client, ClientId, ClientOptions, Credential, CredentialError, DatabaseKey, Error, Keypackage,
    KeypackageExt, PrivateKey,
    openmls::prelude::{Ciphersuite, CredentialType, KeyPackageIn, ProtocolVersion},
};
use mlskit_testkit::{
    certificates::{Chain, ChainBuilder, KeyKind},
    clock::TurnedClock,
};
use openmls_rust_crypto::RustCrypto;
use tls_codec::Deserialize;

const SUITES: [(Ciphersuite, KeyKind); 3] = [
    (Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, KeyKind::Ed25519),
    (Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256, KeyKind::P256),
    (Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, KeyKind::Ed25519),
];

pub(crate) fn x509(suite: Ciphersuite, chain: &Chain) -> mlskit::Result<Credential> {
    let key = PrivateKey::from_pkcs8(&chain.pkcs8)?;
    Credential::x509(suite, CertificateChain::from_der(chain.certificates.clone())?, key)
}

async fn temporary_at(now: SystemTime) -> Client {
    let options = ClientOptions::default().clock(Arc::new(TurnedClock(now)));
    Client::temporary_in(std::env::temp_dir(), ClientId::from("alice"), options).await.unwrap()
}

/// As a peer without this library would.
fn validate_with_openmls(keypackage: &Keypackage) {
    let bytes = keypackage.to_bytes().unwrap();
    let received = KeyPackageIn::tls_deserialize_exact(&bytes).unwrap();
    let validated = received.validate(&RustCrypto::default(), ProtocolVersion::Mls10).unwrap();
    assert_eq!(validated, *keypackage);
}

/// Adds, generates, closes, opens, lists, and generates again.
async fn live_through_a_restart(path: &Path, suite: Ciphersuite, credential: Credential) -> mlskit::CredentialRef {
    let key = DatabaseKey::generate().unwrap();
    let id = ClientId::from("alice");
    let client = Client::open(path, &key, id.clone()).await.unwrap();
    let tx = client.new_transaction().await.unwrap();
    let credential_ref = tx.add_credential(credential).await.unwrap();
    let first = tx.generate_keypackage(&credential_ref, None).await.unwrap();
    tx.finish().await.unwrap();
    client.close().await;

    let client = Client::open(path, &key, id).await.unwrap();
    assert_eq!(client.credentials().await.unwrap(), std::slice::from_ref(&credential_ref));
    let found = client.credentials().await.unwrap().remove(0);
    let second = client.transaction(async |tx| tx.generate_keypackage(&found, None).await).await.unwrap();
    let refs = client.get_keypackage_refs().await.unwrap();
    assert_eq!(refs, [first.keypackage_ref().unwrap(), second.keypackage_ref().unwrap()]);
    for keypackage in [first, second] {
        validate_with_openmls(&keypackage);
        assert_eq!(keypackage.ciphersuite(), suite);
        assert_eq!(keypackage.leaf_node().signature_key().as_slice(), found.signature_key());
    }
    client.close().await;
    found
}

fn signing_identity_in_mls_rs(keypackage: &Keypackage) -> SigningIdentity {
    // RFC 9420 §6: version 1, wire format 5.
    let message = [vec![0, 1, 0, 5], keypackage.to_bytes().unwrap()].concat();
    let message = mls_rs::MlsMessage::from_bytes(&message).unwrap();
    message.into_key_package().unwrap().signing_identity().clone()
}

/// As an app would that trusts `root`.
fn trusted_in_mls_rs(keypackage: &Keypackage, root: &[u8]) -> Result<(), X509IdentityError> {
    let validator = X509Validator::new(vec![root.to_vec().into()]).unwrap();
    let provider = X509IdentityProvider::new(SubjectIdentityExtractor::new(0, X509Reader::new()), validator);
    let identity = signing_identity_in_mls_rs(keypackage);
    // A member is checked alike, but mls-rs keeps that call's context to itself.
    provider.validate_external_sender(&identity, Some(MlsTime::now()), None)
}

scenarios! {
    async fn a_basic_credential_of_each_suite_makes_key_packages_before_and_after_a_restart() {
        for (suite, kind) in SUITES {
            let folder = tempfile::tempdir().unwrap();
            let credential = Credential::basic(suite, &ClientId::from("alice")).unwrap();
            let found = live_through_a_restart(&folder.path().join("db"), suite, credential).await;
            assert_eq!(found.credential_type(), CredentialType::Basic);
            assert_eq!(found.ciphersuite(), suite);
            assert_eq!(found.signature_key().len(), if kind == KeyKind::P256 { 65 } else { 32 });
            assert_eq!(found.identity().unwrap(), b"alice");
            assert_eq!(found.certificates(), None);
        }
    }

    async fn an_x509_credential_of_each_suite_makes_key_packages_before_and_after_a_restart() {
        for (suite, kind) in SUITES {
            let folder = tempfile::tempdir().unwrap();
            let chain = ChainBuilder::new(kind, "alice").intermediates(1).build().unwrap();
            let credential = x509(suite, &chain).unwrap();
            let found = live_through_a_restart(&folder.path().join("db"), suite, credential).await;
            assert_eq!(found.credential_type(), CredentialType::X509);
            assert_eq!(found.ciphersuite(), suite);
            assert_eq!(found.signature_key(), chain.public_key);
            assert_eq!(found.identity(), None);
            assert_eq!(found.certificates().unwrap(), chain.certificates);
        }
    }

    async fn the_certificates_in_a_key_package_are_what_rfc_9420_and_mls_rs_read() {
        for (suite, kind) in SUITES {
            // One certificate, or three: more than 64 and more than 16,384 bytes in length prefixes of both sizes.
            for builder in [ChainBuilder::new(kind, "a").self_signed(), ChainBuilder::new(kind, &"a".repeat(20_000)).intermediates(1)] {
                let chain = builder.build().unwrap();
                let client = Client::temporary(ClientId::from("alice")).await.unwrap();
                let credential = x509(suite, &chain).unwrap();
                let keypackage = client.transaction(async |tx| {
                    let credential_ref = tx.add_credential(credential).await?;
                    tx.generate_keypackage(&credential_ref, None).await
                }).await.unwrap();
                let leaf = keypackage.leaf_node();
                assert_eq!(leaf.credential().serialized_content(), chain.credential_content());

                let identity = signing_identity_in_mls_rs(&keypackage);
                assert_eq!(identity.signature_key.as_bytes(), chain.public_key);
                let read = identity.credential.as_x509().unwrap();
                assert_eq!(read.iter().map(|der| der.to_vec()).collect::<Vec<_>>(), chain.certificates);
            }
        }
    }

    async fn an_app_with_mls_rs_trusts_the_key_package_if_it_trusts_the_root() {
        for (suite, kind) in SUITES {
            let builder = ChainBuilder::new(kind, "alice").intermediates(1);
            let mut chain = builder.build().unwrap();
            let root = chain.certificates.pop().unwrap();
            let another_root = builder.build().unwrap().certificates.pop().unwrap();
            let client = Client::temporary(ClientId::from("alice")).await.unwrap();
            let credential = x509(suite, &chain).unwrap();
            let tx = client.new_transaction().await.unwrap();
            let credential_ref = tx.add_credential(credential).await.unwrap();
            let keypackage = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            trusted_in_mls_rs(&keypackage, &root).unwrap();
            trusted_in_mls_rs(&keypackage, &another_root).unwrap_err();
        }
    }

    async fn a_client_has_as_many_credentials_as_it_likes() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let tx = client.new_transaction().await.unwrap();
        let mut added = Vec::new();
        for (suite, kind) in SUITES {
            for _ in 0..2 {
                added.push(tx.add_credential(Credential::basic(suite, client.id()).unwrap()).await.unwrap());
                let chain = ChainBuilder::new(kind, "alice").build().unwrap();
                added.push(tx.add_credential(x509(suite, &chain).unwrap()).await.unwrap());
            }
        }
        // One chain serves both suites that sign with Ed25519.
        let chain = ChainBuilder::new(KeyKind::Ed25519, "alice").build().unwrap();
        for (suite, _) in [SUITES[0], SUITES[2]] {
            added.push(tx.add_credential(x509(suite, &chain).unwrap()).await.unwrap());
        }
        assert_eq!(tx.credentials().await.unwrap(), added);
        tx.finish().await.unwrap();
        assert_eq!(client.credentials().await.unwrap(), added);
        let different = added.iter().cloned().collect::<std::collections::HashSet<_>>();
        assert_eq!(different.len(), added.len());
        for credential_ref in &added {
            let keypackage = client.transaction(async |tx| tx.generate_keypackage(credential_ref, None).await).await;
            validate_with_openmls(&keypackage.unwrap());
        }
    }

    async fn the_file_stays_with_the_client_that_opened_it_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let key = DatabaseKey::generate().unwrap();
        let (alice, bob) = (ClientId::from("alice"), ClientId::from("bob"));
        Client::open(&path, &key, alice.clone()).await.unwrap().close().await;

        let refused = Client::open(&path, &key, bob).await.unwrap_err();
        let (expected, found) = ("alice".to_owned(), "bob".to_owned());
        assert_eq!(refused, Error::Credential(CredentialError::DifferentClient { expected, found }));

        let client = Client::open(&path, &key, alice.clone()).await.unwrap();
        let credential = Credential::basic(SUITES[0].0, &alice).unwrap();
        client.transaction(async |tx| tx.add_credential(credential).await).await.unwrap();
        client.close().await;
    }

    async fn an_empty_client_id_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let key = DatabaseKey::generate().unwrap();
        let refused = Client::open(&path, &key, ClientId::from("")).await.unwrap_err();
        assert_eq!(refused, Error::Credential(CredentialError::EmptyClientId));
        // It has not claimed the file.
        Client::open(&path, &key, ClientId::from("alice")).await.unwrap().close().await;
    }
}
