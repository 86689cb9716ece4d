//! Watching: each commit of a client is told to all who watch it, and nothing else is.

mod events;
mod groups;
mod keypackages;

use mlskit::{
    Client, ClientId, Credential, CredentialRef, DatabaseKey, Error, KeypackageConfig, KeypackageRef, StateChange,
    StateChanges,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::GroupId,
    watch::{CredentialChange, GroupChange, KeypackageChange, MAX_UNREAD_CHANGES},
};
use smol::future::poll_once;

use crate::{
    common,
    group::commit,
    lifecycle::{Managed, few},
};

/// What waits to be read. A commit's changes are there when `finish` returns.
pub(crate) async fn unread(changes: &mut StateChanges) -> Vec<StateChange> {
    let mut unread = Vec::new();
    while let Some(Some(change)) = poll_once(changes.next()).await {
        unread.push(change);
    }
    unread
}

fn of(change: CredentialChange, credential_ref: &CredentialRef) -> StateChange {
    StateChange::Credential { change, credential_ref: credential_ref.clone() }
}

fn packages(change: KeypackageChange, refs: &[&KeypackageRef]) -> StateChange {
    StateChange::Keypackages { change, refs: refs.iter().copied().cloned().collect() }
}

fn group(change: GroupChange, group_id: &GroupId, epoch: impl Into<Option<u64>>) -> StateChange {
    StateChange::Group { change, group_id: group_id.clone(), epoch: epoch.into() }
}

/// Two changes.
async fn create_and_delete_a_group(client: &Client, credential_ref: &CredentialRef) {
    commit(client, async |tx| {
        let group_id = tx.create_group(credential_ref, GroupConfig::default()).await?;
        tx.delete_group(&group_id).await
    })
    .await;
}

fn another(client: &Client) -> Credential {
    Credential::basic(common::SUITE, client.id()).unwrap()
}

