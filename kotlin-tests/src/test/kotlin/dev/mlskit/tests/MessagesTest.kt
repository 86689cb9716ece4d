package dev.mlskit.tests

import dev.mlskit.GroupConfig
import dev.mlskit.GroupException
import dev.mlskit.GroupId
import dev.mlskit.MessageException
import dev.mlskit.MessageRejection
import dev.mlskit.MisplacedMessage
import dev.mlskit.MlsClient
import dev.mlskit.PlainMessage
import dev.mlskit.Received
import org.junit.jupiter.api.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** What becomes of messages, good and bad. */
class MessagesTest {
    @Test
    fun `messages out of order are all read once`() =
        scenario {
            val (alice, bob, group) = pair()
            val sent = (1..5).map { alice.say(group, "$it") }
            assertEquals(listOf("5", "1", "3", "2", "4"), listOf(4, 0, 2, 1, 3).map { bob.hear(sent[it]) })
            for (message in sent) assertFails<MessageException.Duplicate> { bob.hear(message) }
        }

    @Test
    fun `many messages are encrypted in one call and come back in their order`() =
        scenario {
            val (alice, bob, group) = pair()
            val texts = (0..<100).map { "text $it" to "number $it" }
            val messages = texts.map { (text, aad) -> PlainMessage(text.encodeToByteArray(), aad.encodeToByteArray()) }
            val lost =
                alice.transaction { tx ->
                    assertEquals(emptyList(), tx.encryptMessages(group, emptyList()))
                    val sealed = tx.encryptMessages(group, messages)
                    assertFails<GroupException.NotCommitted> { sealed.last().open() }
                    tx.abort()
                    sealed
                }
            for (message in lost) assertFails<GroupException.NotCommitted> { message.open() }
            val sent = alice.transaction { tx -> tx.encryptMessages(group, messages) }.map { it.open() }
            val heard = bob.transaction { tx -> sent.map { assertIs<Received.Application>(tx.processMessage(it)) } }
            assertEquals(texts, heard.map { it.plaintext.decodeToString() to it.aad.decodeToString() })
            assertEquals("PlainMessage(6 bytes, 8 in clear)", messages.first().toString())
        }

    @Test
    fun `a message is read as long as its epoch is kept`() =
        scenario {
            val (alice, bob, group) = pair(GroupConfig(pastEpochs = 1))
            val late = alice.say(group, "late")
            val tooLate = alice.say(group, "too late")
            alice.transaction { tx -> tx.updateKeys(group) }
            bob.follow(alice.delivered(group))
            assertEquals("late", bob.hear(late))
            alice.transaction { tx -> tx.updateKeys(group) }
            bob.follow(alice.delivered(group))
            val old = assertFails<MessageException.TooOld> { bob.hear(tooLate) }
            assertEquals(1L to 3L, old.epoch to old.current)
        }

    @Test
    fun `a message of the next epoch waits for its commit`() =
        scenario {
            val (alice, bob, group) = pair()
            alice.transaction { tx -> tx.updateKeys(group) }
            val commit = alice.delivered(group)
            val early = alice.say(group, "early")
            val future = assertFails<MessageException.FutureEpoch> { bob.hear(early) }
            assertEquals(2L to 1L, future.epoch to future.current)
            assertEquals(2L, bob.follow(commit).epoch)
            assertEquals("early", bob.hear(early))
        }

    @Test
    fun `a message of an unknown group says so`() =
        scenario {
            val (alice, _, group) = pair()
            val (carol, _) = client("carol")
            val message = alice.say(group, "for bob")
            assertEquals(group, assertFails<MessageException.UnknownGroup> { carol.hear(message) }.groupId)
        }

    @Test
    fun `garbage of every length is malformed`() =
        scenario {
            val (alice, _) = pair()
            for (length in listOf(0, 1, 2, 7, 100)) {
                assertFails<MessageException.Malformed> { alice.hear(ByteArray(length) { 0x41 }) }
            }
        }

    @Test
    fun `what belongs to another call is named`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val (carol, carols) = client("carol")
            val keypackage = carol.keypackage(carols)
            alice.add(group, keypackage)
            val welcome = alice.welcome()
            val info = alice.transaction { tx -> tx.groupInfo(group) }

