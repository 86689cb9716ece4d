//! Key packages and all that can be said of them.

use mlskit_ffi::{
    Capabilities, Extension, KeypackageConfig, KeypackageFailure, KeypackageFraming, KeypackageRef,
    KeypackageRejection, LeafSource, Lifespan, ManualClock, MlsError, check_keypackage, constants, frame_keypackage,
    keypackage_info, keypackage_ref_from_bytes,
};

use super::*;

#[test]
fn what_is_configured_is_in_the_package() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let now = seconds_now();
        let config = KeypackageConfig {
            lifespan: Some(Lifespan::Window { not_before: now, not_after: now + 1000 }),
            extensions: vec![Extension::Other { extension_type: 0xf2ee, data: b"package".to_vec() }],
            leaf_node_extensions: vec![Extension::ApplicationId { id: b"my app".to_vec() }],
            capabilities: Some(Capabilities {
                versions: vec![1],
                ciphersuites: vec![1, 0x0a0a],
                extensions: vec![0x1a1a, 0xf300],
                proposals: vec![0xf301],
                credentials: vec![1, 0x2a2a],
            }),
            supported_extensions: vec![0xf2f2],
            last_resort: true,
            grease: false,
            marmot: None,
        };
        let tx = begin(&client).await;
        let made = tx.generate_keypackage_with(credential_ref, config).await.unwrap();
        tx.finish().await.unwrap();
        let info = keypackage_info(made.bytes.clone()).unwrap();
        assert_eq!(info.leaf_source, LeafSource::KeyPackage { not_before: now, not_after: now + 1000 });
        assert_eq!((made.keypackage_ref.not_before, made.keypackage_ref.not_after), (now, now + 1000));
        let types = |extensions: &[mlskit_ffi::ExtensionInfo]| {
            extensions.iter().map(|extension| extension.extension_type).collect::<Vec<_>>()
        };
        assert_eq!(types(&info.extensions), [0xf2ee, 10]);
        assert_eq!(types(&info.leaf_extensions), [1]);
        assert_eq!(info.capabilities.ciphersuites, [1, 0x0a0a]);
        assert_eq!(info.capabilities.extensions, [0x1a1a, 0xf300, 0xf2f2, 0xf2ee, 10]);
        assert_eq!(info.capabilities.proposals, [0xf301]);
        assert_eq!(info.capabilities.credentials, [1, 0x2a2a]);
        assert!(info.is_last_resort && made.keypackage_ref.is_last_resort);
        assert_eq!(info.hash_ref.as_ref(), Some(&made.keypackage_ref.hash_ref));
        assert_eq!((&info.credential, &info.signature_key), (&made.credential, &made.signature_key));
        shut_down([client]).await;
    });
}

#[test]
fn a_reference_still_names_its_package_when_it_comes_back() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        let batch = tx.generate_keypackages(credential_ref, 3, KeypackageConfig::default()).await.unwrap();
        let refs: Vec<_> = batch.iter().map(|made| made.keypackage_ref.clone()).collect();
        assert_eq!(tx.get_keypackage_refs().await.unwrap(), refs);
        assert_eq!(tx.keypackage(refs[1].clone()).await.unwrap().as_ref(), Some(&batch[1]));
        tx.remove_keypackage(refs[1].clone()).await.unwrap();
        assert_eq!(tx.keypackage(refs[1].clone()).await.unwrap(), None);
        tx.finish().await.unwrap();
        let left = [refs[0].clone(), refs[2].clone()];
        assert_eq!(client.get_keypackage_refs().await.unwrap(), left);
        assert_eq!(client.get_keypackage_refs_packed().await.unwrap(), left.each_ref().map(packed).concat());
        assert_eq!(client.keypackage(refs[2].clone()).await.unwrap().as_ref(), Some(&batch[2]));
        shut_down([client]).await;
    });
}

/// As Swift reads it.
fn packed(keypackage_ref: &KeypackageRef) -> Vec<u8> {
    let KeypackageRef { hash_ref, ciphersuite, signature_scheme, credential_type, .. } = keypackage_ref;
    let numbers = [*ciphersuite, *signature_scheme, *credential_type].map(u16::to_be_bytes).concat();
    let seconds = [keypackage_ref.not_before, keypackage_ref.not_after].map(u64::to_be_bytes).concat();
    [&numbers[..], &seconds, &[u8::from(keypackage_ref.is_last_resort), 32], &hash_ref.0].concat()
}

