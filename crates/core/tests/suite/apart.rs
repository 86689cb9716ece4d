//! A child process that asks this one, line by line, and a directory of key packages that lives here and outlives it.

use std::{
    collections::HashSet,
    env, fmt,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use mlskit::{ClientId, KeypackageDirectory, KeypackageRef, openmls::prelude::Ciphersuite};
use mlskit_testkit::directory::DirectoryError;

use crate::killed::report::hex;

/// In front of each question: the test harness writes to the same pipe.
const MARK: &str = "asks: ";
/// Nothing that a child does between two questions takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the directory says when it has done what it was asked for, and when its answer is lost.
pub(crate) const DONE: &str = "done";
pub(crate) const LOST: &str = "lost";

/// One of this binary's tests, in a process of its own. It is killed when this is dropped.
pub(crate) struct Asking {
    process: Child,
    answers: ChildStdin,
    questions: Receiver<String>,
}

impl Asking {
    pub(crate) fn start(test: &str, variables: &[(&str, String)]) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, questions) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = lines.map_while(Result::ok);
            lines.try_for_each(|line| match line.split_once(MARK) {
                Some((_, question)) => sender.send(question.to_owned()),
                None => Ok(()),
            })
        });
        Self { process, answers, questions }
    }

    /// What it asks next; nothing if it has ended.
    pub(crate) fn question(&mut self) -> Option<String> {
        match self.questions.recv_timeout(PATIENCE) {
            Ok(question) => Some(question),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        }
    }

    pub(crate) fn answer(&mut self, words: &str) {
        // If it has ended meanwhile, the next question tells.
        let _ = writeln!(self.answers, "{words}");
    }

    /// What it asked before it was killed, and has no answer to.
    pub(crate) fn kill(mut self) -> Result<Option<String>, String> {
        self.process.kill().unwrap();
        let status = self.process.wait().unwrap();
        let unanswered = self.questions.recv().ok();
        // Whoever is killed by a signal leaves no code.
        if status.code().is_some() { Err(format!("it had ended by itself: {status}")) } else { Ok(unanswered) }
    }

    /// Waits for its end, which has come when it asks nothing any more.
    pub(crate) fn has_ended_well(mut self) -> bool {
        self.process.wait().unwrap().success()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks the process that has started this one.
pub(crate) fn ask(question: &str) -> String {
    let mut out = io::stdout().lock();
    // One write, past the harness, which would keep it. A parent that is gone ends this process too.
    out.write_all(format!("\n{MARK}{question}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
    let mut answer = String::new();
    assert_ne!(io::stdin().lock().read_line(&mut answer).unwrap(), 0, "nobody answers any more");
    answer.trim_end().to_owned()
}

/// A directory whose answers are somebody's to questions.
pub(crate) struct Answered<A>(pub(crate) A);

impl<A: Fn(&str) -> String + Send + Sync> Answered<A> {
    fn request(&self, question: &str) -> Result<(), DirectoryError> {
        if (self.0)(question) == DONE { Ok(()) } else { Err(DirectoryError::NoAnswer) }
    }
}

impl<A: Fn(&str) -> String + Send + Sync> KeypackageDirectory for Answered<A> {
    type Error = DirectoryError;

    async fn publish(&self, keypackage_ref: &KeypackageRef, bytes: &[u8]) -> Result<(), DirectoryError> {
        let lifetime = keypackage_ref.lifetime().unwrap();
        let (from, to) = (lifetime.not_before(), lifetime.not_after());
        let last_resort = keypackage_ref.is_last_resort();
        self.request(&format!("publish {keypackage_ref} {last_resort} {from} {to} {}", hex(bytes)))
    }

    async fn withdraw(&self, keypackage_ref: &KeypackageRef) -> Result<(), DirectoryError> {
        self.request(&format!("withdraw {keypackage_ref}"))
    }

    async fn fetch(&self, _: &ClientId, _: Ciphersuite) -> Result<Option<Vec<u8>>, DirectoryError> {
        Err(DirectoryError::Refused)
    }

    fn is_refusal(&self, _: &DirectoryError) -> bool {
        false
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A package that has reached the directory.
#[derive(Clone)]
pub(crate) struct Delivered {
    pub(crate) id: String,
    pub(crate) last_resort: bool,
    pub(crate) not_before: u64,
    pub(crate) not_after: u64,
    pub(crate) bytes: String,
    pub(crate) is_taken: bool,
    pub(crate) is_withdrawn: bool,
}

/// What a reader of a failure needs.
impl fmt::Debug for Delivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, last_resort, not_before, not_after, bytes: _, is_taken, is_withdrawn } = self;
        write!(
            formatter,
            "{id} (last resort: {last_resort}, from {not_before} to {not_after}, taken: {is_taken}, withdrawn: {is_withdrawn})"
        )
    }
}

impl Delivered {
    pub(crate) fn is_served(&self) -> bool {
        !self.is_taken && !self.is_withdrawn
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        unhex(&self.bytes)
    }
}

/// The directory of one client, with all that it ever had, in the order in which that came.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) packages: Vec<Delivered>,
    withdrawn: HashSet<String>,
}

impl Shelf {
    /// The words behind `publish` in a question. What it has had stays as it was.
    pub(crate) fn publish(&mut self, words: &str) -> Result<(), String> {
        let words: Vec<_> = words.split(' ').collect();
        let [id, last_resort, from, to, bytes] = words[..] else { return Err(format!("no publication: {words:?}")) };
        for known in &self.packages {
            if (known.id == id) != (known.bytes == bytes) {
                return Err(format!("{id} and {} share a reference or bytes, and not both", known.id));
            }
        }
        if self.packages.iter().all(|known| known.id != id) {
            self.packages.push(Delivered {
                id: id.to_owned(),
                last_resort: last_resort.parse().unwrap(),
                not_before: from.parse().unwrap(),
                not_after: to.parse().unwrap(),
                bytes: bytes.to_owned(),
                is_taken: false,
                is_withdrawn: self.withdrawn.contains(id),
            });
        }
        Ok(())
    }

    pub(crate) fn withdraw(&mut self, id: &str) {
        self.withdrawn.insert(id.to_owned());
        self.packages.iter_mut().filter(|known| known.id == id).for_each(|known| known.is_withdrawn = true);
    }

    /// How many packages there were, those among them that never came.
    pub(crate) fn count_named(&self) -> usize {
        let never_came = self.withdrawn.iter().filter(|id| self.find(id).is_none());
        self.packages.len() + never_came.count()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Delivered> {
        self.packages.iter().find(|known| known.id == id)
    }

    pub(crate) fn served(&self) -> impl Iterator<Item = &Delivered> {
        self.packages.iter().filter(|known| known.is_served())
    }

    /// As a peer does: the last-resort package, which stays, only when no other is left.
    pub(crate) fn take(&mut self, is_usable: impl Fn(&Delivered) -> bool) -> Option<Delivered> {
        let mut usable: Vec<_> =
            self.packages.iter_mut().filter(|known| known.is_served() && is_usable(known)).collect();
        usable.sort_by_key(|known| known.last_resort);
        let taken = usable.into_iter().next()?;
        taken.is_taken = !taken.last_resort;
        Some(taken.clone())
    }
}
