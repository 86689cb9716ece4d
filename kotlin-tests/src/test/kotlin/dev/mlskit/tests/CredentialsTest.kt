package dev.mlskit.tests

import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialFilter
import dev.mlskit.CredentialType
import dev.mlskit.SignatureScheme
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Who a client is. */
class CredentialsTest {
    @Test
    fun `a basic credential of each suite makes key packages before and after a restart`() =
        scenario {
            val client = open("alice")
            val suites = (1..3).map(::Ciphersuite)
            val credentials =
                client.transaction { tx -> suites.map { tx.addCredential(Credential.basic(it, client.id)) } }
            client.shutdown()
            val again = open("alice")
            assertEquals(credentials, again.credentials())
            again.transaction { tx ->
                for ((credential, suite) in credentials zip suites) {
                    val keypackage = tx.generateKeypackage(credential)
                    assertEquals(suite, keypackage.ref.ciphersuite)
                    assertEquals(credential.signatureScheme, keypackage.ref.signatureScheme)
                    assertEquals(credential.signatureKey, keypackage.signatureKey)
                    assertEquals(basic("alice"), keypackage.credential)
                }
            }
            assertEquals(SignatureScheme.ECDSA_SECP256R1_SHA256, credentials[1].signatureScheme)
        }

    @Test
    fun `a basic credential with another identity is refused`() =
        scenario {
            val client = open("alice")
            val refused =
                assertFails<CredentialException.DifferentIdentity> {
                    client.transaction { it.addCredential(Credential.basic(SUITE, ClientId("mallory"))) }
                }
            assertEquals("alice" to "mallory", refused.expected to refused.found)
        }

    @Test
    fun `a suite that the client lacks is refused`() =
        scenario {
            val client = open("alice")
            for (number in listOf(7, 0xf031)) {
                val refused =
                    assertFails<CredentialException.UnsupportedCiphersuite> {
                        client.transaction { it.addCredential(Credential.basic(Ciphersuite(number), client.id)) }
                    }
                assertEquals(Ciphersuite(number), refused.found)
                assertTrue(SUITE in refused.supported)
            }
        }

    @Test
    fun `credentials are found by each condition`() =
        scenario {
            val (client, one) = client("alice")
            val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256
            val other = client.transaction { it.addCredential(Credential.basic(p256, client.id)) }
            assertEquals(listOf(one, other), client.findCredentials(CredentialFilter()))
            assertEquals(listOf(other), client.findCredentials(CredentialFilter(ciphersuite = p256)))
            assertEquals(listOf(one), client.findCredentials(CredentialFilter(signatureKey = one.signatureKey)))
            assertEquals(listOf(one, other), client.findCredentials(CredentialFilter(identity = client.id)))
            assertEquals(emptyList(), client.findCredentials(CredentialFilter(identity = ClientId("bob"))))
            assertEquals(emptyList(), client.findCredentials(CredentialFilter(credentialType = CredentialType.X509)))
            client.transaction { tx ->
                assertEquals(
                    listOf(other),
                    tx.findCredentials(
                        CredentialFilter(p256, CredentialType.BASIC),
                    ),
                )
                assertEquals(listOf(one, other), tx.credentials())
            }
        }

    @Test
    fun `removing a credential takes exactly its key packages along`() =
        scenario {
            val (client, one) = client("alice")
            val other = client.transaction { it.addCredential(Credential.basic(SUITE, client.id)) }
            client.keypackage(one)
            val kept = client.keypackage(other)
            client.transaction { it.removeCredential(one) }
            assertEquals(listOf(kept.ref) to listOf(other), client.getKeypackageRefs() to client.credentials())
            assertFails<CredentialException.CredentialNotFound> { client.transaction { it.generate(one) } }
            assertFails<CredentialException.CredentialNotFound> { client.transaction { it.removeCredential(one) } }
        }

    @Test
    fun `a reference of another client is foreign`() =
        scenario {
            val (alice, _) = client("alice")
            val (_, bobs) = client("bob")
            val refused = assertFails<CredentialException.ForeignCredential> { alice.transaction { it.generate(bobs) } }
            assertEquals("alice" to "bob", refused.expected to refused.found)
            assertFalse(refused.message.isBlank())
        }

    @Test
    fun `a client has as many credentials as it likes`() =
        scenario {
            val client = open("alice")
            val made = client.transaction { tx -> List(5) { tx.addCredential(Credential.basic(SUITE, client.id)) } }
            assertEquals(5, made.map { it.signatureKey }.toSet().size)
            assertEquals(made, client.credentials())
        }
}
