package dev.mlskit.tests

import dev.mlskit.ClientOptions
import dev.mlskit.GroupException
import dev.mlskit.ManualClock
import dev.mlskit.OutgoingKind
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Instant

/** What the delivery service must get is neither lost nor sent for nothing. */
class OutboxTest {
    @Test
    fun `after a restart the same bytes go out and the welcome after acceptance`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val keypackage = bob.keypackage(bobs)
            val group =
                alice.transaction { tx -> tx.createGroup(alices).also { tx.addMembers(it, listOf(keypackage)) } }
            val sent = alice.outgoing()
            alice.shutdown()
            val again = open("alice")
            assertEquals(sent, again.outgoing())
            assertEquals(0L, again.epoch(group))
            again.delivered(group)
            val welcome = again.outgoing()
            again.shutdown()
            val atLast = open("alice")
            assertEquals(welcome, atLast.outgoing())
            bob.join(atLast.welcome())
            talk(atLast, bob, group, "after all that")
        }

    @Test
    fun `what was rolled back is never in the outbox`() =
        scenario {
            val (alice, _, group) = pair()
            assertFails<IllegalStateException> {
                alice.transaction { tx ->
                    tx.updateKeys(group)
                    error("on purpose")
                }
            }
            assertEquals(emptyList(), alice.outgoing())
        }

    @Test
    fun `marking a commit as sent is refused and then nothing is marked`() =
        scenario {
            val (alice, _, group) = pair()
            val (carol, carols) = client("carol")
            alice.add(group, carol.keypackage(carols))
            alice.transaction { tx -> tx.updateKeys(group) }
            val (welcome, update) = alice.outgoing()
            assertEquals(OutgoingKind.WELCOME to OutgoingKind.COMMIT, welcome.kind to update.kind)
            val refused =
                assertFails<GroupException.NotMarkable> {
                    alice.transaction { tx -> tx.markSent(listOf(welcome.id, update.id)) }
                }
            assertEquals(update.id, refused.id)
            assertEquals(listOf(welcome, update), alice.outgoing())
            alice.transaction { tx -> tx.markSent(listOf(welcome.id)) }
            assertEquals(listOf(update), alice.outgoing())
        }

    @Test
    fun `a superseded commit tells what it was for and leaves the outbox`() =
        scenario {
            val (alice, bob, group) = pair()
            val (carol, carols) = client("carol")
            val keypackage = carol.keypackage(carols)
            alice.transaction { tx -> tx.addMembers(group, listOf(keypackage)) }
            bob.transaction { tx -> tx.updateKeys(group) }
            val superseded = alice.follow(bob.delivered(group)).superseded!!
            assertEquals(listOf(keypackage), superseded.added)
            assertTrue(superseded.removed.isEmpty() && superseded.credential == null && !superseded.hasLeft)
            assertEquals(emptyList(), alice.outgoing())
            bob.follow(alice.add(group, superseded.added.single()))
            carol.join(alice.welcome())
            talk(alice, carol, group, "welcome")
        }

    @Test
    fun `a leave that others did not commit is superseded`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            alice.transaction { tx -> tx.updateKeys(group) }
            val change = bob.follow(alice.delivered(group))
            assertTrue(change.superseded!!.hasLeft && !change.isSelfRemoved)
            assertEquals(emptyList(), bob.outgoing())
            talk(bob, alice, group, "still here")
        }

    @Test
    fun `an outgoing message shows its length and not its bytes`() =
        scenario {
            val (alice, _, group) = pair()
            alice.transaction { tx -> tx.updateKeys(group) }
            val message = alice.one(OutgoingKind.COMMIT)
            assertEquals("message ${message.id}, a COMMIT of ${message.toByteArray().size} bytes", "$message")
            assertEquals(group to emptyList(), message.groupId to message.recipients)
        }

    @Test
    fun `new keys are due when the old ones are old enough`() =
        scenario {
            ManualClock(Clock.System.now()).use { clock ->
                val now = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)
                clock.set(now)
                val (alice, alices) = client("alice", ClientOptions(clock = clock))
                val group = alice.transaction { tx -> tx.createGroup(alices) }
                assertEquals(emptyList(), alice.groupsDueForUpdate(7.days))
                clock.set(now + 7.days)
                assertEquals(listOf(group), alice.groupsDueForUpdate(7.days))
                alice.transaction { tx -> tx.updateKeys(group) }
                alice.delivered(group)
                assertEquals(emptyList(), alice.groupsDueForUpdate(7.days))
            }
        }

    @Test
    fun `a second commit waits for the answer to the first`() =
        scenario {
            val (alice, _, group) = pair()
            alice.transaction { tx ->
                tx.updateKeys(group)
                assertFails<GroupException.CommitPending> { tx.updateKeys(group) }
                assertFails<GroupException.CommitPending> { tx.leaveGroup(group) }
            }
            alice.delivered(group)
            assertFails<GroupException.NoPendingCommit> { alice.transaction { tx -> tx.commitAccepted(group) } }
        }

    @Test
    fun `deleting a group keeps what others wait for`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val keypackage = bob.keypackage(bobs)
            alice.transaction { tx ->
                val group = tx.createGroup(alices)
                tx.addMembers(group, listOf(keypackage))
                tx.commitAccepted(group)
                tx.updateKeys(group)
                tx.deleteGroup(group)
                assertEquals(emptyList(), tx.groups())
            }
            assertEquals(listOf(OutgoingKind.WELCOME), alice.outgoing().map { it.kind })
        }

    @Test
    fun `a commit that carries anothers add names whom its welcome is for`() =
        scenario {
            val (alice, _, group) = pair()
            val people = listOf("carol", "dave").map { client(it) }
            val keypackages = people.map { (client, credential) -> client.keypackage(credential) }
            alice.transaction { tx -> tx.addMembers(group, keypackages) }
            alice.delivered(group)
            assertEquals(listOf(basic("carol"), basic("dave")), alice.one(OutgoingKind.WELCOME).recipients)
        }
}
