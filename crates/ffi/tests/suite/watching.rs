//! Watching, as the facades do it.

use mlskit_ffi::{CredentialChange, GroupChange, GroupConfig, KeypackageChange, StateChange, StateChanges};
use smol::future;

use super::*;

/// What waits to be read, after the client is shut down.
async fn rest(changes: &StateChanges) -> Vec<StateChange> {
    let mut rest = Vec::new();
    while let Some(change) = changes.next().await.unwrap() {
        rest.push(change);
    }
    rest
}

#[test]
fn each_kind_of_change_crosses_with_what_it_names() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let changes = client.changes();
        let tx = begin(&client).await;
        let basic = || Credential::Basic { ciphersuite: SUITE, identity: client.id() };
        let old = tx.add_credential(basic()).await.unwrap();
        let new = tx.add_credential(basic()).await.unwrap();
        let policy = mlskit_ffi::KeypackagePolicy {
            target: Some(2),
            last_resort: Some(false),
            ..mlskit_ffi::KeypackagePolicy::default()
        };
        tx.replace_credential(old.clone(), new.clone(), policy).await.unwrap();
        let group_id = tx.create_group(new.clone(), GroupConfig::default()).await.unwrap();
        tx.delete_group(group_id.clone()).await.unwrap();
        tx.remove_credential(old.clone()).await.unwrap();
        tx.finish().await.unwrap();
        let refs = client.get_keypackage_refs().await.unwrap();
        shut_down([client]).await;

        let of = |change, credential_ref: &CredentialRef| StateChange::OfCredential {
            change,
            credential_ref: credential_ref.clone(),
        };
        let of_group = |change, epoch| StateChange::OfGroup { change, group_id: group_id.clone(), epoch };
        let expected = [
            of(CredentialChange::Added, &old),
            of(CredentialChange::Added, &new),
            of(CredentialChange::Replaced { by: new.clone() }, &old),
            StateChange::OfKeypackages { change: KeypackageChange::Generated, refs: refs.clone() },
            StateChange::OfKeypackages { change: KeypackageChange::Pending, refs },
            of_group(GroupChange::Created, Some(0)),
            of_group(GroupChange::Deleted, None),
            of(CredentialChange::Removed, &old),
        ];
        assert_eq!(rest(&changes).await, expected);
        assert_eq!(changes.next().await.unwrap(), None);
    });
}

#[test]
fn closing_wakes_whoever_waits_and_ends_what_was_not_read() {
    let _alone = Alone::new();
    smol::block_on(async {
        let client = temporary("alice").await;
        let changes = client.changes();
        let (woken, ()) = future::zip(changes.next(), async { changes.end() }).await;
        assert_eq!(woken.unwrap(), None);
        changes.end();

        let tx = begin(&client).await;
        tx.add_credential(Credential::Basic { ciphersuite: SUITE, identity: client.id() }).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(changes.next().await.unwrap(), None);
        shut_down([client]).await;
    });
}

#[test]
fn what_was_missed_is_counted() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (client, credential_ref) = with_credential("alice").await;
        let changes = client.changes();
        for _ in 0..130 {
            let tx = begin(&client).await;
            let group_id = tx.create_group(credential_ref.clone(), GroupConfig::default()).await.unwrap();
            tx.delete_group(group_id).await.unwrap();
            tx.finish().await.unwrap();
        }
        shut_down([client]).await;
        let rest = rest(&changes).await;
        assert_eq!(rest[0], StateChange::Missed { count: 4 });
        assert_eq!(rest.len(), 1 + 256);
    });
}
