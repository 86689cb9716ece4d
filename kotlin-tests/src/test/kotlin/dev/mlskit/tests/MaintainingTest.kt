package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.GroupException
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageFraming
import dev.mlskit.KeypackagePolicy
import org.junit.jupiter.api.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.seconds

/** What is made, given out, replaced and purged. */
class MaintainingTest {
    @Test
    fun `the first maintenance gives out what the policy wants and the next the same bytes`() =
        scenario {
            val alice = managed(few(3).copy(lastResort = true))
            val first = alice.maintain()
            assertEquals(4 to 0, first.publish.size to first.withdraw.size)
            // Whoever is interrupted has one for all.
            assertEquals(listOf(true, false, false, false), first.refs.map { it.isLastResort })
            for (publication in first.publish) {
                val keypackage = assertNotNull(alice.client.keypackage(publication.ref))
                assertContentEquals(keypackage.toByteArray(), publication.toByteArray())
                assertEquals(keypackage, alice.client.importKeypackage(publication.toByteArray()))
            }
            assertEquals(first, alice.maintain())
            alice.reopen()
            assertEquals(first, alice.client.outgoingKeypackages(alice.credential, alice.policy))
            assertEquals(first, alice.maintain())
            assertEquals(4, alice.stored().size)
        }

    @Test
    fun `what is rolled back was never given out`() =
        scenario {
            val alice = managed(few(3))
            assertFails<IllegalStateException> {
                alice.client.transaction { tx ->
                    tx.maintainKeypackages(alice.credential, alice.policy)
                    val seen = alice.client.outgoingKeypackages(alice.credential, alice.policy)
                    assertEquals(emptyList(), seen.publish)
                    error("on purpose")
                }
            }
            assertEquals(emptyList(), alice.stored())
        }

    @Test
    fun `packages are given out in the framing that the policy asks for`() =
        scenario {
            val alice = managed(few(1).copy(framing = KeypackageFraming.MLS_MESSAGE))
            val publication = alice.maintain().publish.single()
            val keypackage = assertNotNull(alice.client.keypackage(publication.ref))
            assertContentEquals(keypackage.toMlsMessage(), publication.toByteArray())
        }

    @Test
    fun `what is confirmed is given out no more and the rest goes on as it was`() =
        scenario {
            val alice = managed(few(3))
            val first = alice.maintain()
            alice.published(first.refs.take(1))
            assertEquals(first.publish.drop(1), alice.maintain().publish)
            alice.published(first.refs)
            val settled = alice.maintain()
            assertTrue(settled.publish.isEmpty() && settled.withdraw.isEmpty())
            assertEquals(3, alice.stored().size)
        }

    @Test
    fun `a package that was used is replaced and withdrawn too`() =
        scenario {
            val alice = managed(few(2))
            val used = alice.publishAll().take(1)
            alice.join(alice.welcomeFor(used.single()))
            val outgoing = alice.maintain()
            assertEquals(1, outgoing.publish.size)
            // It may be on its way to the directory once more.
            assertEquals(used, outgoing.withdraw)
            alice.withdrawn(used)
            assertEquals(emptyList(), alice.maintain().withdraw)
        }

    @Test
    fun `a package whose publication was never answered opens a welcome`() =
        scenario {
            val alice = managed(few(1))
            val givenOut = alice.maintain().refs
            val welcome = alice.welcomeFor(givenOut.single())
            alice.reopen()
            alice.clock.advance(40.days)
            alice.maintain()
            alice.join(welcome)
            // What arrives now is one without keys.
            assertEquals(givenOut, alice.maintain().withdraw)
        }

