//! How the story is told.

use std::{
    error::Error,
    fmt::{Arguments, Display},
    io::{self, IsTerminal, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::Outcome;

pub(crate) struct Screen {
    colours: bool,
    steps: u32,
    checks: u32,
    began: Instant,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colours, steps: 0, checks: 0, began: Instant::now() }
    }

    /// Begins a part of several chapters.
    pub(crate) fn part(&self, title: &str) {
        put(format_args!("\n{}", self.painted("1;4", title)));
    }

    /// Begins a chapter.
    pub(crate) fn step(&mut self, title: &str) {
        self.steps += 1;
        put(format_args!("\n{}", self.painted("1", &format!("{}. {title}", self.steps))));
    }

    /// A line of the story.
    pub(crate) fn tell(&self, text: impl Display) {
        put(format_args!("   {text}"));
    }

    /// A call, as a program writes it, and how long it took.
    pub(crate) fn call(&self, code: &str, took: Duration) {
        put(format_args!("   {:<92} {:>10}", self.painted("36", code), milliseconds(took)));
    }

    /// Bytes as they are, sixteen a line, the first of them at `offset`.
    pub(crate) fn bytes(&self, offset: usize, bytes: &[u8]) {
        for (line, row) in bytes.chunks(16).enumerate() {
            let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            let readable = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
            let text: String = row.iter().map(readable).collect();
            put(format_args!("     {:04x}  {:<47}  {}", offset + 16 * line, hex.join(" "), self.painted("2", &text)));
        }
    }

    /// A claim: told if it holds, else the end of the demo.
    pub(crate) fn check(&mut self, holds: bool, claim: &str) -> Outcome {
        if !holds {
            return Err(format!("this should hold, but does not: {claim}").into());
        }
        self.checks += 1;
        put(format_args!("   {} {claim}", self.painted("32", "✓")));
        Ok(())
    }

    pub(crate) fn the_end(&self) -> ExitCode {
        let Self { steps, checks, began, .. } = self;
        put(format_args!("\n{checks} claims in {steps} steps hold, in {}.", milliseconds(began.elapsed())));
        ExitCode::SUCCESS
    }

    pub(crate) fn failed(&self, error: &(dyn Error + Send + Sync)) -> ExitCode {
        put(format_args!("   {} {error}", self.painted("31", "✗")));
        put(format_args!("\nThe demo failed in step {}.", self.steps));
        ExitCode::FAILURE
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// Whoever has heard enough, as `head` does, closes the pipe; the story is checked to its end all the same.
fn put(line: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}
