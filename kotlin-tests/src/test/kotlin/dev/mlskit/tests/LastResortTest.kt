package dev.mlskit.tests

import dev.mlskit.GroupException
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days

/** The package for when no other is left. */
class LastResortTest {
    @Test
    fun `a last resort package that was used is replaced then withdrawn and purged after its grace`() =
        scenario {
            val alice = managed(few(0).copy(lastResort = true))
            val old = alice.publishAll()
            assertTrue(alice.status().hasLastResort)
            val (first, second) = List(2) { alice.welcomeFor(old.single()) }
            alice.join(first)
            assertTrue(old.single() in alice.stored(), "others may have fetched it")

            val outgoing = alice.maintain()
            assertEquals(1 to 0, outgoing.publish.size to outgoing.withdraw.size)
            assertEquals(outgoing, alice.maintain())
            alice.published(outgoing.refs)
            assertEquals(old, alice.maintain().withdraw)
            alice.join(second)
            assertFails<GroupException.WelcomeReplayed> { alice.join(first) }

            alice.withdrawn(old)
            alice.clock.advance(7.days)
            alice.maintain()
            assertTrue(old.single() in alice.stored())
            alice.clock.advance(1.days)
            alice.maintain()
            assertEquals(outgoing.refs, alice.stored())
            assertFails<GroupException.NoMatchingKeypackage> { alice.join(first) }
        }

    @Test
    fun `a join that is rolled back has not used the last resort package`() =
        scenario {
            val alice = managed(few(0).copy(lastResort = true))
            val welcome = alice.welcomeFor(alice.publishAll().single())
            alice.client.transaction { tx ->
                tx.joinGroup(welcome)
                tx.abort()
            }
            assertEquals(emptyList(), alice.maintain().publish)
        }

    @Test
    fun `the last resort package is given out before what has waited for longer`() =
        scenario {
            val alice = managed(few(2))
            val singleUse = alice.maintain().publish
            alice.policy = few(2).copy(lastResort = true)
            val all = alice.maintain().publish
            assertTrue(all.first().ref.isLastResort)
            assertEquals(singleUse, all.drop(1))
        }

    @Test
    fun `a policy that wants no last resort package any more has it withdrawn`() =
        scenario {
            val alice = managed(few(1).copy(lastResort = true))
            val published = alice.publishAll()
            alice.policy = few(1)
            val withdraw = alice.maintain().withdraw
            assertEquals(published.take(1), withdraw)
            assertTrue(withdraw.single().isLastResort)
        }
}
