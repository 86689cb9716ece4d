//! Folders that go with their database, or with the process if that ends first.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tempfile::TempDir;

static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

pub(crate) struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    pub(crate) fn new_in(parent: &Path) -> io::Result<Self> {
        // The process may change its folder meanwhile.
        let folder = tempfile::Builder::new().prefix("mlskit-").tempdir_in(std::path::absolute(parent)?)?;
        folders().insert(folder.path().to_owned());
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for TemporaryFolder {
    /// The folder is deleted right after this, by work that the end of the process waits for.
    fn drop(&mut self) {
        folders().remove(self.path());
    }
}

/// Deletes what is left. Nobody works on it any more: threads that would have closed their database rest.
pub(crate) fn delete_all() {
    for folder in folders().iter() {
        let _ = fs::remove_dir_all(folder);
    }
}

fn folders() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}
