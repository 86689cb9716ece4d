package dev.mlskit.tests

import dev.mlskit.GroupChange
import dev.mlskit.KeypackageChange
import dev.mlskit.KeypackagePolicy
import dev.mlskit.MessageException
import dev.mlskit.StateChange
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.time.Duration.Companion.days

/** What is told of key packages. */
class WatchingKeypackagesTest {
    @Test
    fun `each change of key packages is told once and in order`() =
        scenario {
            val alice = managed(few(1))
            val watcher = watch(alice)
            val old = alice.maintain().refs.single()
            val offered = listOf(packages(KeypackageChange.GENERATED, old), packages(KeypackageChange.PENDING, old))
            assertEquals(offered, watcher.unread())
            alice.maintain()
            assertEquals(emptyList(), watcher.unread(), "nothing has changed")
            repeat(2) { alice.published(listOf(old)) }
            assertEquals(listOf(packages(KeypackageChange.PUBLISHED, old)), watcher.unread())
            repeat(2) { alice.client.transaction { tx -> tx.renewKeypackages(alice.credential) } }
            assertEquals(listOf(packages(KeypackageChange.OUTDATED, old)), watcher.unread())
            val new = alice.publishAll().single()
            val replaced =
                listOf(
                    packages(KeypackageChange.GENERATED, new),
                    packages(KeypackageChange.PENDING, new),
                    packages(KeypackageChange.PUBLISHED, new),
                )
            assertEquals(replaced, watcher.unread())
            alice.maintain()
            assertEquals(listOf(packages(KeypackageChange.RETIRED, old)), watcher.unread())
            alice.withdrawn(listOf(old))
            alice.published(listOf(old))
            alice.withdrawn(listOf(old))
            val again = listOf(KeypackageChange.WITHDRAWN, KeypackageChange.RETIRED, KeypackageChange.WITHDRAWN)
            assertEquals(again.map { packages(it, old) }, watcher.unread())
            repeat(2) {
                alice.clock.advance(8.days)
                alice.maintain()
            }
            assertEquals(listOf(packages(KeypackageChange.PURGED, old)), watcher.unread())
        }

    @Test
    fun `a package that a welcome consumes is told with the group`() =
        scenario {
            val alice = managed(few(1))
            val used = alice.publishAll().single()
            val welcome = alice.welcomeFor(used)
            val watcher = watch(alice)
            assertFails<MessageException.Malformed> { alice.join(welcome.copyOfRange(1, welcome.size)) }
            assertEquals(emptyList(), watcher.unread(), "it is as before")
            val joined = alice.join(welcome)
            val expected =
                listOf(packages(KeypackageChange.CONSUMED, used), group(GroupChange.JOINED, joined.id, 1))
            assertEquals(expected, watcher.unread())
            alice.withdrawn(listOf(used))
            assertEquals(
                listOf(packages(KeypackageChange.WITHDRAWN, used)),
                watcher.unread(),
                "what it has left behind",
            )
            alice.withdrawn(listOf(used))
            assertEquals(emptyList(), watcher.unread())
        }

    @Test
    fun `a last resort package that is used is told once to be replaced`() =
        scenario {
            val alice = managed(KeypackagePolicy(target = 0))
            val used = alice.publishAll().single()
            val welcomes = List(2) { alice.welcomeFor(used) }
            val watcher = watch(alice)
            val (first, second) = welcomes.map { alice.join(it).id }
            val expected =
                listOf(
                    packages(KeypackageChange.OUTDATED, used),
                    group(GroupChange.JOINED, first, 1),
                    group(GroupChange.JOINED, second, 1),
                )
            assertEquals(expected, watcher.unread())
        }

    @Test
    fun `what happens to many packages at once is one change`() =
        scenario {
            val (client, credential) = client("alice")
            val watcher = watch(client, credential)
            val all = client.transaction { tx -> tx.generateKeypackages(credential, 100) }.map { it.ref }
            client.transaction { tx ->
                all.take(50).forEach { tx.removeKeypackage(it) }
                repeat(2) { tx.removeKeypackagesFor(credential) }
            }
            val told = watcher.unread().map { assertIs<StateChange.OfKeypackages>(it) }
            assertEquals(listOf(KeypackageChange.GENERATED, KeypackageChange.REMOVED), told.map { it.change })
            for (change in told) assertEquals(all.sorted(), change.refs.sorted())
        }

    @Test
    fun `what has expired is told as purged also where the app asks for it`() =
        scenario {
            val alice = managed(few(1))
            val one = alice.publishAll().single()
            val watcher = watch(alice)
            alice.clock.advance(100.days)
            assertEquals(1L, alice.client.transaction { tx -> tx.removeExpiredKeypackages() })
            assertEquals(listOf(packages(KeypackageChange.PURGED, one)), watcher.unread())
        }
}
