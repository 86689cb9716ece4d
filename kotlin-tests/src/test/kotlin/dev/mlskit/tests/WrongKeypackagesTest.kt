package dev.mlskit.tests

import dev.mlskit.CertificateProblem
import dev.mlskit.Ciphersuite
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageInfo
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageRejection
import dev.mlskit.LeafSource
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.reflect.KClass
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration

/** Packages that are wrong, each for its own reason. */
class WrongKeypackagesTest {
    /** The fuzzer's packages, one of each kind that is wrong on purpose. */
    private fun corpus(name: String) = File("../fuzz/corpus/import_keypackage", name).readBytes()

    /** Why a package is rejected whose times and limits don't matter. */
    private suspend fun rejection(bytes: ByteArray): KeypackageRejection =
        assertFails<KeypackageException.Rejected> { Keypackage.check(bytes, Duration.INFINITE) }.reason

    @Test
    fun `each kind of wrong package is rejected for its own reason`() =
        scenario {
            val reasons: Map<String, KClass<out KeypackageRejection>> =
                mapOf(
                    "another-version" to KeypackageRejection.UnknownVersion::class,
                    "suite-5" to KeypackageRejection.UnsupportedCiphersuite::class,
                    "unknown-suite" to KeypackageRejection.UnsupportedCiphersuite::class,
                    "made-for-update" to KeypackageRejection.WrongLeafSource::class,
                    "made-for-commit" to KeypackageRejection.WrongLeafSource::class,
                    "wrong-signature" to KeypackageRejection.WrongSignature::class,
                    "wrong-leaf-signature" to KeypackageRejection.WrongLeafSignature::class,
                    "inverted" to KeypackageRejection.InvertedLifetime::class,
                    "expired" to KeypackageRejection.Expired::class,
                    "not-yet-valid" to KeypackageRejection.NotYetValid::class,
                    "short-init-key" to KeypackageRejection.WrongKeyLength::class,
                    "init-key-of-low-order" to KeypackageRejection.UnusableKey::class,
                    "init-key-is-encryption-key" to KeypackageRejection.InitKeyIsEncryptionKey::class,
                    "repeated-extension" to KeypackageRejection.RepeatedExtension::class,
                    "forbidden-extension" to KeypackageRejection.ForbiddenExtension::class,
                    "forbidden-leaf-extension" to KeypackageRejection.ForbiddenLeafExtension::class,
                    "undeclared-extension" to KeypackageRejection.UndeclaredExtension::class,
                    "undeclared-leaf-extension" to KeypackageRejection.UndeclaredLeafExtension::class,
                    "grease-extension" to KeypackageRejection.GreaseExtension::class,
                    "undeclared-suite" to KeypackageRejection.UndeclaredCiphersuite::class,
                    "undeclared-version" to KeypackageRejection.UndeclaredVersion::class,
                    "undeclared-credential-type" to KeypackageRejection.UndeclaredCredentialType::class,
                    "unreadable-certificates" to KeypackageRejection.Certificate::class,
                    "unreadable-extension" to KeypackageRejection.Malformed::class,
                )
            for ((name, reason) in reasons) {
                for (framing in listOf("bare", "message")) {
                    assertEquals(reason, rejection(corpus("$name-$framing"))::class, "$name-$framing")
                }
            }
            val unreadable = rejection(corpus("unreadable-certificates-bare"))
            val certificates = assertIs<KeypackageRejection.Certificate>(unreadable).reason
            assertIs<CertificateProblem.NotAList>(certificates)
            assertIs<KeypackageRejection.NotAKeypackage>(rejection(corpus("noise")))
        }

    @Test
    fun `no bytes are reported as empty`() =
        scenario {
            assertEquals(KeypackageRejection.Empty, rejection(ByteArray(0)))
            for (read in listOf<(ByteArray) -> Any>(KeypackageRef::of, KeypackageInfo::of)) {
                val refused = assertFails<KeypackageException.Rejected> { read(ByteArray(0)) }
                assertEquals(KeypackageRejection.Empty, refused.reason)
            }
        }

    @Test
    fun `every truncation is reported as truncated`() =
        scenario {
            val good = offered().toByteArray()
            for (length in 4..<good.size) {
                val truncated = assertIs<KeypackageRejection.Truncated>(rejection(good.copyOf(length)), "$length bytes")
                assertTrue(truncated.missing > 0)
            }
        }

    @Test
    fun `trailing bytes are counted`() =
        scenario {
            val good = offered().toByteArray()
            assertEquals(KeypackageRejection.TrailingBytes(2), rejection(good + ByteArray(2)))
        }

    @Test
    fun `an altered package is rejected for its signature whatever else is wrong`() =
        scenario {
            val bad = offered().toByteArray().also { it[it.size - 1] = (it.last().toInt() xor 1).toByte() }
            assertEquals(KeypackageRejection.WrongSignature, open("alice").rejection(bad))
        }

    @Test
    fun `the info shows packages that are not accepted`() =
        scenario {
            assertEquals(LeafSource.Update, KeypackageInfo.of(corpus("made-for-update-bare")).leafSource)
            val suite = KeypackageInfo.of(corpus("suite-5-bare")).ciphersuite
            assertEquals(Ciphersuite(5) to "0x0005", suite to "$suite")
            assertNull(KeypackageInfo.of(corpus("unknown-suite-bare")).hashRef)
        }
}
