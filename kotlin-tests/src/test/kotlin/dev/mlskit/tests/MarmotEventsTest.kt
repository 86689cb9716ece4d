package dev.mlskit.tests

import dev.mlskit.ExtensionType
import dev.mlskit.GroupException
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackagePolicy
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageRejection
import dev.mlskit.Marmot
import dev.mlskit.MarmotException
import dev.mlskit.UnsignedEvent
import org.junit.jupiter.api.Test
import java.util.Base64
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours

/** Events of strangers, with one thing wrong in each; and how an app rotates its own. */
class MarmotEventsTest {
    @Test
    fun `an event of another kind is refused`() =
        scenario {
            val event = nostrUser().event()
            for (kind in listOf(0, 444, 30443)) {
                assertEquals(kind, refusal<MarmotException.WrongKind>(event.copy(kind = kind)).found)
            }
            for (kind in listOf(-1, 0x10000)) assertFails<IllegalArgumentException> { event.copy(kind = kind) }
        }

    @Test
    fun `an event lacks no tag and repeats none`() =
        scenario {
            val event = nostrUser().event()
            for (tag in event.tags) {
                assertEquals(tag.first(), refusal<MarmotException.MissingTag>(event.without(tag.first())).tag)
                val twice = event.copy(tags = event.tags + listOf(tag))
                assertEquals(tag.first(), refusal<MarmotException.RepeatedTag>(twice).tag)
            }
        }

    @Test
    fun `a tag says what mip 00 says`() =
        scenario {
            val event = nostrUser().event()
            val wrong =
                listOf(
                    listOf("mls_protocol_version", "2.0"),
                    listOf("mls_protocol_version", "1.0", "1.0"),
                    listOf("mls_ciphersuite", "0x0002"),
                    listOf("mls_ciphersuite", "1"),
                    listOf("mls_ciphersuite"),
                    listOf("mls_extensions", "0xf2ee", "10"),
                    listOf("mls_extensions", "0xf2ee", "0x000a", "0x+00a"),
                    listOf("mls_extensions", "0xf2ee", "0x000a", "0x0000a"),
                    listOf("encoding", "hex"),
                    listOf("relays"),
                )
            for (tag in wrong) {
                val refused = refusal<MarmotException.WrongTag>(event.with(tag))
                assertEquals(tag.first(), refused.tag)
                assertTrue(
                    refused.expected.isNotEmpty() && refused.found in tag.drop(1).joinToString(),
                    refused.message,
                )
            }
            val unreachable = event.with(listOf("relays", "wss://relay.example.com", "relay"))
            assertEquals("relay", refusal<MarmotException.WrongRelay>(unreachable).found)
        }

    @Test
    fun `the listed extensions are marmots no default ones and declared`() =
        scenario {
            val event = nostrUser().event()

            fun listing(vararg values: String) = event.with(listOf("mls_extensions", *values))
            assertEquals(ExtensionType(0xf2ee), refusal<MarmotException.NotListed>(listing("0x000a")).missing)
            assertEquals(ExtensionType(0x000a), refusal<MarmotException.NotListed>(listing("0xf2ee")).missing)
            for (number in listOf(1, 3, 5)) {
                val refused = refusal<MarmotException.DefaultListed>(listing("0xf2ee", "0x000a", "0x000$number"))
                assertEquals(ExtensionType(number), refused.found)
            }
            val more = refusal<MarmotException.ListedOnly>(listing("0xf2ee", "0x000a", "0xff01"))
            assertEquals(ExtensionType(0xff01), more.found)
            nostrUser().client.importKeypackageEvent(listing("0x000A", "0xF2EE"))
        }

    @Test
    fun `the content is one package in base64`() =
        scenario {
            val event = nostrUser().event()
            for (content in listOf("AAEA!", "AAE", " ", event.content.trimEnd('=').drop(1))) {
                assertTrue(refusal<MarmotException.NotBase64>(event.copy(content = content)).reason.isNotEmpty())
            }
            val empty =
                assertFails<KeypackageException.Rejected> { import(event.copy(content = "")) }
            assertEquals(KeypackageRejection.Empty, empty.reason)

            val keypackage = import(event)
            val framed = Base64.getEncoder().encodeToString(keypackage.toMlsMessage())
            assertEquals(keypackage, import(event.copy(content = framed)))
        }

    /** Mallory signs an event with her own key, and puts Bob's package into it. */
    @Test
    fun `an event with the package of another is refused`() =
        scenario {
            val (bob, mallory) = List(2) { nostrUser() }
            val event = bob.event()
            val refused = refusal<MarmotException.OtherPublicKey>(event.copy(pubkey = "${mallory.pubkey}"))
            assertEquals("${mallory.pubkey}" to "${bob.pubkey}", refused.expected to refused.found)
            val nobodys = event.copy(pubkey = event.pubkey.uppercase() + "A")
            assertEquals(65L, refusal<MarmotException.WrongPublicKeyText>(nobodys).length)
        }

