package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.Capabilities
import dev.mlskit.Ciphersuite
import dev.mlskit.CredentialType
import dev.mlskit.Extension
import dev.mlskit.ExtensionPlace
import dev.mlskit.ExtensionType
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.LeafSource
import dev.mlskit.Lifetime
import dev.mlskit.MlsClient
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

/** What a key package is like that was asked for in some way. */
class ConfigurationTest {
    private val custom = ExtensionType(0xff01)

    private suspend fun World.made(config: KeypackageConfig): Keypackage {
        val (client, credential) = client("alice")
        return client.transaction { tx -> tx.generateKeypackage(credential, config) }
    }

    private suspend inline fun <reified E : KeypackageException> World.refused(config: KeypackageConfig): E {
        val (client, credential) = client("alice")
        val refusal = assertFails<E> { client.transaction { tx -> tx.generateKeypackage(credential, config) } }
        assertStored(0, client)
        client.shutdown()
        return refusal
    }

    @Test
    fun `the default is single use without extensions and offers all that the client can`() =
        scenario {
            val info = made(KeypackageConfig()).info()
            assertFalse(info.isLastResort)
            assertEquals(emptyList(), info.extensions + info.leafExtensions)
            assertEquals(SUITE, info.ciphersuite)
            assertTrue(SUITE in info.capabilities.ciphersuites && info.capabilities.ciphersuites.size >= 3)
            assertEquals(listOf(CredentialType.BASIC, CredentialType.X509), info.capabilities.credentials)
            assertEquals(basic("alice"), info.credential)
            assertTrue("$info".lines().size > 10, "$info")
        }

    @Test
    fun `an extension is in the package and declared`() =
        scenario {
            val data = Bytes(byteArrayOf(1, 2, 3))
            val info = made(KeypackageConfig(extensions = listOf(Extension.Other(custom, data)))).info()
            assertEquals(custom to data, info.extensions.single().run { type to this.data })
            assertEquals(listOf(custom), info.capabilities.extensions)
        }

    @Test
    fun `a leaf node extension is in the leaf node and declared`() =
        scenario {
            val id = Extension.ApplicationId(Bytes("phone".encodeToByteArray()))
            val info = made(KeypackageConfig(leafNodeExtensions = listOf(id))).info()
            assertEquals(ExtensionType.APPLICATION_ID, info.leafExtensions.single().type)
            assertEquals(emptyList(), info.capabilities.extensions)
        }

    @Test
    fun `a last resort package says so and declares it`() =
        scenario {
            val keypackage = made(KeypackageConfig(lastResort = true))
            assertTrue(keypackage.ref.isLastResort && keypackage.info().isLastResort)
            assertTrue(ExtensionType.LAST_RESORT in keypackage.info().capabilities.extensions)
        }

    @Test
    fun `a given capability is declared and what the package uses is added`() =
        scenario {
            val asked = Capabilities(listOf(Ciphersuite(2)), listOf(CredentialType.X509), listOf(custom))
            val found = made(KeypackageConfig(capabilities = asked)).info().capabilities
            assertEquals(listOf(Ciphersuite(2), SUITE), found.ciphersuites)
            assertEquals(listOf(CredentialType.X509, CredentialType.BASIC), found.credentials)
            assertEquals(listOf(custom), found.extensions)
        }

    @Test
    fun `a supported extension is declared and not in the package`() =
        scenario {
            val info = made(KeypackageConfig(supportedExtensions = listOf(custom))).info()
            assertEquals(listOf(custom) to emptyList(), info.capabilities.extensions to info.extensions)
        }

    @Test
    fun `grease is one meaningless value in each list`() =
        scenario {
            val info = made(KeypackageConfig(grease = true)).info()
            assertEquals(1, info.capabilities.extensions.size)
            assertEquals(1, info.capabilities.proposals.size)
            assertEquals(0x0a0a, info.capabilities.extensions.single().number and 0x0f0f)
        }

