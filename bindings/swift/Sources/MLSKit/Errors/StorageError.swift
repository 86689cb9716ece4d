import Foundation

/// The database file, its key or its medium refused.
///
/// Whoever is at fault, the stored data is as it was before the call that failed.
public enum StorageError: Hashable, Sendable {
    /// Caller: a database key has exactly 32 bytes.
    case invalidKeyLength(expected: UInt64, found: UInt64)
    /// Caller: the path names a directory or another thing that is no regular file.
    case notAFile(path: String)
    /// Caller: the file is not one of ours, and was left as it is.
    case notADatabase(path: String, found: String)
    /// Caller or medium: it looks like one of our files, but its first page does not open with this key.
    case wrongKeyOrDamaged(path: String)
    /// Another client of the same file has changed its key.
    case keyChanged
    /// The file was written by a newer release.
    case newerSchema(found: UInt32, supported: UInt32)
    /// The file's contents were written in an encoding that this release does not know.
    case unknownBlobCodec(found: UInt32, supported: UInt32)
    /// Medium: stored pages do not verify or contradict each other.
    case corrupt
    /// Medium: the file or its folder can't be written.
    case readOnly
    /// Medium: no space is left. What is stored can still be opened and read.
    case diskFull
    /// Another process or client has held the file for the whole busy time-out.
    case databaseBusy(waited: Duration)
    /// Caller: the client was shut down.
    case closed
    /// Medium: the operating system refused.
    case io(kind: String, reason: String)
    /// A bug, or damage that went unnoticed: a stored value could not be encoded or decoded.
    case codec(reason: String)
    /// Caller: a number does not fit what the file can hold.
    case outOfRange(what: String, found: UInt64, limit: UInt64)
    /// A bug, or something that SQLite says and that has no better name.
    case sqlite(code: Int32, reason: String)
}

extension StorageError: CustomStringConvertible {
    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .invalidKeyLength(let expected, let found):
            "A database key has \(expected) bytes, but \(found) were given; give \(expected) random bytes."
        case .notAFile(let path):
            "\(path) is not a regular file; name a file, or a path at which one can be created."
        case .notADatabase(let path, let found):
            "\(path) is not an encrypted database: \(found); it was left as it is."
        case .wrongKeyOrDamaged(let path):
            "\(path) does not open with this key: the key is wrong or the file's first page is damaged."
        case .keyChanged:
            "The database's key was changed through another client; shut this one down and open again with the new key."
        case .newerSchema(let found, let supported):
            "The database has schema \(found), but this release knows up to \(supported); update mlskit."
        case .unknownBlobCodec(let found, let supported):
            "The database is encoded by codec \(found), but this release knows codec \(supported); update mlskit."
        case .corrupt:
            "The database is damaged; delete it and begin anew, since a backup would bring used keys back."
        case .readOnly:
            "The database is read-only; check the permissions of the file and of its folder."
        case .diskFull:
            "No space is left for the database; free some and try again."
        case .databaseBusy(let waited):
            "Another process or client kept the database locked for \(waited); try again."
        case .closed:
            "The client was shut down; open the database again."
        case .io(_, let reason):
            "The operating system refused: \(reason)."
        case .codec(let reason):
            "A stored value could not be encoded or decoded: \(reason)."
        case .outOfRange(let what, let found, let limit):
            "A number does not fit: \(what) is \(found), but at most \(limit) can be stored."
        case .sqlite(let code, let reason):
            "SQLite refused with code \(code): \(reason)."
        }
    }
}
