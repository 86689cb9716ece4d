package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientOptions
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialRef
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.Lifetime
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Instant

/** A client's own key packages: made, listed and removed. */
class KeypackagesTest {
    @Test
    fun `generating stores a package with the default and one with an own lifetime`() =
        scenario {
            val (client, credential) = client("alice")
            val (usual, short) =
                client.transaction { tx ->
                    tx.generateKeypackage(credential) to tx.generateKeypackage(credential, 30.days)
                }
            // Each window begins an hour ago, for peers whose clocks are behind.
            assertEquals(84.days + 1.hours, usual.ref.lifetime.length)
            assertEquals(30.days + 1.hours, short.ref.lifetime.length)
            assertTrue(usual.isValid() && short.isValid())
            assertEquals(listOf(usual.ref, short.ref), client.getKeypackageRefs())
        }

    @Test
    fun `who asks for no lifetime gets the default or the limit of the client if that is shorter`() =
        scenario {
            val (client, credential) = client("alice", ClientOptions(maxLifetime = 10.days))
            assertEquals(10.days + 1.hours, client.keypackage(credential).ref.lifetime.length)
        }

    @Test
    fun `the default lifetime is eighty four days`() =
        scenario {
            val (client, credential) = client("alice")
            val left = client.keypackage(credential).ref.lifetime.notAfter - Clock.System.now()
            assertTrue(left > 84.days - 1.hours && left <= 84.days, "$left")
            assertEquals(84.days, Keypackage.DEFAULT_LIFETIME)
        }

    @Test
    fun `a client may make longer lived packages if told to`() =
        scenario {
            val (alice, credential) = client("alice", ClientOptions(maxLifetime = 90.days))
            val keypackage = alice.transaction { tx -> tx.generateKeypackage(credential, 90.days) }
            assertEquals(90.days + 1.hours, keypackage.ref.lifetime.length)
        }

    @Test
    fun `a time that can not be stored is refused`() =
        scenario {
            val eternity = Duration.INFINITE
            val (client, credential) = client("alice", ClientOptions(maxLifetime = eternity))
            val refused =
                assertFails<KeypackageException.LifetimeOutOfRange> {
                    client.transaction { tx -> tx.generateKeypackage(credential, eternity) }
                }
            assertTrue(refused.found > refused.latest.epochSeconds, refused.message)
            assertStored(0, client)
        }

    @Test
    fun `a package whose window has not begun is neither valid nor expired`() =
        scenario {
            val (client, credential) = client("alice")
            val tomorrow = Instant.fromEpochSeconds((Clock.System.now() + 1.days).epochSeconds)
            val window = Lifetime(tomorrow, tomorrow + 6.days)
            client.transaction { tx -> tx.generateKeypackage(credential, KeypackageConfig(window = window)) }
            val ref = client.getKeypackageRefs().single()
            assertFalse(ref.isValid() || ref.isExpired())
            assertTrue(ref.isValid(tomorrow) && ref.isExpired(tomorrow + 6.days))
        }

    @Test
    fun `counting and removing the expired leaves the valid ones`() =
        scenario {
            val (client, credential) = client("alice")
            client.transaction { tx ->
                tx.generateKeypackage(credential, 1.days)
                tx.generateKeypackage(credential)
            }
            val later = Clock.System.now() + 2.days
            client.transaction { tx ->
                val refs = tx.getKeypackageRefs()
                assertEquals(2 to 1, refs.count { it.isValid() } to refs.count { it.isValid(later) })
                refs.filter { it.isExpired(later) }.forEach { tx.removeKeypackage(it) }
            }
            assertEquals(listOf(false), client.getKeypackageRefs().map { it.isExpired(later) })
        }

    @Test
    fun `removing takes one package and succeeds when it is gone`() =
        scenario {
            val (client, credential) = client("alice")
            val (one, other) = client.transaction { tx -> tx.generateKeypackages(credential, 2) }
            client.transaction { tx ->
                tx.removeKeypackage(one.ref)
                tx.removeKeypackage(one.ref)
                assertEquals(null to other, tx.keypackage(one.ref) to tx.keypackage(other.ref))
            }
            assertEquals(listOf(other.ref), client.getKeypackageRefs())
            assertNull(client.keypackage(one.ref))
        }

    @Test
    fun `removing for a credential takes its packages and no others`() =
        scenario {
            val (client, credential) = client("alice")
            val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256
            val other = client.transaction { tx -> tx.addCredential(Credential.basic(p256, client.id)) }
            client.transaction { tx -> tx.generateKeypackages(credential, 3) }
            val kept = client.keypackage(other)
            repeat(2) { client.transaction { tx -> tx.removeKeypackagesFor(credential) } }
            assertEquals(listOf(kept.ref), client.getKeypackageRefs())
        }

    @Test
    fun `a removal that is rolled back leaves credential and key packages`() =
        scenario {
            val (client, credential) = client("alice")
            client.keypackage(credential)
            assertFails<IllegalStateException> {
                client.transaction { tx ->
                    tx.removeKeypackagesFor(credential)
                    assertEquals(emptyList(), tx.getKeypackageRefs())
                    tx.removeCredential(credential)
                    error("on purpose")
                }
            }
            assertStored(1, client)
            assertEquals(listOf(credential), client.credentials())
        }

    @Test
    fun `a reference whose transaction was rolled back names nothing`() =
        scenario {
            val client = open("alice")
            var lost: CredentialRef? = null
            assertFails<IllegalStateException> {
                client.transaction { tx ->
                    lost = tx.addCredential(Credential.basic(SUITE, client.id))
                    error("on purpose")
                }
            }
            assertFails<CredentialException.CredentialNotFound> { client.transaction { tx -> tx.generate(lost!!) } }
        }

    private val Lifetime.length: Duration
        get() = notAfter - notBefore
}
