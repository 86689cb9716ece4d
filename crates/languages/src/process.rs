//! A member's process, from outside.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::Outcome;

/// A running member. It is killed when this is dropped.
pub struct MemberProcess {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl MemberProcess {
    /// Starts a program with its arguments.
    ///
    /// # Errors
    /// That there is no such program; others of the system.
    pub fn start(program: &[String]) -> Outcome<Self> {
        let (first, arguments) = program.split_first().ok_or("a member without a program")?;
        let started = Command::new(first).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| format!("{first} does not start: {error}"))?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, answers })
    }

    /// Gives a command and waits for its answer, without the `ok`.
    ///
    /// # Errors
    /// What follows an answer's `error`, or that there was none. Never more of the command than its first word: there may
    /// be a key in it.
    pub fn ask(&mut self, command: &str) -> Outcome<String> {
        let (verb, _) = command.split_once(' ').unwrap_or((command, ""));
        let mut answer = String::new();
        // A process that has ended reads nothing, and is found out by its answer.
        let _ = writeln!(self.child.stdin.as_mut().ok_or("no standard input")?, "{command}");
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(format!("the process ended at {verb:?}").into());
        }
        match answer.trim_end().split_once(' ').unwrap_or((answer.trim_end(), "")) {
            ("ok", rest) => Ok(rest.into()),
            ("error", rest) => Err(rest.into()),
            _ => Err(format!("{verb:?} was answered with {answer:?}").into()),
        }
    }

    /// Kills the process at once, as a telephone does.
    ///
    /// # Errors
    /// Those of the system.
    pub fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        // Whatever it has started in its turn holds the other end until it is gone too.
        io::copy(&mut self.answers, &mut io::sink())?;
        Ok(())
    }

    /// Lets the process end by itself: there will be no more commands.
    ///
    /// # Errors
    /// Those of the system; that it ended with a failure.
    pub fn end(mut self) -> Outcome {
        // This closes its standard input.
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the process ended with {status}").into()) }
    }
}

impl Drop for MemberProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
