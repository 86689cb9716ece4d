//! The program that is killed: three members of a group, who speak, change keys and credentials, come, go and leave
//! for ever.

use std::{
    env,
    io::{self, Write},
    path::Path,
};

use mlskit::{Error, GroupError, Result, openmls::prelude::GroupId};

use super::member::{Member, Members, commit_proposals};
use crate::killed::dice::Dice;

/// Set in the child alone.
pub(super) const FOLDER: &str = "MLSKIT_GROUP_LIFE_FOLDER";
pub(super) const GROUP: &str = "MLSKIT_GROUP_LIFE_GROUP";
pub(super) const SEED: &str = "MLSKIT_GROUP_LIFE_SEED";
/// This test's name, by which the parent runs it.
pub(super) const NAME: &str = "killed::groups::life::one_life_of_a_group_when_a_parent_asks_for_it";

#[test]
fn one_life_of_a_group_when_a_parent_asks_for_it() {
    let (Ok(folder), Ok(group)) = (env::var(FOLDER), env::var(GROUP)) else { return };
    let group: Vec<u8> =
        (0..group.len()).step_by(2).map(|at| u8::from_str_radix(&group[at..at + 2], 16).unwrap()).collect();
    let dice = Dice::new(env::var(SEED).unwrap().parse().unwrap());
    smol::block_on(live(Path::new(&folder), &GroupId::from_slice(&group), dice));
}

async fn live(folder: &Path, group: &GroupId, mut dice: Dice) {
    say("start");
    let mut members = Members::open(folder, group).await.unwrap();
    say("open");
    members.catch_up().await.unwrap();
    loop {
        match dice.below(16) {
            0..=3 => speak(&mut members, &mut dice).await,
            4 => take_back(&members, &mut dice).await,
            5 | 6 => commit(one_of(&members, &mut dice), group).await,
            7 => change_credential(one_of(&members, &mut dice), group).await,
            8 => {
                commit(&members.alice, group).await;
                change_credential(&members.bob, group).await;
            }
            9 => reject(&members.bob, group).await,
            10..=12 => leave(&members.dan, group).await,
            13 => commit_proposals(one_of(&members, &mut dice), group).await.unwrap(),
            _ => come_and_go(&members).await,
        }
        // Most kills are to find something that waits.
        if dice.one_in(2) {
            members.send().await.unwrap();
        }
        if dice.one_in(3) {
            members.catch_up().await.unwrap();
        }
        say("worked");
    }
}

fn one_of<'a>(members: &'a Members, dice: &mut Dice) -> &'a Member {
    if dice.one_in(2) { &members.alice } else { &members.bob }
}

async fn speak(members: &mut Members, dice: &mut Dice) {
    for _ in 0..=dice.below(3) {
        members.somebody_says("a few words").await.unwrap();
    }
}

/// What was encrypted and rolled back is never sent: its key is used again.
async fn take_back(members: &Members, dice: &mut Dice) {
    let tx = one_of(members, dice).client.new_transaction().await.unwrap();
    let sealed = tx.encrypt_message(&members.group, b"never sent", b"").await;
    if dice.one_in(2) {
        tx.abort().await.unwrap()
    } else {
        drop(tx)
    }
    match sealed {
        Ok(sealed) => assert!(sealed.open().is_err()),
        Err(error) => assert_eq!(error, Error::Group(GroupError::ProposalsPending)),
    }
}

async fn commit(member: &Member, group: &GroupId) {
    settled_or_pending(member.client.transaction(async |tx| tx.update_keys(group, None).await).await);
}

async fn change_credential(member: &Member, group: &GroupId) {
    let other = member.other_credential(group).await.unwrap();
    settled_or_pending(member.client.transaction(async |tx| tx.update_keys(group, Some(&other)).await).await);
}

/// Dan is not always there, and may be on his way out.
async fn leave(dan: &Member, group: &GroupId) {
    let left = dan.client.transaction(async |tx| tx.leave_group(group).await).await;
    let is_expected = matches!(left, Ok(()) | Err(Error::Group(GroupError::UnknownGroup { .. } | GroupError::Leaving)));
    assert!(is_expected, "{left:?}");
}

async fn reject(member: &Member, group: &GroupId) {
    let rejected = member.client.transaction(async |tx| {
        tx.update_keys(group, None).await?;
        tx.commit_rejected(group).await
    });
    settled_or_pending(rejected.await.map(drop));
}

async fn come_and_go(members: &Members) {
    let Members { alice, dan, group, .. } = members;
    let all = alice.client.members(group).await.unwrap();
    let there = all.iter().find(|member| member.credential.serialized_content() == b"dan");
    let package = dan.keypackage().await.unwrap();
    let outcome = alice.client.transaction(async |tx| match there {
        Some(member) => tx.remove_members(group, std::slice::from_ref(&member.id)).await,
        None => tx.add_members(group, &[package]).await,
    });
    settled_or_pending(outcome.await);
}

/// A commit of before may still wait for its sender to catch up.
fn settled_or_pending(outcome: Result<()>) {
    assert!(matches!(outcome, Ok(()) | Err(Error::Group(GroupError::CommitPending))), "{outcome:?}");
}

/// One write, past the harness, which would keep it. A parent that is gone ends this life too.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}
