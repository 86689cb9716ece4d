//! How much is measured, and what, as the command line says.

use std::env;

/// How much is done.
pub(crate) enum Effort {
    /// Each case once and small, to see that it works: without `--bench`, which `cargo bench` passes.
    Smoke,
    /// `--quick`
    Quick,
    Full,
}

pub(crate) fn effort() -> Effort {
    match (has("--bench"), has("--quick")) {
        (false, _) => Effort::Smoke,
        (true, true) => Effort::Quick,
        (true, false) => Effort::Full,
    }
}

/// `--rounds=200`, for a profiler.
pub(crate) fn rounds() -> Option<usize> {
    env::args().find_map(|argument| argument.strip_prefix("--rounds=")?.parse().ok())
}

pub(crate) fn has(wanted: &str) -> bool {
    env::args().any(|argument| argument == wanted)
}

/// Names of cases choose among them; without any, all are wanted.
pub(crate) fn is_wanted(name: &str) -> bool {
    let mut names = env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|wanted| wanted == name)
}