    @Test
    fun `a lifetime begins an hour ago and ends after the time asked for`() =
        scenario {
            val now = Clock.System.now()
            val lifetime = made(KeypackageConfig(lifetime = 2.days)).ref.lifetime
            assertTrue(lifetime.notBefore in now - 1.hours - 5.seconds..now - 1.hours + 30.seconds)
            assertEquals(2.days + 1.hours, lifetime.notAfter - lifetime.notBefore)
        }

    @Test
    fun `a window may lie ahead`() =
        scenario {
            val tomorrow = Instant.fromEpochSeconds((Clock.System.now() + 1.days).epochSeconds)
            val window = Lifetime(tomorrow, tomorrow + 6.days)
            val keypackage = made(KeypackageConfig(window = window))
            assertEquals(window, keypackage.ref.lifetime)
            assertEquals(window, assertIs<LeafSource.Keypackage>(keypackage.info().leafSource).lifetime)
            assertFalse(keypackage.isValid() || keypackage.ref.isExpired())
        }

    @Test
    fun `all keys of a batch differ and it is listed in its order`() =
        scenario {
            val (client, credential) = client("alice")
            val batch = client.transaction { tx -> tx.generateKeypackages(credential, 100) }
            assertEquals(100, batch.flatMap { listOf(it.info().initKey, it.info().encryptionKey) }.toSet().size / 2)
            assertEquals(batch.map { it.ref }, client.getKeypackageRefs())
        }

    @Test
    fun `an empty batch is nothing`() =
        scenario {
            val (client, credential) = client("alice")
            assertEquals(emptyList(), client.transaction { tx -> tx.generateKeypackages(credential, 0) })
            assertFails<IllegalArgumentException> {
                client.transaction { tx -> tx.generateKeypackages(credential, -1) }
            }
            val limit =
                assertFails<KeypackageException.BatchTooLarge> {
                    client.transaction { tx -> tx.generateKeypackages(credential, Keypackage.MAX_BATCH + 1) }
                }
            assertEquals(10_000L to 10_001L, limit.limit to limit.asked)
            assertStored(0, client)
        }

    @Test
    fun `a lifetime longer than the limit or shorter than a second is refused`() =
        scenario {
            val long = refused<KeypackageException.LifetimeTooLong>(KeypackageConfig(lifetime = 85.days))
            assertEquals(85.days to Keypackage.DEFAULT_LIFETIME, long.asked to long.limit)
            assertEquals(84.days, Keypackage.DEFAULT_LIFETIME)
            refused<KeypackageException.LifetimeTooShort>(KeypackageConfig(lifetime = 900.milliseconds))
        }

