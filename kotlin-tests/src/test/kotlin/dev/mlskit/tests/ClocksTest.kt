package dev.mlskit.tests

import dev.mlskit.CredentialRef
import dev.mlskit.KeypackageRef
import dev.mlskit.TransactionContext
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Instant

/** Clocks that jump, either way. */
class ClocksTest {
    private val years = 3650.days

    /** The calls by which an app removes packages. */
    private enum class Removal(
        val call: suspend (TransactionContext, CredentialRef, KeypackageRef) -> Unit,
    ) {
        ONE({ tx, _, one -> tx.removeKeypackage(one) }),
        OF_CREDENTIAL({ tx, credential, _ -> tx.removeKeypackagesFor(credential) }),
        WITH_CREDENTIAL({ tx, credential, _ -> tx.removeCredential(credential) }),
        EXPIRED({ tx, _, _ -> tx.removeExpiredKeypackages() }),
    }

    @Test
    fun `a clock that is years ahead for an hour costs no keys`() =
        scenario {
            val alice = managed(few(2))
            val published = alice.publishAll()
            val (used, kept) = published
            val welcome = alice.welcomeFor(used)
            val right = alice.clock.now
            alice.clock.advance(years)
            repeat(5) {
                alice.maintain()
                alice.reopen()
            }
            alice.clock.now = right + 1.hours
            assertTrue(alice.maintain().withdraw.none { it in published }, "nothing has replaced them")
            alice.clock.advance(2.days)
            repeat(2) { alice.maintain() }
            alice.join(welcome)
            assertTrue(kept in alice.stored())
            alice.clock.advance(85.days)
            alice.maintain()
            alice.clock.advance(1.days)
            alice.maintain()
            assertFalse(kept in alice.stored(), "its end comes when it is due")
        }

    @Test
    fun `a clock that is years ahead for an hour forgets no withdrawal`() =
        scenario {
            val alice = managed(few(1))
            val removed = alice.publishAll()
            alice.client.transaction { tx -> tx.removeKeypackage(removed.single()) }
            val right = alice.clock.now
            alice.clock.advance(years)
            assertTrue(removed.single() in alice.maintain().withdraw)
            alice.clock.now = right
            assertEquals(removed, alice.maintain().withdraw)
            repeat(3) {
                alice.clock.advance(50.days)
                alice.maintain()
            }
            alice.clock.now = right
            assertFalse(removed.single() in alice.maintain().withdraw, "it has expired, and that was seen twice")
        }

    @Test
    fun `what is removed by a clock that is ahead is withdrawn when the clock is right again`() =
        scenario {
            for (removal in Removal.entries) {
                val alice = managed(few(1), "$removal")
                val other = alice.addCredential()
                val published = alice.publishAll()
                val right = alice.clock.now
                alice.clock.advance(90.days)
                alice.client.transaction { tx -> removal.call(tx, alice.credential, published.single()) }
                assertEquals(emptyList(), alice.stored(), "$removal")
                alice.clock.now = right
                alice.credential = other
                repeat(2) {
                    assertEquals(published, alice.maintain().withdraw, "$removal")
                    alice.reopen()
                }
                assertEquals(1, alice.status().removed)
            }
        }

    @Test
    fun `a removal by a clock that is ahead forgets no removal before it`() =
        scenario {
            for (removal in Removal.entries) {
                val alice = managed(few(2), "$removal")
                val other = alice.addCredential()
                val (first, second) = alice.publishAll()
                alice.client.transaction { tx -> tx.removeKeypackage(first) }
                val right = alice.clock.now
                alice.clock.advance(90.days)
                repeat(if (removal == Removal.WITH_CREDENTIAL) 1 else 2) {
                    alice.client.transaction { tx -> removal.call(tx, alice.credential, second) }
                }
                alice.clock.now = right
                alice.credential = other
                val withdraw = alice.maintain().withdraw
                assertEquals(2 to setOf(first, second), withdraw.size to withdraw.toSet(), "$removal")
            }
        }

    @Test
    fun `packages made by a clock that was ahead are replaced and don't stay for ever`() =
        scenario {
            val alice = managed(few(2))
            val right = alice.clock.now
            alice.clock.advance(years)
            val ahead = alice.publishAll()
            alice.clock.now = right
            val outgoing = alice.maintain()
            val new = outgoing.refs
            assertEquals(2 to 0, new.size to outgoing.withdraw.size)
            alice.published(new)
            val withdraw = alice.maintain().withdraw
            assertEquals(ahead, withdraw)
            alice.withdrawn(withdraw)
            repeat(9) {
                alice.clock.advance(1.days)
                alice.maintain()
            }
            assertEquals(new, alice.stored())
        }

    @Test
    fun `a withdrawal noted by a clock that was ahead has its grace from now on`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.publishAll()
            val welcome = alice.welcomeFor(old.single())
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.maintain()
            val right = alice.clock.now
            alice.clock.advance(years)
            alice.withdrawn(old)
            alice.clock.now = right
            repeat(6) {
                alice.maintain()
                alice.clock.advance(1.days)
            }
            alice.maintain()
            alice.join(welcome)

            val other = managed(few(1), "other")
            val others = other.publishAll()
            other.clock.advance(years)
            other.withdrawn(others)
            other.clock.now = right - 57.days
            repeat(9) {
                other.maintain()
                other.clock.advance(1.days)
            }
            assertFalse(others.single() in other.stored(), "not for ever")
        }

    /** Whatever is looked at by it seems to have been withdrawn in the future. */
    @Test
    fun `a clock that is wrong either way for an hour shortens no grace`() =
        scenario {
            val alice = managed(few(1))
            val welcome = alice.welcomeFor(alice.publishAll().single())
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.withdrawn(alice.maintain().withdraw)
            val right = alice.clock.now
            for (wrong in listOf(right - 40.days, Instant.fromEpochSeconds(100), right + 30.days, right + years)) {
                repeat(2) {
                    alice.clock.now = wrong
                    alice.maintain()
                    alice.clock.now = right
                    alice.maintain()
                }
            }
            repeat(6) {
                alice.clock.advance(1.days)
                alice.maintain()
            }
            alice.join(welcome)
        }

    @Test
    fun `a clock that starts in 1970 purges nothing and makes up for it later`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.publishAll().single()
            val welcome = alice.welcomeFor(old)
            val right = alice.clock.now
            alice.clock.now = Instant.fromEpochSeconds(100)
            val unusable = alice.publishAll().single()
            alice.withdrawn(alice.maintain().withdraw)
            alice.clock.now = right + 1.minutes
            // It was withdrawn a minute ago, and the clock says that it was half a century ago.
            repeat(3) { alice.maintain() }
            assertTrue(old in alice.stored())
            val outgoing = alice.maintain()
            assertEquals(1, outgoing.publish.size)
            assertFalse(unusable in outgoing.refs)
            alice.join(welcome)
        }

    @Test
    fun `a clock set back by hours changes nothing`() =
        scenario {
            val alice = managed(few(3).copy(lastResort = true))
            alice.publishAll()
            val before = alice.maintain()
            alice.clock.now -= 20.hours
            assertEquals(before, alice.maintain())
            assertEquals(4, alice.stored().size)
        }

    /** Its messages wait at the server while it is away, Welcomes among them. */
    @Test
    fun `a client that was away for long gets its welcomes before it purges`() =
        scenario {
            val alice = managed(few(1))
            val welcome = alice.welcomeFor(alice.publishAll().single())
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.withdrawn(alice.maintain().withdraw)
            alice.clock.advance(100.days)
            repeat(3) { alice.maintain() }
            alice.join(welcome)
        }
}
