package dev.mlskit.tests

import com.sun.management.OperatingSystemMXBean
import dev.mlskit.Keypackage
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import java.lang.management.ManagementFactory
import java.util.concurrent.Executors
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.nanoseconds

/** Which threads work, and which don't. */
class ThreadsTest {
    @Test
    fun `nothing native runs on the thread of the caller`() =
        scenario {
            val native = mutableSetOf<String>()
            val caller = CompletableDeferred<Thread>()
            val observer =
                launch(Dispatchers.IO) {
                    val watched = caller.await()
                    while (isActive) {
                        native += watched.stackTrace.filter { "dev.mlskit.ffi" in it.className }.map { it.methodName }
                        delay(100.microseconds)
                    }
                }
            Executors.newSingleThreadExecutor { Thread(it, "caller") }.asCoroutineDispatcher().use { dispatcher ->
                withContext(dispatcher) {
                    val (client, credential) = client("alice")
                    // Loading the library is not what this is about.
                    caller.complete(Thread.currentThread())
                    repeat(30) {
                        client.transaction { tx ->
                            repeat(5) { tx.generate(credential) }
                            assertTrue(Thread.currentThread().name.startsWith("caller"))
                        }
                        client.stored()
                    }
                }
            }
            observer.cancelAndJoin()
            assertTrue(native.none { "future" in it.lowercase() || "async" in it.lowercase() }, "$native")
        }

    @Test
    fun `the thread of the caller spends no time on what is native`() =
        scenario {
            val (client, credential) = client("alice")
            val bytes = client.keypackage(credential).toByteArray()
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { caller ->
                withContext(caller) {
                    // What the virtual machine compiles and loads on this thread is not what this is about.
                    repeat(3) { client.transaction { tx -> tx.generateKeypackages(credential, 10) } }
                    val (own, all) = costs { client.transaction { tx -> tx.generateKeypackages(credential, 300) } }
                    assertTrue(own * 5 < all, "the caller's thread worked for $own of $all")
                    // So it would look: a function that checks signatures where it is called.
                    val (here, everywhere) = costs { repeat(300) { Keypackage.check(bytes) } }
                    assertTrue(here * 4 > everywhere, "the caller's thread worked for $here of $everywhere")
                }
            }
        }

    /** How long this thread, and all threads together, have worked meanwhile. */
    private suspend fun costs(work: suspend () -> Unit): Pair<Duration, Duration> {
        val process = ManagementFactory.getOperatingSystemMXBean() as OperatingSystemMXBean
        val thread = ManagementFactory.getThreadMXBean()
        val (own, all) = thread.currentThreadCpuTime to process.processCpuTime
        work()
        return (thread.currentThreadCpuTime - own).nanoseconds to (process.processCpuTime - all).nanoseconds
    }
}
