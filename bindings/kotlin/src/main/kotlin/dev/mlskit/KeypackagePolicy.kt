package dev.mlskit

import kotlin.time.Duration
import dev.mlskit.ffi.KeypackagePolicy as FfiKeypackagePolicy

/**
 * How many key packages a directory is to serve, what they are like, and when they go. The default fits a messenger.
 *
 * ```kotlin
 * val policy = KeypackagePolicy(target = 100, lifetime = 60.days, config = KeypackageConfig(grease = true))
 * ```
 */
public data class KeypackagePolicy(
    /**
     * How many single-use packages the directory is to have, at most [Keypackage.MAX_BATCH]. 20, which is more invitations
     * than most clients get between two times online; what goes beyond is the last-resort package's.
     */
    public val target: Int? = null,
    /**
     * How long before its expiry a package is replaced, at least; up to a quarter of it earlier, so that clients which
     * were set up at once don't come back at once. Of packages that live for less than three times as long, it is a third
     * of their life. 28 days, so that a client which is online once in four weeks never has an expired one at the directory.
     */
    public val refreshMargin: Duration? = null,
    /**
     * How long the private keys of a withdrawn package stay: for Welcomes of peers who fetched it before. What is over is
     * purged when it has been seen to be over twice, a day apart, or [grace] if that is shorter (of what has expired it is
     * always a day): a client that was offline for long gets its messages first, and a clock that is wrong for an hour
     * costs no keys. 7 days.
     */
    public val grace: Duration? = null,
    /**
     * Whether the directory is to have a package to serve when no other is left (RFC 9420 §16.8). Yes, since a client
     * without can't be added at all while it is offline.
     */
    public val lastResort: Boolean? = null,
    /** How long packages live, within [ClientOptions.maxLifetime]. 84 days, or the client's limit if that is shorter. */
    public val lifetime: Duration? = null,
    /**
     * In which form packages are given out, pending ones too: change it together with
     * [TransactionContext.renewKeypackages], or a directory gets other bytes for what it may have already.
     * [KeypackageFraming.BARE].
     */
    public val framing: KeypackageFraming? = null,
    /**
     * What packages are like; the policy's own [lifetime] and [lastResort] stand for those given here. It is for packages
     * made from now on: [TransactionContext.renewKeypackages] has those that are there replaced.
     */
    public val config: KeypackageConfig = KeypackageConfig(),
) {
    init {
        require(target == null || target >= 0) { "a number of key packages is not negative, but $target was given" }
    }

    internal fun toFfi(): FfiKeypackagePolicy =
        FfiKeypackagePolicy(
            target = target?.toUInt(),
            refreshMargin = refreshMargin?.toFfiSeconds(),
            grace = grace?.toFfiSeconds(),
            lastResort = lastResort,
            lifetime = lifetime?.toFfiSeconds(),
            framing = framing?.toFfi(),
            config = config.toFfi(),
        )
}
