package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.CredentialType
import dev.mlskit.Extension
import dev.mlskit.ExtensionType
import dev.mlskit.GroupConfig
import dev.mlskit.GroupException
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.Lifetime
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours

/** What a group is configured to be, and to let in. */
class GroupConfigurationTest {
    @Test
    fun `a package that expires soon is not added`() =
        scenario {
            val (alice, _, group) = pair()
            val (carol, carols) = client("carol")
            val soon = carol.transaction { tx -> tx.generateKeypackage(carols, 12.hours) }
            val refused = assertFails<KeypackageException.ExpiresTooSoon> { alice.add(group, soon) }
            assertEquals(1.days, refused.limit)
            assertTrue(refused.remaining <= 12.hours && refused.remaining > 11.hours, "${refused.remaining}")
        }

    @Test
    fun `numbers out of bounds are refused`() =
        scenario {
            val (alice, alices) = client("alice")
            val refused =
                assertFails<GroupException.SettingTooLarge> {
                    alice.transaction { tx -> tx.createGroup(alices, GroupConfig(pastEpochs = 65)) }
                }
            assertEquals(64L to 65L, refused.limit to refused.found)
            assertFails<IllegalArgumentException> { GroupConfig(padding = -1) }
            assertFails<IllegalArgumentException> { GroupConfig(lateMessages = -1) }
            for (config in listOf(GroupConfig(lateMessages = 1025), GroupConfig(skippedMessages = 65_537))) {
                assertFails<GroupException.SettingTooLarge> {
                    alice.transaction { tx ->
                        tx.createGroup(alices, config)
                    }
                }
            }
            val now = Clock.System.now()
            assertFails<IllegalArgumentException> {
                KeypackageConfig(lifetime = 1.days, window = Lifetime(now, now + 1.days))
            }
            assertNull(GroupConfig().pastEpochs)
        }

    @Test
    fun `who creates and who joins say how many messages may be missing`() =
        scenario {
            val (alice, bob, group) = pair(GroupConfig(skippedMessages = 2))
            val sent = List(4) { alice.say(group, "$it") }
            val rejected = assertFails<MessageException.Rejected> { bob.hear(sent[3]) }
            assertEquals(MessageRejection.TooFarAhead, rejected.reason)
            assertEquals("2", bob.hear(sent[2]))
        }

    @Test
    fun `where none may be late the order is strict`() =
        scenario {
            val (alice, bob, group) = pair(GroupConfig(lateMessages = 0))
            val (first, second) = List(2) { alice.say(group, "$it") }
            assertEquals("1", bob.hear(second))
            assertFails<MessageException.TooOld> { bob.hear(first) }
            talk(alice, bob, group, "and on")
        }

    @Test
    fun `who lacks a required extension is not added and who knows it joins`() =
        scenario {
            val own = ExtensionType(0xf2ee)
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val required = Extension.RequiredCapabilities(listOf(own), emptyList(), listOf(CredentialType.BASIC))
            val group =
                alice.transaction { tx -> tx.createGroup(alices, GroupConfig(contextExtensions = listOf(required))) }
            val plain = bob.keypackage(bobs)
            val refused = assertFails<GroupException.Refused> { alice.add(group, plain) }
            assertTrue(refused.reason.isNotBlank())
            val config = KeypackageConfig(supportedExtensions = listOf(own))
            alice.add(group, bob.transaction { tx -> tx.generateKeypackage(bobs, config) })
            bob.join(alice.welcome())
            talk(alice, bob, group, "able")
        }

    @Test
    fun `an extension that can not stand in a context is refused`() =
        scenario {
            val (alice, alices) = client("alice")

            suspend fun create(vararg extensions: Extension) {
                alice.transaction { tx -> tx.createGroup(alices, GroupConfig(contextExtensions = extensions.toList())) }
            }
            val misplaced = assertFails<GroupException.ExtensionMisplaced> { create(Extension.LastResort) }
            assertEquals(ExtensionType.LAST_RESORT, misplaced.found)
            val own = Extension.Other(ExtensionType(0xf2ee), Bytes(ByteArray(0)))
            assertEquals(own.type, assertFails<GroupException.DuplicateExtension> { create(own, own) }.found)
        }

    @Test
    fun `capabilities that this client lacks can not be required`() =
        scenario {
            val (alice, alices) = client("alice")
            val demanding = Extension.RequiredCapabilities(proposals = listOf(0xf003))
            val config = GroupConfig(contextExtensions = listOf(demanding))
            val refused =
                assertFails<GroupException.CapabilityNotSupported> {
                    alice.transaction { tx -> tx.createGroup(alices, config) }
                }
            assertTrue(refused.what.isNotBlank())
        }

    @Test
    fun `groups are listed in the order in which they were made`() =
        scenario {
            val (alice, alices) = client("alice")
            val made = List(5) { alice.transaction { tx -> tx.createGroup(alices) } }
            assertEquals(made, alice.groups())
            alice.transaction { tx -> assertEquals(made, tx.groups()) }
        }

    @Test
    fun `what a group is configured to do holds at once and after opening again`() =
        scenario {
            val (alice, _, group) = pair()
            val (carol, carols) = client("carol")
            alice.transaction { tx -> tx.configureGroup(group, GroupConfig(externalJoins = true)) }
            val info = alice.transaction { tx -> tx.groupInfo(group) }
            alice.shutdown()
            val again = open("alice")
            carol.transaction { tx -> tx.joinByExternalCommit(info, carols) }
            again.follow(carol.delivered(group))
            talk(again, carol, group, "come in")
            val tooLarge = GroupConfig(pastEpochs = 65)
            assertFails<GroupException.SettingTooLarge> {
                again.transaction { tx ->
                    tx.configureGroup(group, tooLarge)
                }
            }
        }

    @Test
    fun `by default a burst that is turned around is read`() =
        scenario {
            val (alice, bob, group) = pair()
            val sent = List(33) { alice.say(group, "$it") }
            for (number in sent.indices.reversed()) assertEquals("$number", bob.hear(sent[number]))
        }

    @Test
    fun `who creates and who joins say how many messages may overtake one and it stays so`() =
        scenario {
            val (alice, bob, group) = pair(GroupConfig(lateMessages = 2))
            bob.shutdown()
            val again = open("bob")
            for ((from, to) in listOf(alice to again, again to alice)) {
                val sent = List(4) { from.say(group, "$it") }
                assertEquals("3", to.hear(sent[3]))
                assertFails<MessageException.TooOld> { to.hear(sent[0]) }
                assertEquals(listOf("1", "2"), listOf(to.hear(sent[1]), to.hear(sent[2])))
            }
        }
}
