//! The file, its key and its medium.

use super::millis;
use crate::numbers::count;

/// The database file, its key or its medium refused.
///
/// Whoever is at fault, the stored data is as it was before the call that failed. `finish` and `change_key` say what
/// an error of the medium may leave open.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum StorageFailure {
    /// Caller: a database key has exactly 32 bytes.
    InvalidKeyLength {
        /// Bytes that a key has.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// Caller: the path names a directory or another thing that is no regular file.
    NotAFile {
        /// The path as given.
        path: String,
    },
    /// Caller: the file exists, and neither is it a database nor has it ever been one of ours.
    NotADatabase {
        /// The path as given.
        path: String,
        /// What was found in its place.
        found: String,
    },
    /// Caller or medium: it looks like one of our files, but its first page does not open with this key.
    WrongKeyOrDamaged {
        /// The path as given.
        path: String,
    },
    /// Another client of the same file has called `change_key`.
    KeyChanged,
    /// The file was written by a newer release.
    NewerSchema {
        /// The file's schema.
        found: u32,
        /// The newest schema of this release.
        supported: u32,
    },
    /// The blobs were written in an encoding that this release does not know.
    UnknownBlobCodec {
        /// The file's codec.
        found: u32,
        /// The codec of this release.
        supported: u32,
    },
    /// Medium: stored pages do not verify or contradict each other.
    Corrupt,
    /// Medium: the file or its folder can't be written.
    ReadOnly,
    /// Medium: no space is left. What is stored can still be opened and read.
    DiskFull,
    /// Another process or client has held the file's write lock for the whole busy time-out.
    DatabaseBusy {
        /// How long the call waited, in milliseconds.
        waited_millis: u64,
    },
    /// Caller: the client was closed.
    Closed,
    /// Medium: the operating system refused.
    Io {
        /// The kind of refusal.
        kind: String,
        /// The system's own words.
        reason: String,
    },
    /// A bug here or in OpenMLS, or damage that SQLCipher did not notice: a stored value could not be coded.
    Codec {
        /// The codec's words.
        reason: String,
    },
    /// Caller: a number does not fit what the file can hold.
    OutOfRange {
        /// What was to be stored.
        what: String,
        /// The number found.
        found: u64,
        /// The largest that can be stored.
        limit: u64,
    },
    /// A bug here, or something that SQLite says and we have no better name for.
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
        /// SQLite's own words; never a key or a value.
        reason: String,
    },
    /// One that these bindings have no name for.
    Other,
}

impl From<mlskit::StorageError> for StorageFailure {
    fn from(core: mlskit::StorageError) -> Self {
        use mlskit::StorageError as Core;
        match core {
            Core::InvalidKeyLength { expected, found } => {
                Self::InvalidKeyLength { expected: count(expected), found: count(found) }
            }
            Core::NotAFile { path } => Self::NotAFile { path },
            Core::NotADatabase { path, found } => Self::NotADatabase { path, found: found.to_owned() },
            Core::WrongKeyOrDamaged { path } => Self::WrongKeyOrDamaged { path },
            Core::KeyChanged => Self::KeyChanged,
            Core::NewerSchema { found, supported } => Self::NewerSchema { found, supported },
            Core::UnknownBlobCodec { found, supported } => Self::UnknownBlobCodec { found, supported },
            Core::Corrupt => Self::Corrupt,
            Core::ReadOnly => Self::ReadOnly,
            Core::DiskFull => Self::DiskFull,
            Core::DatabaseBusy { waited } => Self::DatabaseBusy { waited_millis: millis(waited) },
            Core::Closed => Self::Closed,
            Core::Io { kind, message } => Self::Io { kind: format!("{kind:?}"), reason: message },
            Core::Codec { reason } => Self::Codec { reason },
            Core::OutOfRange { what, found, limit } => Self::OutOfRange { what: what.to_owned(), found, limit },
            Core::Sqlite { code, message } => Self::Sqlite { code, reason: message },
            _ => Self::Other,
        }
    }
}
