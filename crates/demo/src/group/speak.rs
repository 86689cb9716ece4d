//! Messages.

use std::time::Instant;

use mlskit::{Client, Error, GroupError, MessageError, group::Received, openmls::prelude::GroupId};

use super::Pair;
use crate::{Outcome, packages::contains, screen::Screen};

pub(crate) async fn both_ways(screen: &mut Screen, pair: &Pair) -> Outcome {
    screen.step("They talk");
    let Pair { alice, bob, group_id } = pair;
    let text = "Lunch at noon?";
    let began = Instant::now();
    let bytes = say(&alice.client, group_id, text).await?;
    screen.call("alice: tx.encrypt_message(&group_id, b\"Lunch at noon?\", b\"\"), committed", began.elapsed());
    screen.tell(format_args!("{} bytes, padded; they end:", bytes.len()));
    let end = bytes.len().saturating_sub(48);
    screen.bytes(end, bytes.get(end..).unwrap_or_default());
    screen.check(!contains(&bytes, text.as_bytes()), "the text is nowhere in them")?;

    let began = Instant::now();
    let heard = hear(&bob.client, &bytes).await?;
    screen.call("bob: tx.process_message(&bytes), committed", began.elapsed());
    screen
        .check(heard == ("alice@example.com".into(), text.into()), "Bob reads them: \"Lunch at noon?\", from Alice")?;
    let again = bob.client.transaction(async |tx| tx.process_message(&bytes).await).await;
    let Err(Error::Message(error @ MessageError::Duplicate)) = again else {
        return Err(format!("the same message once more: {again:?}").into());
    };
    screen.tell(&error);
    screen.check(true, "the server delivers it twice: a typed refusal, Duplicate")?;

    let answer = say(&bob.client, group_id, "Yes.").await?;
    let heard = hear(&alice.client, &answer).await?;
    screen.check(heard == ("bob@example.com".into(), "Yes.".into()), "Bob answers: \"Yes.\"")
}

pub(crate) async fn roll_back(screen: &mut Screen, pair: &Pair) -> Outcome {
    screen.step("Alice changes her mind about a message");
    let Pair { alice, bob, group_id } = pair;
    let tx = alice.client.new_transaction().await?;
    let sealed = tx.encrypt_message(group_id, b"Never mind.", b"").await?;
    screen.tell(format_args!("{sealed:?}"));
    tx.abort().await?;
    let is_sealed = matches!(sealed.open(), Err(Error::Group(GroupError::NotCommitted)));
    screen.check(is_sealed, "rolled back, it can't be opened: its key will encrypt the next message")?;
    let bytes = say(&alice.client, group_id, "At one, then.").await?;
    let (_, text) = hear(&bob.client, &bytes).await?;
    screen.check(text == "At one, then.", "Bob gets the next one: no key was used twice, none is missing")
}

pub(crate) async fn say(client: &Client, group_id: &GroupId, text: &str) -> Outcome<Vec<u8>> {
    let sealed = client.transaction(async |tx| tx.encrypt_message(group_id, text.as_bytes(), b"").await).await?;
    Ok(sealed.open()?)
}

/// Who says what.
pub(crate) async fn hear(client: &Client, bytes: &[u8]) -> Outcome<(String, String)> {
    match client.transaction(async |tx| tx.process_message(bytes).await).await? {
        Received::Application { sender, plaintext, .. } => {
            let who = String::from_utf8(sender.credential.serialized_content().to_vec())?;
            Ok((who, String::from_utf8(plaintext)?))
        }
        other => Err(format!("this should be a message: {other:?}").into()),
    }
}
