//! A directory of key packages in memory, which goes wrong on demand.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt, future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mlskit::{ClientId, KeypackageDirectory, KeypackageRef, openmls::prelude::Ciphersuite};

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is done and answered, as without a fault.
    None,
    /// It is done; the answer is lost.
    LostAnswer,
    /// It is lost on the way.
    LostRequest,
    /// The directory says no, to this package alone.
    Refused,
    /// It is done, and nothing ever comes back: whoever waits has to give up.
    HangsWhenDone,
    /// It is lost, and nothing ever comes back.
    Hangs,
    /// It arrives twice.
    Duplicate,
    /// The answer is lost, and it arrives when [`MemoryDirectory::deliver_late`] is called.
    Late,
}

/// Why a request failed, as far as its sender knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryError {
    /// It may have been done or not.
    NoAnswer,
    /// It was not done, and won't be.
    Refused,
    /// A package was published with other bytes than before.
    DifferentBytes,
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoAnswer => "no answer",
            Self::Refused => "refused",
            Self::DifferentBytes => "the package was published with other bytes before",
        })
    }
}

impl std::error::Error for DirectoryError {}

/// A request that changes what is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Serve this package.
    Publish(KeypackageRef, Vec<u8>),
    /// Serve it no longer.
    Withdraw(KeypackageRef),
}

/// Key packages of many clients. Clones are the same directory.
///
/// It serves a single-use package once, even if that is published again, and the last-resort package that came last when no
/// other is left. What was withdrawn it never serves again.
#[derive(Debug, Clone, Default)]
pub struct MemoryDirectory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    shelves: HashMap<ClientId, Vec<(KeypackageRef, Vec<u8>)>>,
    /// All bytes that ever came, by package.
    known: HashMap<KeypackageRef, Vec<u8>>,
    gone: HashSet<KeypackageRef>,
    faults: VecDeque<Fault>,
    late: Vec<(ClientId, Request)>,
    requests: Vec<Request>,
}

impl MemoryDirectory {
    /// The directory as a client's app sees it.
    #[must_use]
    pub fn of(&self, client_id: &ClientId) -> ClientsDirectory {
        ClientsDirectory { directory: self.clone(), client_id: client_id.clone() }
    }

    /// What becomes of the next requests, one each. Those behind them go well.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// Delivers what was late, in the order in which it was sent.
    pub fn deliver_late(&self) {
        let mut state = self.state();
        for (client_id, request) in std::mem::take(&mut state.late) {
            // Nobody waits for the answer.
            let _ = state.perform(&client_id, request);
        }
    }

    /// What is on the shelf of a client, in the order in which it came.
    #[must_use]
    pub fn served(&self, client_id: &ClientId) -> Vec<KeypackageRef> {
        let state = self.state();
        state.shelves.get(client_id).into_iter().flatten().map(|(keypackage_ref, _)| keypackage_ref.clone()).collect()
    }

    /// The requests that arrived, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Takes a package of a client, as a peer does.
    #[must_use]
    pub fn take(&self, client_id: &ClientId, ciphersuite: Ciphersuite) -> Option<Vec<u8>> {
        self.state().take(client_id, ciphersuite)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn perform(&mut self, client_id: &ClientId, request: Request) -> Result<(), DirectoryError> {
        self.requests.push(request.clone());
        let shelf = self.shelves.entry(client_id.clone()).or_default();
        match request {
            Request::Publish(keypackage_ref, bytes) => {
                let known = self.known.entry(keypackage_ref.clone()).or_insert_with(|| bytes.clone());
                if *known != bytes {
                    return Err(DirectoryError::DifferentBytes);
                }
                let is_there = shelf.iter().any(|(there, _)| *there == keypackage_ref);
                if !is_there && !self.gone.contains(&keypackage_ref) {
                    shelf.push((keypackage_ref, bytes));
                }
            }
            Request::Withdraw(keypackage_ref) => {
                shelf.retain(|(there, _)| *there != keypackage_ref);
                self.gone.insert(keypackage_ref);
            }
        }
        Ok(())
    }

    fn take(&mut self, client_id: &ClientId, ciphersuite: Ciphersuite) -> Option<Vec<u8>> {
        let shelf = self.shelves.get_mut(client_id)?;
        let fits = |keypackage_ref: &KeypackageRef| keypackage_ref.ciphersuite() == ciphersuite;
        let single_use = shelf.iter().position(|(there, _)| fits(there) && !there.is_last_resort());
        if let Some(at) = single_use {
            let (keypackage_ref, bytes) = shelf.remove(at);
            self.gone.insert(keypackage_ref);
            return Some(bytes);
        }
        let last_resort = shelf.iter().rev().find(|(there, _)| fits(there));
        last_resort.map(|(_, bytes)| bytes.clone())
    }
}

/// A [`MemoryDirectory`] as one client's app sees it.
#[derive(Debug, Clone)]
pub struct ClientsDirectory {
    directory: MemoryDirectory,
    client_id: ClientId,
}

impl ClientsDirectory {
    async fn request(&self, request: Request) -> Result<(), DirectoryError> {
        let (fault, answer) = self.directory.state().receive(&self.client_id, request);
        match fault {
            Fault::Hangs | Fault::HangsWhenDone => future::pending().await,
            _ => answer,
        }
    }
}

impl State {
    fn receive(&mut self, client_id: &ClientId, request: Request) -> (Fault, Result<(), DirectoryError>) {
        let fault = self.faults.pop_front().unwrap_or(Fault::None);
        let answer = match fault {
            Fault::None => self.perform(client_id, request),
            Fault::Duplicate => self.perform(client_id, request.clone()).and(self.perform(client_id, request)),
            Fault::LostAnswer | Fault::HangsWhenDone => {
                self.perform(client_id, request).and(Err(DirectoryError::NoAnswer))
            }
            Fault::LostRequest | Fault::Hangs => Err(DirectoryError::NoAnswer),
            Fault::Refused => Err(DirectoryError::Refused),
            Fault::Late => {
                self.late.push((client_id.clone(), request));
                Err(DirectoryError::NoAnswer)
            }
        };
        (fault, answer)
    }
}

impl KeypackageDirectory for ClientsDirectory {
    type Error = DirectoryError;

    async fn publish(&self, keypackage_ref: &KeypackageRef, bytes: &[u8]) -> Result<(), DirectoryError> {
        self.request(Request::Publish(keypackage_ref.clone(), bytes.to_vec())).await
    }

    async fn withdraw(&self, keypackage_ref: &KeypackageRef) -> Result<(), DirectoryError> {
        self.request(Request::Withdraw(keypackage_ref.clone())).await
    }

    async fn fetch(&self, client_id: &ClientId, ciphersuite: Ciphersuite) -> Result<Option<Vec<u8>>, DirectoryError> {
        Ok(self.directory.take(client_id, ciphersuite))
    }

    fn is_refusal(&self, error: &DirectoryError) -> bool {
        *error != DirectoryError::NoAnswer
    }
}