scenarios! {
    async fn each_change_of_a_credential_is_told_once_and_in_order() {
        let (client, old) = common::client("alice").await;
        let mut changes = client.changes();
        let new = commit(&client, async |tx| tx.add_credential(another(&client)).await).await;
        assert_eq!(unread(&mut changes).await, [of(CredentialChange::Added, &new)]);

        for _ in 0..2 {
            commit(&client, async |tx| tx.replace_credential(&old, &new, &few(0)).await).await;
        }
        assert_eq!(unread(&mut changes).await, [of(CredentialChange::Replaced { by: new.clone() }, &old)]);

        let newest = commit(&client, async |tx| {
            let newest = tx.add_credential(another(&client)).await?;
            tx.replace_credential(&new, &newest, &few(0)).await?;
            Ok(newest)
        }).await;
        let replaced = CredentialChange::Replaced { by: newest.clone() };
        let expected = [of(CredentialChange::Added, &newest), of(replaced.clone(), &old), of(replaced, &new)];
        assert_eq!(unread(&mut changes).await, expected);

        commit(&client, async |tx| tx.remove_credential(&old).await).await;
        assert_eq!(unread(&mut changes).await, [of(CredentialChange::Removed, &old)]);
    }

    async fn what_is_not_committed_is_not_told() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        let tx = client.new_transaction().await.unwrap();
        tx.generate_keypackage(&credential_ref, None).await.unwrap();
        assert_eq!(unread(&mut changes).await, [], "before the commit");
        tx.abort().await.unwrap();
        client.new_transaction().await.unwrap().generate_keypackage(&credential_ref, None).await.unwrap();
        client.transaction(async |tx| {
            tx.generate_keypackage(&credential_ref, None).await?;
            tx.accept_nothing().await
        }).await.unwrap_err();
        assert_eq!(unread(&mut changes).await, []);

        let config = KeypackageConfig::default();
        let two = commit(&client, async |tx| tx.generate_keypackages(&credential_ref, 2, &config).await).await;
        let [StateChange::Keypackages { change: KeypackageChange::Generated, refs }] = &unread(&mut changes).await[..]
            else { panic!() };
        assert_eq!(refs.len(), two.len());
    }

    /// The package is consumed before the Welcome turns out to be wrong.
    async fn a_call_that_fails_tells_nothing_though_its_transaction_is_committed() {
        let managed = Managed::new(few(1)).await;
        let package = &managed.publish_all().await[0];
        let mut welcome = managed.welcome_for(package).await;
        let last = welcome.len() - 1;
        welcome[last] ^= 1;
        let mut changes = managed.client.changes();
        let group_id = commit(&managed.client, async |tx| {
            let group_id = tx.create_group(&managed.credential_ref, GroupConfig::default()).await?;
            tx.join_group(&welcome, JoinOptions::default()).await.unwrap_err();
            Ok(group_id)
        }).await;
        assert_eq!(unread(&mut changes).await, [group(GroupChange::Created, &group_id, 0)]);
    }

    async fn a_dropped_finish_that_commits_is_told() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        let mut told = 0;
        for _ in 0..20 {
            let tx = client.new_transaction().await.unwrap();
            tx.generate_keypackage(&credential_ref, None).await.unwrap();
            let _ = poll_once(Box::pin(tx.finish())).await;
            drop(tx);
            let stored = client.new_transaction().await.unwrap().get_keypackage_refs().await.unwrap().len();
            told += unread(&mut changes).await.len();
            assert_eq!(told, stored);
        }
        assert!(told > 0);
    }

    async fn who_reads_too_slowly_is_told_how_many_changes_were_missed() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        for _ in 0..MAX_UNREAD_CHANGES / 2 + 3 {
            create_and_delete_a_group(&client, &credential_ref).await;
        }
        let told = unread(&mut changes).await;
        assert_eq!(told[0], StateChange::Missed { count: 6 });
        assert_eq!(told.len(), 1 + MAX_UNREAD_CHANGES);
        create_and_delete_a_group(&client, &credential_ref).await;
        assert_eq!(unread(&mut changes).await.len(), 2, "all that came since");
    }

    async fn all_who_watch_are_told_the_same_from_when_they_began() {
        let (client, credential_ref) = common::client("alice").await;
        let (mut first, mut second) = (client.changes(), client.clone().changes());
        create_and_delete_a_group(&client, &credential_ref).await;
        let mut later = client.changes();
        create_and_delete_a_group(&client.clone(), &credential_ref).await;
        drop(client.changes());
        let told = unread(&mut first).await;
        assert_eq!(told.len(), 4);
        assert_eq!(unread(&mut second).await, told);
        assert_eq!(unread(&mut later).await, told[2..]);
    }

    async fn watching_ends_when_the_client_is_closed_and_all_is_read() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        create_and_delete_a_group(&client, &credential_ref).await;
        client.close().await;
        assert!(changes.next().await.is_some());
        assert!(changes.next().await.is_some());
        assert_eq!(changes.next().await, None);
        assert_eq!(changes.next().await, None);
        assert_eq!(client.changes().next().await, None);
    }

    async fn who_waits_is_woken_by_a_change_and_by_the_end() {
        let (client, credential_ref) = common::client("alice").await;
        let mut changes = client.changes();
        let (told, ()) = smol::future::zip(changes.next(), create_and_delete_a_group(&client, &credential_ref)).await;
        assert!(matches!(told, Some(StateChange::Group { change: GroupChange::Created, .. })));
        changes.next().await.unwrap();
        let (told, ()) = smol::future::zip(changes.next(), client.close()).await;
        assert_eq!(told, None);
        let (client, _) = common::client("alice").await;
        let mut changes = client.changes();
        let (told, ()) = smol::future::zip(changes.next(), async { drop(client) }).await;
        assert_eq!(told, None, "watching does not keep a client open");
    }

    async fn another_client_of_the_same_file_is_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::generate().unwrap();
        let open = async || Client::open(folder.path().join("db"), &key, ClientId::from("alice")).await.unwrap();
        let (one, other) = (open().await, open().await);
        let (mut ones, mut others) = (one.changes(), other.changes());
        let credential_ref = commit(&one, async |tx| tx.add_credential(another(&one)).await).await;
        assert_eq!(unread(&mut ones).await, [of(CredentialChange::Added, &credential_ref)]);
        assert_eq!(unread(&mut others).await, []);
        assert_eq!(other.credentials().await.unwrap(), [credential_ref]);
    }
}

/// A call that fails in a way that has nothing to do with what is watched.
trait Fail {
    async fn accept_nothing(&self) -> mlskit::Result<()>;
}

impl Fail for mlskit::TransactionContext {
    async fn accept_nothing(&self) -> mlskit::Result<()> {
        match self.commit_accepted(&GroupId::from_slice(b"none")).await {
            Err(error @ Error::Group(_)) => Err(error),
            other => panic!("{other:?}"),
        }
    }
}
