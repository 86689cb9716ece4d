//! Marmot's key packages and their events, on their way here and back.

use mlskit_ffi::{
    CredentialInfo, EventOptions, KeypackageFailure, MarmotFailure, MlsError, NostrPublicKey, UnsignedEvent,
    create_deletion_event, create_keypackage_event, event_relays, keypackage_info, marmot_constants, marmot_credential,
    marmot_default_capabilities, marmot_ensure_capabilities, marmot_keypackage_config, nostr_public_key,
    nostr_public_key_from_hex, nostr_public_key_of,
};

use super::*;

const HEX: &str = "884704bd421671e01c13f854d2ce23ce2a5bfe9562f4f297ad2bc921ba30c3a6";

fn pubkey() -> NostrPublicKey {
    nostr_public_key_from_hex(HEX.to_owned()).unwrap()
}

async fn with_pubkey() -> (Arc<Client>, CredentialRef) {
    let client = Client::temporary(None, ClientId(pubkey().0), ClientOptions::default(), None).await.unwrap();
    let tx = begin(&client).await;
    let credential_ref = tx.add_credential(marmot_credential(pubkey()).unwrap()).await.unwrap();
    tx.finish().await.unwrap();
    (client, credential_ref)
}

fn options() -> EventOptions {
    EventOptions {
        relays: vec!["wss://one.example.com".into(), "wss://two.example.com".into()],
        client: Some("app".into()),
        protected: true,
        created_at: Some(1_700_000_000),
    }
}

fn failure<T: std::fmt::Debug>(result: mlskit_ffi::Result<T>) -> MarmotFailure {
    match result {
        Err(MlsError::Marmot { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_brings_its_package_to_another() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_pubkey().await;
        let tx = begin(&client).await;
        let made = tx.generate_marmot_keypackage(credential_ref, Some(7_776_000)).await.unwrap();
        tx.finish().await.unwrap();
        let event = create_keypackage_event(made.bytes.clone(), options()).unwrap();
        assert_eq!((event.kind, event.pubkey.as_str(), event.created_at), (443, HEX, 1_700_000_000));
        assert_eq!(event_relays(event.clone()), options().relays);
        for tag in [vec!["client", "app"], vec!["-"], vec!["mls_ciphersuite", "0x0001"]] {
            assert!(event.tags.iter().any(|found| *found == tag), "{tag:?} in {:?}", event.tags);
        }
        let bob = temporary("bob").await;
        assert_eq!(bob.import_keypackage_event(event.clone()).await.unwrap(), made);
        assert_eq!(nostr_public_key_of(made.credential).unwrap(), pubkey());
        let other = UnsignedEvent { pubkey: "0".repeat(64), ..event };
        let refused = failure(bob.import_keypackage_event(other).await);
        assert_eq!(refused, MarmotFailure::OtherPublicKey { expected: "0".repeat(64), found: HEX.to_owned() });
        shut_down([client, bob]).await;
    });
}

#[test]
fn a_configuration_keeps_marmots_rules_whatever_else_it_asks_for() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_pubkey().await;
        let tx = begin(&client).await;
        let mut config = marmot_keypackage_config(pubkey(), None).unwrap();
        config.capabilities = None;
        config.last_resort = false;
        let made = tx.generate_keypackage_with(credential_ref.clone(), config.clone()).await.unwrap();
        let info = keypackage_info(made.bytes).unwrap();
        assert_eq!((info.capabilities, info.is_last_resort), (marmot_default_capabilities().unwrap(), false));
        config.lifespan = Some(mlskit_ffi::Lifespan::For { seconds: marmot_constants().max_lifetime + 1 });
        let refused = tx.generate_keypackage_with(credential_ref.clone(), config).await.unwrap_err();
        let MlsError::Keypackage { reason, .. } = refused else { panic!("{refused}") };
        assert_eq!(reason, KeypackageFailure::LifetimeTooLong { asked: 7_776_001, limit: 7_776_000 });
        let of_another = marmot_keypackage_config(NostrPublicKey(vec![7; 32]), None).unwrap();
        tx.generate_keypackage_with(credential_ref, of_another).await.unwrap_err();
        tx.abort().await.unwrap();
        shut_down([client]).await;
    });
}

#[test]
fn what_is_missing_is_added_to_capabilities() {
    let mut some = marmot_default_capabilities().unwrap();
    some.extensions = vec![0xf300];
    some.ciphersuites = vec![2];
    let all = marmot_ensure_capabilities(some).unwrap();
    assert_eq!((all.extensions, all.ciphersuites), (vec![0xf300, 0xf2ee, 0x000a], vec![2, 1]));
}

#[test]
fn what_is_not_marmots_is_refused() {
    let length = MarmotFailure::WrongPublicKeyLength { found: 31 };
    assert_eq!(failure(nostr_public_key(vec![0; 31])), length);
    assert_eq!(failure(marmot_credential(NostrPublicKey(vec![0; 31]))), length);
    assert_eq!(failure(marmot_keypackage_config(NostrPublicKey(vec![0; 31]), None)), length);
    assert_eq!(failure(nostr_public_key_of(CredentialInfo::Basic { identity: vec![0; 31] })), length);
    let too_long = failure(marmot_keypackage_config(pubkey(), Some(7_776_001)));
    assert_eq!(too_long, MarmotFailure::LifetimeTooLong { asked: 7_776_001, limit: 7_776_000 });
    let text = failure(nostr_public_key_from_hex("npub1".to_owned()));
    assert_eq!(text, MarmotFailure::WrongPublicKeyText { length: 5 });
    assert_eq!(failure(create_deletion_event(pubkey(), vec![], None)), MarmotFailure::NothingToDelete);
    let deletion = create_deletion_event(pubkey(), vec!["ab".repeat(32)], Some(1_700_000_000)).unwrap();
    let tags = [vec!["e".to_owned(), "ab".repeat(32)], vec!["k".to_owned(), "443".to_owned()]];
    assert_eq!((deletion.kind, deletion.created_at, deletion.tags.as_slice()), (5, 1_700_000_000, tags.as_slice()));
}
