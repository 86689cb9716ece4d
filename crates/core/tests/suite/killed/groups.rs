//! Groups whose members are killed. Alice, Bob and sometimes Dan live in a child process that works, is killed at a
//! random moment and begins again; Carol, who is never killed, hears all that was ever sent, and refuses a key that was
//! used twice.

mod delivery;
mod life;
mod member;

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use delivery::Delivery;
use member::{Member, Members, PAST_EPOCHS};
use mlskit::{
    Client, ClientId,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received},
    openmls::prelude::GroupId,
};
use tempfile::TempDir;

use super::{KILLS, LIVES, dice::Dice, in_lanes, tell};

#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    while_opening: usize,
    messages: usize,
    commits: usize,
    leaves: usize,
    found_unsettled: usize,
}

#[test]
fn killed_at_any_moment_a_group_goes_on_with_what_the_outbox_holds_and_uses_no_key_twice() {
    let (kills, tallies) = in_lanes(KILLS, groups_that_live_and_die);
    let mut tally = Tally::default();
    for Tally { kills, while_opening, messages, commits, leaves, found_unsettled } in tallies {
        tally.kills += kills;
        tally.while_opening += while_opening;
        tally.messages += messages;
        tally.commits += commits;
        tally.leaves += leaves;
        tally.found_unsettled += found_unsettled;
    }
    tell(&format!("{tally:?}"));
    assert_eq!(tally.kills, kills);
    // Else the test has lost its aim.
    let has_aimed = tally.found_unsettled > kills / 10 && tally.messages > kills;
    assert!(kills < KILLS || (has_aimed && tally.commits > 0 && tally.leaves > 0), "{tally:?}");
}

fn groups_that_live_and_die(mut dice: Dice, kills: usize) -> Tally {
    let mut tally = Tally::default();
    while tally.kills < kills {
        let lives = (1 + dice.below(LIVES)).min(kills - tally.kills);
        let mut subject = smol::block_on(Subject::new());
        for _ in 0..lives {
            let outcome = subject.live_and_die(&mut dice, &mut tally).and_then(|()| {
                // Else the next life begins with what this one left.
                if dice.one_in(4) { Ok(()) } else { smol::block_on(subject.inspect(&mut tally)) }
            });
            if let Err(reason) = outcome {
                let kept = subject.folder.keep();
                panic!(
                    "after kill {} of {kills} in this lane, files kept in {}: {reason}",
                    tally.kills,
                    kept.display()
                );
            }
        }
        smol::block_on(subject.inspect(&mut tally)).unwrap();
    }
    tally
}

struct Subject {
    folder: TempDir,
    group: GroupId,
    carol: Client,
    /// How much of what was sent Carol has heard.
    heard: usize,
}

