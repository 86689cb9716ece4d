//! A life from outside: started, listened to, killed.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use super::{
    life,
    report::{Line, hex},
};

/// Only a life that hangs takes so long to say what it is asked for.
const HANGS: Duration = Duration::from_secs(60);

pub(crate) struct Process {
    child: Child,
    lines: Receiver<Line>,
    said: Vec<Line>,
}

impl Process {
    pub(crate) fn start(file: &Path, key: [u8; 32], seed: u64) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", life::NAME, "--nocapture", "--test-threads=1"])
            .env(life::FILE, file)
            .env(life::KEY, hex(&key))
            .env(life::SEED, seed.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok).filter_map(|line| Line::parse(&line)) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Listens until the life says something that `is_it` takes.
    pub(crate) fn wait_for(&mut self, is_it: fn(&Line) -> bool) -> Result<(), String> {
        while !self.said.last().is_some_and(is_it) {
            let line = self.lines.recv_timeout(HANGS).map_err(|_| "it ended or hung before it had said that")?;
            self.said.push(line);
        }
        Ok(())
    }

    /// Kills it and returns all that it has said.
    pub(crate) fn kill(mut self) -> Result<Vec<Line>, String> {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        // Whoever is killed by a signal leaves no code.
        if status.code().is_some() { Err(format!("it had ended by itself: {status}")) } else { Ok(self.said) }
    }
}
