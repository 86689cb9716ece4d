package dev.mlskit

import dev.mlskit.ffi.liveObjects

/** How many native objects of each kind live in this process: for tests that nothing is left behind. */
public data class LiveObjects(
    /** Clients that are not shut down, and those whose shutting down has not ended. */
    public val clients: Long,
    /** Open transactions. */
    public val transactions: Long,
    /** Calls that wait for their transaction. */
    public val waiting: Long,
    /** Clocks. */
    public val clocks: Long,
    /** Commits that came in. */
    public val stagedCommits: Long,
    /** Proposals that came in. */
    public val receivedProposals: Long,
    /** Encrypted messages, those of one call counted once. */
    public val sealedMessages: Long,
    /** Runs of [MlsClient.syncKeypackages]. */
    public val keypackageSyncs: Long,
    /** Collectors of [MlsClient.changes]. */
    public val stateChanges: Long,
) {
    /** Counts. */
    public companion object {
        /** Counts what lives now. */
        public fun count(): LiveObjects =
            with(liveObjects()) {
                LiveObjects(
                    clients.toLong(),
                    transactions.toLong(),
                    cancelTokens.toLong(),
                    clocks.toLong(),
                    stagedCommits.toLong(),
                    receivedProposals.toLong(),
                    sealedMessages.toLong(),
                    keypackageSyncs.toLong(),
                    stateChanges.toLong(),
                )
            }
    }
}