impl Subject {
    /// Alice, Bob and Carol in a group; Dan has a file and a credential.
    async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("mlskit-killed-").tempdir().unwrap();
        let (carol, carols) = crate::common::client("carol").await;
        let alice = Member::create(folder.path(), "alice").await;
        let bob = Member::create(folder.path(), "bob").await;
        Member::create(folder.path(), "dan").await.client.close().await;
        let carols = carol.transaction(async |tx| tx.generate_keypackage(&carols, None).await).await.unwrap();
        let packages = [bob.keypackage().await.unwrap(), carols];
        let alices = alice.client.credentials().await.unwrap().remove(0);
        let create = alice.client.transaction(async |tx| {
            let group = tx.create_group(&alices, GroupConfig::default()).await?;
            tx.add_members(&group, &packages).await?;
            tx.commit_accepted(&group).await?;
            Ok::<_, mlskit::Error>(group)
        });
        let group = create.await.unwrap();
        let welcome = alice.client.outgoing().await.unwrap().remove(0);
        assert_eq!(welcome.kind, OutgoingKind::Welcome);
        for client in [&bob.client, &carol] {
            let join = client.transaction(async |tx| tx.join_group(&welcome.bytes, JoinOptions::default()).await);
            join.await.unwrap();
        }
        alice.client.transaction(async |tx| tx.mark_sent(&[welcome.id]).await).await.unwrap();
        alice.client.close().await;
        bob.client.close().await;
        Delivery::create(folder.path());
        Self { folder, group, carol, heard: 0 }
    }

    fn live_and_die(&mut self, dice: &mut Dice, tally: &mut Tally) -> Result<(), String> {
        let mut life = Life::start(self.folder.path(), &self.group, dice.next());
        let (begun, steps, longest) = if dice.one_in(5) { ("start", 0, 40) } else { ("open", dice.below(8), 40) };
        life.wait_for(begun)?;
        // Steps, since a busy machine takes any time for one.
        for _ in 0..steps {
            life.wait_for("worked")?;
        }
        thread::sleep(Duration::from_micros(dice.below(longest * 1000) as u64));
        tally.kills += 1;
        let had_opened = life.kill()?;
        tally.while_opening += usize::from(begun == "start" && !had_opened);
        Ok(())
    }

    async fn inspect(&mut self, tally: &mut Tally) -> Result<(), String> {
        let mut members = Members::open(self.folder.path(), &self.group).await.map_err(|error| format!("{error:?}"))?;
        tally.found_unsettled += usize::from(members.is_unsettled().await);
        members.settle().await?;
        for words in ["first", "second"] {
            members.everybody_says(words).await?;
        }
        members.settle().await?;
        self.carol_hears(&members, tally).await?;
        let secret = export(&self.carol, &self.group).await?;
        for member in members.joined().await {
            member.client.check_integrity().await.map_err(|error| format!("{error:?}"))?;
            if export(&member.client, &self.group).await? != secret {
                return Err(format!("{} is in another epoch than Carol", member.name));
            }
        }
        members.close().await;
        Ok(())
    }

    /// She is strict: whatever was sent comes once, in its order, and each message has a key of its own.
    async fn carol_hears(&mut self, members: &Members, tally: &mut Tally) -> Result<(), String> {
        for sent in &members.delivery.entries()[self.heard..] {
            let epoch = self.carol.epoch(&self.group).await.unwrap();
            if !sent.is_commit && sent.epoch + PAST_EPOCHS < epoch {
                self.heard += 1;
                continue;
            }
            let heard = self.carol.transaction(async |tx| match tx.process_message(&sent.bytes).await? {
                Received::Commit(staged) => {
                    tally.commits += 1;
                    tx.accept(*staged).await.map(drop)
                }
                Received::Proposal(proposal) => {
                    tally.leaves += 1;
                    tx.accept_proposal(*proposal).await
                }
                _ => {
                    tally.messages += 1;
                    Ok(())
                }
            });
            heard.await.map_err(|error| format!("Carol refused {sent:?}: {error:?}"))?;
            self.heard += 1;
        }
        Ok(())
    }
}

async fn export(client: &Client, group: &GroupId) -> Result<Vec<u8>, String> {
    let secret = client.transaction(async |tx| tx.export_secret(group, "killed", b"", 32).await).await;
    secret.map(|secret| secret.to_vec()).map_err(|error| format!("{error:?}"))
}

struct Life {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Life {
    fn start(folder: &std::path::Path, group: &GroupId, seed: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", life::NAME, "--nocapture", "--test-threads=1"])
            .env(life::FOLDER, folder)
            .env(life::GROUP, super::report::hex(group.as_slice()))
            .env(life::SEED, seed.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn wait_for(&mut self, wanted: &str) -> Result<(), String> {
        let mut said = self.out.by_ref().lines();
        if said.any(|line| line.unwrap() == wanted) { Ok(()) } else { Err(format!("it ended before it said {wanted}")) }
    }

    /// Returns whether it had opened its files.
    fn kill(mut self) -> Result<bool, String> {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        let had_opened = self.out.lines().map_while(Result::ok).any(|line| line == "open" || line == "worked");
        // Whoever is killed by a signal leaves no code.
        if status.code().is_some() { Err(format!("it had ended by itself: {status}")) } else { Ok(had_opened) }
    }
}

fn id(name: &str) -> ClientId {
    ClientId::from(name)
}
