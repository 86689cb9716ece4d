package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.ClientOptions
import dev.mlskit.CredentialException
import dev.mlskit.LiveObjects
import dev.mlskit.StorageException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Test
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** Many coroutines and one client, and two clients on one file. */
class ConcurrencyTest {
    @Test
    fun `two hundred transactions of one client all succeed in the order of asking`() =
        scenario {
            // The last one waits for 199 commits, on whatever medium.
            val (client, credential) = client("alice", ClientOptions(busyTimeout = 10.minutes))
            val order = mutableListOf<Int>()
            val asked = mutableListOf<Job>()
            client.transaction {
                repeat(200) { number ->
                    asked +=
                        ask {
                            client.transaction { tx ->
                                order += number
                                tx.generate(credential)
                            }
                        }
                }
                assertEquals(200, LiveObjects.count().waiting)
            }
            asked.joinAll()
            assertEquals((0..<200).toList(), order)
            assertStored(200, client)
        }

    /** Runs [call] until it waits for its transaction: where native calls are made already, it is not dispatched. */
    private fun World.ask(call: suspend () -> Unit): Job =
        launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { call() }

    @Test
    fun `who stops waiting is passed over and the others keep their order`() =
        scenario {
            val client = open("alice")
            val order = mutableListOf<Int>()
            val waiting = mutableListOf<Job>()
            client.transaction {
                repeat(30) { number ->
                    val job = ask { client.transaction { order += number } }
                    if (number % 3 == 0) waiting += job else job.cancelAndJoin()
                }
            }
            waiting.joinAll()
            assertEquals((0..<30 step 3).toList(), order)
        }

    @Test
    fun `who is cancelled while waiting stops at once`() =
        scenario {
            val client = open("alice")
            client.transaction {
                var began = false
                val queued = this@scenario.launch(Dispatchers.Default) { client.transaction { began = true } }
                delay(50.milliseconds)
                // The busy time-out is ten seconds; this one has to come while the outer transaction is open.
                assertTrue(measureTime { queued.cancelAndJoin() } < 5.seconds)
                assertFalse(began)
                assertEquals(0, LiveObjects.count().waiting)
            }
        }

    @Test
    fun `tasks cancelled anywhere leave no lock and nothing half done`() =
        scenario {
            val (client, credential) = client("alice")
            val dice = Random(1)
            var completed = 0
            repeat(300) {
                val job =
                    launch(Dispatchers.Default) {
                        client.transaction { tx ->
                            tx.generate(credential)
                            tx.generate(credential)
                        }
                        completed++
                    }
                delay(dice.nextInt(3_000).microseconds)
                job.cancelAndJoin()
                assertEquals(0, LiveObjects.count().transactions)
                assertEquals(0, LiveObjects.count().waiting)
            }
            val stored = client.stored()
            assertTrue(stored % 2 == 0 && stored >= 2 * completed, "$stored packages, $completed blocks that returned")
            assertTrue(withTimeoutOrNull(5.seconds) { client.transaction { true } } == true)
        }

    @Test
    fun `tasks cancelled while they wait for each other leave no lock and no object`() =
        scenario {
            val (client, credential) = client("alice", ClientOptions(busyTimeout = 100.seconds))
            val dice = Random(2)
            coroutineScope {
                repeat(300) {
                    val job = launch(Dispatchers.Default) { client.transaction { tx -> tx.generate(credential) } }
                    if (dice.nextBoolean()) {
                        launch(Dispatchers.Default) {
                            delay(dice.nextInt(20_000).microseconds)
                            job.cancel()
                        }
                    }
                }
            }
            assertEquals(0, LiveObjects.count().transactions)
            assertEquals(0, LiveObjects.count().waiting)
            assertTrue(withTimeoutOrNull(5.seconds) { client.transaction { true } } == true)
        }

    @Test
    fun `who is cancelled before asking begins nothing`() =
        scenario {
            val client = open("alice")
            var began = false
            launch(start = CoroutineStart.UNDISPATCHED) {
                coroutineContext.job.cancel()
                client.transaction { began = true }
            }.join()
            assertFalse(began)
            assertEquals(0, LiveObjects.count().transactions)
        }

    @Test
    fun `closing ends the waiting of all who wait`() =
        scenario {
            val client = open("alice")
            val ends = mutableListOf<Throwable>()
            val waiting = mutableListOf<Job>()
            assertFails<StorageException.Closed> {
                client.transaction {
                    repeat(10) {
                        waiting +=
                            this@scenario.launch(Dispatchers.Default) {
                                runCatching { client.transaction { } }
                                    .onFailure { synchronized(ends) { ends += it } }
                            }
                    }
                    while (LiveObjects.count().waiting < 10) delay(1.milliseconds)
                    client.close()
                    waiting.joinAll()
                }
            }
            assertEquals(List(10) { StorageException.Closed::class }, ends.map { it::class })
        }

    @Test
    fun `two clients of one file see what the other committed and wait a bounded time`() =
        scenario {
            val options = ClientOptions(busyTimeout = 150.milliseconds)
            val (one, credential) = client("alice", options)
            val other = open("alice", options)
            assertEquals(listOf(credential), other.credentials())
            one.transaction { tx ->
                tx.generate(credential)
                assertFails<StorageException.DatabaseBusy> { other.transaction { } }
            }
            assertStored(1, other)
        }

    @Test
    fun `an empty id is refused before there is a file`() =
        scenario {
            assertFails<CredentialException.EmptyClientId> { open("") }
            assertFalse(file("").exists())
            assertEquals(0, ClientId(ByteArray(0)).size)
        }
}
