package dev.mlskit

import kotlin.time.Duration
import kotlin.time.Instant
import dev.mlskit.ffi.ClientOptions as FfiClientOptions
import dev.mlskit.ffi.ManualClock as FfiManualClock

/** Limits and surroundings of a client. The default fits a messenger. */
public class ClientOptions(
    /** The longest lifetime of a key package that this client makes, and its default lifetime if that is longer. 84 days. */
    public val maxLifetime: Duration? = null,
    /** The longest lifetime of another's key package that is accepted; an hour for clocks comes on top. 100 days. */
    public val maxAcceptedLifetime: Duration? = null,
    /** How long a key package must go on living to be added to a group. One day. */
    public val minRemainingLifetime: Duration? = null,
    /** How long a transaction waits for another. 10 seconds. */
    public val busyTimeout: Duration? = null,
    /** A clock to turn, for tests, in place of the system's. */
    public val clock: ManualClock? = null,
) {
    internal fun toFfi(): FfiClientOptions =
        FfiClientOptions(
            maxLifetime = maxLifetime?.toFfiSeconds(),
            maxAcceptedLifetime = maxAcceptedLifetime?.toFfiSeconds(),
            minRemainingLifetime = minRemainingLifetime?.toFfiSeconds(),
            busyTimeoutMillis = busyTimeout?.inWholeMilliseconds?.coerceAtLeast(0)?.toULong(),
        )
}

/**
 * A clock that stands until it is set, for tests. What the library itself checks goes by it; the signatures' own
 * checks of a lifetime read the system's clock all the same.
 */
public class ManualClock(
    now: Instant,
) : AutoCloseable {
    internal val ffi = FfiManualClock(now.toFfi())

    /** Sets the clock to [now], in whole seconds. */
    public fun set(now: Instant): Unit = ffi.set(now.toFfi())

    /** Frees the clock. Clients that have it keep it. */
    override fun close(): Unit = ffi.close()
}
