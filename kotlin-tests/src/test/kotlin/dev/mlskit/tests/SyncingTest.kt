package dev.mlskit.tests

import dev.mlskit.KeypackageDirectory
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageSyncReport
import dev.mlskit.LiveObjects
import dev.mlskit.StorageException
import dev.mlskit.TransactionException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertSame
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

/** The loop over a directory that goes wrong. */
class SyncingTest {
    @Test
    fun `a run supplies the directory and says when to come back`() =
        scenario {
            val alice = managed(few(3).copy(lastResort = true))
            val report = alice.sync()
            assertEquals(Triple(4, 0, 0), report.sizes)
            assertEquals(report.published, alice.served)
            val second = alice.sync()
            assertEquals(0 to report.next, second.published.size to second.next)
            alice.clock.now = assertNotNull(report.next)
            val refresh = alice.sync()
            assertEquals(Triple(4, 4, 0), refresh.sizes)
            assertEquals(refresh.published, alice.served)
            assertEquals(4, alice.sync(few(0)).withdrawn.size)
            repeat(9) {
                alice.clock.advance(1.days)
                alice.sync(few(0))
            }
            assertNull(alice.sync(few(0)).next)
            assertEquals(emptyList(), alice.stored())
        }

    @Test
    fun `a peer fetches what was published and its welcome opens`() =
        scenario {
            val alice = managed(few(1).copy(lastResort = true))
            alice.sync()
            val (bob, bobs) = client("bob")
            val shelf = alice.directory.of(bob.id)
            repeat(3) { round ->
                val bytes = assertNotNull(shelf.fetch(alice.client.id, SUITE))
                val keypackage = bob.importKeypackageOf(alice.client.id, bytes)
                assertEquals(round > 0, keypackage.info().isLastResort, "last, and again and again")
                val group = bob.transaction { tx -> tx.createGroup(bobs) }
                bob.add(group, keypackage)
                alice.join(bob.welcome())
            }
            alice.sync()
            assertEquals(2, alice.served.size)
        }

    @Test
    fun `whatever goes wrong the next run ends it`() =
        scenario {
            val faults =
                listOf(Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.REFUSED, Fault.DUPLICATE, Fault.LATE)
            for (fault in faults) {
                for (at in 0..<6) {
                    val what = "$fault at $at"
                    val alice = managed(few(3), what)
                    alice.sync()
                    alice.clock.advance(57.days)
                    alice.directory.fail(*Array(at) { Fault.NONE }, fault)
                    alice.syncThrough(fault)
                    assertTrue(alice.served.size >= 3, what)
                    assertEquals(0, LiveObjects.count().keypackageSyncs, what)
                    alice.reopen()
                    alice.sync()
                    alice.directory.deliverLate()
                    alice.sync()
                    assertEquals(3, alice.served.size, what)
                    assertTrue(alice.stored().containsAll(alice.served), what)
                    alice.client.shutdown()
                }
            }
        }

    private suspend fun Managed.syncThrough(fault: Fault) {
        when (fault) {
            Fault.DUPLICATE -> assertEquals(3, sync().published.size)
            Fault.REFUSED -> {
                val report = sync()
                assertEquals(1, report.refused.size)
                assertTrue(assertNotNull(report.next) - clock.now <= 1.hours)
            }
            else -> assertFails<DirectoryException.NoAnswer> { sync() }
        }
    }

    @Test
    fun `a directory that hangs is given up and the next run goes on`() =
        scenario {
            for (fault in listOf(Fault.HANGS, Fault.HANGS_WHEN_DONE)) {
                val alice = managed(few(3), "$fault")
                alice.directory.fail(Fault.NONE, fault)
                val run = launch { alice.sync() }
                alice.directory.hanging.await()
                // While it hangs, others work.
                alice.generate()
                assertEquals(1, LiveObjects.count().keypackageSyncs)
                run.cancelAndJoin()
                assertEquals(0, LiveObjects.count().keypackageSyncs)
                assertEquals(2, alice.status().pending)
                assertEquals(2, alice.sync().published.size)
                assertEquals(3, alice.served.size)
            }
        }

    @Test
    fun `a cancelled task ends the supplying and what was answered is stored`() =
        scenario {
            val alice = managed(few(3))
            alice.directory.fail(Fault.NONE, Fault.NONE, Fault.HANGS)
            var isReported = false
            val run =
                launch {
                    alice.sync()
                    isReported = true
                }
            alice.directory.hanging.await()
            run.cancelAndJoin()
            assertFalse(isReported)
            assertEquals(0, LiveObjects.count().keypackageSyncs)
            assertEquals(2 to 1, alice.status().run { published to pending })
            assertEquals(2, alice.directory.requests.size)
        }

