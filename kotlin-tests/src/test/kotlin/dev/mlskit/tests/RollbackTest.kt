package dev.mlskit.tests

import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageRef
import dev.mlskit.MlsException
import dev.mlskit.StorageException
import dev.mlskit.TransactionException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import java.util.concurrent.Executors
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertSame
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** What is kept, what is undone, and how transactions end. */
class RollbackTest {
    private class OwnException : Exception("an app's own")

    @Test
    fun `what a block did is stored when it returns`() =
        scenario {
            val (client, credential) = client("alice")
            val returned = client.transaction { tx -> tx.generateKeypackage(credential).ref }
            assertEquals(listOf(returned), client.getKeypackageRefs())
        }

    @Test
    fun `a block that fails leaves nothing and its own error comes back`() =
        scenario {
            val (client, credential) = client("alice")
            val own = OwnException()
            val thrown =
                assertFails<OwnException> {
                    client.transaction { tx ->
                        tx.generate(credential)
                        throw own
                    }
                }
            assertSame(own, thrown)
            assertStored(0, client)
        }

    @Test
    fun `a block that throws an Error leaves nothing and the client goes on`() =
        scenario {
            val (client, credential) = client("alice")
            val own = AssertionError("on purpose")
            val thrown =
                assertFails<AssertionError> {
                    client.transaction { tx ->
                        tx.generate(credential)
                        throw own
                    }
                }
            assertSame(own, thrown)
            assertStored(0, client)
        }

    @Test
    fun `an error of a call that the block lets through comes back as it is`() =
        scenario {
            val (client, credential) = client("alice")
            var inside: MlsException? = null
            val outside =
                assertFails<TransactionException.NestedTransaction> {
                    client.transaction { tx ->
                        tx.generate(credential)
                        inside = assertFails<MlsException> { client.transaction { } }
                        throw inside
                    }
                }
            assertSame(inside, outside)
            assertStored(0, client)
        }

    @Test
    fun `a block that is cancelled leaves nothing and is rolled back before the caller goes on`() =
        scenario {
            val (client, credential) = client("alice")
            val reached = CompletableDeferred<Unit>()
            var cleanedUp = false
            val block =
                launch {
                    client.transaction { tx ->
                        try {
                            tx.generate(credential)
                            reached.complete(Unit)
                            awaitCancellation()
                        } finally {
                            withContext(NonCancellable) {
                                delay(20.milliseconds)
                                cleanedUp = tx.getKeypackageRefs().size == 1
                            }
                        }
                    }
                }
            reached.await()
            block.cancelAndJoin()
            assertTrue(cleanedUp, "the block's own clean-up still had its transaction")
            assertStored(0, client)
        }

    @Test
    fun `a block that times out leaves nothing and is rolled back before the caller goes on`() =
        scenario {
            val (client, credential) = client("alice")
            assertFails<TimeoutCancellationException> {
                withTimeout(100.milliseconds) {
                    client.transaction { tx ->
                        tx.generate(credential)
                        awaitCancellation()
                    }
                }
            }
            assertStored(0, client)
        }

    @Test
    fun `a cancelled block that returns all the same leaves nothing`() =
        scenario {
            val (client, credential) = client("alice")
            var returned = false
            launch(start = CoroutineStart.UNDISPATCHED) {
                client.transaction { tx ->
                    withContext(NonCancellable) { tx.generate(credential) }
                    this@launch.coroutineContext[kotlinx.coroutines.Job]!!.cancel()
                }
                returned = true
            }.join()
            assertFalse(returned)
            assertStored(0, client)
        }

    @Test
    fun `a cancelled block can not commit by itself`() =
        scenario {
            val (client, credential) = client("alice")
            launch(start = CoroutineStart.UNDISPATCHED) {
                client.transaction { tx ->
                    tx.generate(credential)
                    this@launch.cancel()
                    tx.finish()
                }
            }.join()
            assertStored(0, client)
        }

    @Test
    fun `the first error of a block wins over a rollback that fails`() =
        scenario {
            val (client, credential) = client("alice")
            val own = OwnException()
            val thrown =
                assertFails<OwnException> {
                    client.transaction { tx ->
                        tx.generate(credential)
                        client.shutdown()
                        throw own
                    }
                }
            assertSame(own, thrown)
        }

    @Test
    fun `closing rolls back what is open and every later call says closed`() =
        scenario {
            val (client, credential) = client("alice")
            assertFails<StorageException.Closed> {
                client.transaction { tx ->
                    tx.generate(credential)
                    client.shutdown()
                    tx.generate(credential)
                }
            }
            assertFails<StorageException.Closed> { client.transaction { } }
            assertFails<StorageException.Closed> { client.getKeypackageRefs() }
            assertEquals(0, open("alice").stored())
        }

    @Test
    fun `reading outside of an open transaction sees what is committed and waits for nothing`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                val keypackage = tx.generateKeypackage(credential)
                assertEquals(listOf(keypackage.ref), tx.getKeypackageRefs())
                assertEquals(0, client.stored())
            }
            assertEquals(1, client.stored())
        }

    @Test
    fun `a call that fails leaves the transaction as it was`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                tx.generate(credential)
                assertFails<KeypackageException.LifetimeTooShort> { tx.generateKeypackage(credential, Duration.ZERO) }
            }
            assertStored(1, client)
        }

    @Test
    fun `a block may use what the task owns and borrows`() =
        scenario {
            val (client, credential) = client("alice")
            val made = mutableListOf<KeypackageRef>()
            client.transaction { tx -> made += tx.generateKeypackage(credential).ref }
            assertEquals(made, client.getKeypackageRefs())
        }

    @Test
    fun `a block runs where its caller runs`() =
        scenario {
            val (client, credential) = client("alice")
            Executors.newSingleThreadExecutor { Thread(it, "caller") }.asCoroutineDispatcher().use { caller ->
                withContext(caller) {
                    client.transaction { tx ->
                        assertTrue(Thread.currentThread().name.startsWith("caller"))
                        tx.generate(credential)
                        assertTrue(Thread.currentThread().name.startsWith("caller"))
                    }
                }
            }
            assertStored(1, client)
        }
}
