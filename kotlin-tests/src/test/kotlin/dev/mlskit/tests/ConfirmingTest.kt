package dev.mlskit.tests

import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days

/** Answers that are late, repeated, unknown or wrong. */
class ConfirmingTest {
    @Test
    fun `confirmations of what is unknown are harmless`() =
        scenario {
            val alice = managed(few(2))
            val before = alice.maintain()
            val (bob, bobs) = client("bob")
            val foreign = bob.keypackage(bobs).ref
            alice.published(listOf(foreign, foreign))
            alice.withdrawn(listOf(foreign))
            alice.published(emptyList())
            assertEquals(before, alice.maintain())
        }

    @Test
    fun `confirmations that are repeated are harmless`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.publishAll()
            repeat(3) { alice.published(old) }
            assertEquals(1, alice.status().published)
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.maintain()
            alice.withdrawn(old)
            alice.clock.advance(5.days)
            // The grace is counted from the first.
            alice.withdrawn(old)
            alice.clock.advance(2.days)
            alice.maintain()
            alice.clock.advance(1.days)
            alice.maintain()
            assertFalse(old.single() in alice.stored())
            alice.withdrawn(old)
            alice.published(old)
            assertEquals(emptyList(), alice.maintain().withdraw)
        }

    @Test
    fun `an answer that comes when the package is to be withdrawn does not bring it back`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.maintain().refs
            alice.clock.advance(57.days)
            val new = alice.publishAll()
            assertEquals(old, alice.maintain().withdraw)
            alice.published(old)
            assertEquals(old, alice.maintain().withdraw)
            assertEquals(1, alice.status().published)
            assertFalse(new.single() in old)
        }

    /** The directory may have served it after the withdrawal, and would do so when its keys are gone. */
    @Test
    fun `a package whose publication is confirmed after its withdrawal is withdrawn again`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.maintain().refs
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.maintain()
            alice.withdrawn(old)
            assertEquals(emptyList(), alice.maintain().withdraw)
            alice.published(old)
            assertEquals(old, alice.maintain().withdraw)
            alice.withdrawn(old)
            alice.clock.advance(6.days)
            alice.maintain()
            assertTrue(old.single() in alice.stored(), "its grace begins with the second withdrawal")

            // So it does where the first grace was seen to be over.
            alice.clock.advance(1.days)
            alice.maintain()
            alice.published(old)
            assertEquals(old, alice.maintain().withdraw)
            alice.withdrawn(old)
            alice.clock.advance(2.days)
            alice.maintain()
            assertTrue(old.single() in alice.stored())
        }

    @Test
    fun `a package that the app withdrew by itself is replaced and keeps its keys for the grace`() =
        scenario {
            val alice = managed(few(2))
            val own = alice.publishAll().first()
            val welcome = alice.welcomeFor(own)
            alice.withdrawn(listOf(own))
            val outgoing = alice.maintain()
            assertEquals(1 to 0, outgoing.publish.size to outgoing.withdraw.size)
            alice.join(welcome)
        }
}
