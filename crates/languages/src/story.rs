//! The story, step by step. Each step checks what it tells.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    Outcome,
    stage::{Stage, put},
    stranger::Stranger,
};

/// Who plays: the programs of the three members, and of the service.
pub struct Cast {
    /// The name and the command of each.
    pub members: [(String, Vec<String>); 3],
    /// The program `mlskit-service`.
    pub service: PathBuf,
}

/// Plays the story and tells it on standard output.
///
/// # Errors
/// The first claim that does not hold; a program that does not start.
pub fn tell(cast: &Cast) -> Outcome {
    let mut stage = Stage::set(cast)?;
    stage.open()?;
    stage.meet()?;
    stage.talk()?;
    stage.service_stops_and_starts()?;
    stage.two_commits_at_once()?;
    stage.killed_between_commit_and_send()?;
    stage.part()?;
    stage.strangers_jam_nobody()?;
    stage.no_package_is_served_twice()?;
    stage.close()?;
    put(&format!("\nAll of it holds: {}.", cast.members.each_ref().map(|(name, _)| name.as_str()).join(", ")));
    Ok(())
}

const FIRST: usize = 0;
const SECOND: usize = 1;
const THIRD: usize = 2;

/// The suite of all key packages here, by its number.
const SUITE: u16 = 1;

