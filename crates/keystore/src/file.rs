//! What is known of the file before SQLite gets it.
//!
//! The file's content is never read through a handle of our own: closing one would drop all POSIX locks that this
//! process holds on the file, SQLite's among them, and another process could then delete a WAL that is in use.

use std::{
    ffi::OsString,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::StorageError;

/// Held while a file is created, so that nobody in this process has locked it before our handle is closed.
static CREATING: Mutex<()> = Mutex::new(());

/// The file that was opened first, whatever its name becomes and whatever lies at its path later.
pub(crate) struct DatabaseFile {
    path: PathBuf,
    id: FileId,
    /// How long other processes' locks on it are waited for.
    pub(crate) busy_timeout: Duration,
}

/// Device and inode. Other systems don't let an open file be renamed or removed.
type FileId = Option<(u64, u64)>;

impl DatabaseFile {
    pub(crate) fn at(path: &Path, busy_timeout: Duration) -> Result<Self, StorageError> {
        Ok(Self { path: path.to_owned(), id: file_id(path)?, busy_timeout })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses to go on when it has been renamed, removed or replaced: by its path another file would be read.
    pub(crate) fn check_in_place(&self) -> Result<(), StorageError> {
        if file_id(&self.path)? == self.id {
            return Ok(());
        }
        let message = format!("{}: another file has taken the place of the one that is open", self.path.display());
        Err(StorageError::Io { kind: io::ErrorKind::NotFound, message })
    }
}

fn file_id(path: &Path) -> Result<FileId, StorageError> {
    let metadata = fs::metadata(path).map_err(|error| StorageError::io_at(path, &error))?;
    #[cfg(unix)]
    let id = Some((std::os::unix::fs::MetadataExt::dev(&metadata), std::os::unix::fs::MetadataExt::ino(&metadata)));
    #[cfg(not(unix))]
    let id = metadata.is_file().then_some((0, 0));
    Ok(id)
}

/// Refuses what is not one of our files, without touching it.
pub(crate) fn check(path: &Path, encrypted: bool) -> Result<(), StorageError> {
    let length = match fs::metadata(path) {
        Err(error) => return Err(StorageError::io_at(path, &error)),
        Ok(metadata) if !metadata.is_file() => return Err(StorageError::not_a_file(path)),
        Ok(metadata) => metadata.len(),
    };
    // A process was killed between creating the file and writing its first page.
    if length == 0 { Ok(()) } else { check_content(path, length, encrypted) }
}

/// Creates what is not there, with mode 0600.
pub(crate) fn create_if_missing(path: &Path) -> Result<(), StorageError> {
    let _creating = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        // What else is wrong is said by whoever opens it.
        _ => Ok(()),
    }
}

fn create(path: &Path) -> Result<(), StorageError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::metadata(path).is_ok() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(StorageError::ReadOnly),
        Err(error) => Err(StorageError::io_at(path, &error)),
        Ok(_) => Ok(()),
    }
}

/// Reads as SQLite does without a key, looking at no lock and at no other file.
fn check_content(path: &Path, length: u64, encrypted: bool) -> Result<(), StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let reads = Connection::open_with_flags(immutable_uri(path), flags)
        .and_then(|connection| connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())));
    match reads.map_err(|error| error.sqlite_error_code()) {
        // The power failed while the first page was written: SQLite undoes it.
        Err(Some(ErrorCode::NotADatabase)) if length <= FIRST_PAGE && has_content(&sibling(path, "-journal")) => Ok(()),
        Err(Some(ErrorCode::NotADatabase)) => {
            Err(StorageError::not_a_database(path, "it does not begin as a database does"))
        }
        Ok(()) if encrypted => Err(StorageError::not_a_database(path, "it is an SQLite database without encryption")),
        // Readable up to where encryption begins, as it should be; or the next to open it says what is wrong.
        _ => Ok(()),
    }
}

const FIRST_PAGE: u64 = 4096;

fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from(if path.has_root() { "file://" } else { "file:" });
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(byte.into());
        } else {
            // Writing to a string does not fail.
            let _ = write!(uri, "%{byte:02x}");
        }
    }
    uri + "?immutable=1"
}

/// Whether commits may stand in the WAL only: the last process to use the file did not close it, or uses it still.
pub(crate) fn has_wal(path: &Path) -> bool {
    has_content(&sibling(path, "-wal"))
}

/// Why SQLite can't open the WAL or its index, which lie beside the file. SQLite itself does not tell.
pub(crate) fn why_no_sibling(path: &Path) -> StorageError {
    let path = resolve(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match tempfile::tempfile_in(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => StorageError::ReadOnly,
        Err(error) => StorageError::io_at(folder, &error),
        Ok(_) => StorageError::Io {
            kind: io::ErrorKind::Other,
            message: format!("the files beside {} can't be opened or made", path.display()),
        },
    }
}

fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(resolve(path));
    name.push(suffix);
    name.into()
}

/// SQLite follows links to the file and puts the others beside it, not beside the link.
fn resolve(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}
