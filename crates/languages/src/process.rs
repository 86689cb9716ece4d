//! A member's process, from outside.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::Outcome;

/// A running member. It is killed when this is dropped.
pub struct MemberProcess {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl MemberProcess {
    /// Starts a program with its arguments.
    ///
    /// # Errors
    /// Those of the system.
    pub fn start(program: &[String]) -> Outcome<Self> {
        let (first, arguments) = program.split_first().ok_or("a member without a program")?;
        let mut child = Command::new(first).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let commands = child.stdin.take().ok_or("no standard input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, commands, answers })
    }

    /// Gives a command and waits for its answer, without the `ok`.
    ///
    /// # Errors
    /// What follows an answer's `error`, or that there was none.
    pub fn ask(&mut self, command: &str) -> Outcome<String> {
        writeln!(self.commands, "{command}")?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(format!("the process ended at {command:?}").into());
        }
        match answer.trim_end().split_once(' ').unwrap_or((answer.trim_end(), "")) {
            ("ok", rest) => Ok(rest.into()),
            ("error", rest) => Err(rest.into()),
            _ => Err(format!("{command:?} was answered with {answer:?}").into()),
        }
    }

    /// Kills the process at once, as a telephone does.
    ///
    /// # Errors
    /// Those of the system.
    pub fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for MemberProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
