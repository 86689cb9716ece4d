//! The life of key packages, as the facades drive it.

use mlskit_ffi::{
    GroupConfig, KeypackageConfig, KeypackageFraming, KeypackagePolicy, KeypackageRef, KeypackageSync,
    KeypackageSyncStep, keypackage_info,
};

use super::*;

fn policy() -> KeypackagePolicy {
    KeypackagePolicy { target: Some(2), ..KeypackagePolicy::default() }
}

/// Every field of a policy is in what it makes.
#[test]
fn a_policy_crosses_field_by_field() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let day = 24 * 60 * 60;
        let policy = KeypackagePolicy {
            target: Some(3),
            refresh_margin: Some(2 * day),
            grace: Some(0),
            last_resort: Some(false),
            lifetime: Some(10 * day),
            framing: Some(KeypackageFraming::MlsMessage),
            config: Some(KeypackageConfig { supported_extensions: vec![0xf2f2], ..KeypackageConfig::default() }),
        };
        let outgoing = client.maintain_keypackages(credential_ref.clone(), policy.clone()).await.unwrap();
        assert_eq!((outgoing.publish.len(), outgoing.withdraw.len()), (3, 0));
        for publication in &outgoing.publish {
            let info = keypackage_info(publication.bytes.clone()).unwrap();
            assert_eq!((info.framing, info.is_last_resort), (KeypackageFraming::MlsMessage, false));
            assert!(info.capabilities.extensions.contains(&0xf2f2));
            let KeypackageRef { not_before, not_after, .. } = publication.keypackage_ref;
            assert_eq!(not_after - not_before, 10 * day + 3600);
            let refresh = outgoing.next.unwrap();
            assert!((not_after - 3 * day..=not_after - 2 * day).contains(&refresh), "{refresh} of {not_after}");
        }
        assert_eq!(client.outgoing_keypackages(credential_ref.clone(), policy.clone()).await.unwrap(), outgoing);

        let refs: Vec<_> = outgoing.publish.into_iter().map(|publication| publication.keypackage_ref).collect();
        let tx = begin(&client).await;
        tx.confirm_published(refs.clone()).await.unwrap();
        tx.confirm_withdrawn(refs).await.unwrap();
        tx.maintain_keypackages(credential_ref.clone(), policy.clone()).await.unwrap();
        tx.finish().await.unwrap();
        let status = client.keypackage_status(credential_ref, policy).await.unwrap();
        assert_eq!((status.pending, status.withdrawn), (3, 0), "without grace they are gone at once");
        shut_down([client]).await;
    });
}

#[test]
fn a_policy_without_anything_is_the_default_one() {
    assert_eq!(
        mlskit::KeypackagePolicy::try_from(KeypackagePolicy::default()).unwrap(),
        mlskit::KeypackagePolicy::default()
    );
}

