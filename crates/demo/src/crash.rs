//! Transactions that do not come to their end.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use mlskit::{Client, ClientId, DatabaseKey, KeypackageConfig};

use crate::{Device, Outcome, Session, screen::Screen};

/// How many packages the process makes that is killed.
const UNCOMMITTED: usize = 50;
/// What it says when they are made.
const READY: &[u8] = b"ready\n";

pub(crate) async fn roll_back(screen: &mut Screen, session: &Session) -> Outcome {
    screen.step("Change your mind");
    let Session { client, credential_ref } = session;
    let before = client.get_keypackage_refs().await?;
    let outcome: Outcome = client
        .transaction(async |tx| {
            tx.remove_keypackages_for(credential_ref).await?;
            tx.generate_keypackage(credential_ref, None).await?;
            screen.tell(format_args!("in the block: {} package", tx.get_keypackage_refs().await?.len()));
            Err("the server does not answer".into())
        })
        .await;
    let Err(error) = outcome else { return Err("the block failed, but the transaction did not".into()) };
    screen.tell(format_args!("the block fails with its own error: {error}"));
    screen.check(client.get_keypackage_refs().await? == before, "all 102 packages are as they were before the block")
}

pub(crate) async fn kill_in_mid_transaction(screen: &mut Screen, alice: &Device, session: Session) -> Outcome<Session> {
    screen.step("Crash: kill a process in the middle of its transaction");
    let before = session.client.get_keypackage_refs().await?;
    session.client.close().await;

    let mut child =
        Command::new(std::env::current_exe()?).arg(&alice.path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    screen.tell(format_args!(
        "process {} opens the same file, removes all packages, makes {UNCOMMITTED} new ones",
        child.id()
    ));
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the process has no pipes".into());
    };
    input.write_all(alice.key.as_bytes())?;
    let mut answer = [0; READY.len()];
    let read = output.read_exact(&mut answer);
    child.kill()?;
    let status = child.wait()?;
    read?;
    screen.tell(format_args!("and has not committed when it ends with {status}"));
    screen.check(answer == READY && !status.success(), "it was killed, and had no time to clean up")?;

    let began = Instant::now();
    let session = alice.open_again().await?;
    screen.call("Client::open(path, &key, \"alice@example.com\")", began.elapsed());
    let after = session.client.get_keypackage_refs().await?;
    screen.check(after == before, "all 102 packages are there, and none of the 50")?;
    let all = after.iter().map(|keypackage_ref| session.client.keypackage(keypackage_ref));
    for keypackage in all {
        keypackage.await?.ok_or("a package that is listed is not stored")?;
    }
    screen.check(true, "each of them can be read back")?;
    Ok(session)
}

/// What the process does that is killed. Its key comes through a pipe: others can see a process's arguments.
pub(crate) async fn child(path: PathBuf) -> Outcome {
    let mut key = [0; DatabaseKey::LENGTH];
    std::io::stdin().read_exact(&mut key)?;
    let client = Client::open(path, &DatabaseKey::from_bytes(key)?, ClientId::from("alice@example.com")).await?;
    let credential_ref = client.credentials().await?.pop().ok_or("the credential is gone")?;
    let tx = client.new_transaction().await?;
    tx.remove_keypackages_for(&credential_ref).await?;
    tx.generate_keypackages(&credential_ref, UNCOMMITTED, &KeypackageConfig::default()).await?;
    if tx.get_keypackage_refs().await?.len() != UNCOMMITTED {
        return Err("the transaction does not see its own packages".into());
    }
    std::io::stdout().write_all(READY)?;
    std::io::stdout().flush()?;
    // Until it is killed, or nobody is there any more to do so.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Err("nobody killed this process".into())
}
