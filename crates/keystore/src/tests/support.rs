//! Files to look at, and stores to fill them with.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    CredentialId, CredentialRecord, DatabaseKey, Error, KeypackageRecord, Keystore, Operation, Result,
    schema::MIGRATIONS, writer::LockWait,
};

pub(super) const BUSY: Duration = Duration::from_secs(2);
/// When the tests take place, in seconds since 1970.
pub(super) const NOW: u64 = 1_800_000_000;

/// Waits for as long as the tests do.
pub(super) fn lock_wait() -> Arc<LockWait> {
    Arc::new(LockWait::until(Instant::now() + BUSY))
}

pub(super) fn key(byte: u8) -> DatabaseKey {
    DatabaseKey::from_bytes([byte; DatabaseKey::LENGTH]).unwrap()
}

/// A folder with a path in it at which there is nothing yet.
pub(super) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    (folder, path)
}

/// The same schema in a file that can be read.
pub(super) async fn open_unencrypted(path: &Path) -> Keystore {
    Keystore::start(path.to_owned(), None, BUSY, MIGRATIONS, None).await.unwrap()
}

/// Bytes that stand nowhere else.
pub(super) fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub(super) fn a_credential() -> CredentialRecord {
    CredentialRecord { ciphersuite: 1, credential_type: 1, content: random(40), signature_key: random(32) }
}

/// A package that ends `seconds` after [`NOW`].
pub(super) fn a_keypackage(seconds: i64) -> KeypackageRecord {
    KeypackageRecord {
        hash_ref: random(32),
        ciphersuite: 1,
        credential_type: 1,
        not_before: NOW - 1000,
        not_after: NOW.checked_add_signed(seconds).unwrap(),
        last_resort: false,
    }
}

pub(super) fn add_credential(
    operation: &mut Operation<'_>,
    record: &CredentialRecord,
    private_key: &[u8],
) -> Result<CredentialId> {
    operation.insert_credential(record, private_key)?;
    Ok(operation.credential_id(record)?.unwrap())
}

/// What a store was filled with.
pub(super) struct Content {
    pub(super) credential: CredentialRecord,
    pub(super) private_key: Vec<u8>,
    pub(super) keypackages: Vec<(KeypackageRecord, Vec<u8>)>,
}

impl Content {
    pub(super) fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        self.keypackages.iter().map(|(_, bundle)| bundle.as_slice()).chain([self.private_key.as_slice()])
    }
}

/// Commits a credential and `count` key packages, each with a bundle of 600 random bytes.
pub(super) async fn fill(keystore: &Keystore, count: usize) -> Content {
    let content = Content {
        credential: a_credential(),
        private_key: random(32),
        keypackages: (0..count).map(|_| (a_keypackage(1000), random(600))).collect(),
    };
    let (credential, private_key, keypackages) =
        (content.credential.clone(), content.private_key.clone(), content.keypackages.clone());
    write(keystore, move |operation| {
        let credential = add_credential(operation, &credential, &private_key)?;
        for (record, bundle) in &keypackages {
            operation.insert_keypackage(credential, record, NOW, bundle)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    content
}

/// One operation in a transaction of its own.
pub(super) async fn write<T: Send + 'static>(
    keystore: &Keystore,
    work: impl FnOnce(&mut Operation<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let transaction = keystore.begin().await?;
    let value = transaction.run(work).await?;
    transaction.finish().await?;
    Ok(value)
}

pub(super) async fn hash_refs(keystore: &Keystore) -> Result<Vec<Vec<u8>>> {
    let refs = |view: &crate::View<'_>| {
        Ok::<_, Error>(view.keypackages()?.into_iter().map(|record| record.hash_ref).collect())
    };
    keystore.read(refs).await
}

/// Each file in `folder` with its content; none if there is no such folder.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

pub(super) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The files of `folder` in which `needle` stands.
pub(super) fn found_in(folder: &Path, needle: &[u8]) -> Vec<String> {
    files(folder).into_iter().filter(|(_, content)| contains(content, needle)).map(|(name, _)| name).collect()
}

/// A disk of `size` bytes, unmounted when dropped.
pub(super) struct SmallDisk(TempDir);

impl SmallDisk {
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        as_root(&["umount", "--lazy"], self.path());
    }
}

/// None, said aloud, where nothing can be mounted.
pub(super) fn small_disk(size: usize) -> Option<SmallDisk> {
    let folder = tempfile::tempdir().unwrap();
    let options = format!("size={size},mode=777");
    let mounted = as_root(&["mount", "-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
    if mounted { Some(SmallDisk(folder)) } else { skip("mount a small disk") }
}

/// Whoever is not root asks `sudo`, which hosted machines grant without a password.
fn as_root(command: &[&str], path: &Path) -> bool {
    let run = |before: &[&str]| {
        let words = [before, command].concat();
        Command::new(words[0]).args(&words[1..]).arg(path).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
    };
    run(&[]) || run(&["sudo", "-n"])
}

/// What a test can't do on this machine must not pass unseen.
pub(super) fn skip<T>(what: &str) -> Option<T> {
    // Where everything can be had, a test that tests nothing is a fault.
    let must_run = cfg!(target_os = "linux") && std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!must_run, "this machine doesn't let the tests {what}, and CI=true wants them all");
    // Past the harness, which shows nothing of a test that passes.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: this machine doesn't let the tests {what}");
    None
}

/// Leaves no byte free, until the returned file is removed.
pub(super) fn fill_up(disk: &Path) -> PathBuf {
    let path = disk.join("ballast");
    let mut file = fs::File::create(&path).unwrap();
    for size in [4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    path
}

/// A file or folder that can't be written to, until dropped.
pub(super) enum Unwritable {
    /// For root, whom permissions don't stop.
    Immutable(PathBuf),
    Permissions(PathBuf, fs::Permissions),
}

impl Drop for Unwritable {
    fn drop(&mut self) {
        match self {
            Self::Immutable(path) => drop(as_root(&["chattr", "-i"], path)),
            Self::Permissions(path, before) => fs::set_permissions(path, before.clone()).unwrap(),
        }
    }
}

/// None, said aloud, where that can't be done.
pub(super) fn make_unwritable(path: &Path) -> Option<Unwritable> {
    let before = fs::metadata(path).unwrap().permissions();
    let mut permissions = before.clone();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions).unwrap();
    let unwritable = Unwritable::Permissions(path.to_owned(), before);
    let is_writable = if path.is_dir() {
        tempfile::tempfile_in(path).is_ok()
    } else {
        fs::OpenOptions::new().write(true).open(path).is_ok()
    };
    if !is_writable {
        return Some(unwritable);
    }
    drop(unwritable);
    if as_root(&["chattr", "+i"], path) {
        Some(Unwritable::Immutable(path.to_owned()))
    } else {
        skip("make files read-only for root")
    }
}
