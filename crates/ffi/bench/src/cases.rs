//! What is measured. Each case prepares and verifies outside of the time that it returns.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use mlskit::{
    Error, TransactionContext,
    group::{PlainMessage, group_of},
};

use crate::{
    Outcome,
    world::{KEPT, LISTED, World, generate},
};

const BATCH: usize = 100;
const MESSAGE: [u8; 1024] = [0x5a; 1024];

/// Does a case's work once. The time is that of one unit: `scripts/bench-ffi` says what that is.
pub(crate) async fn run(case: &str, world: &World) -> Outcome<Duration> {
    match case {
        "call" => call(world),
        "operation" => operation(world).await,
        "transaction" => transaction(world).await,
        "one" => one(world).await,
        "batch" => batch(world).await,
        "list" => list(world).await,
        "remove" => remove(world).await,
        "encrypt" => encrypt(world).await,
        "each" => encrypt_each(world).await,
        other => Err(format!("there is no case {other}").into()),
    }
}

fn call(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    for _ in 0..1000 {
        black_box(group_of(&world.message)?);
    }
    Ok(since.elapsed() / 1000)
}

async fn operation(world: &World) -> Outcome<Duration> {
    let tx = world.alice.new_transaction().await?;
    let since = Instant::now();
    for _ in 0..BATCH {
        tx.remove_keypackage(&world.gone).await?;
    }
    let taken = since.elapsed() / 100;
    tx.finish().await?;
    Ok(taken)
}

async fn transaction(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    for _ in 0..20 {
        world.alice.transaction(async |_| Ok::<_, Error>(())).await?;
    }
    Ok(since.elapsed() / 20)
}

async fn one(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    for _ in 0..10 {
        world.alice.transaction(async |tx| tx.generate_keypackage(&world.alice_ref, None).await).await?;
    }
    let taken = since.elapsed() / 10;
    empty(world, 10).await?;
    Ok(taken)
}

async fn batch(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    let made = generate(&world.alice, &world.alice_ref, BATCH).await?;
    let taken = since.elapsed();
    empty(world, made.len()).await?;
    Ok(taken)
}

/// Removes what a turn has made.
async fn empty(world: &World, made: usize) -> Outcome {
    let found = world.alice.get_keypackage_refs().await?.len();
    world.alice.transaction(async |tx| tx.remove_keypackages_for(&world.alice_ref).await).await?;
    if found == made { Ok(()) } else { Err(format!("{made} packages were made, but {found} found").into()) }
}

async fn list(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    let refs = world.lister.get_keypackage_refs().await?;
    let read = refs.iter().filter(|keypackage_ref| {
        keypackage_ref.lifetime().is_some_and(|lifetime| lifetime.not_after() > 0) && !keypackage_ref.is_last_resort()
    });
    let count = read.count();
    let taken = since.elapsed();
    if count == LISTED { Ok(taken) } else { Err(format!("{count} packages were read").into()) }
}

async fn remove(world: &World) -> Outcome<Duration> {
    generate(&world.remover, &world.remover_ref, BATCH).await?;
    let since = Instant::now();
    world.remover.transaction(async |tx| tx.remove_keypackages_for(&world.remover_ref).await).await?;
    let taken = since.elapsed();
    let left = world.remover.get_keypackage_refs().await?.len();
    if left == KEPT { Ok(taken) } else { Err(format!("{left} packages are left").into()) }
}

async fn encrypt(world: &World) -> Outcome<Duration> {
    let messages = vec![PlainMessage::new(&MESSAGE); BATCH];
    let since = Instant::now();
    let sealed = world.speaker.transaction(async |tx| tx.encrypt_messages(&world.group_id, messages).await).await?;
    for message in sealed {
        black_box(message.open()?);
    }
    Ok(since.elapsed())
}

async fn encrypt_each(world: &World) -> Outcome<Duration> {
    let since = Instant::now();
    let encrypt = async |tx: &TransactionContext| {
        let mut sealed = Vec::with_capacity(BATCH);
        for _ in 0..BATCH {
            sealed.push(tx.encrypt_message(&world.group_id, &MESSAGE, b"").await?);
        }
        Ok::<_, Error>(sealed)
    };
    for message in world.speaker.transaction(encrypt).await? {
        black_box(message.open()?);
    }
    Ok(since.elapsed())
}
