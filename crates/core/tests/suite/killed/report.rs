//! What a life tells its parent, a line each:
//!
//! | line | said |
//! |---|---|
//! | `start` | just before the file is opened |
//! | `found <state>` | when it is open |
//! | `intend <state>` | just before a commit or a change of the key, with what will be there after it |
//! | `committed` | as soon as that has returned |

use std::fmt::{self, Write};

use mlskit::{Client, CredentialRef, KeypackageRef, Result, TransactionContext};

/// Everything that an app can tell of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) key: [u8; 32],
    /// Suite and public key of each, in order.
    pub(crate) credentials: Vec<String>,
    /// The hash of each, in order.
    pub(crate) packages: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    Start,
    Found(State),
    Intend(State),
    Committed,
}

impl State {
    pub(crate) fn empty(key: [u8; 32]) -> Self {
        Self { key, credentials: Vec::new(), packages: Vec::new() }
    }

    pub(crate) fn new(key: [u8; 32], credentials: &[CredentialRef], packages: &[KeypackageRef]) -> Self {
        let credential = |found: &CredentialRef| format!("{:?}:{}", found.ciphersuite(), hex(found.signature_key()));
        Self {
            key,
            credentials: credentials.iter().map(credential).collect(),
            packages: packages.iter().map(ToString::to_string).collect(),
        }
    }

    pub(crate) async fn of_client(key: [u8; 32], client: &Client) -> Result<Self> {
        Ok(Self::new(key, &client.credentials().await?, &client.get_keypackage_refs().await?))
    }

    pub(crate) async fn seen_by(key: [u8; 32], tx: &TransactionContext) -> Result<Self> {
        Ok(Self::new(key, &tx.credentials().await?, &tx.get_keypackage_refs().await?))
    }

    fn parse(text: &str) -> Option<Self> {
        let list = |text: &str| text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut parts = text.split(' ');
        let state = Self {
            key: unhex(parts.next()?)?,
            credentials: list(parts.next()?),
            packages: list(parts.next()?.strip_suffix('.')?),
        };
        Some(state)
    }
}

/// The full stop tells a whole line from one that was cut off.
impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, credentials, packages } = self;
        write!(formatter, "{} {} {}.", hex(key), credentials.join(","), packages.join(","))
    }
}

impl Line {
    /// Nothing for what the test harness says in between, and for a line that was cut off.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match line.split_once(' ') {
            None if line == "start" => Some(Self::Start),
            None if line == "committed" => Some(Self::Committed),
            Some(("found", state)) => State::parse(state).map(Self::Found),
            Some(("intend", state)) => State::parse(state).map(Self::Intend),
            _ => None,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => formatter.write_str("start"),
            Self::Found(state) => write!(formatter, "found {state}"),
            Self::Intend(state) => write!(formatter, "intend {state}"),
            Self::Committed => formatter.write_str("committed"),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}