            suspend fun kind(bytes: ByteArray) = assertFails<MessageException.Misplaced> { bob.hear(bytes) }.kind
            assertEquals(MisplacedMessage.WELCOME, kind(welcome))
            assertEquals(MisplacedMessage.KEYPACKAGE, kind(keypackage.toMlsMessage()))
            assertEquals(MisplacedMessage.GROUP_INFO, kind(info))
        }

    @Test
    fun `a message with any bit flipped is a typed refusal and leaves the right one readable`() =
        scenario {
            val (alice, bob, group) = pair()
            val good = alice.say(group, "right")
            for (at in good.indices step 9) {
                val bad = good.copyOf().also { it[at] = (it[at].toInt() xor 1).toByte() }
                assertFails<MessageException> { bob.hear(bad) }
            }
            assertEquals("right", bob.hear(good))
        }

    @Test
    fun `a bad signature or tag is not authentic`() =
        scenario {
            val (alice, bob, group) = pair()
            val good = alice.say(group, "right")
            val bad = good.copyOf().also { it[it.size - 1] = (it.last().toInt() xor 1).toByte() }
            val rejected = assertFails<MessageException.Rejected> { bob.hear(bad) }
            assertIs<MessageRejection.NotAuthentic>(rejected.reason)
            assertEquals("right", bob.hear(good))
        }

    @Test
    fun `a message tells who says it and what was authenticated along with it`() =
        scenario {
            val pair = pair()
            val (alice, bob, group) = pair
            val (text, aad) = "Hello!".encodeToByteArray() to "in clear".encodeToByteArray()
            val bytes = alice.transaction { tx -> tx.encryptMessage(group, text, aad) }.open()
            assertFalse("Hello!" in bytes.decodeToString())
            assertTrue("in clear" in bytes.decodeToString())
            val received = bob.transaction { tx -> tx.processMessage(bytes) }
            assertIs<Received.Application>(received)
            assertContentEquals(text, received.plaintext)
            assertContentEquals(aad, received.aad)
            assertEquals(group to 1L, received.groupId to received.epoch)
            assertEquals(
                basic("alice") to pair.alices.signatureKey,
                received.sender.run {
                    credential to id.signatureKey
                },
            )
        }

    @Test
    fun `a message tells its group before and after it is processed`() =
        scenario {
            val (alice, bob, group) = pair()
            val message = alice.say(group, "here")
            assertEquals(group, MlsClient.groupOf(message))
            val received = bob.transaction { tx -> tx.processMessage(message) }
            assertEquals(group, assertIs<Received.Application>(received).groupId)
            assertFails<MessageException.Malformed> { MlsClient.groupOf(byteArrayOf(1, 2, 3)) }
        }

    @Test
    fun `a message that is logged shows its length and not what is said`() =
        scenario {
            val (alice, bob, group) = pair()
            val received = bob.transaction { tx -> tx.processMessage(alice.say(group, "a secret")) }
            assertEquals("Application(8 bytes, epoch=1)", "$received")
        }

    @Test
    fun `a message that was processed before is a duplicate`() =
        scenario {
            val (alice, bob, group) = pair()
            val said = alice.say(group, "once")
            bob.hear(said)
            assertFails<MessageException.Duplicate> { bob.hear(said) }
            talk(alice, bob, group, "and on")
        }

    @Test
    fun `a message whose processing was rolled back can be processed again`() =
        scenario {
            val (alice, bob, group) = pair()
            val said = alice.say(group, "twice")
            assertFails<IllegalStateException> {
                bob.transaction { tx ->
                    tx.processMessage(said)
                    error("on purpose")
                }
            }
            assertEquals("twice", bob.hear(said))
        }

    @Test
    fun `a message far ahead of others of its sender is rejected`() =
        scenario {
            val (alice, bob, group) = pair()
            val sealed = alice.transaction { tx -> List(1002) { tx.encryptMessage(group, "$it".encodeToByteArray()) } }
            val last = sealed.last().open()
            val rejected = assertFails<MessageException.Rejected> { bob.hear(last) }
            assertEquals(MessageRejection.TooFarAhead, rejected.reason)
            assertEquals("500", bob.hear(sealed[500].open()))
            assertEquals("1001", bob.hear(last))
        }

    @Test
    fun `one bad message does not poison a batch`() =
        scenario {
            val (alice, bob, group) = pair()
            val good = (1..10).map { alice.say(group, "$it") }
            val batch = good.take(5) + ByteArray(9) + good.first() + good.drop(5)
            val heard =
                bob.transaction { tx ->
                    batch.mapNotNull { message ->
                        try {
                            assertIs<Received.Application>(tx.processMessage(message)).plaintext.decodeToString()
                        } catch (_: MessageException) {
                            null
                        }
                    }
                }
            assertEquals((1..10).map { "$it" }, heard)
        }

    @Test
    fun `a group that is unknown is told by every call`() =
        scenario {
            val (alice, _) = client("alice")
            val nowhere = GroupId(byteArrayOf(1, 2, 3))
            val refused = assertFails<GroupException.UnknownGroup> { alice.members(nowhere) }
            assertEquals(nowhere, refused.groupId)
            assertFails<GroupException.UnknownGroup> { alice.epoch(nowhere) }
            assertFails<GroupException.UnknownGroup> { alice.ratchetTree(nowhere) }
            assertFails<GroupException.UnknownGroup> { alice.say(nowhere, "") }
            assertFails<GroupException.UnknownGroup> { alice.transaction { tx -> tx.updateKeys(nowhere) } }
            assertFails<GroupException.UnknownGroup> { alice.transaction { tx -> tx.deleteGroup(nowhere) } }
        }
}
