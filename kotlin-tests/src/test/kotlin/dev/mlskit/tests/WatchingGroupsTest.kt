package dev.mlskit.tests

import dev.mlskit.GroupChange
import dev.mlskit.GroupConfig
import dev.mlskit.JoinOptions
import dev.mlskit.KeypackageChange
import dev.mlskit.OutgoingKind
import dev.mlskit.Received
import dev.mlskit.StateChange
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** What is told of groups. */
class WatchingGroupsTest {
    @Test
    fun `each change of a group is told once and in order`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val keypackage = bob.keypackage(bobs)
            val (toAlice, toBob) = watch(alice, alices) to watch(bob, bobs)
            val id = alice.transaction { tx -> tx.createGroup(alices) }
            alice.transaction { tx -> tx.updateKeys(id) }
            alice.transaction { tx -> tx.commitRejected(id) }
            alice.add(id, keypackage)
            val alicesChanges =
                listOf(
                    group(GroupChange.CREATED, id, 0),
                    group(GroupChange.COMMIT_PENDING, id, 0),
                    group(GroupChange.COMMIT_DROPPED, id, 0),
                    group(GroupChange.COMMIT_PENDING, id, 0),
                    group(GroupChange.EPOCH_CHANGED, id, 1),
                )
            assertEquals(alicesChanges, toAlice.unread())
            bob.join(alice.welcome())
            val joined = listOf(packages(KeypackageChange.CONSUMED, keypackage.ref), group(GroupChange.JOINED, id, 1))
            assertEquals(joined, toBob.unread())

            talk(alice, bob, id, "hello")
            assertEquals(
                emptyList<StateChange>() to emptyList(),
                toAlice.unread() to toBob.unread(),
                "messages are none",
            )

            bob.transaction { tx -> tx.leaveGroup(id) }
            val leave = bob.one(OutgoingKind.LEAVE).toByteArray()
            alice.transaction { tx ->
                tx.acceptProposal(assertIs<Received.Proposal>(tx.processMessage(leave)).proposal)
                tx.commitProposals(id)
            }
            bob.follow(alice.delivered(id))
            bob.transaction { tx -> tx.deleteGroup(id) }
            val left =
                listOf(
                    group(GroupChange.LEAVING, id, 1),
                    group(GroupChange.REMOVED, id, 2),
                    group(GroupChange.DELETED, id, null),
                )
            assertEquals(left, toBob.unread())
        }

    @Test
    fun `a commit that comes first is told after the one that it drops`() =
        scenario {
            val pair = pair()
            val (alice, bob, id) = pair
            val toBob = watch(bob, pair.bobs)
            alice.transaction { tx -> tx.updateKeys(id) }
            bob.transaction { tx -> tx.updateKeys(id) }
            bob.follow(alice.delivered(id))
            val expected =
                listOf(
                    group(GroupChange.COMMIT_PENDING, id, 1),
                    group(GroupChange.COMMIT_DROPPED, id, 1),
                    group(GroupChange.EPOCH_CHANGED, id, 2),
                )
            assertEquals(expected, toBob.unread())
        }

    @Test
    fun `each step of an external join is told`() =
        scenario {
            val open = GroupConfig(externalJoins = true)
            val pair = pair(open)
            val (alice, bob, id) = pair
            val toBob = watch(bob, pair.bobs)
            val back = JoinOptions(config = open, replace = true)
            val info = alice.transaction { tx -> tx.groupInfo(id) }
            bob.transaction { tx -> tx.joinByExternalCommit(info, pair.bobs, back) }
            val joining = listOf(group(GroupChange.JOINING, id, 2), group(GroupChange.COMMIT_PENDING, id, 2))
            val deleted = listOf(group(GroupChange.DELETED, id, null))
            assertEquals(deleted + joining, toBob.unread())
            bob.transaction { tx -> tx.commitRejected(id) }
            assertEquals(deleted, toBob.unread())
            bob.transaction { tx -> tx.joinByExternalCommit(info, pair.bobs, back) }
            alice.follow(bob.delivered(id))
            assertEquals(joining + group(GroupChange.JOINED, id, 2), toBob.unread())
        }
}
