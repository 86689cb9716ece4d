package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialException
import dev.mlskit.DatabaseKey
import dev.mlskit.LiveObjects
import dev.mlskit.MlsClient
import dev.mlskit.StorageException
import dev.mlskit.TransactionException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

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
    fun `neither identities nor keys nor packages stand in clear`() =
        scenario {
            val (client, credential) = client("somebody-with-a-name")
            val keypackage = client.transaction { tx -> tx.generateKeypackage(credential) }
            client.shutdown()
            val stored = file("somebody-with-a-name").readBytes().decodeToString(throwOnInvalidSequence = false)
            assertFalse("somebody-with-a-name" in stored)
            val bytes = file("somebody-with-a-name").readBytes().toHexString()
            for (secret in listOf(credential.signatureKey, keypackage.ref.hashRef)) assertFalse("$secret" in bytes)
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
    fun `shutdown waits although its coroutine is cancelled`() =
        scenario {
            repeat(10) {
                val client = open("alice")
                val user =
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            awaitCancellation()
                        } finally {
                            client.shutdown()
                        }
                    }
                user.cancelAndJoin()
                assertEquals(0, LiveObjects.count().clients)
            }
        }

    @Test
    fun `a client that is forgotten is freed`() =
        scenario {
            launch(Dispatchers.Default) {
                val key = DatabaseKey(World.KEY)
                assertEquals(0, MlsClient.open(file("alice"), key, ClientId("alice")).stored())
            }.join()
            while (LiveObjects.count().clients > 0) {
                System.gc()
                delay(10.milliseconds)
            }
        }

    @Test
    fun `a database key that is closed while it is in use opens what it was given for`() =
        scenario {
            open("alice").shutdown()
            repeat(20) {
                val key = DatabaseKey(World.KEY)
                val client =
                    async(start = CoroutineStart.UNDISPATCHED) {
                        MlsClient.open(file("alice"), key, ClientId("alice"))
                    }
                key.close()
                client.await().shutdown()
            }
        }

    @Test
    fun `a database key is never printed`() =
        scenario {
            assertEquals("DatabaseKey(redacted)", "${DatabaseKey(World.KEY)}")
            assertNotEquals(DatabaseKey.generate(), DatabaseKey.generate())
        }

    @Test
    fun `a database key is wiped and compared by its bytes`() =
        scenario {
            val key = DatabaseKey(World.KEY)
            assertEquals(DatabaseKey(World.KEY), key)
            key.close()
            assertNotEquals(DatabaseKey(World.KEY), key)
            assertNotEquals(DatabaseKey(ByteArray(32)), key)
            assertFails<IllegalStateException> { key.toByteArray() }
            assertFails<IllegalStateException> { MlsClient.open(file("alice"), key, ClientId("alice")) }
        }

    @Test
    fun `changing the key opens the file with the new one only`() =
        scenario {
            val (client, credential) = client("alice")
            client.keypackage(credential)
            val new = ByteArray(32) { 9 }
            DatabaseKey(new).use { client.changeKey(it) }
            client.checkIntegrity()
            client.shutdown()
            assertFails<StorageException.WrongKeyOrDamaged> { open("alice") }
            assertEquals(1, open("alice", key = new).stored())
        }

    @Test
    fun `who is cancelled before asking does not change the key`() =
        scenario {
            val client = open("alice")
            launch(start = CoroutineStart.UNDISPATCHED) {
                cancel()
                client.changeKey(DatabaseKey(ByteArray(32) { 9 }))
            }.join()
            client.shutdown()
            open("alice")
        }

    @Test
    fun `another client of the file is told of the new key`() =
        scenario {
            val (one, _) = client("alice")
            val other: MlsClient = open("alice")
            DatabaseKey(ByteArray(32) { 9 }).use { one.changeKey(it) }
            assertFails<StorageException.KeyChanged> { other.transaction { } }
        }

    @Test
    fun `the key is not changed and nothing is checked inside a block`() =
        scenario {
            val client = open("alice")
            client.transaction {
                DatabaseKey(ByteArray(32)).use { key ->
                    assertFails<TransactionException.NestedTransaction> { client.changeKey(key) }
                }
                assertFails<TransactionException.NestedTransaction> { client.checkIntegrity() }
            }
        }

    @Test
    fun `damage is found by a check of integrity`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx -> tx.generateKeypackages(credential, 50) }
            client.checkIntegrity()
            client.shutdown()
            val stored = file("alice").readBytes()
            val at = stored.size - 2000
            stored[at] = (stored[at].toInt() xor 1).toByte()
            file("alice").writeBytes(stored)
            val damaged = open("alice")
            assertFails<StorageException.Corrupt> { damaged.checkIntegrity() }
        }

    @Test
    fun `a folder that can not be made is told in the systems words`() =
        scenario {
            file("occupied").createNewFile()
            val refused =
                assertFails<StorageException.Io> { MlsClient.temporary(ClientId("alice"), file("occupied")) }
            assertTrue("occupied" in refused.reason && refused.reason in refused.message, refused.message)
        }
}
