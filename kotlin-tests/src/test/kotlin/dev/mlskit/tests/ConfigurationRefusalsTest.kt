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
import dev.mlskit.Lifetime
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Instant

/** What a key package can't be configured to be. */
class ConfigurationRefusalsTest {
    private val custom = ExtensionType(0xff01)
    private val now = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)

    private suspend inline fun <reified E : KeypackageException> World.refused(config: KeypackageConfig): E {
        val (client, credential) = client("alice")
        val refusal = assertFails<E> { client.transaction { tx -> tx.generateKeypackage(credential, config) } }
        assertStored(0, client)
        client.shutdown()
        return refusal
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
    fun `an extension that belongs elsewhere is refused`() =
        scenario {
            val id = Extension.ApplicationId(Bytes(byteArrayOf(1)))
            val inPackage = refused<KeypackageException.ExtensionMisplaced>(KeypackageConfig(extensions = listOf(id)))
            assertEquals(ExtensionType.APPLICATION_ID to ExtensionPlace.KEYPACKAGE, inPackage.run { found to place })
            val leaf = KeypackageConfig(leafNodeExtensions = listOf(Extension.LastResort))
            val inLeaf = refused<KeypackageException.ExtensionMisplaced>(leaf)
            assertEquals(ExtensionType.LAST_RESORT to ExtensionPlace.LEAF_NODE, inLeaf.run { found to place })
        }

    @Test
    fun `a window is as long at most as that of the longest lifetime`() =
        scenario {
            val config = KeypackageConfig(window = Lifetime(now, now + 85.days))
            val tooLong = refused<KeypackageException.WindowTooLong>(config)
            assertEquals(85.days to 84.days + 1.hours, tooLong.asked to tooLong.limit)
        }

    @Test
    fun `a window that ends before it begins is refused`() =
        scenario {
            val config = KeypackageConfig(window = Lifetime(now + 2.days, now))
            val inverted = refused<KeypackageException.WindowInverted>(config)
            assertEquals(now + 2.days to now, inverted.notBefore to inverted.notAfter)
        }

    @Test
    fun `a window that is over is refused`() =
        scenario {
            val config = KeypackageConfig(window = Lifetime(now - 2.days, now - 1.days))
            assertEquals(now - 1.days, refused<KeypackageException.WindowOver>(config).notAfter)
        }

    @Test
    fun `capabilities without a ciphersuite are refused`() =
        scenario {
            val none = Capabilities(emptyList(), listOf(CredentialType.BASIC))
            val refusal = refused<KeypackageException.NoCiphersuites>(KeypackageConfig(capabilities = none))
            assertTrue(SUITE in refusal.supported)
        }

    @Test
    fun `a ciphersuite that the client lacks is refused`() =
        scenario {
            val lacking = Capabilities(listOf(SUITE, Ciphersuite(7)), listOf(CredentialType.BASIC))
            val refusal = refused<KeypackageException.UnsupportedCiphersuite>(KeypackageConfig(capabilities = lacking))
            assertEquals(Ciphersuite(7), refusal.found)
        }
}
