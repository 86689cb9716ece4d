//! What `Debug` shows: no byte of a private key.

use mlskit::{CertificateChain, ClientId, Credential, CredentialFilter, CredentialRef, PrivateKey};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};

use crate::common::{self, SUITE};

const P256_SUITE: mlskit::openmls::prelude::Ciphersuite =
    mlskit::openmls::prelude::Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;

#[test]
fn a_private_key_shows_its_kind_only() {
    for (kind, shown) in [
        (KeyKind::Ed25519, "PrivateKey(ED25519, redacted)"),
        (KeyKind::P256, "PrivateKey(ECDSA_SECP256R1_SHA256, redacted)"),
    ] {
        let key = PrivateKey::from_pkcs8(&ChainBuilder::new(kind, "alice").build().unwrap().pkcs8).unwrap();
        assert_eq!(format!("{key:?}"), shown);
        assert_eq!(format!("{key:#?}"), shown);
    }
}

#[test]
fn a_credential_shows_whose_it_is() {
    let credential = Credential::basic(SUITE, &ClientId::from("alice")).unwrap();
    let suite = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
    let shown = format!("Credential {{ ciphersuite: {suite}, kind: Basic {{ identity: ClientId(alice) }} }}");
    assert_eq!(format!("{credential:?}"), shown);

    let chain = ChainBuilder::new(KeyKind::P256, "alice").build().unwrap();
    let certificates = CertificateChain::from_der(chain.certificates).unwrap();
    let key = PrivateKey::from_pkcs8(&chain.pkcs8).unwrap();
    let credential = Credential::x509(P256_SUITE, certificates, key).unwrap();
    assert_eq!(
        format!("{credential:?}"),
        "Credential { ciphersuite: MLS_128_DHKEMP256_AES128GCM_SHA256_P256, kind: X509 { \
         chain: CertificateChain[\"CN=alice\", \"CN=root\"], key: PrivateKey(ECDSA_SECP256R1_SHA256, redacted) } }"
    );
}

scenarios! {
    async fn a_reference_shows_what_it_names() {
        let (_client, credential_ref) = common::client("alice").await;
        let key = credential_ref.signature_key().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            format!("{credential_ref:?}"),
            format!(
                "CredentialRef {{ client_id: ClientId(alice), ciphersuite: \
                 MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519, credential_type: Basic, signature_key: {key} }}"
            )
        );
    }
}

#[test]
fn everything_about_credentials_can_be_sent_and_shared() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Credential>();
    check::<CredentialRef>();
    check::<CredentialFilter>();
    check::<CertificateChain>();
    check::<PrivateKey>();
}
