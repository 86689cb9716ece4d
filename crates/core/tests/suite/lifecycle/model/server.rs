//! The directory as the client's app reaches it: it notes what was asked, and what became of that.

use std::{
    collections::VecDeque,
    future,
    sync::{Mutex, MutexGuard},
};

use mlskit::{ClientId, KeypackageDirectory, KeypackageRef, openmls::prelude::Ciphersuite};
use mlskit_testkit::directory::{ClientsDirectory, DirectoryError, Fault, MemoryDirectory};

/// A request, and whether its sender has a yes.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) keypackage_ref: KeypackageRef,
    /// What is to be published; nothing, where it is to be withdrawn.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) fault: Fault,
    pub(super) is_answered: bool,
}

impl Asked {
    /// Whether the directory does it, without its sender knowing.
    pub(super) fn has_late_answer(&self) -> bool {
        matches!(self.fault, Fault::LostAnswer | Fault::HangsWhenDone)
    }
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) memory: MemoryDirectory,
    shelf: ClientsDirectory,
    faults: Mutex<VecDeque<Fault>>,
    asked: Mutex<Vec<Asked>>,
    hung: (smol::channel::Sender<()>, smol::channel::Receiver<()>),
}

impl Server {
    pub(super) fn new(client_id: &ClientId) -> Self {
        let memory = MemoryDirectory::default();
        let shelf = memory.of(client_id);
        Self { memory, shelf, faults: Mutex::default(), asked: Mutex::default(), hung: smol::channel::unbounded() }
    }

    /// What becomes of the next requests.
    pub(super) fn fail(&self, faults: &[Fault]) {
        *lock(&self.faults) = faults.iter().copied().collect();
    }

    /// What was asked since the last time.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut lock(&self.asked))
    }

    /// Comes back when a request hangs.
    pub(super) async fn hangs(&self) {
        let _ = self.hung.1.recv().await;
    }

    async fn ask(&self, keypackage_ref: &KeypackageRef, bytes: Option<&[u8]>) -> Result<(), DirectoryError> {
        let fault = lock(&self.faults).pop_front().unwrap_or(Fault::None);
        let hangs = matches!(fault, Fault::Hangs | Fault::HangsWhenDone);
        self.memory.fail([match fault {
            Fault::Hangs => Fault::LostRequest,
            Fault::HangsWhenDone => Fault::LostAnswer,
            other => other,
        }]);
        let answer = match bytes {
            Some(bytes) => self.shelf.publish(keypackage_ref, bytes).await,
            None => self.shelf.withdraw(keypackage_ref).await,
        };
        let (keypackage_ref, bytes) = (keypackage_ref.clone(), bytes.map(<[u8]>::to_vec));
        lock(&self.asked).push(Asked { keypackage_ref, bytes, fault, is_answered: answer.is_ok() });
        if hangs {
            let _ = self.hung.0.send(()).await;
            future::pending::<()>().await;
        }
        answer
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl KeypackageDirectory for Server {
    type Error = DirectoryError;

    async fn publish(&self, keypackage_ref: &KeypackageRef, bytes: &[u8]) -> Result<(), DirectoryError> {
        self.ask(keypackage_ref, Some(bytes)).await
    }

    async fn withdraw(&self, keypackage_ref: &KeypackageRef) -> Result<(), DirectoryError> {
        self.ask(keypackage_ref, None).await
    }

    async fn fetch(&self, client_id: &ClientId, ciphersuite: Ciphersuite) -> Result<Option<Vec<u8>>, DirectoryError> {
        self.shelf.fetch(client_id, ciphersuite).await
    }

    fn is_refusal(&self, error: &DirectoryError) -> bool {
        self.shelf.is_refusal(error)
    }
}
