package dev.mlskit.tests

import dev.mlskit.Credential
import dev.mlskit.CredentialChange
import dev.mlskit.GroupChange
import dev.mlskit.GroupException
import dev.mlskit.KeypackageChange
import dev.mlskit.LiveObjects
import dev.mlskit.MlsClient
import dev.mlskit.StateChange
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull

/** Watching: each commit of a client is told to all who watch it, and nothing else is. */
class WatchingTest {
    @Test
    fun `each change of a credential is told once and in order`() =
        scenario {
            val (client, own) = client("alice")
            val old = client.addCredential()
            val watcher = watch(client, own)
            val new = client.addCredential()
            assertEquals(listOf(of(CredentialChange.Added, new)), watcher.unread())

            repeat(2) { client.transaction { tx -> tx.replaceCredential(old, new, few(0)) } }
            assertEquals(listOf(of(CredentialChange.Replaced(new), old)), watcher.unread())

            val newest =
                client.transaction { tx ->
                    val newest = tx.addCredential(Credential.basic(SUITE, client.id))
                    tx.replaceCredential(new, newest, few(0))
                    newest
                }
            val replaced = CredentialChange.Replaced(newest)
            val expected = listOf(of(CredentialChange.Added, newest), of(replaced, old), of(replaced, new))
            assertEquals(expected, watcher.unread())

            client.transaction { tx -> tx.removeCredential(old) }
            assertEquals(listOf(of(CredentialChange.Removed, old)), watcher.unread())
        }

    @Test
    fun `what is not committed is not told`() =
        scenario {
            val (client, credential) = client("alice")
            val watcher = watch(client, credential)
            client.transaction { tx ->
                tx.generate(credential)
                tx.abort()
            }
            assertFails<IllegalStateException> {
                client.transaction { tx ->
                    tx.generate(credential)
                    error("on purpose")
                }
            }
            assertEquals(emptyList(), watcher.unread())

            val two = client.transaction { tx -> tx.generateKeypackages(credential, 2) }
            val told = assertIs<StateChange.OfKeypackages>(watcher.unread().single())
            assertEquals(KeypackageChange.GENERATED to two.map { it.ref }.toSet(), told.change to told.refs.toSet())
        }

    /** The package is consumed before the Welcome turns out to be wrong. */
    @Test
    fun `a call that fails tells nothing though its transaction is committed`() =
        scenario {
            val alice = managed(few(1))
            val welcome = alice.welcomeFor(alice.publishAll().single())
            welcome[welcome.size - 1] = (welcome.last().toInt() xor 1).toByte()
            val watcher = watch(alice)
            val group =
                alice.client.transaction { tx ->
                    val group = tx.createGroup(alice.credential)
                    assertFails<GroupException.BadWelcome> { tx.joinGroup(welcome) }
                    group
                }
            assertEquals(listOf(group(GroupChange.CREATED, group, 0)), watcher.unread())
        }

    @Test
    fun `who reads too slowly is told how many changes were missed`() =
        scenario {
            val (client, credential) = client("alice")
            val (isRead, goesOn) = List(2) { CompletableDeferred<Unit>() }
            val told = mutableListOf<StateChange>()
            val slow =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    client.changes().collect {
                        isRead.complete(Unit)
                        goesOn.await()
                        told += it
                    }
                }
            client.createAndDeleteAGroup(credential)
            isRead.await()
            // One change is in the collector's hands, one waits.
            repeat(130) { client.createAndDeleteAGroup(credential) }
            client.shutdown()
            goesOn.complete(Unit)
            slow.join()
            assertEquals(StateChange.Missed(5), told[1])
            assertEquals(2 + 256, told.size)
        }

    @Test
    fun `all who watch are told the same from when they began`() =
        scenario {
            val (client, credential) = client("alice")
            val (first, second) = List(2) { Told(this, client) }
            client.createAndDeleteAGroup(credential)
            val later = Told(this, client)
            client.createAndDeleteAGroup(credential)
            client.shutdown()
            assertEquals(4, first.all().size)
            assertEquals(first.all(), second.all())
            assertEquals(first.all().drop(2), later.all())
        }

    /** All that is told until the end. */
    private class Told(
        world: World,
        client: MlsClient,
    ) {
        private val changes = mutableListOf<StateChange>()
        private val end: Job =
            world.launch(start = CoroutineStart.UNDISPATCHED) { client.changes().collect { changes += it } }

        suspend fun all(): List<StateChange> = end.join().let { changes }
    }

    @Test
    fun `watching ends when the client is closed and all is read`() =
        scenario {
            val (client, credential) = client("alice")
            val told = Told(this, client)
            client.createAndDeleteAGroup(credential)
            client.shutdown()
            assertEquals(
                listOf(GroupChange.CREATED, GroupChange.DELETED),
                told.all().map {
                    (it as StateChange.OfGroup).change
                },
            )
            assertEquals(emptyList(), client.changes().toList())
            assertEquals(0L, LiveObjects.count().stateChanges)
        }

    @Test
    fun `who waits is woken by a change and by the end`() =
        scenario {
            val (client, credential) = client("alice")
            var first: StateChange? = null
            val waiting = launch(start = CoroutineStart.UNDISPATCHED) { first = client.changes().first() }
            client.createAndDeleteAGroup(credential)
            waiting.join()
            assertEquals(GroupChange.CREATED, assertIs<StateChange.OfGroup>(assertNotNull(first)).change)
            val end = Told(this, client)
            // Watching does not keep a client open.
            client.close()
            assertEquals(emptyList(), end.all())
        }

    @Test
    fun `another client of the same file is not heard`() =
        scenario {
            val (one, credential) = client("alice")
            val other = open("alice")
            val (ones, others) = watch(one, credential) to watch(other, credential)
            val added = one.addCredential()
            assertEquals(listOf(of(CredentialChange.Added, added)), ones.unread())
            assertEquals(emptyList(), others.unread())
            assertEquals(listOf(credential, added), other.credentials())
        }

    /** A collector that ends is no burden on the client, whatever ends it. */
    @Test
    fun `watching that is cancelled is freed`() =
        scenario {
            val (client, credential) = client("alice")
            val idle = launch(start = CoroutineStart.UNDISPATCHED) { client.changes().collect { } }
            val enough = launch(start = CoroutineStart.UNDISPATCHED) { client.changes().take(1).collect { } }
            var thrown: Throwable? = null
            val failing =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    thrown = runCatching { client.changes().collect { error("on purpose") } }.exceptionOrNull()
                }
            assertEquals(3L, LiveObjects.count().stateChanges)
            client.createAndDeleteAGroup(credential)
            enough.join()
            failing.join()
            assertIs<IllegalStateException>(thrown)
            assertEquals(1L, LiveObjects.count().stateChanges)
            idle.cancelAndJoin()
            assertEquals(0L, LiveObjects.count().stateChanges)
            client.createAndDeleteAGroup(credential)
        }
}
