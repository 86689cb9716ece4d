//! `mlskit-languages <service> <name>=<program> …`: tells the story with three members. A program is a path with its
//! arguments, separated by blanks.

use std::process::ExitCode;

use mlskit_languages::{Cast, Outcome};

fn main() -> ExitCode {
    match cast().and_then(|cast| mlskit_languages::tell(&cast)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn cast() -> Outcome<Cast> {
    let usage = "usage: mlskit-languages <service> <name>=<program> <name>=<program> <name>=<program>";
    let mut arguments = std::env::args().skip(1);
    let service = arguments.next().ok_or(usage)?.into();
    let members: Vec<_> = arguments
        .filter_map(|argument| {
            let (name, program) = argument.split_once('=')?;
            Some((name.to_owned(), program.split(' ').map(str::to_owned).collect()))
        })
        .collect();
    Ok(Cast { members: members.try_into().map_err(|_| usage)?, service })
}
