package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.StorageFailure as FfiStorageFailure

/**
 * The database file, its key or its medium refused.
 *
 * Whoever is at fault, the stored data is as it was before the call that failed. `finish` and `changeKey` say what
 * an error of the medium may leave open.
 */
public sealed class StorageException(
    message: String,
) : MlsException(message) {
    /** Caller: a database key has exactly 32 bytes. */
    public class InvalidKeyLength internal constructor(
        /** Bytes that a key has. */
        public val expected: Long,
        /** Bytes that were given. */
        public val found: Long,
        message: String,
    ) : StorageException(message)

    /** Caller: the path names a directory or another thing that is no regular file. */
    public class NotAFile internal constructor(
        /** The path as given. */
        public val path: String,
        message: String,
    ) : StorageException(message)

    /** Caller: the file exists, and neither is it a database nor has it ever been one of ours. */
    public class NotADatabase internal constructor(
        /** The path as given. */
        public val path: String,
        /** What was found in its place. */
        public val found: String,
        message: String,
    ) : StorageException(message)

    /** Caller or medium: it looks like one of our files, but its first page does not open with this key. */
    public class WrongKeyOrDamaged internal constructor(
        /** The path as given. */
        public val path: String,
        message: String,
    ) : StorageException(message)

    /** Another client of the same file has called `changeKey`. */
    public class KeyChanged internal constructor(
        message: String,
    ) : StorageException(message)

    /** The file was written by a newer release. */
    public class NewerSchema internal constructor(
        /** The file's schema. */
        public val found: Int,
        /** The newest schema of this release. */
        public val supported: Int,
        message: String,
    ) : StorageException(message)

    /** The blobs were written in an encoding that this release does not know. */
    public class UnknownBlobCodec internal constructor(
        /** The file's codec. */
        public val found: Int,
        /** The codec of this release. */
        public val supported: Int,
        message: String,
    ) : StorageException(message)

    /** Medium: stored pages do not verify or contradict each other. */
    public class Corrupt internal constructor(
        message: String,
    ) : StorageException(message)

    /** Medium: the file or its folder can't be written. */
    public class ReadOnly internal constructor(
        message: String,
    ) : StorageException(message)

    /** Medium: no space is left. What is stored can still be opened and read. */
    public class DiskFull internal constructor(
        message: String,
    ) : StorageException(message)

    /** Another process or client has held the file's write lock for the whole busy time-out. */
    public class DatabaseBusy internal constructor(
        /** How long the call waited. */
        public val waited: Duration,
        message: String,
    ) : StorageException(message)

    /** Caller: the client was closed. */
    public class Closed internal constructor(
        message: String,
    ) : StorageException(message)

    /** Medium: the operating system refused. */
    public class Io internal constructor(
        /** The kind of refusal. */
        public val kind: String,
        /** The system's own words. */
        public val reason: String,
        message: String,
    ) : StorageException(message)

    /** A bug here or in OpenMLS, or damage that SQLCipher did not notice: a stored value could not be coded. */
    public class Codec internal constructor(
        /** The codec's words. */
        public val reason: String,
        message: String,
    ) : StorageException(message)

    /** Caller: a number does not fit what the file can hold. */
    public class OutOfRange internal constructor(
        /** What was to be stored. */
        public val what: String,
        /** The number found. */
        public val found: Long,
        /** The largest that can be stored. */
        public val limit: Long,
        message: String,
    ) : StorageException(message)

    /** A bug here, or something that SQLite says and we have no better name for. */
    public class Sqlite internal constructor(
        /** SQLite's extended result code. */
        public val code: Int,
        /** SQLite's own words; never a key or a value. */
        public val reason: String,
        message: String,
    ) : StorageException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : StorageException(message)
}

internal fun storageException(
    failure: FfiStorageFailure,
    message: String,
): StorageException =
    when (failure) {
        is FfiStorageFailure.InvalidKeyLength ->
            StorageException.InvalidKeyLength(
                failure.expected.clamped(),
                failure.found.clamped(),
                message,
            )
        is FfiStorageFailure.NotAFile -> StorageException.NotAFile(failure.path, message)
        is FfiStorageFailure.NotADatabase -> StorageException.NotADatabase(failure.path, failure.found, message)
        is FfiStorageFailure.WrongKeyOrDamaged -> StorageException.WrongKeyOrDamaged(failure.path, message)
        FfiStorageFailure.KeyChanged -> StorageException.KeyChanged(message)
        is FfiStorageFailure.NewerSchema ->
            StorageException.NewerSchema(
                failure.found.toInt(),
                failure.supported.toInt(),
                message,
            )
        is FfiStorageFailure.UnknownBlobCodec ->
            StorageException.UnknownBlobCodec(
                failure.found.toInt(),
                failure.supported.toInt(),
                message,
            )
        FfiStorageFailure.Corrupt -> StorageException.Corrupt(message)
        FfiStorageFailure.ReadOnly -> StorageException.ReadOnly(message)
        FfiStorageFailure.DiskFull -> StorageException.DiskFull(message)
        is FfiStorageFailure.DatabaseBusy -> StorageException.DatabaseBusy(failure.waitedMillis.toMillis(), message)
        FfiStorageFailure.Closed -> StorageException.Closed(message)
        is FfiStorageFailure.Io -> StorageException.Io(failure.kind, failure.reason, message)
        is FfiStorageFailure.Codec -> StorageException.Codec(failure.reason, message)
        is FfiStorageFailure.OutOfRange ->
            StorageException.OutOfRange(
                failure.what,
                failure.found.clamped(),
                failure.limit.clamped(),
                message,
            )
        is FfiStorageFailure.Sqlite -> StorageException.Sqlite(failure.code, failure.reason, message)
        FfiStorageFailure.Other -> StorageException.Other(message)
    }
