package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.Capabilities
import dev.mlskit.Ciphersuite
import dev.mlskit.CredentialType
import dev.mlskit.Extension
import dev.mlskit.ExtensionType
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.LeafSource
import dev.mlskit.Lifetime
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

/** What a key package is like that was asked for in some way. */
class ConfigurationTest {
    private val custom = ExtensionType(0xff01)

    private suspend fun World.made(config: KeypackageConfig): Keypackage {
        val (client, credential) = client("alice")
        return client.transaction { tx -> tx.generateKeypackage(credential, config) }
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
            val data = Bytes(byteArrayOf(1, 2, 3))
            val info = made(KeypackageConfig(leafNodeExtensions = listOf(Extension.Other(custom, data)))).info()
            assertEquals(custom to data, info.leafExtensions.single().run { type to this.data })
            assertEquals(listOf(custom) to emptyList(), info.capabilities.extensions to info.extensions)
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
    fun `an application id is in the leaf node and not declared`() =
        scenario {
            val id = Extension.ApplicationId(Bytes("phone".encodeToByteArray()))
            val info = made(KeypackageConfig(leafNodeExtensions = listOf(id))).info()
            assertEquals(ExtensionType.APPLICATION_ID, info.leafExtensions.single().type)
            assertEquals(emptyList(), info.capabilities.extensions)
        }

    @Test
    fun `a window is taken as it is`() =
        scenario {
            val begin = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)
            val window = Lifetime(begin - 60.seconds, begin + 1.days)
            val keypackage = made(KeypackageConfig(window = window))
            assertEquals(window, keypackage.ref.lifetime)
            assertTrue(keypackage.ref.isValid(begin) && !keypackage.ref.isValid(window.notAfter))
        }
}
