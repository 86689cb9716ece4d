//! The service, seen by an app.

use base16ct::lower::encode_string as hex;
use ureq::{
    Agent,
    http::{Response, StatusCode},
};

use crate::store::Line;

/// Why an app did not get an answer, or which it got.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The same request is to be made again: the service may or may not have got it.
    #[error("no answer from the service: {0}")]
    NoAnswer(#[from] Box<ureq::Error>),
    /// The service said no.
    #[error("the service answered {status}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's words.
        reason: String,
    },
}

impl From<ureq::Error> for ClientError {
    fn from(error: ureq::Error) -> Self {
        Self::NoAnswer(Box::new(error))
    }
}

type Outcome<T> = Result<T, ClientError>;
type Answer = Response<ureq::Body>;

/// A service at an address, such as `http://127.0.0.1:8080`. Its calls wait for the network on the caller's thread.
#[derive(Clone)]
pub struct Service {
    address: String,
    agent: Agent,
}

impl Service {
    /// Names a service; nothing is sent yet.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { address: address.into(), agent: config.into() }
    }

    /// Publishes a key package.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn publish(&self, client: &[u8], keypackage: &[u8]) -> Outcome<()> {
        expect(self.agent.post(self.url(&format!("keypackages?client={}", hex(client)))).send(keypackage)?).map(drop)
    }

    /// Takes a key package of a client, for good.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn take(&self, client: &[u8], ciphersuite: u16) -> Outcome<Option<Vec<u8>>> {
        let url = self.url(&format!("keypackages/take?client={}&ciphersuite={ciphersuite}", hex(client)));
        bytes(self.agent.post(url).send_empty()?)
    }

    /// Has a key package served no longer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn withdraw(&self, hash_ref: &[u8]) -> Outcome<()> {
        expect(self.agent.delete(self.url(&format!("keypackages/{}", hex(hash_ref)))).call()?).map(drop)
    }

    /// Sends a commit, a proposal or a message. Returns whether it was taken: another commit may have been first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn send(&self, message: &[u8]) -> Outcome<bool> {
        let answer = self.agent.post(self.url("messages")).send(message)?;
        if answer.status() == StatusCode::CONFLICT {
            return Ok(false);
        }
        expect(answer).map(|_| true)
    }

    /// The messages of a group behind a position.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn messages(&self, group_id: &[u8], after: i64) -> Outcome<Vec<Line>> {
        self.lines(&format!("groups/{}/messages?after={after}", hex(group_id)))
    }

    /// Sends a Welcome to those whose key packages it is for.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn send_welcome(&self, welcome: &[u8]) -> Outcome<()> {
        expect(self.agent.post(self.url("welcomes")).send(welcome)?).map(drop)
    }

    /// The Welcomes for a client behind a position.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn welcomes(&self, client: &[u8], after: i64) -> Outcome<Vec<Line>> {
        self.lines(&format!("welcomes?client={}&after={after}", hex(client)))
    }

    /// Keeps a group's latest `GroupInfo` at the service.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn put_group_info(&self, group_id: &[u8], info: &[u8]) -> Outcome<()> {
        expect(self.agent.put(self.url(&format!("groups/{}/info", hex(group_id)))).send(info)?).map(drop)
    }

    /// A group's latest `GroupInfo`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn group_info(&self, group_id: &[u8]) -> Outcome<Option<Vec<u8>>> {
        bytes(self.agent.get(self.url(&format!("groups/{}/info", hex(group_id)))).call()?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }

    fn lines(&self, path: &str) -> Outcome<Vec<Line>> {
        let text = expect(self.agent.get(self.url(path)).call()?)?.into_body().read_to_string()?;
        text.lines().map(line).collect()
    }
}

fn line(text: &str) -> Outcome<Line> {
    let read = || {
        let (position, bytes) = text.split_once(' ')?;
        Some(Line { position: position.parse().ok()?, bytes: base16ct::lower::decode_vec(bytes).ok()? })
    };
    read().ok_or_else(|| ClientError::Refused { status: 200, reason: "a line without a position and a message".into() })
}

fn bytes(answer: Answer) -> Outcome<Option<Vec<u8>>> {
    if answer.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    Ok(Some(expect(answer)?.into_body().read_to_vec()?))
}

fn expect(answer: Answer) -> Outcome<Answer> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    Err(ClientError::Refused { status: status.as_u16(), reason: answer.into_body().read_to_string()? })
}
