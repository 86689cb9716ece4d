package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialException
import dev.mlskit.DatabaseKey
import dev.mlskit.LiveObjects
import dev.mlskit.MlsClient
import dev.mlskit.StorageException
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue

/** The thinnest path through all layers, and the file. */
class LifeOfAClientTest {
    @Test
    fun `a key package survives closing and opening again`() =
        scenario {
            val (client, credential) = client("alice")
            val keypackage = client.transaction { tx -> tx.generateKeypackage(credential) }
            client.shutdown()

            val again = open("alice")
            assertEquals(listOf(keypackage.ref), again.getKeypackageRefs())
            assertEquals(keypackage, again.keypackage(keypackage.ref))
            assertEquals(listOf(credential), again.credentials())
        }

    @Test
    fun `the file stays with the client that opened it first`() =
        scenario {
            open("alice").shutdown()
            val mallory = ClientId("mallory")
            val refusal =
                assertFails<CredentialException.DifferentClient> {
                    DatabaseKey(World.KEY).use { MlsClient.open(file("alice"), it, mallory) }
                }
            assertEquals("alice" to "mallory", refusal.expected to refusal.found)
            assertTrue("alice" in refusal.message && "mallory" in refusal.message, refusal.message)
        }

    @Test
    fun `another key does not open the file and leaves it as it was`() =
        scenario {
            client("alice").first.shutdown()
            val before = file("alice").readBytes()
            assertFails<StorageException.WrongKeyOrDamaged> { open("alice", key = ByteArray(32) { 7 }) }
            assertTrue(before.contentEquals(file("alice").readBytes()))
            assertEquals(1, open("alice").credentials().size)
        }

    @Test
    fun `a key of the wrong length is refused`() =
        scenario {
            val refusal = assertFails<StorageException.InvalidKeyLength> { open("alice", key = ByteArray(31)) }
            assertEquals(32L to 31L, refusal.expected to refusal.found)
        }

    @Test
    fun `what is no file or no database is refused`() =
        scenario {
            file("folder").mkdir()
            assertFails<StorageException.NotAFile> { open("folder") }
            file("letter").writeText("Dear Bob, this is no database.".repeat(100))
            assertFails<StorageException.NotADatabase> { open("letter") }
        }

    @Test
    fun `neither identities nor packages stand in clear`() =
        scenario {
            val (client, credential) = client("somebody-with-a-name")
            val keypackage = client.transaction { tx -> tx.generateKeypackage(credential) }
            client.shutdown()
            val stored = file("somebody-with-a-name").readBytes().decodeToString(throwOnInvalidSequence = false)
            assertFalse("somebody-with-a-name" in stored)
            assertTrue(keypackage.toByteArray().decodeToString().contains("somebody-with-a-name"))
        }

    @Test
    fun `a temporary client is a file that goes when it is shut down`() =
        scenario {
            val folder = file("folder").also { it.mkdir() }
            val client = MlsClient.temporary(ClientId("alice"), folder)
            assertTrue(folder.walk().any { it.isFile })
            client.shutdown()
            assertEquals(emptyList(), folder.walk().filter { it.isFile }.toList())
        }

    @Test
    fun `closing twice is closing once and does not wait`() =
        scenario {
            val client = open("alice")
            client.close()
            client.close()
            assertFails<StorageException.Closed> { client.credentials() }
            client.shutdown()
            client.shutdown()
            assertEquals(0, LiveObjects.count().clients)
        }

    @Test
    fun `a database key is wiped never printed and compared by its bytes`() =
        scenario {
            val key = DatabaseKey(World.KEY)
            assertEquals(DatabaseKey(World.KEY), key)
            assertEquals("DatabaseKey(redacted)", "$key")
            key.close()
            assertNotEquals(DatabaseKey(World.KEY), key)
            assertNotEquals(DatabaseKey(ByteArray(32)), key)
            assertFails<IllegalStateException> { key.toByteArray() }
            assertFails<IllegalStateException> { MlsClient.open(file("alice"), key, ClientId("alice")) }
            assertNotEquals(DatabaseKey.generate(), DatabaseKey.generate())
        }
}
