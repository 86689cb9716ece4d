//! What changes about a group in its life.

use std::time::Instant;

use mlskit::{
    Credential, CredentialError, Error, MessageError,
    group::{Change, OutgoingKind, Received},
};

use super::{Pair, outgoing, short, speak, staged};
use crate::{Device, Outcome, packages::SUITE, screen::Screen};

pub(crate) async fn rotate(screen: &mut Screen, pair: &Pair) -> Outcome {
    screen.step("Alice moves to new keys and a new credential");
    let Pair { alice, bob, group_id } = pair;
    let (client, old) = (&alice.client, &alice.credential_ref);
    let began = Instant::now();
    let new = client
        .transaction(async |tx| {
            let new = tx.add_credential(Credential::basic(SUITE, client.id())?).await?;
            tx.update_keys(group_id, Some(&new)).await?;
            Ok::<_, Error>(new)
        })
        .await?;
    screen.call("alice: tx.update_keys(&group_id, Some(&new_credential_ref)), committed", began.elapsed());
    let in_use = client.transaction(async |tx| tx.remove_credential(old).await).await;
    let is_kept = matches!(in_use, Err(Error::Credential(CredentialError::CredentialInUse { .. })));
    screen.check(is_kept, "the old credential can't be removed yet: CredentialInUse")?;
    let commit = outgoing(client, OutgoingKind::Commit).await?;
    client.transaction(async |tx| tx.commit_accepted(group_id).await).await?;

    let staged = staged(&bob.client, &commit.bytes).await?;
    let [(before, after)] = staged.updated.as_slice() else { return Err("not just Alice's leaf changes".into()) };
    screen.tell(format_args!("Bob sees Alice's key before: {}", short(before.id.signature_key())));
    screen.tell(format_args!("                  and after: {}", short(&after.signature_key)));
    let are_hers = before.id.signature_key() == old.signature_key() && after.signature_key == new.signature_key();
    screen.check(are_hers, "the old key and the new one")?;
    screen.check(bob.client.epoch(group_id).await? == 1, "before he accepts: his group is still in epoch 1")?;
    let change = bob.client.transaction(async |tx| tx.accept(staged).await).await?;
    screen.check(change.epoch == 2, "now in epoch 2")?;
    client.transaction(async |tx| tx.remove_credential(old).await).await?;
    screen.check(client.credentials().await? == [new], "and Alice's old credential can go, with its packages")
}

pub(crate) async fn open_again(screen: &mut Screen, alices: &Device, bobs: &Device, pair: Pair) -> Outcome<Pair> {
    screen.step("Both close, open again and go on");
    let Pair { alice, bob, group_id } = pair;
    alice.client.close().await;
    bob.client.close().await;
    let began = Instant::now();
    let (alice, bob) = (alices.open_again().await?, bobs.open_again().await?);
    screen.call("Client::open(path, &key, id), twice", began.elapsed());
    screen.check(alice.client.groups().await? == [group_id.clone()], "the group is there")?;
    let bytes = speak::say(&alice.client, &group_id, "Still there?").await?;
    let (_, text) = speak::hear(&bob.client, &bytes).await?;
    screen.check(text == "Still there?", "and Bob reads what Alice says, under keys from before")?;
    Ok(Pair { alice, bob, group_id })
}

pub(crate) async fn leave(screen: &mut Screen, pair: &Pair) -> Outcome {
    screen.step("Bob leaves");
    let Pair { alice, bob, group_id } = pair;
    bob.client.transaction(async |tx| tx.leave_group(group_id).await).await?;
    let leave = outgoing(&bob.client, OutgoingKind::Leave).await?;
    bob.client.transaction(async |tx| tx.mark_sent(&[leave.id]).await).await?;
    screen.tell(format_args!("nobody can remove itself: his outbox has a proposal of {} bytes", leave.bytes.len()));

    let received = alice.client.transaction(async |tx| tx.process_message(&leave.bytes).await).await?;
    let Received::Proposal(proposal) = received else { return Err("a leave that is no proposal".into()) };
    let is_bobs = matches!(&proposal.change, Change::Remove(member)
        if member.credential.serialized_content() == b"bob@example.com");
    screen.check(is_bobs, "Alice sees that Bob is to be removed, and accepts")?;
    let began = Instant::now();
    alice
        .client
        .transaction(async |tx| {
            tx.accept_proposal(*proposal).await?;
            tx.commit_proposals(group_id).await
        })
        .await?;
    screen.call("alice: tx.accept_proposal(proposal), tx.commit_proposals(&group_id), committed", began.elapsed());
    let commit = outgoing(&alice.client, OutgoingKind::Commit).await?;
    alice.client.transaction(async |tx| tx.commit_accepted(group_id).await).await?;
    screen.check(alice.client.members(group_id).await?.len() == 1, "Alice is alone again")?;

    let staged = staged(&bob.client, &commit.bytes).await?;
    let change = bob.client.transaction(async |tx| tx.accept(staged).await).await?;
    screen.check(change.self_removed, "Bob learns that he is out, and deletes what he has of the group")?;
    bob.client.transaction(async |tx| tx.delete_group(group_id).await).await?;
    let late = speak::say(&alice.client, group_id, "He is gone.").await?;
    let refused = bob.client.transaction(async |tx| tx.process_message(&late).await).await;
    let is_unknown = matches!(refused, Err(Error::Message(MessageError::UnknownGroup { .. })));
    screen.check(is_unknown, "what Alice says now is not for him: UnknownGroup")
}
