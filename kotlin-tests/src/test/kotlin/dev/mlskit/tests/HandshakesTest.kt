package dev.mlskit.tests

import dev.mlskit.GroupException
import dev.mlskit.MessageException
import dev.mlskit.MlsException
import dev.mlskit.OutgoingKind
import dev.mlskit.Received
import dev.mlskit.ReceivedProposal
import dev.mlskit.RejoinReason
import dev.mlskit.StagedCommit
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** What becomes of commits and proposals, good and bad. */
class HandshakesTest {
    @Test
    fun `a commit is of use once and in its own transaction only`() =
        scenario {
            val (alice, bob, group) = pair()
            alice.transaction { tx -> tx.updateKeys(group) }
            val commit = alice.delivered(group)
            var leaked: StagedCommit? = null
            assertFails<IllegalStateException> {
                bob.transaction { tx ->
                    leaked = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                    error("on purpose")
                }
            }
            assertFails<MlsException.Spent> { bob.transaction { tx -> tx.accept(leaked!!) } }
            bob.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                tx.accept(staged)
                assertFails<MlsException.Spent> { tx.accept(staged) }
            }
            assertEquals(2L, bob.epoch(group))
        }

    @Test
    fun `a proposal is of use in its own transaction only`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            var leaked: ReceivedProposal? = null
            assertFails<IllegalStateException> {
                alice.transaction { tx ->
                    leaked = assertIs<Received.Proposal>(tx.processMessage(leave)).proposal
                    error("on purpose")
                }
            }
            assertFails<MlsException.Spent> { alice.transaction { tx -> tx.acceptProposal(leaked!!) } }
            assertFails<GroupException.NoProposals> { alice.transaction { tx -> tx.commitProposals(group) } }
        }

    @Test
    fun `a commit taken back that comes back asks to rejoin`() =
        scenario {
            val (alice, _, group) = pair()
            alice.transaction { tx -> tx.updateKeys(group) }
            val commit = alice.one(OutgoingKind.COMMIT).toByteArray()
            alice.transaction { tx -> tx.commitRejected(group) }
            val rejoin = assertFails<MessageException.Rejoin> { alice.follow(commit) }
            assertEquals(RejoinReason.OwnCommitLost, rejoin.reason)
        }

    @Test
    fun `echoes of ones own are told apart`() =
        scenario {
            val (alice, _, group) = pair()
            val said = alice.say(group, "echo")
            assertIs<Received.OwnMessage>(alice.transaction { tx -> tx.processMessage(said) })
            alice.transaction { tx -> tx.updateKeys(group) }
            val commit = alice.one(OutgoingKind.COMMIT).toByteArray()
            assertIs<Received.OwnCommit>(alice.transaction { tx -> tx.processMessage(commit) })
            assertEquals(2L, alice.transaction { tx -> tx.commitAccepted(group) }.epoch)
        }

    @Test
    fun `a commit that was processed and not accepted says so when it comes again`() =
        scenario {
            val (alice, bob, group) = pair()
            alice.transaction { tx -> tx.updateKeys(group) }
            val commit = alice.delivered(group)
            bob.transaction { tx -> assertIs<Received.Commit>(tx.processMessage(commit)) }
            val rejoin = assertFails<MessageException.Rejoin> { bob.follow(commit) }
            assertEquals(RejoinReason.CommitNotAccepted, rejoin.reason)
        }

    @Test
    fun `a commit of an epoch that has passed is stale`() =
        scenario {
            val (alice, bob, group) = pair()
            val carol = third(group, alice, bob)
            val (early, late) =
                listOf(bob, carol).map { client ->
                    client.transaction { tx -> tx.updateKeys(group) }
                    client.one(OutgoingKind.COMMIT).toByteArray()
                }
            alice.transaction { tx ->
                val (first, second) =
                    listOf(early, late).map {
                        assertIs<Received.Commit>(tx.processMessage(it)).commit
                    }
                tx.accept(first)
                val stale = assertFails<GroupException.StaleCommit> { tx.accept(second) }
                assertEquals(2L to 3L, stale.epoch to stale.current)
            }
        }

    @Test
    fun `a commit that another client has processed is foreign`() =
        scenario {
            val (alice, bob, group) = pair()
            val carol = third(group, alice, bob)
            bob.transaction { tx -> tx.updateKeys(group) }
            val commit = bob.delivered(group)
            assertFails<IllegalStateException> {
                alice.transaction { tx ->
                    val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                    carol.transaction { other -> assertFails<GroupException.ForeignCommit> { other.accept(staged) } }
                    error("on purpose")
                }
            }
            alice.follow(commit)
            talk(alice, bob, group, "as before")
        }

    @Test
    fun `a commit of a proposal that is missing can be followed once it is there`() =
        scenario {
            val (alice, bob, group) = pair()
            val carol = third(group, alice, bob)
            carol.transaction { tx -> tx.leaveGroup(group) }
            val leave = carol.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
                tx.commitProposals(group)
            }
            val commit = alice.delivered(group)
            val rejoin = assertFails<MessageException.Rejoin> { bob.follow(commit) }
            assertEquals(RejoinReason.MissingProposal, rejoin.reason)
            bob.transaction { tx -> assertIs<Received.Proposal>(tx.processMessage(leave)) }
            assertEquals(3L, bob.follow(commit).epoch)
            talk(alice, bob, group, "as before")
        }

    @Test
    fun `who drops a proposal follows anothers commit of it and speaks until then`() =
        scenario {
            val (alice, bob, group) = pair()
            val carol = third(group, alice, bob)
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx -> assertIs<Received.Proposal>(tx.processMessage(leave)) }
            talk(alice, carol, group, "meanwhile")
            carol.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
                tx.commitProposals(group)
            }
            alice.follow(carol.delivered(group))
            assertEquals(listOf(basic("alice"), basic("carol")), alice.members(group).map { it.credential })
            talk(alice, carol, group, "without him")
        }

    @Test
    fun `an accepted proposal can be dropped`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
                tx.dropProposals(group)
                assertFails<GroupException.NoProposals> { tx.commitProposals(group) }
            }
            talk(alice, bob, group, "stay")
        }

    @Test
    fun `an add shows who comes before it counts`() =
        scenario {
            val (alice, bob, group) = pair()
            val (carol, carols) = client("carol")
            val commit = alice.add(group, carol.keypackage(carols))
            bob.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                assertEquals(
                    listOf(basic("carol") to carols.signatureKey),
                    staged.added.map {
                        it.credential to
                            it.signatureKey
                    },
                )
                assertEquals(2, tx.members(group).size)
                tx.accept(staged)
                assertEquals(3, tx.members(group).size)
            }
        }

    @Test
    fun `a dropped proposal is in no commit of ones own`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx -> assertIs<Received.Proposal>(tx.processMessage(leave)) }
            assertFails<GroupException.NoProposals> { alice.transaction { tx -> tx.commitProposals(group) } }
            alice.transaction { tx -> tx.updateKeys(group) }
            alice.delivered(group)
            assertEquals(2, alice.members(group).size)
        }

    @Test
    fun `proposals are kept over a restart`() =
        scenario {
            val (alice, bob, group) = pair()
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
            }
            alice.shutdown()
            val again = open("alice")
            again.transaction { tx -> tx.commitProposals(group) }
            assertTrue(bob.follow(again.delivered(group)).isSelfRemoved)
        }

    @Test
    fun `a proposal whose processing was rolled back is missing until it is processed again`() =
        scenario {
            val (alice, bob, group) = pair()
            val carol = third(group, alice, bob)
            bob.transaction { tx -> tx.leaveGroup(group) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            carol.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
                tx.commitProposals(group)
            }
            val commit = carol.delivered(group)
            assertFails<IllegalStateException> {
                alice.transaction { tx ->
                    tx.processMessage(leave)
                    error("on purpose")
                }
            }
            val rejoin = assertFails<MessageException.Rejoin> { alice.follow(commit) }
            assertEquals(RejoinReason.MissingProposal, rejoin.reason)
            alice.transaction { tx -> tx.processMessage(leave) }
            assertEquals(3L, alice.follow(commit).epoch)
        }
}
