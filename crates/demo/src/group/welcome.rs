//! From a published package to a member.

use std::time::Instant;

use mlskit::{
    Error, GroupError, Keypackage, KeypackageConfig, KeypackageExt,
    group::{GroupConfig, JoinOptions, OutgoingKind},
    openmls::prelude::GroupId,
};

use super::{outgoing, short};
use crate::{Outcome, Session, screen::Screen};

pub(crate) async fn publish(screen: &mut Screen, bob: &Session) -> Outcome<Vec<Keypackage>> {
    screen.step("Bob publishes key packages");
    let Session { client, credential_ref } = bob;
    let config = KeypackageConfig::default();
    let began = Instant::now();
    let made = client.transaction(async |tx| tx.generate_keypackages(credential_ref, 3, &config).await).await?;
    screen.call("bob: tx.generate_keypackages(&credential_ref, 3, &config), committed", began.elapsed());
    screen.check(client.get_keypackage_refs().await?.len() == 3, "three are stored with their private keys")?;
    Ok(made)
}

pub(crate) async fn create_and_add(screen: &mut Screen, alice: &Session, published: &[Keypackage]) -> Outcome<GroupId> {
    screen.step("Alice creates a group and adds Bob");
    let Session { client, credential_ref } = alice;
    let served = published.first().ok_or("no package was published")?.to_bytes()?;
    let package = client.import_keypackage_of(&"bob@example.com".into(), &served).await?;
    let began = Instant::now();
    let group_id = client
        .transaction(async |tx| {
            let group_id = tx.create_group(credential_ref, GroupConfig::default()).await?;
            tx.add_members(&group_id, &[package]).await?;
            Ok::<_, Error>(group_id)
        })
        .await?;
    screen.call("alice: tx.create_group(…), tx.add_members(&group_id, &[keypackage]), committed", began.elapsed());
    let outbox = client.outgoing().await?;
    let [commit] = outbox.as_slice() else { return Err(format!("{} messages are to be sent", outbox.len()).into()) };
    screen.tell(format_args!("the outbox has a commit of {} bytes for the server; it begins:", commit.bytes.len()));
    screen.bytes(0, commit.bytes.get(..48).unwrap_or_default());
    screen.check(commit.kind == OutgoingKind::Commit, "and no Welcome: the server may still take another's commit")?;
    screen
        .check(client.members(&group_id).await?.len() == 1, "until the server answers Alice is alone in her group")?;
    Ok(group_id)
}

pub(crate) async fn accept(screen: &mut Screen, alice: &Session, group_id: &GroupId) -> Outcome<Vec<u8>> {
    screen.step("The server takes the commit");
    let client = &alice.client;
    let began = Instant::now();
    let change = client.transaction(async |tx| tx.commit_accepted(group_id).await).await?;
    screen.call("alice: tx.commit_accepted(&group_id), committed", began.elapsed());
    screen.check(change.epoch == 1, "the group is in epoch 1")?;
    screen.check(client.members(group_id).await?.len() == 2, "and has two members")?;
    let welcome = outgoing(client, OutgoingKind::Welcome).await?;
    screen.tell(format_args!("{} bytes", welcome.bytes.len()));
    let is_for_bob =
        matches!(&welcome.recipients[..], [bob] if bob.credential.serialized_content() == b"bob@example.com");
    screen.check(is_for_bob, "now the Welcome is in the outbox, and says that it is for Bob")?;
    client.transaction(async |tx| tx.mark_sent(&[welcome.id]).await).await?;
    screen.check(client.outgoing().await?.is_empty(), "sent and marked so: the outbox is empty")?;
    Ok(welcome.bytes)
}

pub(crate) async fn join(screen: &mut Screen, bob: &Session, welcome: &[u8], published: &[Keypackage]) -> Outcome {
    screen.step("Bob joins by the Welcome, and his package is gone");
    let client = &bob.client;
    let [first, others @ ..] = published else { return Err("no package was published".into()) };
    let used = first.keypackage_ref()?;
    screen.check(client.welcome_refs(welcome).await? == [used.clone()], "welcome_refs: it is for the first package")?;

    let mut flipped = welcome.to_vec();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    let refused = client.transaction(async |tx| tx.join_group(&flipped, JoinOptions::default()).await).await;
    let Err(Error::Group(error @ GroupError::BadWelcome { .. })) = refused else {
        return Err(format!("a Welcome with a flipped bit: {refused:?}").into());
    };
    screen.tell(&error);
    let is_there = client.keypackage(&used).await?.is_some();
    screen.check(is_there, "one bit is another: refused, and the package is still there for the right one")?;

    let began = Instant::now();
    let joined = client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await).await?;
    screen.call("bob: tx.join_group(&welcome, JoinOptions::default()), committed", began.elapsed());
    for member in &joined.members {
        let name = String::from_utf8_lossy(member.credential.serialized_content());
        screen.tell(format_args!(
            "member {}: {name}, key {}",
            member.id.leaf_index(),
            short(member.id.signature_key())
        ));
    }
    let adder = joined.added_by.ok_or("nobody has added Bob")?;
    screen.check(adder.credential.serialized_content() == b"alice@example.com", "Bob sees who added him: Alice")?;
    screen.check(client.keypackage(&used).await?.is_none(), "the used package is gone, with its private keys")?;
    let left = client.get_keypackage_refs().await?;
    let expected = others.iter().map(KeypackageExt::keypackage_ref).collect::<mlskit::Result<Vec<_>>>()?;
    screen.check(left == expected, "the other two are not")?;

    let again = client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await).await;
    let is_typed = matches!(again, Err(Error::Group(GroupError::NoMatchingKeypackage)));
    screen.check(is_typed, "the same Welcome once more opens nothing: NoMatchingKeypackage")
}
