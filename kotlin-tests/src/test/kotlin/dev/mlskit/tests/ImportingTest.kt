package dev.mlskit.tests

import dev.mlskit.ClientId
import dev.mlskit.ClientOptions
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageFraming
import dev.mlskit.KeypackageInfo
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageRejection
import dev.mlskit.Lifetime
import dev.mlskit.ManualClock
import dev.mlskit.MlsClient
import org.junit.jupiter.api.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Clock
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Instant

/** Other clients' packages, taken or refused. */
class ImportingTest {
    private suspend fun MlsClient.rejection(bytes: ByteArray): KeypackageRejection {
        val refused = assertFails<KeypackageException.Rejected> { importKeypackage(bytes) }
        assertTrue(refused.message.isNotBlank())
        return refused.reason
    }

    private suspend fun World.package_(config: KeypackageConfig = KeypackageConfig()): Keypackage {
        val (bob, bobs) = client("bob")
        return bob.transaction { tx -> tx.generateKeypackage(bobs, config) }
    }

    @Test
    fun `what a client makes another imports`() =
        scenario {
            val keypackage = package_()
            val alice = open("alice")
            assertEquals(keypackage, alice.importKeypackage(keypackage.toByteArray()))
            assertEquals(keypackage, alice.importKeypackage(keypackage.toMlsMessage()))
            assertEquals(keypackage, alice.importKeypackageOf(ClientId("bob"), keypackage.toByteArray()))
            assertEquals(keypackage, Keypackage.check(keypackage.toMlsMessage()))
            assertStored(0, alice)
        }

    @Test
    fun `both framings are one package`() =
        scenario {
            val keypackage = package_()
            val message = keypackage.toMlsMessage()
            assertContentEquals(keypackage.toByteArray(), message.drop(4).toByteArray())
            assertEquals(keypackage.ref, KeypackageRef.of(message))
            assertEquals(KeypackageFraming.MLS_MESSAGE, KeypackageInfo.of(message).framing)
            assertEquals(KeypackageFraming.BARE, keypackage.info().framing)
            assertEquals(keypackage.toByteArray().size.toLong(), KeypackageInfo.of(message).size)
        }

    @Test
    fun `someone elses package is rejected`() =
        scenario {
            val bytes = package_().toByteArray()
            val alice = open("alice")
            val refused =
                assertFails<KeypackageException.Rejected> { alice.importKeypackageOf(ClientId("carol"), bytes) }
            assertEquals(KeypackageRejection.OtherClient("carol", "bob"), refused.reason)
            assertTrue("carol" in refused.message && "bob" in refused.message, refused.message)
        }

    @Test
    fun `bytes that are no package are told by their kind`() =
        scenario {
            val good = package_().toByteArray()
            val alice = open("alice")
            assertEquals(KeypackageRejection.Empty, alice.rejection(ByteArray(0)))
            assertIs<KeypackageRejection.NotAKeypackage>(alice.rejection("Dear Bob".encodeToByteArray()))
            assertEquals(KeypackageRejection.TrailingBytes(2), alice.rejection(good + ByteArray(2)))
            for (length in 5..<good.size step 11) {
                assertIs<KeypackageRejection.Truncated>(alice.rejection(good.copyOf(length)), "$length bytes")
            }
        }

    @Test
    fun `a package that was altered is refused`() =
        scenario {
            val good = package_().toByteArray()
            val alice = open("alice")
            for (at in good.indices step 7) {
                val bad = good.copyOf().also { it[at] = (it[at].toInt() xor 1).toByte() }
                alice.rejection(bad)
            }
            val bad = good.copyOf().also { it[it.size - 1] = (it.last().toInt() xor 1).toByte() }
            assertEquals(KeypackageRejection.WrongSignature, alice.rejection(bad))
        }

    @Test
    fun `a package of another suite or version is refused`() =
        scenario {
            val good = package_().toByteArray()
            val alice = open("alice")
            val suite = good.copyOf().also { it[3] = 7 }
            assertEquals(7, assertIs<KeypackageRejection.UnsupportedCiphersuite>(alice.rejection(suite)).found.number)
            val version = good.copyOf().also { it[1] = 2 }
            assertIs<KeypackageRejection>(alice.rejection(version))
        }

    @Test
    fun `a package is refused before and after its time`() =
        scenario {
            val now = Instant.fromEpochSeconds(Clock.System.now().epochSeconds)
            val ahead = package_(KeypackageConfig(window = Lifetime(now + 1.days, now + 7.days)))
            val alice = open("alice")
            val early = assertIs<KeypackageRejection.NotYetValid>(alice.rejection(ahead.toByteArray()))
            assertEquals(now + 1.days, early.notBefore)
            ManualClock(now + 8.days).use { clock ->
                val late = open("carol", ClientOptions(clock = clock))
                val expired = assertIs<KeypackageRejection.Expired>(late.rejection(ahead.toByteArray()))
                assertEquals(now + 7.days to now + 8.days, expired.notAfter to expired.now)
            }
        }

    @Test
    fun `importing heeds the options of the client`() =
        scenario {
            val keypackage = package_(KeypackageConfig(lifetime = 30.days))
            val strict = open("alice", ClientOptions(maxAcceptedLifetime = 29.days))
            val tooLong = assertIs<KeypackageRejection.LifetimeTooLong>(strict.rejection(keypackage.toByteArray()))
            assertEquals(30.days + 1.hours to 29.days + 1.hours, tooLong.found to tooLong.limit)
            assertFails<KeypackageException.Rejected> { Keypackage.check(keypackage.toByteArray(), 29.days) }
            assertEquals(keypackage, Keypackage.check(keypackage.toByteArray(), 30.days))
        }

    @Test
    fun `a client may make longer lived packages if told to`() =
        scenario {
            val (alice, credential) = client("alice", ClientOptions(maxLifetime = 90.days))
            val keypackage = alice.transaction { tx -> tx.generateKeypackage(credential, 90.days) }
            assertEquals(90.days + 1.hours, keypackage.ref.lifetime.run { notAfter - notBefore })
        }
}
