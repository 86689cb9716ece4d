package dev.mlskit.tests

import com.sun.management.OperatingSystemMXBean
import com.sun.management.ThreadMXBean
import dev.mlskit.Keypackage
import dev.mlskit.PlainMessage
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
            open("alice").shutdown() // Loading the library is not what this is about.
            val called = mutableSetOf<String>()
            val caller = CompletableDeferred<Thread>()
            val observer =
                launch(Dispatchers.IO) {
                    val watched = caller.await()
                    while (isActive) {
                        crossing(watched)?.let { called += it }
                        delay(100.microseconds)
                    }
                }
            Executors.newSingleThreadExecutor { Thread(it, "caller") }.asCoroutineDispatcher().use { dispatcher ->
                withContext(dispatcher) {
                    caller.complete(Thread.currentThread())
                    val (client, credential) = client("alice")
                    repeat(30) {
                        client.transaction { tx ->
                            repeat(5) { tx.generate(credential) }
                            assertTrue(Thread.currentThread().name.startsWith("caller"))
                        }
                        client.stored()
                    }
                    client.shutdown()
                }
            }
            observer.cancelAndJoin()
            // These do nothing but set or read a value.
            val allowed = setOf("dev.mlskit.ffi.CancelToken", "dev.mlskit.ffi.Client.id")
            assertTrue(called.all { call -> allowed.any { call.startsWith("$it.") } }, "$called")
        }

    /** The generated function by which a thread is in native code just now, or on its way there or back. */
    private fun crossing(thread: Thread): String? {
        val generated = thread.stackTrace.filter { it.className.startsWith("dev.mlskit.ffi.") }
        val isCrossing = generated.any { "Uniffi" in it.className || "FfiConverter" in it.className }
        return generated.lastOrNull()?.takeIf { isCrossing }?.run { "$className.$methodName." }
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

    @Test
    fun `what was encrypted is not copied on the thread of the caller`() =
        scenario {
            val (client, credential) = client("alice")
            val group = client.transaction { tx -> tx.createGroup(credential) }
            val messages = List(20) { PlainMessage(ByteArray(100_000)) }
            Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { caller ->
                withContext(caller) {
                    val thread = ManagementFactory.getThreadMXBean() as ThreadMXBean
                    val before = thread.currentThreadAllocatedBytes
                    val sealed = client.transaction { tx -> tx.encryptMessages(group, messages) }
                    val allocated = thread.currentThreadAllocatedBytes - before
                    assertTrue(allocated < 1_000_000, "$allocated bytes for ${sealed.size} messages")
                    assertTrue(sealed.all { it.open().size > 100_000 })
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
