package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.ClientId
import dev.mlskit.ClientOptions
import dev.mlskit.CredentialType
import dev.mlskit.Extension
import dev.mlskit.ExtensionType
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageFraming
import dev.mlskit.KeypackageInfo
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageRejection
import dev.mlskit.LeafSource
import dev.mlskit.ManualClock
import dev.mlskit.MlsClient
import org.junit.jupiter.api.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

/** Why a client takes no such package. */
suspend fun MlsClient.rejection(bytes: ByteArray): KeypackageRejection {
    val refused = assertFails<KeypackageException.Rejected> { importKeypackage(bytes) }
    assertTrue(refused.message.isNotBlank())
    return refused.reason
}

/** A package of Bob's. */
suspend fun World.offered(config: KeypackageConfig = KeypackageConfig()): Keypackage {
    val (bob, bobs) = client("bob")
    return bob.transaction { tx -> tx.generateKeypackage(bobs, config) }
}

/** Other clients' packages, taken or refused. */
class ImportingTest {
    @Test
    fun `what a client makes another imports`() =
        scenario {
            val keypackage = offered()
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
            val keypackage = offered()
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
            val bytes = offered().toByteArray()
            val alice = open("alice")
            val refused =
                assertFails<KeypackageException.Rejected> { alice.importKeypackageOf(ClientId("carol"), bytes) }
            assertEquals(KeypackageRejection.OtherClient("carol", "bob"), refused.reason)
            assertTrue("carol" in refused.message && "bob" in refused.message, refused.message)
            val certified = alice.transaction { tx -> tx.addCredential(identity("alice").credential()) }
            val unnamed = alice.keypackage(certified).toByteArray()
            val nobodys = assertFails<KeypackageException.Rejected> { alice.importKeypackageOf(alice.id, unnamed) }
            assertEquals(KeypackageRejection.NoClientId(CredentialType.X509), nobodys.reason)
            alice.importKeypackage(unnamed)
        }

    @Test
    fun `importing heeds the options of the client`() =
        scenario {
            val keypackage = offered(KeypackageConfig(lifetime = 30.days))
            val strict = open("alice", ClientOptions(maxAcceptedLifetime = 29.days))
            val tooLong = assertIs<KeypackageRejection.LifetimeTooLong>(strict.rejection(keypackage.toByteArray()))
            assertEquals(30.days + 1.hours to 29.days + 1.hours, tooLong.found to tooLong.limit)
            assertFails<KeypackageException.Rejected> { Keypackage.check(keypackage.toByteArray(), 29.days) }
            assertEquals(keypackage, Keypackage.check(keypackage.toByteArray(), 30.days))
        }

    @Test
    fun `a lifetime over the limit and an hour is rejected`() =
        scenario {
            val (bob, bobs) = client("bob")
            val (long, short) =
                bob.transaction { tx -> tx.generateKeypackage(bobs, 31.days) to tx.generateKeypackage(bobs, 30.days) }
            val alice = open("alice", ClientOptions(maxAcceptedLifetime = 30.days))
            val tooLong = KeypackageRejection.LifetimeTooLong(31.days + 1.hours, 30.days + 1.hours)
            assertEquals(tooLong, alice.rejection(long.toByteArray()))
            alice.importKeypackage(short.toByteArray())
        }

    @Test
    fun `an expired package is rejected with both times`() =
        scenario {
            val keypackage = offered(KeypackageConfig(lifetime = 1.days))
            val end = keypackage.ref.lifetime.notAfter
            ManualClock(end - 1.seconds).use { clock ->
                val alice = open("alice", ClientOptions(clock = clock))
                alice.importKeypackage(keypackage.toByteArray())
                clock.set(end)
                assertEquals(KeypackageRejection.Expired(end, end), alice.rejection(keypackage.toByteArray()))
            }
        }

    @Test
    fun `a package that is not yet valid is rejected with both times`() =
        scenario {
            val keypackage = offered()
            val begin = keypackage.ref.lifetime.notBefore
            ManualClock(begin - 1.seconds).use { clock ->
                val alice = open("alice", ClientOptions(clock = clock))
                val early = KeypackageRejection.NotYetValid(begin, begin - 1.seconds)
                assertEquals(early, alice.rejection(keypackage.toByteArray()))
                clock.set(begin)
                alice.importKeypackage(keypackage.toByteArray())
            }
        }

    @Test
    fun `the info shows every field`() =
        scenario {
            val own = ExtensionType(0xf2ee)
            val (alice, credential) = client("alice")
            val config =
                KeypackageConfig(
                    lifetime = 7.days,
                    extensions = listOf(Extension.Other(own, Bytes(byteArrayOf(1, 2, 3)))),
                    leafNodeExtensions = listOf(Extension.ApplicationId(Bytes("app".encodeToByteArray()))),
                    lastResort = true,
                )
            val made = alice.transaction { tx -> tx.generateKeypackage(credential, config) }
            val info = made.info()
            assertEquals(made.toByteArray().size.toLong() to 1, info.size to info.version)
            assertEquals(SUITE to made.ref.hashRef, info.ciphersuite to info.hashRef)
            assertEquals(32 to 32, info.initKey.toByteArray().size to info.encryptionKey.toByteArray().size)
            assertTrue(info.initKey != info.encryptionKey && info.isLastResort)
            assertEquals(credential.signatureKey to basic("alice"), info.signatureKey to info.credential)
            assertEquals(LeafSource.Keypackage(made.ref.lifetime), info.leafSource)
            assertEquals(64 to 64, info.signature.toByteArray().size to info.leafSignature.toByteArray().size)
            assertEquals(listOf(ExtensionType.APPLICATION_ID), info.leafExtensions.map { it.type })
            assertEquals(setOf(ExtensionType.LAST_RESORT, own), info.extensions.map { it.type }.toSet())
            assertEquals(Bytes(byteArrayOf(1, 2, 3)), info.extensions.single { it.type == own }.data)
            assertTrue("$info".lines().size > 10, "$info")
        }
}