impl Stage<'_> {
    fn open(&mut self) -> Outcome {
        self.title("Each opens an encrypted file of its own and publishes key packages");
        self.start_service()?;
        for index in [FIRST, SECOND, THIRD] {
            self.enter()?;
            self.ask(index, "publish 3")?;
            let kept = self.ask(index, "packages")?;
            self.check(kept == "3", &format!("{} has published three", self.name(index)))?;
        }
        Ok(())
    }

    fn meet(&mut self) -> Outcome {
        self.title("They add each other");
        let third = self.name(THIRD);
        let second = self.name(SECOND);
        self.ask(FIRST, "create")?;
        self.ask(FIRST, &format!("add {second}"))?;
        self.sync(&[FIRST, SECOND])?;
        self.ask(SECOND, &format!("add {third}"))?;
        self.sync(&[SECOND, THIRD, FIRST])?;
        self.agree(&[FIRST, SECOND, THIRD], 2)?;
        for index in [SECOND, THIRD] {
            let left = self.ask(index, "packages")?;
            let claim =
                format!("{}'s used key package and its private keys are gone: {left} are left", self.name(index));
            self.check(left == "2", &claim)?;
        }
        Ok(())
    }

    fn talk(&mut self) -> Outcome {
        self.title("All three read each other's messages");
        self.everybody_speaks("Good morning.")
    }

    fn service_stops_and_starts(&mut self) -> Outcome {
        self.title("The service stops while one rotates its keys and another speaks");
        self.stop_service()?;
        self.ask(THIRD, "rotate")?;
        self.ask(FIRST, "say Is anybody there?")?;
        for index in [THIRD, FIRST] {
            self.is_told_no(index, "sync")?;
        }
        self.start_service()?;
        self.tell("the service is back, on the same file");
        self.sync(&[FIRST, THIRD, SECOND, FIRST])?;
        let sentence = format!("{}: Is anybody there?", self.name(FIRST));
        for index in [SECOND, THIRD] {
            self.hears(index, &sentence)?;
        }
        self.agree(&[FIRST, SECOND, THIRD], 3)
    }

    fn two_commits_at_once(&mut self) -> Outcome {
        self.title("Two rotate their keys in the same epoch");
        self.ask(FIRST, "rotate")?;
        self.ask(SECOND, "rotate")?;
        let answers = [self.ask(FIRST, "sync")?, self.ask(SECOND, "sync")?];
        self.check(answers == ["", "rejected"], "the service takes the first; the second is told, and follows")?;
        self.ask(SECOND, "rotate")?;
        self.sync(&[SECOND, FIRST, THIRD])?;
        self.agree(&[FIRST, SECOND, THIRD], 5)
    }

    fn killed_between_commit_and_send(&mut self) -> Outcome {
        for index in [FIRST, SECOND, THIRD] {
            self.title(&format!("{} is killed between its commit and the sending", self.name(index)));
            self.ask(index, "rotate")?;
            let started = self.start_member_again(index)?;
            self.tell(&format!("it opens its file again: {started}"));
            let order = [index, FIRST, SECOND, THIRD];
            self.sync(&order)?;
            self.agree(&[FIRST, SECOND, THIRD], 6 + index)?;
        }
        self.everybody_speaks("Still here.")
    }

    fn part(&mut self) -> Outcome {
        let (first, third) = (self.name(FIRST), self.name(THIRD));
        self.title(&format!("{first} removes {third}"));
        self.ask(FIRST, &format!("remove {third}"))?;
        self.sync(&[FIRST, SECOND])?;
        self.agree(&[FIRST, SECOND], 9)?;
        self.ask(FIRST, "say Between us.")?;
        self.sync(&[FIRST, SECOND, THIRD])?;
        self.hears(SECOND, &format!("{first}: Between us."))?;
        let heard = self.ask(THIRD, "heard")?;
        self.check(heard.is_empty(), &format!("{third} reads no more"))
    }

    fn strangers_jam_nobody(&mut self) -> Outcome {
        let third = self.name(THIRD);
        self.title(&format!("Strangers get at {third}, which has no group now"));
        self.ask(THIRD, "publish 4")?;
        let (service, eve, mallory) = (self.service(), Stranger::new("eve")?, Stranger::new("mallory")?);
        let mut welcome = eve.add(&eve.take(&service, &third)?)?.welcome;
        self.a_broken_welcome_comes_first(&mut welcome)?;
        self.a_message_comes_before_its_commit(&eve)?;

        self.tell("a commit comes whose proposal nobody sends");
        let added = eve.add(&mallory.keypackage()?)?;
        mallory.join(&added.welcome)?;
        let commit = eve.commit_proposal(&mallory.leave()?)?;
        for message in [&added.commit, &commit] {
            service.send(message)?;
        }
        let answer = self.ask(THIRD, "sync")?;
        self.check(answer == "rejoin", &format!("{third} says that it has to be added again"))?;
        service.send(&eve.remove(&third)?)?;
        let again = eve.add(&eve.take(&service, &third)?)?;
        service.send(&again.commit)?;
        service.send_welcome(&again.welcome)?;
        self.sync(&[THIRD])?;
        self.is_in(THIRD, &format!("epoch 6 of eve,{third}"))
    }

    fn a_broken_welcome_comes_first(&mut self, welcome: &mut [u8]) -> Outcome {
        self.tell("one Welcome comes with a flipped bit, and then as it was");
        for _ in 0..2 {
            if let Some(last) = welcome.last_mut() {
                *last ^= 1;
            }
            self.service().send_welcome(welcome)?;
        }
        self.sync(&[THIRD])?;
        self.is_in(THIRD, &format!("epoch 1 of eve,{}", self.name(THIRD)))
    }

    fn a_message_comes_before_its_commit(&mut self, eve: &Stranger) -> Outcome {
        let commit = eve.rotate()?;
        self.service().send(&eve.say("Too early.")?)?;
        self.sync(&[THIRD])?;
        let heard = self.ask(THIRD, "heard")?;
        self.check(heard.is_empty(), "a message comes before its commit: it is kept")?;
        self.service().send(&commit)?;
        self.sync(&[THIRD])?;
        self.hears(THIRD, "eve: Too early.")
    }

    fn no_package_is_served_twice(&mut self) -> Outcome {
        self.title("The directory serves no key package twice, though it stops and starts in between");
        let mut served = BTreeSet::new();
        // Four of the eleven have been used.
        for (index, left) in [(FIRST, 3), (SECOND, 2), (THIRD, 2)] {
            let name = self.name(index);
            let before = served.len();
            while let Some(keypackage) = self.service().take(name.as_bytes(), SUITE)? {
                self.check(served.insert(keypackage), &format!("one of {name}'s that nobody got before"))?;
                self.stop_service()?;
                self.start_service()?;
            }
            self.check(served.len() - before == left, &format!("{left} of {name}'s were left"))?;
        }
        self.is_told_no(FIRST, &format!("add {}", self.name(THIRD)))
    }

    fn close(&mut self) -> Outcome {
        self.title("Each closes its file and ends");
        self.leave()?;
        self.check(true, "without complaint")
    }

    fn everybody_speaks(&mut self, text: &str) -> Outcome {
        for index in [FIRST, SECOND, THIRD] {
            let words = format!("{text} This is {}.", self.name(index));
            self.ask(index, &format!("say {words}"))?;
            self.ask(index, "sync")?;
        }
        self.sync(&[FIRST, SECOND])?;
        for index in [FIRST, SECOND, THIRD] {
            let others = [FIRST, SECOND, THIRD].into_iter().filter(|other| *other != index);
            let said: Vec<_> = others.map(|other| format!("{0}: {text} This is {0}.", self.name(other))).collect();
            self.hears(index, &said.join(" | "))?;
        }
        Ok(())
    }
}
