package dev.mlskit

import dev.mlskit.ffi.GroupConfig as FfiGroupConfig
import dev.mlskit.ffi.JoinOptions as FfiJoinOptions

/** How this client runs its side of a group. */
public class GroupConfig(
    /** How many past epochs' messages stay readable, at most 64; each costs space. 2. */
    public val pastEpochs: Int? = null,
    /**
     * How many messages of the same sender and epoch may be read before one that was sent earlier, which is still readable
     * then; at most 1,024, 0 for none. 32.
     */
    public val lateMessages: Int? = null,
    /** How many messages of the same sender and epoch may be missing before one that is readable; at most 65,536. 1,000. */
    public val skippedMessages: Int? = null,
    /** Messages are padded to a multiple of so many bytes, at most 65,536; 0 for none. 256. */
    public val padding: Int? = null,
    /** Whether Welcomes and group infos carry the ratchet tree (RFC 9420 §12.4.3.3). Yes. */
    public val ratchetTreeInWelcome: Boolean? = null,
    /**
     * Whether external commits (RFC 9420 §12.4.3.2) are let in: whoever holds a group info can come in then, under any
     * name. All members should be set alike. No.
     */
    public val externalJoins: Boolean? = null,
    /** Extensions of the group's context. Only its creator sets them. */
    public val contextExtensions: List<Extension> = emptyList(),
) {
    init {
        val numbers = listOfNotNull(pastEpochs, lateMessages, skippedMessages, padding)
        require(numbers.all { it >= 0 }) { "what a group is configured with is not negative" }
    }

    internal fun toFfi(): FfiGroupConfig =
        FfiGroupConfig(
            pastEpochs = pastEpochs?.toULong(),
            padding = padding?.toULong(),
            ratchetTreeInWelcome = ratchetTreeInWelcome,
            externalJoins = externalJoins,
            contextExtensions = contextExtensions.map(Extension::toFfi),
            lateMessages = lateMessages?.toULong(),
            skippedMessages = skippedMessages?.toULong(),
        )
}

/** How to join a group. */
public class JoinOptions(
    /** How this client runs its side of the group. */
    public val config: GroupConfig = GroupConfig(),
    /** The ratchet tree (RFC 9420 §12.4.3.3), where it comes out of band. */
    public val ratchetTree: Bytes? = null,
    /** Whether a group with the same id that this client is in is deleted first. */
    public val replace: Boolean = false,
) {
    internal fun toFfi(): FfiJoinOptions = FfiJoinOptions(config.toFfi(), ratchetTree?.toByteArray(), replace)
}
