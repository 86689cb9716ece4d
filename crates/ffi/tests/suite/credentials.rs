//! Credentials on their way here and back.

use mlskit_ffi::{CertificateChain, CredentialFailure, CredentialFilter, CredentialInfo, MlsError, Secret};
use mlskit_testkit::certificates::{Chain, ChainBuilder, KeyKind};

use super::*;

fn x509(chain: &Chain) -> Credential {
    let certificates = chain.certificates.clone();
    Credential::X509 {
        ciphersuite: SUITE,
        chain: CertificateChain::Der { certificates },
        private_key: Secret::from(chain.pkcs8.clone()),
    }
}

/// It is handed back field by field, and each of them is what finds the credential.
#[test]
fn a_reference_still_names_its_credential_when_it_comes_back() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, basic) = with_credential("alice").await;
        let chain = ChainBuilder::new(KeyKind::Ed25519, "alice").build().unwrap();
        let tx = begin(&client).await;
        let certified = tx.add_credential(x509(&chain)).await.unwrap();
        assert_eq!(certified.credential, CredentialInfo::X509 { certificates: chain.certificates.clone() });
        assert_eq!(basic.credential, CredentialInfo::Basic { identity: b"alice".to_vec() });
        for credential_ref in [&basic, &certified] {
            tx.generate_keypackage(credential_ref.clone(), None).await.unwrap();
        }
        tx.remove_keypackages_for(basic.clone()).await.unwrap();
        let [left] = tx.get_keypackage_refs().await.unwrap().try_into().unwrap();
        assert_eq!(left.credential_type, 2);
        tx.remove_credential(certified.clone()).await.unwrap();
        assert_eq!(tx.credentials().await.unwrap(), [basic]);
        let gone = tx.remove_credential(certified).await.unwrap_err();
        assert!(matches!(gone, MlsError::Credential { reason: CredentialFailure::CredentialNotFound, .. }), "{gone}");
        tx.finish().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn certificates_and_keys_are_taken_in_pem_too() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let chain = ChainBuilder::new(KeyKind::Ed25519, "alice").build().unwrap();
        let tx = begin(&client).await;
        let in_pem = Credential::X509 {
            ciphersuite: SUITE,
            chain: CertificateChain::Pem { text: chain.pem() },
            private_key: Secret::from(chain.pkcs8_pem().into_bytes()),
        };
        let credential_ref = tx.add_credential(in_pem).await.unwrap();
        assert_eq!(credential_ref.signature_key.0, chain.public_key);
        let again = tx.add_credential(x509(&chain)).await.unwrap_err();
        assert!(matches!(again, MlsError::Credential { reason: CredentialFailure::CredentialExists, .. }), "{again}");
        tx.abort().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn each_condition_of_a_filter_crosses() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, basic) = with_credential("alice").await;
        let chain = ChainBuilder::new(KeyKind::P256, "alice").build().unwrap();
        let tx = begin(&client).await;
        let Credential::X509 { chain: certificates, private_key, .. } = x509(&chain) else { unreachable!() };
        let of_p256 = Credential::X509 { ciphersuite: 2, chain: certificates, private_key };
        let certified = tx.add_credential(of_p256).await.unwrap();
        tx.finish().await.unwrap();
        let none = CredentialFilter::default();
        for (filter, expected) in [
            (CredentialFilter { ciphersuite: Some(2), ..none.clone() }, &certified),
            (CredentialFilter { credential_type: Some(2), ..none.clone() }, &certified),
            (CredentialFilter { signature_key: Some(basic.signature_key.clone()), ..none.clone() }, &basic),
            (CredentialFilter { identity: Some(b"alice".to_vec()), ..none.clone() }, &basic),
            (CredentialFilter { leaf_certificate: chain.certificates.first().cloned(), ..none.clone() }, &certified),
        ] {
            let found = client.find_credentials(filter.clone()).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), [expected], "{filter:?}");
        }
        assert_eq!(client.find_credentials(none).await.unwrap(), [basic, certified]);
        shut_down([client]).await;
    });
}

#[test]
fn a_ciphersuite_that_nobody_knows_is_a_typed_error() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let tx = begin(&client).await;
        for unknown in [0, 4, 0xf123] {
            let basic = Credential::Basic { ciphersuite: unknown, identity: client.id() };
            let Err(MlsError::Credential { reason, .. }) = tx.add_credential(basic).await else {
                panic!("{unknown} is not supported");
            };
            let supported = vec![1, 2, 3];
            assert_eq!(reason, CredentialFailure::UnsupportedCiphersuite { found: unknown, supported });
        }
        tx.abort().await.unwrap();
        shut_down([client]).await;
    });
}
