package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.Extension
import dev.mlskit.ExternalSender
import dev.mlskit.GroupConfig
import dev.mlskit.GroupException
import dev.mlskit.JoinOptions
import dev.mlskit.KeypackageConfig
import dev.mlskit.MessageException
import dev.mlskit.MlsClient
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** How a Welcome is opened, and by whom. */
class WelcomesTest {
    @Test
    fun `a welcome that can not be opened leaves its package`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val group = alice.transaction { tx -> tx.createGroup(alices) }
            alice.add(group, bob.keypackage(bobs))
            val good = alice.welcome()
            val bad = good.copyOf().also { it[it.size - 1] = (it.last() + 1).toByte() }
            val joined =
                bob.transaction { tx ->
                    assertFails<GroupException.BadWelcome> { tx.joinGroup(bad) }
                    assertEquals(1, tx.getKeypackageRefs().size)
                    tx.joinGroup(good)
                }
            assertEquals(group, joined.id)
            assertFails<GroupException.NoMatchingKeypackage> { bob.join(good) }
            talk(alice, bob, group, "welcome")
        }

    @Test
    fun `a join that is rolled back leaves the package to the same welcome`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val group = alice.transaction { tx -> tx.createGroup(alices) }
            alice.add(group, bob.keypackage(bobs))
            val welcome = alice.welcome()
            assertFails<IllegalStateException> {
                bob.transaction { tx ->
                    tx.joinGroup(welcome)
                    error("I do not like them")
                }
            }
            assertEquals(1 to emptyList(), bob.stored() to bob.groups())
            bob.join(welcome)
            assertEquals(0, bob.stored())
        }

    @Test
    fun `a last resort package opens a welcome once`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val lastResort = bob.transaction { tx -> tx.generateKeypackage(bobs, KeypackageConfig(lastResort = true)) }
            assertTrue(lastResort.ref.isLastResort)
            val group = alice.transaction { tx -> tx.createGroup(alices) }
            alice.add(group, lastResort)
            val welcome = alice.welcome()
            bob.join(welcome)
            assertEquals(listOf(lastResort.ref), bob.getKeypackageRefs())
            bob.transaction { tx -> tx.deleteGroup(group) }
            assertFails<GroupException.WelcomeReplayed> { bob.join(welcome) }
        }

    @Test
    fun `a tree out of band opens a welcome without one`() =
        scenario {
            val config = GroupConfig(ratchetTreeInWelcome = false)
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val group = alice.transaction { tx -> tx.createGroup(alices, config) }
            alice.add(group, bob.keypackage(bobs))
            val welcome = alice.welcome()
            assertFails<GroupException.RatchetTreeMissing> { bob.join(welcome) }
            val tree = alice.ratchetTree(group)
            bob.transaction { tx -> tx.joinGroup(welcome, JoinOptions(ratchetTree = tree)) }
            talk(bob, alice, group, "found the tree")
            assertFalse(tree == Bytes(ByteArray(0)))
        }

    @Test
    fun `who is in a group joins it again only if told to replace it`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val bobThere = alice.members(group).single { !it.isSelf }
            alice.transaction { tx -> tx.removeMembers(group, listOf(bobThere.id)) }
            alice.delivered(group)
            alice.add(group, bob.keypackage(pair.bobs))
            val welcome = alice.welcome()
            assertEquals(group, assertFails<GroupException.AlreadyJoined> { bob.join(welcome) }.groupId)
            val joined = bob.transaction { tx -> tx.joinGroup(welcome, JoinOptions(replace = true)) }
            assertEquals(3L, joined.epoch)
            talk(alice, bob, group, "again")
        }

    @Test
    fun `a replayed welcome finds its package gone`() =
        scenario {
            val (bob, welcome) = invited()
            bob.join(welcome)
            assertFails<GroupException.NoMatchingKeypackage> { bob.join(welcome) }
            assertFails<GroupException.NoMatchingKeypackage> { bob.welcomeRefs(welcome) }
        }

    @Test
    fun `a welcome for another client is for no package of this one`() =
        scenario {
            val (bob, welcome) = invited()
            val (carol, carols) = client("carol")
            carol.keypackage(carols)
            assertFails<GroupException.NoMatchingKeypackage> { carol.join(welcome) }
            assertStored(1, carol)
            bob.join(welcome)
        }

    @Test
    fun `a truncated or lengthened welcome is malformed and leaves the package`() =
        scenario {
            val (bob, welcome) = invited()
            for (bad in listOf(
                welcome.copyOf(welcome.size / 2),
                welcome.copyOf(8),
                welcome + ByteArray(3),
                ByteArray(0),
            )) {
                assertFails<MessageException.Malformed> { bob.join(bad) }
            }
            assertStored(1, bob)
            bob.join(welcome)
        }

    @Test
    fun `a bare welcome is taken like one in an mls message`() =
        scenario {
            val (bob, welcome) = invited()
            bob.join(welcome.drop(4).toByteArray())
            assertEquals(1, bob.groups().size)
        }

    @Test
    fun `who outside of a group may propose is shown to who joins`() =
        scenario {
            val (directory, directorys) = client("directory")
            val outsider = ExternalSender(basic("directory"), directorys.signatureKey)
            val config = GroupConfig(contextExtensions = listOf(Extension.ExternalSenders(listOf(outsider))))
            val (bob, welcome) = invited(config)
            assertEquals(listOf(outsider), bob.join(welcome).externalSenders)
            directory.shutdown()
        }

    /** Bob with a Welcome of Alice's. */
    private suspend fun World.invited(config: GroupConfig = GroupConfig()): Pair<MlsClient, ByteArray> {
        val (alice, alices) = client("alice")
        val (bob, bobs) = client("bob")
        val group = alice.transaction { tx -> tx.createGroup(alices, config) }
        alice.add(group, bob.keypackage(bobs))
        return bob to alice.welcome()
    }

    @Test
    fun `a replacement that fails leaves the old group`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val bobThere = alice.members(group).single { !it.isSelf }
            alice.transaction { tx -> tx.removeMembers(group, listOf(bobThere.id)) }
            alice.delivered(group)
            alice.add(group, bob.keypackage(pair.bobs))
            val good = alice.welcome()
            val bad = good.copyOf().also { it[it.size - 1] = (it.last() + 1).toByte() }
            assertFails<GroupException.BadWelcome> {
                bob.transaction { tx -> tx.joinGroup(bad, JoinOptions(replace = true)) }
            }
            assertEquals(1L to 1, bob.epoch(group) to bob.stored())
            bob.transaction { tx -> tx.joinGroup(good, JoinOptions(replace = true)) }
            talk(alice, bob, group, "again")
        }
}
