package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.CredentialException
import dev.mlskit.DatabaseKey
import dev.mlskit.KeypackageException
import dev.mlskit.MlsClient
import dev.mlskit.StorageException
import dev.mlskit.TransactionException
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Files that can not be used, or not for everything. What is wrong with them only the core could do to them. */
class BrokenFilesTest {
    @Test
    fun `a newer schema is refused`() =
        scenario {
            val before = File(World.HANDED_OVER, "newer-schema.db").readBytes()
            val newer = assertFails<StorageException.NewerSchema> { handedOver("newer-schema") }
            assertTrue(newer.found == 1_000_000 && newer.supported in 2..<newer.found, newer.message)
            assertContentEquals(before, file("newer-schema").readBytes())
        }

    @Test
    fun `an unknown codec is refused before any blob is read`() =
        scenario {
            val unknown = assertFails<StorageException.UnknownBlobCodec> { handedOver("unknown-codec") }
            assertEquals(77 to 1, unknown.found to unknown.supported)
        }

    @Test
    fun `a read only folder is refused`() =
        scenario {
            // Where nobody, root included, makes files: Linux has the one, macOS the other.
            val folder = listOf(File("/sys"), File("/System")).first { it.isDirectory }
            DatabaseKey.generate().use { key ->
                val open = suspend { MlsClient.open(File(folder, "alice.db"), key, ClientId("alice")) }
                assertFails<StorageException.ReadOnly> { open() }
            }
        }

    @Test
    fun `a full disk undoes the transaction and spares reading`() =
        scenario {
            val bob = handedOver("broken")
            val group = bob.groups().first()
            // The file has no number left for what goes out, which is to SQLite as a disk without space.
            assertFails<StorageException.DiskFull> { bob.transaction { tx -> tx.updateKeys(group) } }
            assertEquals(emptyList(), bob.outgoing())
            assertFails<TransactionException.TransactionUndone> {
                bob.transaction { tx -> assertFails<StorageException.DiskFull> { tx.leaveGroup(group) } }
            }
            assertEquals(3, bob.members(group).size)
        }

    @Test
    fun `what is stored and can not be decoded says what it is`() =
        scenario {
            val bob = handedOver("broken")
            val ref = bob.getKeypackageRefs().single()
            val keypackage = assertFails<KeypackageException.NotDecoded> { bob.keypackage(ref) }
            assertTrue(keypackage.reason.isNotBlank())
            val credential = bob.credentials().last()
            val signer =
                assertFails<CredentialException.NotDecoded> {
                    bob.transaction { tx ->
                        tx.generate(credential)
                    }
                }
            assertTrue(signer.reason.isNotBlank())
            val group = assertFails<StorageException.Codec> { bob.members(bob.groups().last()) }
            assertTrue(group.reason.isNotBlank())
            bob.transaction { tx -> tx.generate(bob.credentials().first()) }
        }

    @Test
    fun `a transaction that the database undid says so and stores nothing`() =
        scenario {
            val bob = handedOver("broken")
            val ref = bob.getKeypackageRefs().single()
            val credential = bob.credentials().first()
            assertFails<TransactionException.TransactionUndone> {
                bob.transaction { tx ->
                    tx.generate(credential)
                    val undoing = assertFails<StorageException.Sqlite> { tx.removeKeypackage(ref) }
                    assertTrue("constraint" in undoing.reason, undoing.message)
                    assertFails<TransactionException.TransactionUndone> { tx.generate(credential) }
                }
            }
            assertStored(1, bob)
        }
}
