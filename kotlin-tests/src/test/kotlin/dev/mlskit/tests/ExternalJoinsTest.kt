package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.GroupConfig
import dev.mlskit.GroupException
import dev.mlskit.JoinOptions
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import dev.mlskit.MlsClient
import dev.mlskit.OutgoingKind
import dev.mlskit.Received
import dev.mlskit.Sender
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** How one joins without a Welcome. */
class ExternalJoinsTest {
    private val open = GroupConfig(externalJoins = true)

    @Test
    fun `a member who lost track comes back by an external commit where that is allowed`() =
        scenario {
            val pair = pair(open)
            val (alice, bob, group) = pair
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            bob.transaction { tx -> tx.joinByExternalCommit(info, pair.bobs, JoinOptions(open, replace = true)) }
            assertFails<GroupException.JoinPending> { bob.say(group, "too early") }
            val commit = bob.delivered(group)
            alice.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                val leaf = assertIs<Sender.FromNewMember>(staged.sender).leaf
                assertEquals(pair.bobs.signatureKey, leaf.signatureKey)
                tx.accept(staged)
            }
            talk(bob, alice, group, "back")
        }

    @Test
    fun `an external commit is refused where it is not allowed`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            bob.transaction { tx -> tx.joinByExternalCommit(info, pair.bobs, JoinOptions(replace = true)) }
            val commit = bob.one(OutgoingKind.COMMIT).toByteArray()
            val refused = assertFails<MessageException.Rejected> { alice.follow(commit) }
            assertEquals(MessageRejection.ExternalJoin, refused.reason)
            assertTrue(bob.transaction { tx -> tx.commitRejected(group) })
            assertEquals(emptyList(), bob.groups())
        }

    @Test
    fun `a rejected external commit leaves no group`() =
        scenario {
            val (alice, _, group) = pair(open)
            val (carol, carols) = client("carol")
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            carol.transaction { tx -> tx.joinByExternalCommit(info, carols) }
            assertTrue(carol.transaction { tx -> tx.commitRejected(group) })
            assertEquals(emptyList(), carol.groups())
            assertEquals(emptyList(), carol.outgoing())
        }

    @Test
    fun `nothing is processed while a join waits for its answer`() =
        scenario {
            val (alice, _, group) = pair(open)
            val (carol, carols) = client("carol")
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            carol.transaction { tx -> tx.joinByExternalCommit(info, carols, JoinOptions(open)) }
            val said = alice.say(group, "hello")
            assertFails<MessageException.JoinPending> { carol.hear(said) }
            assertFails<GroupException.JoinPending> { carol.say(group, "hello?") }
        }

    @Test
    fun `the echo of an external commit is told too`() =
        scenario {
            val (alice, _, group) = pair(open)
            val (carol, carols) = client("carol")
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            carol.transaction { tx -> tx.joinByExternalCommit(info, carols, JoinOptions(open)) }
            val commit = carol.one(OutgoingKind.COMMIT).toByteArray()
            assertIs<Received.OwnCommit>(carol.transaction { tx -> tx.processMessage(commit) })
            alice.follow(carol.delivered(group))
            talk(alice, carol, group, "welcome")
        }

    @Test
    fun `who came in by an external commit lets others in by one`() =
        scenario {
            val (alice, bob, group) = pair(open)
            val (carol, carols) = client("carol")
            val (dave, daves) = client("dave")
            for ((newcomer, credential) in listOf(carol to carols, dave to daves)) {
                val info = alice.transaction { tx -> tx.groupInfo(group) }
                newcomer.transaction { tx -> tx.joinByExternalCommit(info, credential) }
                val commit = newcomer.delivered(group)
                alice.follow(commit)
                bob.follow(commit)
                if (newcomer === dave) carol.follow(commit)
            }
            talk(dave, carol, group, "let in")
        }

    @Test
    fun `who joins under a members name is shown as a new member`() =
        scenario {
            val (alice, _, group) = pair(open)
            val impostor = MlsClient.temporary(ClientId("bob"), file("folder").also { it.mkdir() })
            val credential = impostor.transaction { tx -> tx.addCredential(Credential.basic(SUITE, impostor.id)) }
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            impostor.transaction { tx -> tx.joinByExternalCommit(info, credential) }
            val commit = impostor.delivered(group)
            alice.transaction { tx ->
                val staged = assertIs<Received.Commit>(tx.processMessage(commit)).commit
                val newcomer = assertIs<Sender.FromNewMember>(staged.sender).leaf
                assertEquals(basic("bob") to credential.signatureKey, newcomer.credential to newcomer.signatureKey)
                assertEquals(emptyList(), staged.removed)
                tx.accept(staged)
            }
            assertEquals(listOf("alice", "bob", "bob").map(::basic), alice.members(group).map { it.credential })
            impostor.shutdown()
        }
}
