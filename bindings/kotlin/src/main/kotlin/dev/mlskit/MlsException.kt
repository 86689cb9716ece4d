package dev.mlskit

/**
 * What any call can fail with. Its type tells what it is and who is at fault, its message the same in English: what
 * was expected, what was found, what to do. Messages hold no secrets.
 *
 * ```kotlin
 * suspend fun fetched(client: MlsClient, from: ClientId, bytes: ByteArray): Keypackage? =
 *     try {
 *         client.importKeypackageOf(from, bytes)
 *     } catch (e: KeypackageException.Rejected) {
 *         println("the key package of $from is of no use: ${e.message}")
 *         null
 *     }
 * ```
 */
public sealed class MlsException(
    message: String,
    cause: Throwable? = null,
) : Exception(message, cause) {
    /** What happened and what to do, in English. */
    override val message: String
        get() = checkNotNull(super.message)

    /** Caller: the commit or proposal was accepted before, or its transaction has ended. Process its message anew. */
    public class Spent internal constructor(
        message: String,
    ) : MlsException(message)

    /** A bug here, or a native library of another version than this class. */
    public class Bug internal constructor(
        message: String,
        cause: Throwable? = null,
    ) : MlsException(message, cause)
}
