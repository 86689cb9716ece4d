//! Credentials of both types and of each suite.

use mlskit::{
    CertificateChain, Client, ClientId, Credential, PrivateKey,
    openmls::prelude::{Ciphersuite, CredentialType},
};
use mlskit_testkit::certificates::{Chain, ChainBuilder, KeyKind};

const SUITES: [(Ciphersuite, KeyKind); 3] = [
    (Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, KeyKind::Ed25519),
    (Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256, KeyKind::P256),
    (Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, KeyKind::Ed25519),
];

fn x509(suite: Ciphersuite, chain: &Chain) -> mlskit::Result<Credential> {
    let key = PrivateKey::from_pkcs8(&chain.pkcs8)?;
    Credential::x509(suite, CertificateChain::from_der(chain.certificates.clone())?, key)
}

scenarios! {
    async fn an_x509_credential_of_each_suite_makes_key_packages() {
        for (suite, kind) in SUITES {
            let client = Client::temporary(ClientId::from("alice")).await.unwrap();
            let chain = ChainBuilder::new(kind, "alice").intermediates(1).build().unwrap();
            let credential = x509(suite, &chain).unwrap();
            let tx = client.new_transaction().await.unwrap();
            let credential_ref = tx.add_credential(credential).await.unwrap();
            let keypackage = tx.generate_keypackage(&credential_ref, None).await.unwrap();
            tx.finish().await.unwrap();
            let leaf = keypackage.leaf_node();
            assert_eq!(leaf.credential().credential_type(), CredentialType::X509);
            assert_eq!(leaf.credential().serialized_content(), chain.credential_content());
            assert_eq!(leaf.signature_key().as_slice(), chain.public_key);
            assert_eq!(credential_ref.certificates().unwrap(), chain.certificates);
        }
    }
}
