//! What the story needs of its stage: the processes, started and stopped, and claims that are checked as they are told.

use std::{
    io::{self, Write},
    net::TcpListener,
    time::Duration,
};

use mlskit::DatabaseKey;
use mlskit_service::client::Service;
use tempfile::TempDir;

use crate::{Cast, MemberProcess, Outcome};

pub(crate) struct Stage<'a> {
    cast: &'a Cast,
    address: String,
    keys: [String; 3],
    members: Vec<MemberProcess>,
    service: Option<MemberProcess>,
    step: u32,
    /// The last, so that it goes when no process has files in it any more.
    folder: TempDir,
}

impl<'a> Stage<'a> {
    /// An empty one: nothing is started yet.
    pub(crate) fn set(cast: &'a Cast) -> Outcome<Self> {
        // A port that is free now: the service comes back to the same one.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let folder = tempfile::Builder::new().prefix("mlskit-languages-").tempdir()?;
        let mut keys = [const { String::new() }; 3];
        for key in &mut keys {
            *key = base16ct::lower::encode_string(DatabaseKey::generate()?.as_bytes());
        }
        Ok(Self { cast, address, keys, members: Vec::new(), service: None, step: 0, folder })
    }

    /// Starts the next member, on a file that is not there yet.
    pub(crate) fn enter(&mut self) -> Outcome {
        let member = self.start_member(self.members.len())?;
        self.members.push(member);
        Ok(())
    }

    /// Lets all members end by themselves.
    pub(crate) fn leave(&mut self) -> Outcome {
        self.members.drain(..).try_for_each(MemberProcess::end)
    }

    pub(crate) fn hears(&mut self, index: usize, expected: &str) -> Outcome {
        let heard = self.ask(index, "heard")?;
        if heard != expected {
            return Err(format!("{} should have heard {expected:?}, but heard {heard:?}", self.name(index)).into());
        }
        self.check(true, &format!("{} reads: {heard}", self.name(index)))
    }

    pub(crate) fn is_told_no(&mut self, index: usize, command: &str) -> Outcome {
        let told = self.ask(index, command);
        let claim =
            format!("it is told why not: {}", told.as_ref().err().map_or_else(String::new, ToString::to_string));
        self.check(told.is_err(), &claim)
    }

    /// All of `members` say that these are the members, in this epoch.
    pub(crate) fn agree(&mut self, members: &[usize], epoch: usize) -> Outcome {
        let names: Vec<_> = members.iter().map(|index| self.name(*index)).collect();
        let expected = format!("epoch {epoch} of {}", names.join(","));
        members.iter().try_for_each(|index| self.is_in(*index, &expected))
    }

    pub(crate) fn is_in(&mut self, index: usize, expected: &str) -> Outcome {
        let state = self.ask(index, "state")?;
        if state != expected {
            return Err(format!("{} should be in {expected}, but is in {state}", self.name(index)).into());
        }
        self.check(true, &format!("{} is in {expected}", self.name(index)))
    }

    pub(crate) fn sync(&mut self, members: &[usize]) -> Outcome {
        for index in members {
            let answer = self.ask(*index, "sync")?;
            if !answer.is_empty() {
                return Err(format!("{}'s commit should have been taken, but was {answer}", self.name(*index)).into());
            }
        }
        Ok(())
    }

    pub(crate) fn ask(&mut self, index: usize, command: &str) -> Outcome<String> {
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
        let opened = member.ask(&format!("open {} {key} {name} http://{}", path.display(), self.address));
        opened.map_err(|error| format!("{name}, {:?}: {error}", program.join(" ")))?;
        Ok(member)
    }

    pub(crate) fn start_member_again(&mut self, index: usize) -> Outcome<String> {
        if index >= self.members.len() {
            return Err("no such member".into());
        }
        self.members.remove(index).kill()?;
        let member = self.start_member(index)?;
        self.members.insert(index, member);
        self.ask(index, "state")
    }

    pub(crate) fn start_service(&mut self) -> Outcome {
        let database = self.folder.path().join("service.db");
        let program = [self.cast.service.display().to_string(), database.display().to_string(), self.address.clone()];
        self.service = Some(MemberProcess::start(&program)?);
        // It has no commands; it is up when it answers.
        let service = self.service();
        for _ in 0..500 {
            if service.welcomes(b"", 0).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the service did not start within 10 s".into())
    }

    pub(crate) fn stop_service(&mut self) -> Outcome {
        self.service.take().ok_or("the service does not run")?.kill()
    }

    /// The service as an app sees it.
    pub(crate) fn service(&self) -> Service {
        Service::at(format!("http://{}", self.address))
    }

    pub(crate) fn name(&self, index: usize) -> String {
        self.cast.members.get(index).map_or_else(String::new, |(name, _)| name.clone())
    }

    pub(crate) fn title(&mut self, title: &str) {
        self.step += 1;
        put(&format!("\n{}. {title}", self.step));
    }

    pub(crate) fn tell(&self, text: &str) {
        put(&format!("   {text}"));
    }

    pub(crate) fn check(&self, holds: bool, claim: &str) -> Outcome {
        if !holds {
            return Err(format!("this should hold, but does not: {claim}").into());
        }
        put(&format!("   ✓ {claim}"));
        Ok(())
    }
}

pub(crate) fn put(line: &str) {
    // Whoever has heard enough closes the pipe; the story is checked to its end all the same.
    let _ = writeln!(io::stdout(), "{line}");
}
