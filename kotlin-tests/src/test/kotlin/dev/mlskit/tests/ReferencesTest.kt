package dev.mlskit.tests

import dev.mlskit.Bytes
import dev.mlskit.Certificate
import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.CredentialType
import dev.mlskit.ExtensionType
import dev.mlskit.GroupId
import dev.mlskit.HashRef
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageRef
import dev.mlskit.KeypackageRejection
import dev.mlskit.SignatureKey
import dev.mlskit.SignatureScheme
import org.junit.jupiter.api.Test
import java.lang.reflect.ParameterizedType
import java.lang.reflect.Type
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

/** What names things is equal by its bytes. */
class ReferencesTest {
    @Test
    fun `references to one package are equal wherever they come from`() =
        scenario {
            val (client, credential) = client("alice")
            val made = client.transaction { tx -> tx.generateKeypackage(credential) }
            val listed = client.getKeypackageRefs().single()
            val computed = KeypackageRef.of(made.toByteArray())
            assertEquals(setOf(made.ref), setOf(made.ref, listed, computed))
            assertEquals(made.ref.hashCode(), computed.hashCode())
            assertEquals(0, made.ref.compareTo(computed))
            assertEquals(
                made.ref.hashRef
                    .toByteArray()
                    .toHexString(),
                "${made.ref}",
            )
            val other = client.transaction { tx -> tx.generateKeypackage(credential) }
            assertNotEquals(made.ref, other.ref)
            assertNotEquals(made, other)
        }

    @Test
    fun `a reference tells what the index knows`() =
        scenario {
            val (client, credential) = client("alice")
            val ref = client.transaction { tx -> tx.generateKeypackage(credential, 30.days) }.ref
            assertEquals(SUITE, ref.ciphersuite)
            assertEquals(SignatureScheme.ED25519, ref.signatureScheme)
            assertEquals(CredentialType.BASIC, ref.credentialType)
            assertEquals(32, ref.hashRef.size)
            assertEquals(30.days + 1.hours, ref.lifetime.notAfter - ref.lifetime.notBefore)
            val (notBefore, notAfter) = ref.lifetime
            assertTrue(ref.isValid() && !ref.isExpired() && !ref.isLastResort)
            assertTrue(ref.isValid(notBefore) && !ref.isValid(notBefore - 1.seconds))
            assertTrue(ref.isValid(notAfter - 1.seconds) && !ref.isValid(notAfter) && ref.isExpired(notAfter))
        }

    @Test
    fun `bytes that are no package have no reference`() =
        scenario {
            val refusal = assertFails<KeypackageException.Rejected> { KeypackageRef.of(ByteArray(0)) }
            assertEquals(KeypackageRejection.Empty, refusal.reason)
        }

    @Test
    fun `names are equal by their bytes and of one kind`() =
        scenario {
            assertEquals(ClientId("alice"), ClientId("alice".encodeToByteArray()))
            assertEquals(setOf(GroupId(byteArrayOf(1))), setOf(GroupId(byteArrayOf(1)), GroupId(byteArrayOf(1))))
            assertNotEquals<Any>(ClientId(byteArrayOf(1)), GroupId(byteArrayOf(1)))
            assertEquals("alice", "${ClientId("alice")}")
            assertEquals("00ff", "${GroupId(byteArrayOf(0, -1))}")
            assertTrue(GroupId(byteArrayOf(-1)) > GroupId(byteArrayOf(1)))
            assertTrue(GroupId(byteArrayOf(1, 0)) > GroupId(byteArrayOf(1)))
        }

    @Test
    fun `names are compared with those of their own kind`() {
        val kinds =
            listOf(
                ClientId::class,
                GroupId::class,
                SignatureKey::class,
                HashRef::class,
                Bytes::class,
                Certificate::class,
            )
        for (kind in kinds.map { it.java }) {
            val compared =
                kind.genericInterfaces.filterIsInstance<ParameterizedType>().map {
                    it.actualTypeArguments.single()
                }
            assertEquals(listOf<Type>(kind), compared)
        }
    }

    @Test
    fun `a name does not change with the array that it came from or went to`() =
        scenario {
            val bytes = byteArrayOf(1, 2)
            val name = GroupId(bytes)
            bytes[0] = 9
            name.toByteArray()[0] = 9
            assertContentEquals(byteArrayOf(1, 2), name.toByteArray())
        }

    @Test
    fun `numbers of the registries have names`() =
        scenario {
            assertEquals("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", "${Ciphersuite(1)}")
            assertEquals("0xf031", "${Ciphersuite(0xf031)}")
            assertEquals("ed25519", "${SignatureScheme.ED25519}")
            assertEquals("basic", "${CredentialType.BASIC}")
        }

    @Test
    fun `a number that no registry has is refused`() =
        scenario {
            for (number in listOf(-1, 0x10000, 0x10001)) {
                assertFails<IllegalArgumentException> { Ciphersuite(number) }
                assertFails<IllegalArgumentException> { SignatureScheme(number) }
                assertFails<IllegalArgumentException> { CredentialType(number) }
                assertFails<IllegalArgumentException> { ExtensionType(number) }
            }
            assertEquals(0xffff, Ciphersuite(0xffff).number)
        }
}
