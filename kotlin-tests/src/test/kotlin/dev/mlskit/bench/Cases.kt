package dev.mlskit.bench

import dev.mlskit.MlsClient
import dev.mlskit.PlainMessage
import kotlin.time.Duration
import kotlin.time.Instant
import kotlin.time.measureTime

private const val BATCH = 100
private val MESSAGE = ByteArray(1024) { 0x5a }

/** What is measured. Each case prepares and verifies outside of the time that it returns. */
class Cases(
    /** What they work with. */
    val world: World,
) {
    /** Does a case's work once. The time is that of one unit: `scripts/bench-ffi` says what that is. */
    suspend fun run(case: String): Duration =
        when (case) {
            "call" -> call()
            "operation" -> operation()
            "transaction" -> transaction()
            "one" -> one()
            "batch" -> batch()
            "list" -> list()
            "remove" -> remove()
            "encrypt" -> encrypt()
            "each" -> encryptEach()
            else -> error("there is no case $case")
        }

    private fun call(): Duration = measureTime { repeat(1000) { MlsClient.groupOf(world.message) } } / 1000

    private suspend fun operation(): Duration =
        world.alice.client.transaction { tx ->
            measureTime { repeat(BATCH) { tx.removeKeypackage(world.gone) } } / BATCH
        }

    private suspend fun transaction(): Duration = measureTime { repeat(20) { world.alice.client.transaction { } } } / 20

    private suspend fun one(): Duration {
        val (client, credential) = world.alice.run { client to credential }
        val taken = measureTime { repeat(10) { client.transaction { tx -> tx.generateKeypackage(credential) } } }
        empty(10)
        return taken / 10
    }

    private suspend fun batch(): Duration {
        val taken = measureTime { world.alice.generate(BATCH) }
        empty(BATCH)
        return taken
    }

    /** Removes what a turn has made. */
    private suspend fun empty(made: Int) {
        val found = world.alice.client.getKeypackageRefs().size
        world.alice.empty()
        check(found == made) { "$made packages were made, but $found found" }
    }

    private suspend fun list(): Duration {
        var read = 0
        val taken =
            measureTime {
                for (ref in world.lister.client.getKeypackageRefs()) {
                    if (ref.lifetime.notAfter > EPOCH && !ref.isLastResort) read++
                }
            }
        check(read == LISTED) { "$read packages were read" }
        return taken
    }

    private suspend fun remove(): Duration {
        world.remover.generate(BATCH)
        val taken = measureTime { world.remover.empty() }
        val left = world.remover.client.getKeypackageRefs().size
        check(left == KEPT) { "$left packages are left" }
        return taken
    }

    private suspend fun encrypt(): Duration {
        val messages = List(BATCH) { PlainMessage(MESSAGE) }
        return measureTime {
            val sealed = world.speaker.transaction { tx -> tx.encryptMessages(world.group, messages) }
            for (message in sealed) message.open()
        }
    }

    private suspend fun encryptEach(): Duration =
        measureTime {
            val sealed = world.speaker.transaction { tx -> List(BATCH) { tx.encryptMessage(world.group, MESSAGE) } }
            for (message in sealed) message.open()
        }

    private companion object {
        val EPOCH = Instant.fromEpochSeconds(0)
    }
}
