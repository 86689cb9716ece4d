package dev.mlskit

import kotlin.time.Duration
import kotlin.time.Instant
import dev.mlskit.ffi.KeypackageFailure as FfiKeypackageFailure

/** A key package was refused. */
public sealed class KeypackageException(
    message: String,
) : MlsException(message) {
    /** Peer, or whoever delivered it: another client's package is not to be used. */
    public class Rejected internal constructor(
        /** Which. */
        public val reason: KeypackageRejection,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the lifetime asked for is longer than the client's `maxLifetime`. */
    public class LifetimeTooLong internal constructor(
        /** What was asked for. */
        public val asked: Duration,
        /** The client's limit. */
        public val limit: Duration,
        message: String,
    ) : KeypackageException(message)

    /** Caller: lifetimes are whole seconds, at least one. */
    public class LifetimeTooShort internal constructor(
        /** What was asked for. */
        public val asked: Duration,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the window asked for is longer than the client's `maxLifetime` and an hour for clocks. */
    public class WindowTooLong internal constructor(
        /** The length of the window asked for. */
        public val asked: Duration,
        /** The longest window of this client. */
        public val limit: Duration,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the window ends when it begins, or before. */
    public class WindowInverted internal constructor(
        /** Its begin. */
        public val notBefore: Instant,
        /** Its end. */
        public val notAfter: Instant,
        message: String,
    ) : KeypackageException(message)

    /** Caller: nobody could use the package any more. */
    public class WindowOver internal constructor(
        /** The window's end. */
        public val notAfter: Instant,
        /** The client's clock. */
        public val now: Instant,
        message: String,
    ) : KeypackageException(message)

    /**
     * Caller: the lifetime would begin or end at a time that RFC 9420 or the database has no number for. Seconds
     * since 1970.
     */
    public class LifetimeOutOfRange internal constructor(
        /** The begin or end asked for; the greatest `i64` stands for all that are later. */
        public val found: Long,
        /** The last possible one. */
        public val latest: Instant,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the extension may not stand there (RFC 9420 §17.3). */
    public class ExtensionMisplaced internal constructor(
        /** The extension. */
        public val found: ExtensionType,
        /** Where it was to be put. */
        public val place: ExtensionPlace,
        message: String,
    ) : KeypackageException(message)

    /** Caller: a list holds at most one extension of each type (RFC 9420 §13.4). */
    public class DuplicateExtension internal constructor(
        /** The extension. */
        public val found: ExtensionType,
        /** Where it was to be put. */
        public val place: ExtensionPlace,
        message: String,
    ) : KeypackageException(message)

    /** Caller: OpenMLS refuses packages that have an extension with a GREASE value. */
    public class GreaseExtension internal constructor(
        /** The extension. */
        public val found: ExtensionType,
        message: String,
    ) : KeypackageException(message)

    /** Caller: an extension's content isn't what its type says. */
    public class MalformedExtension internal constructor(
        /** Where it was to be put. */
        public val place: ExtensionPlace,
        /** The codec's words. */
        public val reason: String,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the capabilities name no ciphersuite. */
    public class NoCiphersuites internal constructor(
        /** The suites of this client. */
        public val supported: List<Ciphersuite>,
        message: String,
    ) : KeypackageException(message)

    /** Caller: the capabilities name a ciphersuite that this client can't work with. */
    public class UnsupportedCiphersuite internal constructor(
        /** The suite named. */
        public val found: Ciphersuite,
        /** The suites of this client. */
        public val supported: List<Ciphersuite>,
        message: String,
    ) : KeypackageException(message)

    /**
     * Caller or server: a package that is about to expire is not added to a group: a member who sees the commit
     * late could never follow.
     */
    public class ExpiresTooSoon internal constructor(
        /** What is left of its lifetime. */
        public val remaining: Duration,
        /** The client's `minRemainingLifetime`. */
        public val limit: Duration,
        message: String,
    ) : KeypackageException(message)

    /** Caller: more packages at once than one call makes. */
    public class BatchTooLarge internal constructor(
        /** What was asked for. */
        public val asked: Long,
        /** The most that one call makes. */
        public val limit: Long,
        message: String,
    ) : KeypackageException(message)

    /** A bug here, or in OpenMLS: a package could not be built. */
    public class NotBuilt internal constructor(
        /** OpenMLS's words. */
        public val reason: String,
        message: String,
    ) : KeypackageException(message)

    /** A bug here, or in OpenMLS: a package could not be encoded. */
    public class NotEncoded internal constructor(
        /** The codec's words. */
        public val reason: String,
        message: String,
    ) : KeypackageException(message)

    /** A bug here, or damage that SQLCipher did not notice: a stored package could not be decoded. */
    public class NotDecoded internal constructor(
        /** The codec's words. */
        public val reason: String,
        message: String,
    ) : KeypackageException(message)

    /** One that these bindings have no name for. */
    public class Other internal constructor(
        message: String,
    ) : KeypackageException(message)
}

internal fun keypackageException(
    failure: FfiKeypackageFailure,
    message: String,
): KeypackageException =
    when (failure) {
        is FfiKeypackageFailure.Rejected -> KeypackageException.Rejected(failure.reason.toPublic(), message)
        is FfiKeypackageFailure.LifetimeTooLong ->
            KeypackageException.LifetimeTooLong(
                failure.asked.toSeconds(),
                failure.limit.toSeconds(),
                message,
            )
        is FfiKeypackageFailure.LifetimeTooShort ->
            KeypackageException.LifetimeTooShort(
                failure.asked.toSeconds(),
                message,
            )
        is FfiKeypackageFailure.WindowTooLong ->
            KeypackageException.WindowTooLong(
                failure.asked.toSeconds(),
                failure.limit.toSeconds(),
                message,
            )
        is FfiKeypackageFailure.WindowInverted ->
            KeypackageException.WindowInverted(
                failure.notBefore.toInstant(),
                failure.notAfter.toInstant(),
                message,
            )
        is FfiKeypackageFailure.WindowOver ->
            KeypackageException.WindowOver(
                failure.notAfter.toInstant(),
                failure.now.toInstant(),
                message,
            )
        is FfiKeypackageFailure.LifetimeOutOfRange ->
            KeypackageException.LifetimeOutOfRange(
                failure.found,
                failure.latest.toInstant(),
                message,
            )
        is FfiKeypackageFailure.ExtensionMisplaced ->
            KeypackageException.ExtensionMisplaced(
                ExtensionType(failure.found.toInt()),
                failure.place.toPublic(),
                message,
            )
        is FfiKeypackageFailure.DuplicateExtension ->
            KeypackageException.DuplicateExtension(
                ExtensionType(failure.found.toInt()),
                failure.place.toPublic(),
                message,
            )
        is FfiKeypackageFailure.GreaseExtension ->
            KeypackageException.GreaseExtension(
                ExtensionType(failure.found.toInt()),
                message,
            )
        is FfiKeypackageFailure.MalformedExtension ->
            KeypackageException.MalformedExtension(
                failure.place.toPublic(),
                failure.reason,
                message,
            )
        is FfiKeypackageFailure.NoCiphersuites ->
            KeypackageException.NoCiphersuites(
                failure.supported.map { number ->
                    Ciphersuite(number.toInt())
                },
                message,
            )
        is FfiKeypackageFailure.UnsupportedCiphersuite ->
            KeypackageException.UnsupportedCiphersuite(
                Ciphersuite(failure.found.toInt()),
                failure.supported.map { number ->
                    Ciphersuite(number.toInt())
                },
                message,
            )
        is FfiKeypackageFailure.ExpiresTooSoon ->
            KeypackageException.ExpiresTooSoon(
                failure.remaining.toSeconds(),
                failure.limit.toSeconds(),
                message,
            )
        is FfiKeypackageFailure.BatchTooLarge ->
            KeypackageException.BatchTooLarge(
                failure.asked.clamped(),
                failure.limit.clamped(),
                message,
            )
        is FfiKeypackageFailure.NotBuilt -> KeypackageException.NotBuilt(failure.reason, message)
        is FfiKeypackageFailure.NotEncoded -> KeypackageException.NotEncoded(failure.reason, message)
        is FfiKeypackageFailure.NotDecoded -> KeypackageException.NotDecoded(failure.reason, message)
        FfiKeypackageFailure.Other -> KeypackageException.Other(message)
    }
