//! A package at another client.

use std::time::Instant;

use mlskit::{Client, ClientId, Error, Keypackage, KeypackageError, KeypackageExt, KeypackageInfo, RejectedKeypackage};

use crate::{Outcome, Session, screen::Screen};

pub(crate) async fn import(screen: &mut Screen, session: &Session, published: &Keypackage) -> Outcome {
    screen.step("Bob checks Alice's package before he adds her to a group");
    let bob = Client::temporary(ClientId::from("bob@example.com")).await?;
    let mut bytes = published.to_bytes()?;
    let began = Instant::now();
    let imported = bob.import_keypackage_of(session.client.id(), &bytes).await?;
    screen.call("bob.import_keypackage_of(\"alice@example.com\", &bytes)", began.elapsed());
    screen
        .check(imported.keypackage_ref()? == published.keypackage_ref()?, "signatures, times and capabilities hold")?;
    for line in KeypackageInfo::from_bytes(&bytes)?.to_string().lines() {
        screen.tell(line);
    }

    let mallory = bob.import_keypackage_of(&ClientId::from("mallory@example.com"), &bytes).await;
    let other_client = rejected(screen, mallory)?;
    screen.check(matches!(other_client, RejectedKeypackage::OtherClient { .. }), "Alice's package is nobody else's")?;
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    rejected(screen, bob.import_keypackage(&bytes).await)?;
    screen.check(true, "one bit of the signature is another: refused, with the reason")?;
    bob.close().await;
    Ok(())
}

fn rejected(screen: &Screen, outcome: mlskit::Result<Keypackage>) -> Outcome<RejectedKeypackage> {
    match outcome {
        Err(Error::Keypackage(KeypackageError::Rejected(reason))) => {
            screen.tell(&reason);
            Ok(reason)
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err("a package was accepted that should not be".into()),
    }
}
