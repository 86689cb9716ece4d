package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.KeypackageDirectory
import dev.mlskit.KeypackageRef
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation

/** What becomes of one request. */
enum class Fault {
    /** It is done and answered, as without a fault. */
    NONE,

    /** It is done; the answer is lost. */
    LOST_ANSWER,

    /** It is lost on the way. */
    LOST_REQUEST,

    /** The directory says no, to this package alone. */
    REFUSED,

    /** It is done, and nothing ever comes back: whoever waits has to give up. */
    HANGS_WHEN_DONE,

    /** It is lost, and nothing ever comes back. */
    HANGS,

    /** It arrives twice. */
    DUPLICATE,

    /** The answer is lost, and it arrives when [MemoryDirectory.deliverLate] is called. */
    LATE,
}

/** Why a request failed, as far as its sender knows. */
sealed class DirectoryException(
    message: String,
) : Exception(message) {
    /** It may have been done or not. */
    class NoAnswer : DirectoryException("no answer")

    /** It was not done, and won't be. */
    class Refused : DirectoryException("refused")

    /** A package was published with other bytes than before. */
    class DifferentBytes : DirectoryException("the package was published with other bytes before")
}

/** A request that changes what is served. */
sealed interface Request {
    data class Publish(
        val ref: KeypackageRef,
        val bytes: Bytes,
    ) : Request

    data class Withdraw(
        val ref: KeypackageRef,
    ) : Request
}

/**
 * A directory of many clients' key packages, which goes wrong on demand. It serves a single-use package once, even if that
 * is published again, and the last-resort package that came last when no other is left. What was withdrawn it never serves
 * again.
 */
class MemoryDirectory {
    private val shelves = mutableMapOf<ClientId, MutableList<Request.Publish>>()

    /** All bytes that ever came, by package. */
    private val known = mutableMapOf<KeypackageRef, Bytes>()
    private val gone = mutableSetOf<KeypackageRef>()
    private val faults = ArrayDeque<Fault>()
    private val late = mutableListOf<Pair<ClientId, Request>>()
    private val arrived = mutableListOf<Request>()

    /** The requests that arrived, in their order. */
    val requests: List<Request>
        @Synchronized get() = arrived.toList()

    /** Done when a request hangs. */
    var hanging = CompletableDeferred<Unit>()
        private set

    /** What becomes of the next requests, one each. Those behind them go well. */
    @Synchronized
    fun fail(vararg next: Fault) {
        faults += next
        hanging = CompletableDeferred()
    }

    /** Delivers what was late, in the order in which it was sent. */
    @Synchronized
    fun deliverLate() {
        // Nobody waits for the answer.
        late.forEach { (clientId, request) -> runCatching { perform(clientId, request) } }
        late.clear()
    }

    /** What is on the shelf of a client, in the order in which it came. */
    @Synchronized
    fun served(clientId: ClientId): List<KeypackageRef> = shelves[clientId].orEmpty().map { it.ref }

    /** Takes a package of a client, as a peer does. */
    @Synchronized
    fun take(
        clientId: ClientId,
        ciphersuite: Ciphersuite,
    ): ByteArray? {
        val shelf = shelves[clientId] ?: return null
        val fitting = shelf.filter { it.ref.ciphersuite == ciphersuite }
        val singleUse = fitting.firstOrNull { !it.ref.isLastResort }
        singleUse?.let {
            shelf -= it
            gone += it.ref
        }
        return (singleUse ?: fitting.lastOrNull())?.bytes?.toByteArray()
    }

    /** The directory as a client's app sees it. */
    fun of(clientId: ClientId): KeypackageDirectory = Shelf(clientId)

    @Synchronized
    private fun receive(
        clientId: ClientId,
        request: Request,
    ): Fault {
        val fault = faults.removeFirstOrNull() ?: Fault.NONE
        when (fault) {
            Fault.NONE, Fault.LOST_ANSWER, Fault.HANGS_WHEN_DONE -> perform(clientId, request)
            Fault.DUPLICATE -> repeat(2) { perform(clientId, request) }
            Fault.LATE -> late += clientId to request
            Fault.LOST_REQUEST, Fault.HANGS, Fault.REFUSED -> Unit
        }
        return fault
    }

    private fun perform(
        clientId: ClientId,
        request: Request,
    ) {
        arrived += request
        val shelf = shelves.getOrPut(clientId) { mutableListOf() }
        when (request) {
            is Request.Publish -> {
                val bytes = known.getOrPut(request.ref) { request.bytes }
                if (bytes != request.bytes) throw DirectoryException.DifferentBytes()
                if (request.ref !in gone && shelf.none { it.ref == request.ref }) shelf += request
            }
            is Request.Withdraw -> {
                shelf.removeAll { it.ref == request.ref }
                gone += request.ref
            }
        }
    }

    private inner class Shelf(
        private val clientId: ClientId,
    ) : KeypackageDirectory {
        override suspend fun publish(
            keypackageRef: KeypackageRef,
            bytes: ByteArray,
        ) = ask(Request.Publish(keypackageRef, Bytes(bytes)))

        override suspend fun withdraw(keypackageRef: KeypackageRef) = ask(Request.Withdraw(keypackageRef))

        override suspend fun fetch(
            clientId: ClientId,
            ciphersuite: Ciphersuite,
        ): ByteArray? = take(clientId, ciphersuite)

        override fun isRefusal(error: Exception): Boolean =
            error is DirectoryException && error !is DirectoryException.NoAnswer

        private suspend fun ask(request: Request) {
            when (receive(clientId, request)) {
                Fault.NONE, Fault.DUPLICATE -> Unit
                Fault.REFUSED -> throw DirectoryException.Refused()
                Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.LATE -> throw DirectoryException.NoAnswer()
                Fault.HANGS, Fault.HANGS_WHEN_DONE -> {
                    hanging.complete(Unit)
                    awaitCancellation()
                }
            }
        }
    }
}
