package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.DatabaseKey
import dev.mlskit.KeypackageRef
import dev.mlskit.readme.tidyUp
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** The examples compile and run: the library's README shows QuickStart.kt to the letter, the repository's is compiled itself. */
class QuickStartTest {
    @Test
    fun `the readme shows what is compiled here`() {
        val compiled = File("src/test/kotlin/dev/mlskit/tests/QuickStart.kt").readText().substringAfter("\n\n").trim()
        val readme = File("../bindings/kotlin/README.md").readText()
        assertEquals(compiled, readme.substringAfter("```kotlin\n").substringBefore("\n```"))
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
            DatabaseKey(World.KEY).use { publish(file("alice"), it) { bytes -> published = bytes } }
            val (bob, bobs) = client("bob")
            val alices = assertNotNull(fetched(bob, ClientId("alice@example.com"), published!!))
            assertNull(fetched(bob, ClientId("mallory"), published))
            val group = bob.transaction { tx -> tx.createGroup(bobs) }
            bob.add(group, alices)
            bob.welcome()
            val (carol, carols) = client("carol")
            bob.add(group, carol.keypackage(carols))
            carol.join(bob.welcome())
            assertEquals("hello", received(carol, bob.say(group, "hello")))
            bob.transaction { tx -> tx.updateKeys(group) }
            assertNull(received(carol, bob.delivered(group)))
            assertEquals(3L, carol.epoch(group))
        }
}