    @Test
    fun `an old package is withdrawn only when its replacement is published`() =
        scenario {
            val alice = managed(few(2))
            val old = alice.publishAll()
            alice.clock.advance(57.days)
            val outgoing = alice.maintain()
            val new = outgoing.refs
            assertEquals(2 to 0, new.size to outgoing.withdraw.size)
            assertTrue(new.none { it in old })
            assertEquals(2, alice.status().stale)
            // Nothing but the answer makes a difference.
            repeat(3) {
                alice.clock.advance(1.days)
                assertEquals(emptyList(), alice.maintain().withdraw)
            }
            alice.published(new.take(1))
            assertEquals(old.take(1), alice.maintain().withdraw)
            assertEquals(old.take(1), alice.maintain().withdraw, "one for one, however often it is asked")
            alice.published(new.drop(1))
            assertEquals(old, alice.maintain().withdraw)
        }

    @Test
    fun `a withdrawn package opens a welcome until its grace is over`() =
        scenario {
            val alice = managed(few(3))
            val old = alice.publishAll()
            val (early, late) = old.take(2).map { alice.welcomeFor(it) }
            alice.clock.advance(57.days)
            alice.publishAll()
            val withdraw = alice.maintain().withdraw
            assertEquals(old, withdraw)
            alice.withdrawn(withdraw)
            assertEquals(3, alice.status().withdrawn)
            alice.clock.advance(6.days)
            alice.maintain()
            alice.join(early)
            alice.clock.advance(1.days)
            alice.maintain() // sees that it is over
            alice.clock.advance(1.days)
            alice.maintain()
            assertFails<GroupException.NoMatchingKeypackage> { alice.join(late) }
            assertTrue(alice.stored().none { it in old })
        }

    @Test
    fun `what expires before its grace is over is purged then`() =
        scenario {
            val alice = managed(few(1).copy(grace = 60.days))
            val old = alice.publishAll().single()
            alice.clock.advance(57.days)
            alice.publishAll()
            alice.withdrawn(alice.maintain().withdraw)
            alice.clock.advance(27.days)
            alice.maintain()
            assertTrue(old in alice.stored(), "seen once")
            alice.clock.advance(1.days)
            alice.maintain()
            assertFalse(old in alice.stored())
        }

    @Test
    fun `a package that nobody could ever be told of ends with its expiry`() =
        scenario {
            val alice = managed(few(2))
            val first = alice.maintain().refs
            repeat(90) {
                alice.clock.advance(1.days)
                val outgoing = alice.maintain()
                assertEquals(2, outgoing.publish.size, "the old ones are not worth it any more")
                assertTrue(first.containsAll(outgoing.withdraw), "who knows whether a directory has them")
                assertTrue(alice.stored().size <= 4)
            }
            assertTrue(alice.stored().none { it in first })
        }

    @Test
    fun `what the app made for itself counts for nothing and stays until it expires`() =
        scenario {
            val alice = managed(few(2))
            val own = alice.generate()
            val givenOut = alice.publishAll()
            assertEquals(2, givenOut.size)
            assertFalse(own in givenOut)
            assertEquals(1 to 2, alice.status().run { unmanaged to published })
            assertEquals(3, alice.client.countValidKeypackages(alice.credential))
            alice.clock.advance(83.days)
            assertFalse(own in alice.maintain().withdraw)
            assertTrue(own in alice.stored())
            alice.clock.advance(2.days)
            alice.maintain()
            alice.clock.advance(1.days)
            alice.maintain()
            assertFalse(own in alice.stored())
        }

    @Test
    fun `what the app made and published itself comes under the policy when it says so`() =
        scenario {
            val alice = managed(few(1))
            val own = alice.generate()
            alice.published(listOf(own))
            assertEquals(emptyList(), alice.maintain().publish, "it is the one that the policy wants")
            alice.clock.advance(57.days)
            assertEquals(1, alice.publishAll().size)
            assertEquals(listOf(own), alice.maintain().withdraw)
        }

