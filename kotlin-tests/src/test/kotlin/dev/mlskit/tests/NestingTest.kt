package dev.mlskit.tests

import dev.mlskit.ClientOptions
import dev.mlskit.MlsClient
import dev.mlskit.TransactionException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** A transaction that is begun inside another would wait for itself. */
class NestingTest {
    private val short = 150.milliseconds

    private suspend fun assertNested(
        client: MlsClient,
        around: suspend (suspend () -> Unit) -> Unit = { it() },
    ) {
        assertFails<TransactionException.NestedTransaction> { around { client.transaction { } } }
    }

    @Test
    fun `a transaction inside a block is refused at once in every form`() =
        scenario {
            val client = open("alice")
            val took =
                measureTime {
                    client.transaction {
                        assertNested(client)
                        assertNested(client) { block -> withContext(Dispatchers.IO) { block() } }
                        assertNested(client) { block -> coroutineScope { async { block() }.await() } }
                    }
                }
            assertTrue(took < 9.seconds)
        }

    @Test
    fun `a refused transaction costs the block nothing`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                tx.generate(credential)
                assertNested(client)
            }
            assertStored(1, client)
        }

    @Test
    fun `reading inside a block is no transaction`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                tx.generate(credential)
                assertEquals(0, client.stored())
            }
        }

    @Test
    fun `two transactions side by side in one task are not nested`() =
        scenario {
            val (client, credential) = client("alice")
            coroutineScope { repeat(2) { launch { client.transaction { tx -> tx.generate(credential) } } } }
            assertStored(2, client)
        }

    @Test
    fun `a transaction of another client inside a block is not nested`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            alice.transaction { tx ->
                tx.generate(alices)
                bob.transaction { inner ->
                    inner.generate(bobs)
                    assertNested(alice)
                }
            }
            assertStored(1, alice)
            assertStored(1, bob)
        }

    @Test
    fun `a block that ended in any way leaves no mark`() =
        scenario {
            val client = open("alice")
            client.transaction { }
            client.transaction { assertNested(client) }
            assertFails<IllegalStateException> { client.transaction { error("on purpose") } }
            launch(start = CoroutineStart.UNDISPATCHED) { client.transaction { awaitCancellation() } }.cancelAndJoin()
            client.transaction { }
        }

    @Test
    fun `what outlives a block may begin a transaction of its own`() =
        scenario {
            val (client, credential) = client("alice")
            val outliving =
                client.transaction {
                    CoroutineScope(currentCoroutineContext() + Job()).also { scope ->
                        scope.async { assertNested(client) }.await()
                    }
                }
            outliving.async { client.transaction { tx -> tx.generate(credential) } }.await()
            assertStored(1, client)
        }

    @Test
    fun `a transaction in a task that a block waits for ends as busy`() =
        scenario {
            val client = open("alice", ClientOptions(busyTimeout = short))
            val elsewhere = CoroutineScope(Dispatchers.Default)
            val busy =
                client.transaction {
                    assertFails<TransactionException.TransactionBusy> {
                        elsewhere.async { client.transaction { } }.await()
                    }
                }
            assertTrue(busy.waited >= short && busy.openFor >= short, busy.message)
            client.transaction { }
        }
}
