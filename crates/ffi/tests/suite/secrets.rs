//! What must not get into logs.

use mlskit_ffi::{CertificateChain, Secret, StorageFailure, generate_database_key};

use super::*;

#[test]
fn secrets_are_not_printed() {
    let secret = Secret::from(b"hush".to_vec());
    assert_eq!(format!("{secret:?}"), "Secret(4 bytes, redacted)");
    let chain = CertificateChain::Der { certificates: Vec::new() };
    let credential = Credential::X509 { ciphersuite: SUITE, chain, private_key: secret };
    let printed = format!("{credential:?}");
    assert!(printed.contains("redacted") && !printed.contains("104, 117"), "{printed}");
}

#[test]
fn a_database_opens_again_with_its_key_only() {
    let _alone = Alone::new();
    smol::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.db").to_str().unwrap().to_owned();
        let (key, next) = (generate_database_key().unwrap(), generate_database_key().unwrap());
        let open = |key: &Secret| {
            Client::open(path.clone(), key.clone(), ClientId(b"alice".to_vec()), ClientOptions::default(), None)
        };
        let client = open(&key).await.unwrap();
        client.change_key(next.clone()).await.unwrap();
        client.check_integrity().await.unwrap();
        client.shutdown().await.unwrap();
        let closed = client.credentials().await.unwrap_err();
        assert!(matches!(storage(closed), StorageFailure::Closed));
        assert!(matches!(storage(open(&key).await.unwrap_err()), StorageFailure::WrongKeyOrDamaged { .. }));
        let short = open(&Secret::from(vec![0; 31])).await.unwrap_err();
        assert_eq!(storage(short), StorageFailure::InvalidKeyLength { expected: 32, found: 31 });
        shut_down([open(&next).await.unwrap()]).await;
    });
}

fn storage(error: mlskit_ffi::MlsError) -> StorageFailure {
    match error {
        mlskit_ffi::MlsError::Storage { reason, .. } => reason,
        other => panic!("{other}"),
    }
}