    /** Here it is the directory's own time limit, in a coroutine that goes on. */
    @Test
    fun `a directory that throws a cancellation is not taken for a refusal`() =
        scenario {
            val alice = managed(few(3))
            val impatient =
                object : Wrapped(alice.shelf) {
                    override suspend fun publish(
                        keypackageRef: KeypackageRef,
                        bytes: ByteArray,
                    ) = withTimeout(50.milliseconds) { super.publish(keypackageRef, bytes) }

                    override fun isRefusal(error: Exception) = true
                }
            alice.directory.fail(Fault.NONE, Fault.HANGS)
            assertFails<TimeoutCancellationException> {
                alice.client.syncKeypackages(impatient, alice.credential, alice.policy)
            }
            assertEquals(0, LiveObjects.count().keypackageSyncs)
            assertEquals(1, alice.directory.requests.size)
            assertEquals(2, alice.sync().published.size)
        }

    @Test
    fun `two runs at once do no harm`() =
        scenario {
            val alice = managed(few(5))
            repeat(3) {
                List(2) { async(Dispatchers.Default) { alice.sync() } }.awaitAll()
                assertEquals(5, alice.served.size)
                val status = alice.status()
                assertEquals(Triple(0, 5, 0), Triple(status.pending, status.published, status.retired))
                alice.clock.advance(57.days)
            }
        }

    @Test
    fun `a refused package holds nothing else up`() =
        scenario {
            val alice = managed(few(3))
            alice.directory.fail(Fault.REFUSED)
            val report = alice.sync()
            assertEquals(Triple(2, 0, 1), report.sizes)
            val refused = report.refused.single()
            assertIs<DirectoryException.Refused>(refused.error)
            assertEquals(listOf(refused.ref), alice.sync().published)
        }

    @Test
    fun `a package that was used while a run was under way is not published`() =
        scenario {
            val alice = managed(few(2))
            val outgoing = alice.maintain()
            val (first, used) = outgoing.refs
            val welcome = alice.welcomeFor(used)
            val busy =
                object : Wrapped(alice.shelf) {
                    override suspend fun publish(
                        keypackageRef: KeypackageRef,
                        bytes: ByteArray,
                    ) {
                        if (keypackageRef == first) alice.join(welcome)
                        super.publish(keypackageRef, bytes)
                    }
                }
            // What takes the place of the used one is refused.
            alice.directory.fail(Fault.NONE, Fault.REFUSED)
            val report = alice.client.syncKeypackages(busy, alice.credential, alice.policy)
            assertEquals(listOf(first) to listOf(used), report.published to report.withdrawn)
            val next = report.refused.single().ref
            assertFalse(next in outgoing.refs)
            assertNotNull(report.next)
            // Without a confirmation it is left for the next run.
            assertEquals(listOf(next), alice.maintain().refs)
        }

    @Test
    fun `a withdrawal comes after the publication of what replaces it`() =
        scenario {
            val alice = managed(few(1).copy(lastResort = true))
            alice.sync()
            alice.clock.advance(57.days)
            alice.sync()
            val order = alice.directory.requests.map { it is Request.Publish }
            assertEquals(listOf(true, true, true, true, false, false), order)
        }

    @Test
    fun `no transaction is open while a step is taken`() =
        scenario {
            val alice = managed(few(1))
            val busy =
                object : Wrapped(alice.shelf) {
                    override suspend fun publish(
                        keypackageRef: KeypackageRef,
                        bytes: ByteArray,
                    ) = work { super.publish(keypackageRef, bytes) }

                    override suspend fun withdraw(keypackageRef: KeypackageRef) = work { super.withdraw(keypackageRef) }

                    private suspend fun work(step: suspend () -> Unit) {
                        assertEquals(0, LiveObjects.count().transactions)
                        alice.client.transaction { step() }
                    }
                }
            repeat(2) {
                val report = alice.client.syncKeypackages(busy, alice.credential, alice.policy)
                assertEquals(Triple(1, it, 0), report.sizes)
                alice.clock.advance(57.days)
            }
        }

    @Test
    fun `supplying inside of a block is a nested transaction`() =
        scenario {
            val alice = managed(few(1))
            for (call in listOf<suspend () -> Any>({ alice.sync() }, { alice.maintain() })) {
                assertFails<TransactionException.NestedTransaction> { alice.client.transaction { call() } }
            }
            assertEquals(emptyList(), alice.directory.requests)
            assertEquals(emptyList(), alice.stored())
        }

    @Test
    fun `what a directory throws comes out as it is`() =
        scenario {
            val alice = managed(few(2))
            for (own in listOf(IllegalStateException("on purpose"), AssertionError("on purpose"))) {
                val broken =
                    object : Wrapped(alice.shelf) {
                        override suspend fun publish(
                            keypackageRef: KeypackageRef,
                            bytes: ByteArray,
                        ) = throw own
                    }
                val thrown =
                    assertFails<Throwable> {
                        alice.client.syncKeypackages(broken, alice.credential, alice.policy)
                    }
                assertSame(own, thrown)
                assertEquals(0, LiveObjects.count().keypackageSyncs)
            }
            alice.client.shutdown()
            assertFails<StorageException.Closed> { alice.sync() }
        }

    /** A directory with something changed. */
    private open class Wrapped(
        shelf: KeypackageDirectory,
    ) : KeypackageDirectory by shelf

    private val KeypackageSyncReport.sizes: Triple<Int, Int, Int>
        get() = Triple(published.size, withdrawn.size, refused.size)
}