    @Test
    fun `a window that is too long or over or inverted is refused`() =
        scenario {
            val now = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)
            refused<KeypackageException.WindowTooLong>(KeypackageConfig(window = Lifetime(now, now + 85.days)))
            val over = Lifetime(now - 2.days, now - 1.days)
            assertEquals(
                over.notAfter,
                refused<KeypackageException.WindowOver>(KeypackageConfig(window = over)).notAfter,
            )
            val inverted =
                refused<KeypackageException.WindowInverted>(KeypackageConfig(window = Lifetime(now + 2.days, now)))
            assertEquals(now + 2.days to now, inverted.notBefore to inverted.notAfter)
            val never = Lifetime(now, Instant.DISTANT_FUTURE)
            assertFails<KeypackageException> {
                refused<KeypackageException>(KeypackageConfig(window = never)).let { throw it }
            }
        }

    @Test
    fun `the refusal of a misplaced extension says where it belongs`() =
        scenario {
            val id = Extension.ApplicationId(Bytes(byteArrayOf(1)))
            val misplaced = refused<KeypackageException.ExtensionMisplaced>(KeypackageConfig(extensions = listOf(id)))
            assertEquals(ExtensionType.APPLICATION_ID, misplaced.found)
            assertEquals(ExtensionPlace.KEYPACKAGE, misplaced.place)
            assertTrue("a leaf node" in misplaced.message, misplaced.message)
            val inLeaf = KeypackageConfig(leafNodeExtensions = listOf(Extension.LastResort))
            assertEquals(ExtensionPlace.LEAF_NODE, refused<KeypackageException.ExtensionMisplaced>(inLeaf).place)
        }

    @Test
    fun `the same extension type twice is refused`() =
        scenario {
            val twice = List(2) { Extension.Other(custom, Bytes(byteArrayOf(it.toByte()))) }
            assertEquals(
                custom,
                refused<KeypackageException.DuplicateExtension>(KeypackageConfig(extensions = twice)).found,
            )
        }

    @Test
    fun `an extension with a grease value is refused`() =
        scenario {
            val grease = Extension.Other(ExtensionType(0x0a0a), Bytes(ByteArray(0)))
            val refusal = refused<KeypackageException.GreaseExtension>(KeypackageConfig(extensions = listOf(grease)))
            assertEquals(ExtensionType(0x0a0a), refusal.found)
        }

    @Test
    fun `bytes that are not what their type says are refused`() =
        scenario {
            val wrong = Extension.Other(ExtensionType.APPLICATION_ID, Bytes(byteArrayOf(9)))
            refused<KeypackageException.MalformedExtension>(KeypackageConfig(leafNodeExtensions = listOf(wrong)))
        }

    @Test
    fun `capabilities without a ciphersuite or with one that the client lacks are refused`() =
        scenario {
            val none = Capabilities(emptyList(), listOf(CredentialType.BASIC))
            val refusal = refused<KeypackageException.NoCiphersuites>(KeypackageConfig(capabilities = none))
            assertTrue(SUITE in refusal.supported)
            val lacking = Capabilities(listOf(Ciphersuite(7)), listOf(CredentialType.BASIC))
            val unsupported =
                refused<KeypackageException.UnsupportedCiphersuite>(KeypackageConfig(capabilities = lacking))
            assertEquals(Ciphersuite(7), unsupported.found)
        }

    @Test
    fun `a removed key package is gone and removing it again is no error`() =
        scenario {
            val (client, credential) = client("alice")
            val (one, other) = client.transaction { tx -> tx.generateKeypackages(credential, 2) }
            client.transaction { tx ->
                tx.removeKeypackage(one.ref)
                tx.removeKeypackage(one.ref)
                assertEquals(null to other, tx.keypackage(one.ref) to tx.keypackage(other.ref))
            }
            assertEquals(listOf(other.ref), client.getKeypackageRefs())
            client.transaction { tx -> tx.removeKeypackagesFor(credential) }
            client.transaction { tx -> tx.removeKeypackagesFor(credential) }
            assertStored(0, client)
        }

    @Test
    fun `changing the key opens the file with the new one only`() =
        scenario {
            val (client, credential) = client("alice")
            client.keypackage(credential)
            val new = ByteArray(32) { 9 }
            dev.mlskit.DatabaseKey(new).use { client.changeKey(it) }
            client.checkIntegrity()
            client.shutdown()
            assertFails<dev.mlskit.StorageException.WrongKeyOrDamaged> { open("alice") }
            assertEquals(1, open("alice", key = new).stored())
        }

    @Test
    fun `another client of the file is told of the new key`() =
        scenario {
            val (one, _) = client("alice")
            val other: MlsClient = open("alice")
            dev.mlskit.DatabaseKey(ByteArray(32) { 9 }).use { one.changeKey(it) }
            assertFails<dev.mlskit.StorageException.KeyChanged> { other.transaction { } }
        }

    @Test
    fun `the key is not changed and nothing is checked inside a block`() =
        scenario {
            val client = open("alice")
            client.transaction {
                dev.mlskit.DatabaseKey(ByteArray(32)).use { key ->
                    assertFails<dev.mlskit.TransactionException.NestedTransaction> { client.changeKey(key) }
                }
                assertFails<dev.mlskit.TransactionException.NestedTransaction> { client.checkIntegrity() }
            }
        }
}
