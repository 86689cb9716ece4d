package dev.mlskit

import kotlin.time.Instant

/**
 * Where a client's peers get its key packages from. An app implements it over its server, as the client's user, for
 * [MlsClient.syncKeypackages]: one object for each client, which knows its id. Its calls are made by the coroutine that
 * supplies it.
 *
 * All credentials of a client use one directory: what is to be withdrawn is told to whichever is asked next, and one that
 * does not know the package says yes.
 *
 * What the library relies on:
 * - [publish] of what the directory has had before, with the same reference, is a success and changes nothing: nor does it
 *   serve a package anew that it has served or was told to withdraw.
 * - A single-use package is served once, the last-resort package only when no other is left.
 * - [withdraw] of what the directory does not have is a success.
 * - An exception says nothing: it may have been done all the same. A call that does not come back is the app's to end, by
 *   cancelling or by a time limit of its own: whoever is called next goes on from there.
 *
 * ```kotlin
 * class Server(private val http: Http) : KeypackageDirectory {
 *     override suspend fun publish(keypackageRef: KeypackageRef, bytes: ByteArray) =
 *         http.put("/keypackages/$keypackageRef?last-resort=${keypackageRef.isLastResort}", bytes)
 *
 *     override suspend fun withdraw(keypackageRef: KeypackageRef) = http.delete("/keypackages/$keypackageRef")
 *
 *     override suspend fun fetch(clientId: ClientId, ciphersuite: Ciphersuite) =
 *         http.take("/clients/$clientId/keypackages?suite=${ciphersuite.number}")
 *
 *     override fun isRefusal(error: Exception) =
 *         error is HttpException && error.status in 400..499 && error.status !in setOf(401, 403, 408, 429)
 * }
 * ```
 */
public interface KeypackageDirectory {
    /** Serves a key package of this client from now on. [KeypackageRef.isLastResort] tells which kind it is. */
    public suspend fun publish(
        keypackageRef: KeypackageRef,
        bytes: ByteArray,
    )

    /**
     * Serves a key package of this client no longer. [KeypackageRef.hashRef] and the hexadecimal digits that
     * [KeypackageRef.toString] gives name it; all else is unknown of one that an early version of this library has removed.
     */
    public suspend fun withdraw(keypackageRef: KeypackageRef)

    /**
     * Takes a key package of a peer, if there is one: give it to [MlsClient.importKeypackageOf]. The library never calls it;
     * it is for whoever adds members, so that one object stands for the whole server.
     */
    public suspend fun fetch(
        clientId: ClientId,
        ciphersuite: Ciphersuite,
    ): ByteArray?

    /**
     * Whether an exception concerns the one package alone: the directory has said no to it, and the others are tried. At any
     * other, as that the network is gone, [MlsClient.syncKeypackages] stops: at one that says that the client is not let in
     * (401 or 403 in HTTP), was too slow (408) or asks too often (429), too. It is not asked about cancellation.
     *
     * A directory that calls a lasting refusal something else stops each run at the same package.
     */
    public fun isRefusal(error: Exception): Boolean
}

/** What one [MlsClient.syncKeypackages] did. */
public data class KeypackageSyncReport(
    /** What the directory has been told to serve. */
    public val published: List<KeypackageRef>,
    /** What the directory has been told to serve no longer. */
    public val withdrawn: List<KeypackageRef>,
    /** What the directory has [refused][KeypackageDirectory.isRefusal]. It is tried again the next time, within an hour. */
    public val refused: List<RefusedKeypackage>,
    /** When to call again, if nothing happens before. `null`, where there is nothing to wait for. */
    public val next: Instant?,
)

/** A key package that a directory would not serve, or not withdraw. */
public data class RefusedKeypackage(
    /** Which. */
    public val ref: KeypackageRef,
    /** Why. */
    public val error: Exception,
)
