//! What is refused when a credential is made or added, and that nothing of it stays.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mlskit::{
    CertificateChain, CertificateError, Client, ClientId, Credential, CredentialError, Error, PrivateKey,
    openmls::prelude::{Ciphersuite, SignatureScheme},
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};

use super::{SUITES, temporary_at, x509};
use crate::common::SUITE;

const ED25519: KeyKind = KeyKind::Ed25519;
const P256_SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;

/// Adds `credential` to `client`, which refuses it and is left as it was, with its transaction still good.
async fn refused(client: &Client, credential: Credential) -> CredentialError {
    let before = client.credentials().await.unwrap();
    let tx = client.new_transaction().await.unwrap();
    let error = tx.add_credential(credential).await.unwrap_err();
    assert_eq!(tx.credentials().await.unwrap(), before);
    tx.finish().await.unwrap();
    assert_eq!(client.credentials().await.unwrap(), before);
    match error {
        Error::Credential(error) => error,
        other => panic!("{other}"),
    }
}

fn certificate_error<T: std::fmt::Debug>(result: mlskit::Result<T>) -> CertificateError {
    match result.unwrap_err() {
        Error::Credential(CredentialError::Certificate(error)) => error,
        other => panic!("{other}"),
    }
}

scenarios! {
    async fn a_basic_credential_with_another_identity_is_refused() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let credential = Credential::basic(SUITE, &ClientId::from("bob")).unwrap();
        let (expected, found) = ("alice".to_owned(), "bob".to_owned());
        assert_eq!(refused(&client, credential).await, CredentialError::DifferentIdentity { expected, found });
    }

    async fn the_same_certificate_twice_is_refused() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let chain = ChainBuilder::new(ED25519, "alice").build().unwrap();
        client.transaction(async |tx| tx.add_credential(x509(SUITE, &chain)?).await).await.unwrap();
        assert_eq!(refused(&client, x509(SUITE, &chain).unwrap()).await, CredentialError::CredentialExists);
    }

    async fn a_renewed_certificate_for_the_same_key_is_another_credential() {
        let client = Client::temporary(ClientId::from("alice")).await.unwrap();
        let mut chain = ChainBuilder::new(ED25519, "alice").intermediates(1).build().unwrap();
        client.transaction(async |tx| tx.add_credential(x509(SUITE, &chain)?).await).await.unwrap();
        chain.certificates.pop();
        client.transaction(async |tx| tx.add_credential(x509(SUITE, &chain)?).await).await.unwrap();
        assert_eq!(client.credentials().await.unwrap().len(), 2);
    }

    async fn a_certificate_of_another_key_is_refused() {
        for (suite, kind) in SUITES {
            let client = Client::temporary(ClientId::from("alice")).await.unwrap();
            let mut chain = ChainBuilder::new(kind, "alice").build().unwrap();
            let other = ChainBuilder::new(kind, "alice").build().unwrap();
            chain.pkcs8 = other.pkcs8;
            let error = refused(&client, x509(suite, &chain).unwrap()).await;
            let (certificate, signature_key) = (chain.public_key, other.public_key);
            assert_eq!(error, CertificateError::DifferentKey { certificate, signature_key }.into());
        }
    }

    async fn a_private_key_that_contradicts_itself_is_refused() {
        for (suite, kind) in SUITES {
            let mut chain = ChainBuilder::new(kind, "alice").build().unwrap();
            // Both documents end with the public key.
            *chain.pkcs8.last_mut().unwrap() ^= 1;
            let client = Client::temporary(ClientId::from("alice")).await.unwrap();
            let error = refused(&client, x509(suite, &chain).unwrap()).await;
            assert!(matches!(error, CredentialError::NotAPrivateKey { .. }), "{error}");
        }
    }

    async fn each_certificate_of_the_chain_has_to_be_valid_to_the_second() {
        let whole = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let second = Duration::from_secs(1);
        let (from, until) = (whole(1_700_000_000), whole(1_800_000_000));
        let wide = (whole(1_600_000_000), whole(1_900_000_000));
        let leaf = ChainBuilder::new(ED25519, "alice").intermediates(1).issuers_validity(wide.0, wide.1);
        let leaf = leaf.leaf_validity(from, until).build().unwrap();
        let issuer = ChainBuilder::new(ED25519, "alice").intermediates(1).issuers_validity(from, until);
        let issuer = issuer.leaf_validity(wide.0, wide.1).build().unwrap();
        for (chain, position) in [(leaf, 0), (issuer, 1)] {
            for now in [from, from + second, until, until + second / 2] {
                let client = temporary_at(now).await;
                client.transaction(async |tx| tx.add_credential(x509(SUITE, &chain)?).await).await.unwrap();
            }
            let now = from - second;
            let error = refused(&temporary_at(now).await, x509(SUITE, &chain).unwrap()).await;
            assert_eq!(error, CertificateError::NotYetValid { position, not_before: from, now }.into());
            let now = until + second;
            let error = refused(&temporary_at(now).await, x509(SUITE, &chain).unwrap()).await;
            assert_eq!(error, CertificateError::Expired { position, not_after: until, now }.into());
            let place = format!("certificate {position} was valid until 2027-01-15 08:00:00 UTC, but it is 2027-01-15 08:00:01 UTC");
            assert_eq!(error.to_string(), place);
        }
    }

    async fn a_compressed_point_in_the_certificate_is_the_same_key() {
        let chain = ChainBuilder::new(KeyKind::P256Compressed, "alice").build().unwrap();
        let client = temporary_at(SystemTime::now()).await;
        let added = client.transaction(async |tx| tx.add_credential(x509(P256_SUITE, &chain)?).await).await.unwrap();
        assert_eq!(added.signature_key(), chain.public_key);
    }
}

