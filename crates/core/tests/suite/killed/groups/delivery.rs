//! A delivery service that no kill touches: what was sent, in its order, in one file.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use mlskit::openmls::prelude::{ContentType, MlsMessageIn, tls_codec::Deserialize};

pub(super) struct Delivery {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) epoch: u64,
    pub(super) is_commit: bool,
    is_proposal: bool,
    pub(super) bytes: Vec<u8>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, is_commit, is_proposal, bytes: _ } = self;
        write!(formatter, "what was sent in epoch {epoch} (a commit: {is_commit}, a proposal: {is_proposal})")
    }
}

/// The epoch in which the group is when a subject begins.
const FIRST_EPOCH: u64 = 1;
const LENGTH: usize = 4;

impl Delivery {
    pub(super) fn create(folder: &Path) {
        fs::write(place(folder), b"").unwrap();
    }

    /// Forgets an entry whose writing a kill cut off: nobody has heard of it.
    pub(super) fn open(folder: &Path) -> Self {
        let path = place(folder);
        let (mut entries, mut whole) = (Vec::new(), 0);
        let bytes = fs::read(&path).unwrap();
        while let Some((front, rest)) = bytes[whole..].split_at_checked(LENGTH) {
            let length = u32::from_be_bytes(front.try_into().unwrap()) as usize;
            let Some(message) = rest.get(..length) else { break };
            entries.push(Entry::of(message));
            whole += LENGTH + length;
        }
        OpenOptions::new().write(true).open(&path).unwrap().set_len(whole as u64).unwrap();
        Self { path, entries }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn epoch(&self) -> u64 {
        FIRST_EPOCH + self.entries.iter().filter(|entry| entry.is_commit).count() as u64
    }

    /// Takes a message; a commit, if it is the first of its epoch; a proposal, if it is of this epoch and new.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let entry = Entry::of(bytes);
        let is_late = (entry.is_commit || entry.is_proposal) && entry.epoch != self.epoch();
        // Whoever is killed before it has marked a proposal as sent sends it again.
        let is_known = entry.is_proposal && self.entries.iter().any(|known| known.bytes == bytes);
        if is_late || is_known {
            return;
        }
        let framed = [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
        OpenOptions::new().append(true).open(&self.path).unwrap().write_all(&framed).unwrap();
        self.entries.push(entry);
    }
}

impl Entry {
    fn of(bytes: &[u8]) -> Self {
        let message = MlsMessageIn::tls_deserialize_exact(bytes).unwrap().try_into_protocol_message().unwrap();
        let is_commit = message.content_type() == ContentType::Commit;
        let is_proposal = message.content_type() == ContentType::Proposal;
        Self { epoch: message.epoch().as_u64(), is_commit, is_proposal, bytes: bytes.to_vec() }
    }
}

fn place(folder: &Path) -> PathBuf {
    folder.join("sent")
}
