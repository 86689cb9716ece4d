//! What lies on the disk, and who can read it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use mlskit::{Client, DatabaseKey, Error, Keypackage, KeypackageExt, StorageError};

use crate::{Device, Outcome, Session, packages::contains, screen::Screen};

pub(crate) fn look_at_the_disk(screen: &mut Screen, alice: &Device, published: &Keypackage) -> Outcome {
    screen.step("Look at the disk");
    let mut all = Vec::new();
    for name in ["alice.db", "alice.db-wal"] {
        let bytes = fs::read(alice.folder.path().join(name))?;
        screen.tell(format_args!("{name}: {} bytes", bytes.len()));
        all.extend(bytes);
    }
    let file = fs::read(&alice.path)?;
    screen.bytes(0, file.get(..64).unwrap_or_default());
    screen
        .check(file.starts_with(b"SQLite format 3\0"), "32 plain bytes say that it is SQLite, as iOS wants to see")?;
    screen.check(!contains(&all, alice.id.as_bytes()), "\"alice@example.com\" is nowhere in the file or in its log")?;
    screen.check(
        !contains(&all, published.hpke_init_key().as_slice()),
        "nor is the package that Alice gave away: the rest is encrypted",
    )
}

pub(crate) async fn remove(screen: &mut Screen, alice: &Device, session: &Session, published: &Keypackage) -> Outcome {
    screen.step("Remove what is no longer needed");
    let Session { client, credential_ref } = session;
    let gone = published.keypackage_ref()?;
    let began = Instant::now();
    client.transaction(async |tx| tx.remove_keypackage(&gone).await).await?;
    screen.call("tx.remove_keypackage(&keypackage_ref), committed", began.elapsed());
    screen.check(client.keypackage(&gone).await?.is_none(), "package and private keys are gone from the database")?;
    screen.check(length(&log(alice))? == 0, "and from its log, which is empty")?;
    screen.check(client.get_keypackage_refs().await?.len() == 101, "the other 101 are there")?;

    let began = Instant::now();
    client.transaction(async |tx| tx.remove_keypackages_for(credential_ref).await).await?;
    screen.call("tx.remove_keypackages_for(&credential_ref), committed", began.elapsed());
    screen.check(client.get_keypackage_refs().await?.is_empty(), "no package is left of this credential")?;

    client.transaction(async |tx| tx.generate_keypackage(credential_ref, None).await).await?;
    screen.check(client.get_keypackage_refs().await?.len() == 1, "the credential itself is: it makes the next one")
}

pub(crate) async fn wrong_key(screen: &mut Screen, alice: &Device, session: Session) -> Outcome {
    screen.step("Try another key");
    session.client.close().await;
    let before = fs::read(&alice.path)?;
    refused(screen, alice, &DatabaseKey::generate()?).await?;
    screen.check(fs::read(&alice.path)? == before, "the file is as it was, byte for byte")
}

pub(crate) async fn change_key(screen: &mut Screen, alice: &mut Device) -> Outcome {
    screen.step("Change the key");
    let Session { client, .. } = alice.open_again().await?;
    let refs = client.get_keypackage_refs().await?;
    let old_bytes = fs::read(&alice.path)?;
    let new = DatabaseKey::generate()?;
    let began = Instant::now();
    client.change_key(&new).await?;
    screen.call("client.change_key(&new_key)", began.elapsed());
    client.close().await;

    let old = std::mem::replace(&mut alice.key, new);
    refused(screen, alice, &old).await?;
    let new_bytes = fs::read(&alice.path)?;
    screen.check(no_page_in_common(&old_bytes, &new_bytes), "no page is on the disk as it was")?;
    let Session { client, .. } = alice.open_again().await?;
    screen.check(client.get_keypackage_refs().await? == refs, "under the new key everything is there")?;
    client.close().await;
    Ok(())
}

async fn refused(screen: &mut Screen, alice: &Device, key: &DatabaseKey) -> Outcome {
    match Client::open(&alice.path, key, alice.id.clone()).await {
        Err(Error::Storage(error @ StorageError::WrongKeyOrDamaged { .. })) => {
            screen.tell(&error);
            screen.check(true, "a typed error: WrongKeyOrDamaged")
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err("the file opened with a wrong key".into()),
    }
}

fn no_page_in_common(old: &[u8], new: &[u8]) -> bool {
    const PAGE: usize = 4096;
    !old.is_empty() && old.chunks(PAGE).zip(new.chunks(PAGE)).all(|(old, new)| old != new)
}

fn log(alice: &Device) -> PathBuf {
    alice.path.with_extension("db-wal")
}

/// Bytes in a file; none if there is no file.
fn length(path: &Path) -> Outcome<u64> {
    if path.exists() { Ok(fs::metadata(path)?.len()) } else { Ok(0) }
}