    /** The later MIP-00 has the tag, and some clients write it into events of kind 443 too. */
    @Test
    fun `a reference in the event is the packages`() =
        scenario {
            val bob = nostrUser()
            val event = bob.event()
            val ref = "${bob.client.getKeypackageRefs().single()}"
            import(event.with(listOf("i", ref)))
            val wrong = refusal<MarmotException.OtherKeypackage>(event.with(listOf("i", "00".repeat(32))))
            assertEquals(ref to "00".repeat(32), wrong.expected to wrong.found)
        }

    @Test
    fun `an error shows no more than the beginning of what a stranger wrote`() =
        scenario {
            val event = nostrUser().event()
            val refused = refusal<MarmotException.WrongTag>(event.with(listOf("encoding", "é".repeat(100_000))))
            assertTrue(refused.message.length < 400, "${refused.message.length} characters")
        }

    /**
     * "Rotate: Generate new key packages periodically or after use", and "Delete old private packages after use". The test
     * plays the app's part, which signs and publishes what a relay is to have, and remembers the events' ids.
     */
    @Test
    fun `a policy has a used package replaced first and withdrawn then`() =
        scenario {
            val (alice, bob) = List(2) { nostrUser() }
            val events = mutableListOf<Pair<KeypackageRef, UnsignedEvent>>()
            repeat(2) { assertEquals(emptyList(), rotate(bob, events)) }
            val (used, published) = events.single()

            // Two people fetch it.
            val fetched = alice.client.importKeypackageEvent(published)
            assertEquals(90.days, fetched.ref.lifetime.run { notAfter - notBefore } - 1.hours)
            assertTrue(fetched.info().isLastResort)
            val (first, second) =
                List(2) {
                    val group = alice.client.transaction { tx -> tx.createGroup(alice.credential) }
                    alice.client.add(group, fetched)
                    alice.client.welcome()
                }

            // A Welcome that can't be opened deletes nothing and replaces nothing (MIP-00).
            val bad = first.copyOf().also { it[it.size - 1] = (it.last().toInt() xor 1).toByte() }
            assertFails<GroupException.BadWelcome> { bob.client.join(bad) }
            assertEquals(0 to 1, rotate(bob, events).size to events.size)

            assertEquals(used, bob.client.join(first).keypackageRef)
            // The replacement is published before anything is deleted.
            assertEquals(0 to 2, rotate(bob, events).size to events.size)
            val deletion = rotate(bob, events).single()
            assertEquals(Triple(5, "", "${bob.pubkey}"), Triple(deletion.kind, deletion.content, deletion.pubkey))
            assertEquals(listOf(published.id) to listOf("443"), deletion.values("e") to deletion.values("k"))

            // The Welcome that was under way is opened, and no Welcome twice.
            assertEquals(used, bob.client.join(second).keypackageRef)
            assertFails<GroupException.WelcomeReplayed> { bob.client.join(first) }
        }

    private suspend fun rotate(
        user: NostrUser,
        events: MutableList<Pair<KeypackageRef, UnsignedEvent>>,
    ): List<UnsignedEvent> {
        val config = Marmot.keypackageConfig(user.pubkey)
        val policy = KeypackagePolicy(target = 0, lifetime = Marmot.MAX_LIFETIME, config = config)
        val outgoing = user.client.maintainKeypackages(user.credential, policy)
        for (ref in outgoing.publish.map { it.ref }) {
            val keypackage = checkNotNull(user.client.keypackage(ref))
            events += ref to Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)
            user.client.transaction { tx -> tx.confirmPublished(listOf(ref)) }
        }
        return outgoing.withdraw.map { ref ->
            val id = events.single { it.first == ref }.second.id
            user.client.transaction { tx -> tx.confirmWithdrawn(listOf(ref)) }
            Marmot.createDeletionEvent(user.pubkey, listOf(id))
        }
    }

    /** What stands for the id that the app's Nostr library makes. */
    private val UnsignedEvent.id: String
        get() = hashCode().toString(16).removePrefix("-").padStart(64, '0')

    private suspend fun World.import(event: UnsignedEvent) = nostrUser().client.importKeypackageEvent(event)

    private suspend inline fun <reified T : MarmotException> World.refusal(event: UnsignedEvent): T =
        assertFails<T> { import(event) }

    private fun UnsignedEvent.without(tag: String) = copy(tags = tags.filter { it.first() != tag })

    private fun UnsignedEvent.with(tag: List<String>) =
        without(tag.first()).let {
            it.copy(tags = it.tags + listOf(tag))
        }
}