#[test]
fn a_suite_that_the_client_lacks_is_refused() {
    let found = Ciphersuite::MLS_256_DHKEMP384_AES256GCM_SHA384_P384;
    let supported = SUITES.map(|(suite, _)| suite).to_vec();
    let unsupported = Error::Credential(CredentialError::UnsupportedCiphersuite { found, supported });
    assert_eq!(Credential::basic(found, &ClientId::from("alice")).unwrap_err(), unsupported);
    let chain = ChainBuilder::new(ED25519, "alice").build().unwrap();
    assert_eq!(x509(found, &chain).unwrap_err(), unsupported);
}

#[test]
fn keys_of_another_kind_than_the_suite_signs_with_are_refused() {
    let (ed25519, p256) = (SignatureScheme::ED25519, SignatureScheme::ECDSA_SECP256R1_SHA256);
    let mut schemes = [(SUITE, KeyKind::P256, ed25519, p256), (P256_SUITE, ED25519, p256, ed25519)];
    for (suite, kind, expected, found) in schemes {
        let chain = ChainBuilder::new(kind, "alice").build().unwrap();
        let error = CredentialError::DifferentPrivateKeyAlgorithm { expected, found };
        assert_eq!(x509(suite, &chain).unwrap_err(), Error::Credential(error));
    }
    schemes.reverse();
    for (suite, kind, expected, found) in schemes {
        // Only the certificate's is of the other kind.
        let mut chain = ChainBuilder::new(kind, "alice").build().unwrap();
        let other = if kind == ED25519 { KeyKind::P256 } else { ED25519 };
        chain.pkcs8 = ChainBuilder::new(other, "alice").build().unwrap().pkcs8;
        let error = certificate_error(x509(suite, &chain));
        assert_eq!(error, CertificateError::DifferentKeyAlgorithm { expected, found });
    }
}

#[test]
fn a_certificate_for_an_unknown_algorithm_is_refused_by_its_name() {
    let mut chain = ChainBuilder::new(KeyKind::P384, "alice").build().unwrap();
    chain.pkcs8 = ChainBuilder::new(KeyKind::P256, "alice").build().unwrap().pkcs8;
    let found = "id-ecPublicKey with secp384r1".to_owned();
    assert_eq!(certificate_error(x509(P256_SUITE, &chain)), CertificateError::UnknownKeyAlgorithm { found });
}

#[test]
fn the_leaf_comes_first_and_each_is_followed_by_its_issuer() {
    let chain = ChainBuilder::new(ED25519, "alice").intermediates(2).build().unwrap().certificates;
    CertificateChain::from_der(chain.clone()).unwrap();
    // The root may be left out, and the leaf may stand alone.
    CertificateChain::from_der(chain[..3].to_vec()).unwrap();
    CertificateChain::from_der(chain[..1].to_vec()).unwrap();

    let order = |positions: &[usize]| {
        certificate_error(CertificateChain::from_der(
            positions.iter().map(|&position| chain[position].clone()).collect(),
        ))
    };
    let out_of_order = |position, issuer: &str, next_subject: &str| {
        let name = |common: &str| format!("CN={common}");
        CertificateError::OutOfOrder { position, issuer: name(issuer), next_subject: name(next_subject) }
    };
    assert_eq!(order(&[3, 2, 1, 0]), out_of_order(0, "root", "intermediate 1"));
    assert_eq!(order(&[0, 2, 1, 3]), out_of_order(0, "intermediate 2", "intermediate 1"));
    assert_eq!(order(&[0, 1, 3]), out_of_order(1, "intermediate 1", "root"));
}

#[test]
fn an_empty_chain_is_refused() {
    assert_eq!(certificate_error(CertificateChain::from_der(vec![])), CertificateError::EmptyChain);
    assert_eq!(certificate_error(CertificateChain::from_pem("no certificate here")), CertificateError::EmptyChain);
}

#[test]
fn bytes_that_are_no_certificate_are_refused_with_their_place() {
    let good = ChainBuilder::new(ED25519, "alice").build().unwrap().certificates;
    let truncated = good[1][..good[1].len() - 1].to_vec();
    let trailing = [good[1].clone(), vec![0]].concat();
    for bad in [truncated, trailing, vec![], b"noise".to_vec()] {
        let error = certificate_error(CertificateChain::from_der(vec![good[0].clone(), bad]));
        assert!(matches!(error, CertificateError::NotACertificate { position: 1, .. }), "{error}");
    }
}

#[test]
fn bytes_that_are_no_private_key_are_refused_without_being_shown() {
    let good = ChainBuilder::new(ED25519, "alice").build().unwrap();
    let truncated = good.pkcs8[..good.pkcs8.len() - 1].to_vec();
    let trailing = [good.pkcs8.clone(), vec![0]].concat();
    let p384 = ChainBuilder::new(KeyKind::P384, "alice").build().unwrap().pkcs8;
    for bad in [truncated, trailing, p384, vec![], b"noise".to_vec(), good.certificates[0].clone()] {
        let error = PrivateKey::from_pkcs8(&bad).unwrap_err();
        assert!(matches!(error, Error::Credential(CredentialError::NotAPrivateKey { .. })), "{error}");
    }
}