    @Test
    fun `what the app removes is to be withdrawn until that is confirmed`() =
        scenario {
            val alice = managed(few(2))
            val (one, other) = alice.publishAll()
            alice.client.transaction { tx -> tx.removeKeypackage(one) }
            repeat(2) {
                alice.reopen()
                assertEquals(listOf(one), alice.maintain().withdraw)
                assertEquals(1, alice.status().removed)
            }
            alice.withdrawn(listOf(one))
            assertEquals(emptyList(), alice.maintain().withdraw)
            alice.client.transaction { tx -> tx.removeKeypackage(other) }
            alice.clock.advance(85.days)
            assertTrue(other in alice.maintain().withdraw, "the clock may be wrong")
            alice.clock.advance(1.days)
            assertFalse(other in alice.maintain().withdraw, "nobody takes what has expired")
        }

    /** A directory that forgets nothing would have no room left, and serve what opens nothing if the clock is wrong. */
    @Test
    fun `what has expired at the directory is withdrawn without its keys`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.publishAll()
            alice.clock.advance(85.days)
            assertEquals(emptyList(), alice.maintain().withdraw, "it is replaced by nothing yet")
            alice.clock.advance(1.days)
            val outgoing = alice.maintain()
            assertEquals(outgoing.refs, alice.stored())
            assertEquals(old, outgoing.withdraw)
            alice.withdrawn(old)
            assertEquals(emptyList(), alice.maintain().withdraw)
            alice.reopen()
            assertEquals(0, alice.status().removed)
        }

    /** What it keeps to itself as well, and what another credential has. */
    @Test
    fun `the next time is told until the last key is gone`() =
        scenario {
            val alice = managed(few(0))
            val own = alice.generate()
            var calls = 0
            while (true) {
                val next = alice.maintain().next ?: break
                assertTrue(next > alice.clock.now, "a time to come, or an app would call for ever")
                alice.clock.now = next
                calls++
            }
            assertEquals(0 to 2, alice.stored().size to calls)
            assertTrue(own.lifetime.notAfter < alice.clock.now)
        }

    @Test
    fun `a grace is that of the policy of its own credential`() =
        scenario {
            val alice = managed(few(1))
            val old = alice.publishAll()
            alice.policy = few(0)
            alice.withdrawn(alice.maintain().withdraw)
            alice.clock.advance(1.days)
            val second = alice.addCredential()
            repeat(3) { alice.client.maintainKeypackages(second, few(0).copy(grace = Duration.ZERO)) }
            assertEquals(old, alice.stored())
            alice.clock.advance(6.days)
            alice.maintain()
            alice.clock.advance(1.days)
            alice.client.maintainKeypackages(second, few(0).copy(grace = 30.days))
            alice.maintain()
            assertEquals(emptyList(), alice.stored())
        }

    /** Its directory would go on serving what has no keys, if the clock was wrong. */
    @Test
    fun `a policy without grace looks twice at what has expired too`() =
        scenario {
            val alice = managed(few(2).copy(grace = Duration.ZERO))
            val published = alice.publishAll()
            val right = alice.clock.now
            alice.clock.advance(100.days)
            repeat(2) { alice.maintain() }
            alice.clock.now = right
            alice.maintain()
            assertTrue(alice.stored().containsAll(published))
        }

    @Test
    fun `a policy that wants fewer withdraws what is too many and one that wants none all`() =
        scenario {
            val alice = managed(few(4))
            val published = alice.publishAll()
            alice.policy = few(1)
            val withdraw = alice.maintain().withdraw
            assertEquals(3, withdraw.size)
            assertTrue(published.containsAll(withdraw))
            alice.policy = few(0)
            assertEquals(4, alice.maintain().withdraw.size)
            alice.withdrawn(published)
            alice.clock.advance(8.days)
            alice.maintain()
            alice.clock.advance(1.days)
            assertNull(alice.maintain().next)
            assertEquals(emptyList(), alice.stored())
        }

    @Test
    fun `packages are refreshed in their margin and clients at times of their own`() =
        scenario {
            val delays =
                List(4) { number ->
                    val alice = managed(few(2), "alice $number")
                    alice.publishAll()
                    val next = assertNotNull(alice.maintain().next)
                    assertEquals(next, alice.maintain().next, "the same on every call")
                    assertEquals(next, alice.status().nextRefresh)
                    val since = next - alice.clock.now
                    assertTrue(since in 49.days..56.days, "$since")
                    alice.clock.advance(since - 1.seconds)
                    assertEquals(emptyList(), alice.maintain().publish)
                    alice.clock.advance(1.seconds)
                    assertEquals(2, alice.maintain().publish.size)
                    since
                }
            assertEquals(4, delays.toSet().size)
        }

    @Test
    fun `a margin longer than the lifetime does not make packages without end`() =
        scenario {
            val alice = managed(few(2).copy(lifetime = 2.days, refreshMargin = 100.days))
            val first = alice.maintain()
            assertEquals(first.publish, alice.maintain().publish)
            alice.published(first.refs)
            assertEquals(emptyList(), alice.maintain().publish)
            assertEquals(2, alice.stored().size)
        }

    @Test
    fun `an app that makes its packages otherwise has the old ones replaced`() =
        scenario {
            val alice = managed(few(2))
            val old = alice.publishAll()
            alice.policy = few(2).copy(config = KeypackageConfig(grease = true))
            assertEquals(emptyList(), alice.maintain().publish)
            alice.client.transaction { tx -> tx.renewKeypackages(alice.credential) }
            val outgoing = alice.maintain()
            assertEquals(2 to 0, outgoing.publish.size to outgoing.withdraw.size)
            alice.published(outgoing.refs)
            assertEquals(old, alice.maintain().withdraw)
            assertEquals(emptyList(), alice.maintain().publish)
        }

    @Test
    fun `counts are by credential and by ciphersuite`() =
        scenario {
            val alice = managed(few(3))
            alice.maintain()
            val client = alice.client
            val other = alice.addCredential()
            client.keypackage(other)
            assertEquals(3, client.countValidKeypackages(alice.credential))
            assertEquals(1, client.countValidKeypackages(other))
            assertEquals(1, client.transaction { tx -> tx.countValidKeypackages(other) })
            assertEquals(4, client.countValidKeypackages(SUITE))
            assertEquals(0, client.countValidKeypackages(Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256))
            alice.clock.advance(85.days)
            assertEquals(0, client.countValidKeypackages(SUITE))
            assertEquals(4L, client.transaction { tx -> tx.removeExpiredKeypackages() })
            assertEquals(emptyList(), alice.stored())
        }

    @Test
    fun `a policy is a value and what it leaves out is the default`() =
        scenario {
            val policy = KeypackagePolicy(target = 3, config = KeypackageConfig(lifetime = 9.days, grease = true))
            assertEquals(setOf(policy), setOf(policy, policy.copy()))
            for (other in listOf(policy.copy(grace = Duration.ZERO), policy.copy(config = KeypackageConfig()))) {
                assertFalse(policy == other)
            }
            assertFails<IllegalArgumentException> { KeypackagePolicy(target = -1) }
            val alice = managed(KeypackagePolicy())
            assertEquals(21, alice.publishAll().size)
            val status = alice.status()
            assertEquals(21 to true, status.published to status.hasLastResort)
            assertEquals(84.days, alice.stored().first().lifetime.notAfter - alice.clock.now)

            val hasty = managed(few(1).copy(refreshMargin = 8.days, grace = 2.days), "hasty")
            val old = hasty.publishAll()
            assertTrue(hasty.status().nextRefresh!! - hasty.clock.now in 74.days..76.days)
            hasty.withdrawn(old)
            for (days in listOf(2, 1)) {
                hasty.clock.advance(days.days)
                hasty.maintain()
            }
            assertFalse(old.single() in hasty.stored(), "the default is a week")
        }
}
