//! The story, step by step. Each step checks what it tells.

use std::{
    io::{self, Write},
    net::TcpListener,
    path::PathBuf,
    time::Duration,
};

use mlskit::DatabaseKey;
use mlskit_service::client::Service;
use tempfile::TempDir;

use crate::{MemberProcess, Outcome};

/// Who plays: the programs of the three members, and of the service.
pub struct Cast {
    /// The name and the command of each.
    pub members: [(String, Vec<String>); 3],
    /// The program `mlskit-service`.
    pub service: PathBuf,
}

struct Stage<'a> {
    cast: &'a Cast,
    folder: TempDir,
    address: String,
    keys: [String; 3],
    members: Vec<MemberProcess>,
    service: Option<MemberProcess>,
    step: u32,
}

/// Plays the story and tells it on standard output.
///
/// # Errors
/// The first claim that does not hold.
pub fn tell(cast: &Cast) -> Outcome {
    let mut stage = Stage::set(cast)?;
    stage.meet()?;
    stage.talk()?;
    stage.service_stops_and_starts()?;
    stage.two_commits_at_once()?;
    stage.killed_between_commit_and_send()?;
    stage.part()?;
    put(&format!("\nAll of it holds: {}.", cast.members.each_ref().map(|(name, _)| name.as_str()).join(", ")));
    Ok(())
}

const FIRST: usize = 0;
const SECOND: usize = 1;
const THIRD: usize = 2;

impl<'a> Stage<'a> {
    fn set(cast: &'a Cast) -> Outcome<Self> {
        // A port that is free now: the service comes back to the same one.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let folder = tempfile::Builder::new().prefix("mlskit-languages-").tempdir()?;
        let mut keys = [const { String::new() }; 3];
        for key in &mut keys {
            *key = base16ct::lower::encode_string(DatabaseKey::generate()?.as_bytes());
        }
        let mut stage = Self { cast, folder, address, keys, members: Vec::new(), service: None, step: 0 };
        stage.title("Each opens an encrypted file of its own and publishes key packages");
        stage.start_service()?;
        for index in [FIRST, SECOND, THIRD] {
            let member = stage.start_member(index)?;
            stage.members.push(member);
            stage.ask(index, "publish 3")?;
            stage.check(stage.members.len() == index + 1, &format!("{} has published three", stage.name(index)))?;
        }
        Ok(stage)
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
            let told = self.ask(index, "sync").err().map(|error| error.to_string());
            let claim =
                format!("{} is told, and keeps what waits: {}", self.name(index), told.as_deref().unwrap_or("nothing"));
            self.check(told.is_some(), &claim)?;
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

    fn hears(&mut self, index: usize, expected: &str) -> Outcome {
        let heard = self.ask(index, "heard")?;
        if heard != expected {
            return Err(format!("{} should have heard {expected:?}, but heard {heard:?}", self.name(index)).into());
        }
        self.check(true, &format!("{} reads: {heard}", self.name(index)))
    }

    /// All of `members` say that these are the members, in this epoch.
    fn agree(&mut self, members: &[usize], epoch: usize) -> Outcome {
        let names: Vec<_> = members.iter().map(|index| self.name(*index)).collect();
        let expected = format!("epoch {epoch} of {}", names.join(","));
        for index in members {
            let state = self.ask(*index, "state")?;
            if state != expected {
                return Err(format!("{} should be in {expected}, but is in {state}", self.name(*index)).into());
            }
        }
        self.check(true, &format!("they agree: {expected}"))
    }

    fn sync(&mut self, members: &[usize]) -> Outcome {
        for index in members {
            let answer = self.ask(*index, "sync")?;
            if !answer.is_empty() {
                return Err(format!("{}'s commit should have been taken, but was {answer}", self.name(*index)).into());
            }
        }
        Ok(())
    }

    fn ask(&mut self, index: usize, command: &str) -> Outcome<String> {
        let name = self.name(index);
        let member = self.members.get_mut(index).ok_or("no such member")?;
        member.ask(command).map_err(|error| format!("{name}, {command:?}: {error}").into())
    }

    fn start_member(&self, index: usize) -> Outcome<MemberProcess> {
        let (Some((name, program)), Some(key)) = (self.cast.members.get(index), self.keys.get(index)) else {
            return Err("no such member".into());
        };
        let mut member = MemberProcess::start(program)?;
        let path = self.folder.path().join(format!("{name}.db"));
        member.ask(&format!("open {} {key} {name} http://{}", path.display(), self.address))?;
        Ok(member)
    }

    fn start_member_again(&mut self, index: usize) -> Outcome<String> {
        if index >= self.members.len() {
            return Err("no such member".into());
        }
        self.members.remove(index).kill()?;
        let member = self.start_member(index)?;
        self.members.insert(index, member);
        self.ask(index, "state")
    }

    fn start_service(&mut self) -> Outcome {
        let database = self.folder.path().join("service.db");
        let program = [self.cast.service.display().to_string(), database.display().to_string(), self.address.clone()];
        self.service = Some(MemberProcess::start(&program)?);
        // It has no commands; it is up when it answers.
        let service = Service::at(format!("http://{}", self.address));
        for _ in 0..500 {
            if service.welcomes(b"", 0).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the service did not start within 10 s".into())
    }

    fn stop_service(&mut self) -> Outcome {
        self.service.take().ok_or("the service does not run")?.kill()
    }

    fn name(&self, index: usize) -> String {
        self.cast.members.get(index).map_or_else(String::new, |(name, _)| name.clone())
    }

    fn title(&mut self, title: &str) {
        self.step += 1;
        put(&format!("\n{}. {title}", self.step));
    }

    fn tell(&self, text: &str) {
        put(&format!("   {text}"));
    }

    fn check(&self, holds: bool, claim: &str) -> Outcome {
        if !holds {
            return Err(format!("this should hold, but does not: {claim}").into());
        }
        put(&format!("   ✓ {claim}"));
        Ok(())
    }
}

fn put(line: &str) {
    // Whoever has heard enough closes the pipe; the story is checked to its end all the same.
    let _ = writeln!(io::stdout(), "{line}");
}
