package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialInfo
import dev.mlskit.DatabaseKey
import dev.mlskit.KeypackageRef
import dev.mlskit.OutgoingKind
import dev.mlskit.OutgoingMessage
import dev.mlskit.Received
import dev.mlskit.readme.tidyUp
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/**
 * The examples compile and run: the library's README shows QuickStart.kt, GroupStart.kt and DirectoryStart.kt to the
 * letter, the repository's is compiled itself.
 */
class QuickStartTest {
    @Test
    fun `the readme shows what is compiled here`() {
        val readme = File("../bindings/kotlin/README.md").readText()
        for (name in listOf("QuickStart", "GroupStart", "DirectoryStart")) {
            val compiled = File("src/test/kotlin/dev/mlskit/tests/$name.kt").readText().substringAfter("\n\n").trim()
            assertContains(readme, "```kotlin\n$compiled\n```")
        }
    }

    @Test
    fun `the quick start works`() =
        scenario {
            val bytes = DatabaseKey(World.KEY).use { dev.mlskit.readme.publish(file("alice@example.com"), it) }
            val client = open("alice@example.com")
            assertTrue(client.importKeypackageOf(client.id, bytes).isValid())
            tidyUp(client)
            assertEquals(listOf(KeypackageRef.of(bytes)), client.getKeypackageRefs().filter { it.isValid() })

            var published: ByteArray? = null
            repeat(2) { DatabaseKey(World.KEY).use { publish(file("alice"), it) { bytes -> published = bytes } } }
            val (bob, bobs) = client("bob")
            val alices = assertNotNull(fetched(bob, ClientId("alice@example.com"), published!!))
            assertNull(fetched(bob, ClientId("mallory"), published))
            val group = bob.transaction { tx -> tx.createGroup(bobs) }
            bob.add(group, alices)
            bob.welcome()
            val (carol, carols) = client("carol")
            bob.add(group, carol.keypackage(carols))
            carol.join(bob.welcome())
            val heard = mutableListOf<String>()
            val keep: suspend (Received.Application) -> Unit = { heard += it.plaintext.decodeToString() }
            val hear: suspend (ByteArray) -> Next = { received(carol, it, keep) }
            assertEquals(Next.DONE, hear(bob.say(group, "hello")))
            bob.transaction { tx -> tx.updateKeys(group) }
            val commit = bob.delivered(group)
            val early = bob.say(group, "early")
            assertEquals(listOf(Next.LATER, Next.DONE, Next.DONE), listOf(early, commit, early).map { hear(it) })
            assertEquals(listOf("hello", "early"), heard)
            carol.transaction { tx -> tx.updateKeys(group) }
            assertEquals(Next.DONE, hear(carol.one(OutgoingKind.COMMIT).toByteArray()))
            assertEquals(4L, carol.epoch(group))
        }

    @Test
    fun `the quick start for groups works`() =
        scenario {
            val (alice, alices) = client("alice")
            val (bob, bobs) = client("bob")
            val sent = mutableListOf<OutgoingMessage>()
            val group = create(alice, alices, bob.keypackage(bobs))
            emptyOutbox(alice) { sent.add(it) }
            assertEquals(listOf(OutgoingKind.COMMIT, OutgoingKind.WELCOME), sent.map { it.kind })
            assertEquals(group, enter(bob, sent.last().toByteArray()))
            assertEquals("hello", alice.hear(speak(bob, group, "hello")))
            rotate(bob, group)
            emptyOutbox(bob) { false }
            assertEquals(1L, bob.epoch(group))
            expel(alice, group, bob.id)
            emptyOutbox(alice) { true }
            assertEquals(listOf(basic("alice")), alice.members(group).map { it.credential })
        }

    @Test
    fun `the quick start for a directory works`() =
        scenario {
            val (client, credential) = client("alice")
            val served = mutableMapOf<String, ByteArray>()
            val server =
                Server { method, path, body ->
                    when (method) {
                        "PUT" -> null.also { served[path] = body!! }
                        "DELETE" -> served.remove(path)
                        else -> served.remove(served.keys.first { it.endsWith("last-resort=false") })
                    }
                }
            assertNotNull(supply(client, credential, server))
            assertEquals(21, served.size)
            val (bob, _) = client("bob")
            val keypackage = assertNotNull(fetched(bob, server, client.id, SUITE))
            assertEquals(20 to client.id, served.size to (keypackage.credential as CredentialInfo.Basic).identity)
            val refusing = Server { _, path, _ -> throw Refused(path) }
            client.transaction { tx -> tx.removeKeypackage(keypackage.ref) }
            assertNotNull(supply(client, credential, refusing))
            assertEquals(1 to 1, client.keypackageStatus(credential).run { pending to removed })
        }

    @Test
    fun `the loop of the documentation sends and settles all`() =
        scenario {
            val (client, credential) = client("alice")
            val (bob, bobs) = client("bob")
            val offered = bob.keypackage(bobs)
            client.transaction { tx -> tx.addMembers(tx.createGroup(credential), listOf(offered)) }
            val delivered = mutableListOf<OutgoingKind>()
            repeat(2) {
                for (message in client.outgoing()) {
                    val isTaken = delivered.add(message.kind)
                    client.transaction { tx ->
                        when (message.kind) {
                            OutgoingKind.COMMIT ->
                                if (isTaken) tx.commitAccepted(message.groupId) else tx.commitRejected(message.groupId)
                            OutgoingKind.WELCOME, OutgoingKind.LEAVE -> tx.markSent(listOf(message.id))
                        }
                    }
                }
            }
            assertEquals(listOf(OutgoingKind.COMMIT, OutgoingKind.WELCOME), delivered)
            assertEquals(emptyList(), client.outgoing())
        }
}