#[test]
fn a_package_is_the_same_in_either_framing() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        let made = tx.generate_keypackage(credential_ref, Some(60)).await.unwrap();
        let framed = frame_keypackage(made.bytes.clone(), KeypackageFraming::MlsMessage);
        assert_eq!(framed, [[0, 1, 0, 5].as_slice(), &made.bytes].concat());
        assert_eq!(frame_keypackage(framed.clone(), KeypackageFraming::MlsMessage), framed);
        assert_eq!(frame_keypackage(framed.clone(), KeypackageFraming::Bare), made.bytes);
        assert_eq!(keypackage_info(framed.clone()).unwrap().framing, KeypackageFraming::MlsMessage);
        assert_eq!(keypackage_ref_from_bytes(framed.clone()).unwrap(), made.keypackage_ref);
        for bytes in [framed, made.bytes.clone()] {
            assert_eq!(client.import_keypackage(bytes.clone()).await.unwrap(), made);
            assert_eq!(client.import_keypackage_of(client.id(), bytes.clone()).await.unwrap(), made);
            let other = client.import_keypackage_of(ClientId(b"bob".to_vec()), bytes.clone()).await.unwrap_err();
            assert!(matches!(rejection(other), KeypackageRejection::OtherClient { .. }));
            assert_eq!(check_keypackage(bytes, None, None).unwrap(), made);
        }
        tx.abort().await.unwrap();
        shut_down([client]).await;
    });
}

/// The client's options and the clock decide what is accepted.
#[test]
fn limits_and_clock_cross() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        let made = tx.generate_keypackage(credential_ref, Some(1000)).await.unwrap();
        tx.finish().await.unwrap();
        let strict = ClientOptions { max_accepted_lifetime: Some(999), ..ClientOptions::default() };
        let clock = Arc::new(ManualClock::new(seconds_now()));
        let id = ClientId(b"bob".to_vec());
        let bob = Client::temporary(None, id, strict, Some(Arc::clone(&clock))).await.unwrap();
        let too_long = rejection(bob.import_keypackage(made.bytes.clone()).await.unwrap_err());
        assert_eq!(too_long, KeypackageRejection::LifetimeTooLong { found: 4600, limit: 4599 });
        clock.set(made.keypackage_ref.not_after);
        let late = rejection(bob.import_keypackage(made.bytes.clone()).await.unwrap_err());
        assert!(matches!(late, KeypackageRejection::Expired { .. }), "{late:?}");
        let late = rejection(check_keypackage(made.bytes.clone(), None, Some(clock)).unwrap_err());
        assert!(matches!(late, KeypackageRejection::Expired { .. }), "{late:?}");
        let strict = rejection(check_keypackage(made.bytes, Some(1), None).unwrap_err());
        assert!(matches!(strict, KeypackageRejection::LifetimeTooLong { .. }), "{strict:?}");
        shut_down([client, bob]).await;
    });
}

#[test]
fn numbers_that_nothing_can_hold_are_errors() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        let failure = |error| match error {
            MlsError::Keypackage { reason, .. } => reason,
            other => panic!("{other}"),
        };
        let endless = failure(tx.generate_keypackage(credential_ref.clone(), Some(u64::MAX)).await.unwrap_err());
        assert!(matches!(endless, KeypackageFailure::LifetimeTooLong { asked: u64::MAX, .. }), "{endless:?}");
        let window = Lifespan::Window { not_before: u64::MAX - 1, not_after: u64::MAX };
        let config = KeypackageConfig { lifespan: Some(window), ..KeypackageConfig::default() };
        failure(tx.generate_keypackage_with(credential_ref.clone(), config).await.unwrap_err());
        let batch = tx.generate_keypackages(credential_ref, u64::MAX, KeypackageConfig::default());
        let limit = constants().max_batch;
        assert!(
            matches!(failure(batch.await.unwrap_err()), KeypackageFailure::BatchTooLarge { limit: l, .. } if l == limit)
        );
        tx.abort().await.unwrap();
        shut_down([client]).await;
    });
}

fn rejection(error: MlsError) -> KeypackageRejection {
    match error {
        MlsError::Keypackage { reason: KeypackageFailure::Rejected { reason }, .. } => reason,
        other => panic!("{other}"),
    }
}

fn seconds_now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}
