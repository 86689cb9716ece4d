//! The second part: what key packages are for. Alice and Bob in a group, each on an encrypted file.

mod change;
mod speak;
mod welcome;

use mlskit::{
    Client,
    group::{OutgoingKind, OutgoingMessage, Received, StagedCommit},
    openmls::prelude::GroupId,
};

use crate::{Device, Outcome, Session, packages, screen::Screen};

/// Both clients, and the group that they share.
struct Pair {
    alice: Session,
    bob: Session,
    group_id: GroupId,
}

pub(crate) async fn story(screen: &mut Screen, alices: &Device, bobs: &Device) -> Outcome {
    screen.part("Part two: the group");
    let alice = alices.open_again().await?;
    let bob = packages::open_and_add_credential(screen, bobs).await?;
    let packages = welcome::publish(screen, &bob).await?;
    let group_id = welcome::create_and_add(screen, &alice, &packages).await?;
    let welcome = welcome::accept(screen, &alice, &group_id).await?;
    welcome::join(screen, &bob, &welcome, &packages).await?;
    let pair = Pair { alice, bob, group_id };
    speak::both_ways(screen, &pair).await?;
    speak::roll_back(screen, &pair).await?;
    change::rotate(screen, &pair).await?;
    let pair = change::open_again(screen, alices, bobs, pair).await?;
    change::leave(screen, &pair).await?;
    pair.alice.client.close().await;
    pair.bob.client.close().await;
    Ok(())
}

/// The one message of its kind in the outbox.
async fn outgoing(client: &Client, kind: OutgoingKind) -> Outcome<OutgoingMessage> {
    let mut found: Vec<_> = client.outgoing().await?.into_iter().filter(|message| message.kind == kind).collect();
    match (found.pop(), found.is_empty()) {
        (Some(message), true) => Ok(message),
        _ => Err(format!("the outbox has not just one {kind:?}").into()),
    }
}

/// A commit that comes in, checked and not accepted yet.
async fn staged(client: &Client, bytes: &[u8]) -> Outcome<StagedCommit> {
    match client.transaction(async |tx| tx.process_message(bytes).await).await? {
        Received::Commit(staged) => Ok(*staged),
        other => Err(format!("this should be a commit: {other:?}").into()),
    }
}

/// The first hexadecimal digits of a key or an id.
fn short(bytes: &[u8]) -> String {
    bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>() + "…"
}
