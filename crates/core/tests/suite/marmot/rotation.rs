//! "Rotate: Generate new key packages periodically or after use", and "Delete old private packages after use".

use mlskit::{Error, GroupError, KeypackagePolicy, KeypackageRef, openmls::prelude::GroupId};

use super::*;

/// The app's part: signs and publishes what a relay is to have, and remembers the events' ids.
async fn rotate(user: &User, events: &mut Vec<(KeypackageRef, Event)>) -> Vec<Event> {
    let config = marmot::keypackage_config(&user.pubkey(), None).unwrap();
    let policy = KeypackagePolicy::default().target(0).lifetime(90 * DAY).config(config);
    let outgoing = user.client.maintain_keypackages(&user.credential_ref, &policy).await.unwrap();
    for publication in outgoing.publish {
        let keypackage = user.client.keypackage(&publication.keypackage_ref).await.unwrap().unwrap();
        let event = user.sign(marmot::create_keypackage_event(&keypackage, &options()).unwrap());
        user.client
            .transaction(async |tx| tx.confirm_published(std::slice::from_ref(&publication.keypackage_ref)).await)
            .await
            .unwrap();
        events.push((publication.keypackage_ref, event));
    }
    let mut deletions = Vec::new();
    for keypackage_ref in outgoing.withdraw {
        let (_, event) = events.iter().find(|(published, _)| *published == keypackage_ref).unwrap();
        let deletion = marmot::create_deletion_event(&user.pubkey(), &[&event.id.to_hex()], None).unwrap();
        deletions.push(user.sign(deletion));
        user.client.transaction(async |tx| tx.confirm_withdrawn(&[keypackage_ref]).await).await.unwrap();
    }
    deletions
}

async fn group_of(user: &User) -> GroupId {
    let work = user.client.transaction(async |tx| tx.create_group(&user.credential_ref, GroupConfig::default()).await);
    work.await.unwrap()
}

scenarios! {
    async fn a_policy_has_a_used_package_replaced_first_and_withdrawn_then() {
        let (alice, bob) = (User::new().await, User::new().await);
        let mut events = Vec::new();
        assert_eq!(rotate(&bob, &mut events).await, []);
        assert_eq!(rotate(&bob, &mut events).await, []);
        let [(used, published)] = &events[..] else { panic!("{events:?}") };
        let (used, published) = (used.clone(), published.clone());

        // Two people fetch it.
        let fetched = marmot::import_keypackage_event(&alice.client, &received(&published)).await.unwrap();
        let lifetime = fetched.life_time();
        assert_eq!(lifetime.not_after() - lifetime.not_before() - 3600, (90 * DAY).as_secs());
        assert!(fetched.last_resort());
        let (_, first) = add(&alice.client, &group_of(&alice).await, &fetched).await;
        let (_, second) = add(&alice.client, &group_of(&alice).await, &fetched).await;

        // A Welcome that can't be opened deletes nothing and replaces nothing (MIP-00).
        let mut bad = first.clone();
        *bad.last_mut().unwrap() ^= 1;
        assert!(bob.client.transaction(async |tx| tx.join_group(&bad, JoinOptions::default()).await).await.is_err());
        assert_eq!((rotate(&bob, &mut events).await, events.len()), (vec![], 1));

        let join = async |welcome: &[u8]| {
            bob.client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await).await
        };
        assert_eq!(join(&first).await.unwrap().keypackage_ref, Some(used.clone()));
        // The replacement is published before anything is deleted.
        assert_eq!((rotate(&bob, &mut events).await, events.len()), (vec![], 2));
        let deletions = rotate(&bob, &mut events).await;
        let [deletion] = &deletions[..] else { panic!("{deletions:?}") };
        let deletion = received(deletion);
        assert_eq!((deletion.kind, deletion.content.as_str()), (5, ""));
        assert_eq!((values(&deletion, "e"), values(&deletion, "k")), (vec![&*published.id.to_hex()], vec!["443"]));

        // The Welcome that was under way is opened, and no Welcome twice.
        assert_eq!(join(&second).await.unwrap().keypackage_ref, Some(used));
        assert_eq!(join(&first).await.unwrap_err(), Error::Group(GroupError::WelcomeReplayed));
    }
}
