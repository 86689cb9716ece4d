//! Credentials and key packages: what an app does every day.

use std::time::{Duration, Instant, SystemTime};

use mlskit::{
    Credential, KEYPACKAGE_DEFAULT_LIFETIME, Keypackage, KeypackageConfig, KeypackageExt, KeypackageRef,
    openmls::prelude::Ciphersuite,
};

use crate::{Device, Outcome, Session, screen::Screen};

pub(crate) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
const MONTH: Duration = Duration::from_hours(30 * 24);
const BATCH: usize = 100;

pub(crate) async fn open_and_add_credential(screen: &mut Screen, device: &Device) -> Outcome<Session> {
    screen.step(&format!("Open an encrypted file and say who you are: {}", device.id));
    let began = Instant::now();
    let client = device.open().await?;
    screen.call("Client::open(path, &key, id)", began.elapsed());

    let began = Instant::now();
    let credential = Credential::basic(SUITE, client.id())?;
    let credential_ref = client.transaction(async |tx| tx.add_credential(credential).await).await?;
    screen.call("tx.add_credential(Credential::basic(suite, client.id())?)", began.elapsed());
    screen.tell(format_args!("{SUITE:?}"));
    screen.check(client.credentials().await? == [credential_ref.clone()], "the client has one credential")?;
    Ok(Session { client, credential_ref })
}

pub(crate) async fn generate(screen: &mut Screen, session: &Session) -> Outcome<Keypackage> {
    screen.step("Generate two key packages in one transaction");
    let Session { client, credential_ref } = session;
    let tx = client.new_transaction().await?;

    let began = Instant::now();
    let first = tx.generate_keypackage(credential_ref, None).await?;
    screen.call("tx.generate_keypackage(&credential_ref, None)", began.elapsed());
    let began = Instant::now();
    let second = tx.generate_keypackage(credential_ref, Some(MONTH)).await?;
    screen.call("tx.generate_keypackage(&credential_ref, Some(30 days))", began.elapsed());
    screen.check(client.get_keypackage_refs().await?.is_empty(), "nobody else sees them yet")?;

    let began = Instant::now();
    tx.finish().await?;
    screen.call("tx.finish()", began.elapsed());
    screen.check(client.get_keypackage_refs().await?.len() == 2, "now both are stored, with their private keys")?;
    let default = KEYPACKAGE_DEFAULT_LIFETIME.as_secs();
    screen.check(lifetime(&first) == default, "the first lives for 84 days, the default")?;
    screen.check(lifetime(&second) == MONTH.as_secs(), "the second for 30, as was asked")?;
    Ok(first)
}

/// Seconds from an hour after its beginning, which is for peers whose clocks are behind, until its end.
fn lifetime(keypackage: &Keypackage) -> u64 {
    let window = keypackage.life_time();
    window.not_after().saturating_sub(window.not_before()).saturating_sub(60 * 60)
}

pub(crate) async fn list_and_export(screen: &mut Screen, session: &Session, published: &Keypackage) -> Outcome {
    screen.step("List them, and export one for the server");
    let began = Instant::now();
    let refs = session.client.get_keypackage_refs().await?;
    screen.call("client.get_keypackage_refs()", began.elapsed());
    for keypackage_ref in &refs {
        screen.tell(format_args!("{keypackage_ref}, good for {} days", days_left(keypackage_ref)));
    }
    screen.check(refs.iter().all(KeypackageRef::is_valid), "both are valid now")?;

    let began = Instant::now();
    let bytes = published.to_bytes()?;
    screen.call("keypackage.to_bytes()", began.elapsed());
    screen.tell(format_args!("{} bytes, signed, without any private key; they begin:", bytes.len()));
    screen.bytes(0, bytes.get(..48).unwrap_or_default());
    let identity = session.client.id().as_bytes();
    screen.check(contains(&bytes, identity), "whoever gets it reads who it is from")
}

fn days_left(keypackage_ref: &KeypackageRef) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let left = keypackage_ref.lifetime().map_or(0, |window| window.not_after().saturating_sub(now.as_secs()));
    left.div_ceil(24 * 60 * 60)
}

pub(crate) async fn batch(screen: &mut Screen, session: &Session) -> Outcome {
    screen.step("Generate a hundred more at once");
    let Session { client, credential_ref } = session;
    let config = KeypackageConfig::default();
    let began = Instant::now();
    let made = client.transaction(async |tx| tx.generate_keypackages(credential_ref, BATCH, &config).await).await?;
    let took = began.elapsed();
    screen.call("tx.generate_keypackages(&credential_ref, 100, &config), committed", took);
    screen.tell(format_args!(
        "{:.0} µs each: keys, two signatures, encryption and the disk ({})",
        took.as_secs_f64() * 1e6 / made.len() as f64,
        if cfg!(debug_assertions) { "a debug build; `make bench` measures" } else { "a release build" },
    ));
    let mut init_keys: Vec<&[u8]> = made.iter().map(|keypackage| keypackage.hpke_init_key().as_slice()).collect();
    init_keys.sort_unstable();
    init_keys.dedup();
    screen.check(init_keys.len() == BATCH, "no two of them share a key")?;
    screen.check(client.get_keypackage_refs().await?.len() == BATCH + 2, "102 packages are stored")
}

/// Whether `needle` lies somewhere in `hay`.
pub(crate) fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}