#[test]
fn a_loop_supplies_a_directory_step_by_step() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let sync = KeypackageSync::new(&client, credential_ref.clone(), policy()).unwrap();
        assert_eq!(live_objects().keypackage_syncs, 1);
        let (mut asked, mut waits_until) = (Vec::new(), None);
        loop {
            match sync.next().await.unwrap() {
                KeypackageSyncStep::Publish { publication } => asked.push(publication),
                KeypackageSyncStep::Withdraw { keypackage_ref } => panic!("{keypackage_ref:?}"),
                KeypackageSyncStep::Wait { until } => waits_until = Some(until),
                KeypackageSyncStep::Done => panic!("packages expire"),
            }
            if waits_until.is_some() {
                break;
            }
            // The last-resort package is refused.
            if asked.len() > 1 {
                sync.confirm().await.unwrap();
            }
        }
        assert!(asked[0].keypackage_ref.is_last_resort);
        assert_eq!(asked.len(), 3);
        let status = client.keypackage_status(credential_ref.clone(), policy()).await.unwrap();
        assert_eq!((status.pending, status.published, status.has_last_resort), (1, 2, false));
        assert!(status.oldest_pending.is_some() && status.next_refresh > waits_until);
        assert_eq!(client.count_valid_keypackages(credential_ref.clone()).await.unwrap(), 3);
        assert_eq!(client.count_valid_keypackages_in(SUITE).await.unwrap(), 3);
        assert_eq!(client.count_valid_keypackages_in(2).await.unwrap(), 0);
        drop(sync);

        // One that was removed is to be withdrawn.
        let tx = begin(&client).await;
        tx.remove_keypackage(asked[1].keypackage_ref.clone()).await.unwrap();
        tx.finish().await.unwrap();
        let sync = KeypackageSync::new(&client, credential_ref, policy()).unwrap();
        let mut withdrawn = Vec::new();
        loop {
            match sync.next().await.unwrap() {
                KeypackageSyncStep::Withdraw { keypackage_ref } => withdrawn.push(keypackage_ref.hash_ref),
                KeypackageSyncStep::Publish { .. } => {}
                KeypackageSyncStep::Wait { .. } | KeypackageSyncStep::Done => break,
            }
            sync.confirm().await.unwrap();
        }
        assert_eq!(withdrawn, [asked[1].keypackage_ref.hash_ref.clone()]);
        drop(sync);
        shut_down([client]).await;
    });
}

#[test]
fn a_credential_is_replaced_and_counted_down() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, old) = with_credential("alice").await;
        client.maintain_keypackages(old.clone(), policy()).await.unwrap();
        let tx = begin(&client).await;
        let basic = Credential::Basic { ciphersuite: SUITE, identity: client.id() };
        let new = tx.add_credential(basic).await.unwrap();
        tx.create_group(new.clone(), GroupConfig::default()).await.unwrap();
        let moved = tx.create_group(old.clone(), GroupConfig::default()).await.unwrap();
        let left = tx.replace_credential(old.clone(), new.clone(), policy()).await.unwrap();
        assert_eq!((left.groups.as_slice(), left.keypackages, left.is_done), ([moved].as_slice(), 3, false));
        tx.finish().await.unwrap();
        assert_eq!(left.successor, new);
        assert_eq!(client.credential_replacement(old).await.unwrap(), Some(left));
        assert_eq!(client.credential_replacement(new).await.unwrap(), None);
        shut_down([client]).await;
    });
}

#[test]
fn a_package_is_found_by_its_id_as_long_as_it_is_valid() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let tx = begin(&client).await;
        let made = tx.generate_keypackage(credential_ref.clone(), Some(1000)).await.unwrap().keypackage_ref;
        let id: String = made.hash_ref.0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(tx.find_keypackage_ref(id.clone()).await.unwrap().as_ref(), Some(&made));
        assert!(tx.is_keypackage_valid_by_id(id.clone()).await.unwrap());
        assert!(tx.is_keypackage_valid(made.clone()).await.unwrap());
        assert_eq!(tx.valid_keypackage_refs().await.unwrap(), std::slice::from_ref(&made));
        assert_eq!(tx.count_valid_keypackages(credential_ref.clone()).await.unwrap(), 1);
        assert!(!client.is_keypackage_valid_by_id(id.clone()).await.unwrap());
        assert_eq!(client.find_keypackage_ref(id.clone()).await.unwrap(), None);
        tx.renew_keypackages(credential_ref).await.unwrap();
        assert_eq!(tx.remove_expired_keypackages().await.unwrap(), 0);
        tx.finish().await.unwrap();
        assert_eq!(client.find_keypackage_ref(id.clone()).await.unwrap().as_ref(), Some(&made));
        assert!(client.is_keypackage_valid_by_id(id).await.unwrap());
        assert!(client.is_keypackage_valid(made.clone()).await.unwrap());
        assert_eq!(client.valid_keypackage_refs().await.unwrap(), [made]);
        shut_down([client]).await;
    });
}
