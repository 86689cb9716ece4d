package dev.mlskit.tests

import dev.mlskit.Change
import dev.mlskit.GroupException
import dev.mlskit.MessageException
import dev.mlskit.OutgoingKind
import dev.mlskit.Received
import dev.mlskit.SealedMessage
import dev.mlskit.Sender
import org.junit.jupiter.api.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** A group's life, from the first package to the last member, between clients on real files. */
class LifeOfAGroupTest {
    @Test
    fun `a package opens its welcome and both talk`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val keypackage = bob.keypackage(bobs)
            val other = bob.keypackage(bobs)
            val group =
                alice.transaction { tx ->
                    val group = tx.createGroup(alices)
                    tx.addMembers(group, listOf(keypackage))
                    group
                }
            assertEquals(listOf(OutgoingKind.COMMIT), alice.outgoing().map { it.kind })
            alice.delivered(group)
            assertEquals(listOf(OutgoingKind.WELCOME), alice.outgoing().map { it.kind })
            assertEquals(listOf(basic("bob")), alice.outgoing().single().recipients)
            val welcome = alice.welcome()
            assertEquals(listOf(keypackage.ref), bob.welcomeRefs(welcome))

            val joined = bob.join(welcome)
            assertEquals(Triple(group, 1L, 2), Triple(joined.id, joined.epoch, joined.members.size))
            assertEquals(basic("alice"), joined.addedBy?.credential)
            assertEquals(keypackage.ref, joined.keypackageRef)
            assertEquals(listOf(other.ref), bob.getKeypackageRefs())
            assertEquals(emptyList(), alice.outgoing())

            val hello = alice.say(group, "hello")
            assertEquals("hello", bob.hear(hello))
            assertFails<MessageException.Duplicate> { bob.hear(hello) }
            talk(bob, alice, group, "hi")
            assertEquals(listOf(group), bob.groups())
            assertEquals(listOf(true, false), alice.members(group).map { it.isSelf })
        }

    @Test
    fun `a message that was rolled back stays sealed and its key is not used twice`() =
        scenario {
            val (alice, bob, group) = pair()
            var sealed: SealedMessage? = null
            assertFails<IllegalStateException> {
                alice.transaction { tx ->
                    sealed = tx.encryptMessage(group, "never".encodeToByteArray())
                    assertFails<GroupException.NotCommitted> { sealed.open() }
                    error("on purpose")
                }
            }
            assertFails<GroupException.NotCommitted> { sealed!!.open() }
            talk(alice, bob, group, "again")
        }

    @Test
    fun `a sealed message opens after its commit and as often as asked`() =
        scenario {
            val (alice, bob, group) = pair()
            val sealed =
                alice.transaction { tx ->
                    val sealed = tx.encryptMessage(group, "now".encodeToByteArray(), "clear".encodeToByteArray())
                    tx.finish()
                    assertTrue(sealed.open().isNotEmpty())
                    sealed
                }
            assertContentEquals(sealed.open(), sealed.open())
            val heard = bob.transaction { tx -> tx.processMessage(sealed.open()) }
            assertIs<Received.Application>(heard)
            assertEquals("now" to "clear", heard.plaintext.decodeToString() to heard.aad.decodeToString())
            assertEquals(basic("alice") to 1L, heard.sender.credential to heard.epoch)
        }

    @Test
    fun `a rejected commit changes nothing and drops its welcome`() =
        scenario {
            val (alice, bob, group) = pair()
            val (carol, carols) = client("carol")
            val keypackage = carol.keypackage(carols)
            alice.transaction { tx -> tx.addMembers(group, listOf(keypackage)) }
            assertFalse(alice.transaction { tx -> tx.commitRejected(group) })
            assertEquals(emptyList(), alice.outgoing())
            assertEquals(1L, alice.epoch(group))
            talk(alice, bob, group, "still here")
        }

    @Test
    fun `who was removed is in the group no more`() =
        scenario {
            val (alice, bob, group) = pair()
            val bobThere = alice.members(group).single { !it.isSelf }
            alice.transaction { tx -> tx.removeMembers(group, listOf(bobThere.id)) }
            val commit = alice.delivered(group)
            bob.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                assertTrue(staged.isSelfRemoved)
                assertEquals(group, staged.groupId)
                assertEquals(basic("bob"), staged.removed.single().credential)
                assertEquals(basic("alice"), assertIs<Sender.FromMember>(staged.sender).member.credential)
                assertTrue(tx.accept(staged).isSelfRemoved)
            }
            assertFails<GroupException.Removed> { bob.say(group, "hello?") }
            bob.transaction { tx -> tx.deleteGroup(group) }
            assertFails<GroupException.UnknownGroup> { bob.members(group) }
            assertFails<GroupException.UnknownMember> {
                alice.transaction { tx -> tx.removeMembers(group, listOf(bobThere.id)) }
            }
        }

    @Test
    fun `a member leaves by a proposal that another commits`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE)
            assertFails<GroupException.Leaving> { bob.say(group, "one last thing") }
            alice.transaction { tx ->
                val proposal = assertIs<Received.Proposal>(tx.processMessage(leave.toByteArray())).proposal
                assertEquals(basic("bob"), assertIs<Change.Remove>(proposal.change).member.credential)
                tx.acceptProposal(proposal)
                assertFails<GroupException.ProposalsPending> { tx.encryptMessage(group, ByteArray(0)) }
                tx.commitProposals(group)
            }
            bob.transaction { tx -> tx.markSent(listOf(leave.id)) }
            assertTrue(bob.follow(alice.delivered(group)).isSelfRemoved)
            assertEquals(1, alice.members(group).size)
        }

    @Test
    fun `both members derive the same secret and it changes with the epoch`() =
        scenario {
            val (alice, bob, group) = pair()
            val context = byteArrayOf(1)
            val alices = alice.transaction { tx -> tx.exportSecret(group, "call", context, 32) }
            assertContentEquals(alices, bob.transaction { tx -> tx.exportSecret(group, "call", context, 32) })
            alice.transaction { tx -> tx.updateKeys(group) }
            bob.follow(alice.delivered(group))
            val later = bob.transaction { tx -> tx.exportSecret(group, "call", context, 32) }
            assertFalse(alices.contentEquals(later))
        }

    @Test
    fun `a group survives closing and opening again`() =
        scenario {
            val (alice, bob, group) = pair()
            alice.shutdown()
            bob.shutdown()
            val again = open("alice")
            talk(again, open("bob"), group, "good morning")
            assertEquals(1L, again.epoch(group))
        }

    @Test
    fun `who was removed is added again without deleting what is left of the group`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val bobThere = alice.members(group).single { !it.isSelf }
            alice.transaction { tx -> tx.removeMembers(group, listOf(bobThere.id)) }
            bob.follow(alice.delivered(group))
            assertFails<GroupException.Removed> { bob.say(group, "hello?") }
            alice.add(group, bob.keypackage(pair.bobs))
            bob.join(alice.welcome())
            talk(alice, bob, group, "again")
        }

    @Test
    fun `two clients on one file speak and hear in turn`() =
        scenario {
            val (alice, bob, group) = pair()
            val twin = open("alice")
            for (client in listOf(alice, twin, alice, twin)) {
                talk(client, bob, group, "to bob")
                talk(bob, client, group, "from bob")
            }
        }
}
