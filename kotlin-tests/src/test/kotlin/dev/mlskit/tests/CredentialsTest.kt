package dev.mlskit.tests

import dev.mlskit.Certificate
import dev.mlskit.CertificateProblem
import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialFilter
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialType
import dev.mlskit.SignatureScheme
import org.junit.jupiter.api.Test
import java.io.File
import java.security.KeyStore
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** Who a client is. */
class CredentialsTest {
    /** A certificate that is its own issuer, and its private key in PKCS#8. */
    private class Identity(
        val certificate: ByteArray,
        val privateKey: ByteArray,
    ) {
        val pem = "-----BEGIN CERTIFICATE-----\n${kotlin.io.encoding.Base64.Pem.encode(
            certificate,
        )}\n-----END CERTIFICATE-----\n"
    }

    /** Java makes certificates by its keytool only. */
    private fun World.identity(
        name: String,
        vararg options: String = arrayOf("-keyalg", "Ed25519"),
    ): Identity {
        val keystore = file("$name.keystore")
        val tool = File(System.getProperty("java.home"), "bin/keytool").path
        val command =
            listOf(tool, "-genkeypair", "-alias", "leaf", "-dname", "CN=$name", "-keystore", keystore.path) +
                listOf("-storetype", "PKCS12", "-storepass", "password") + options
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val said = process.inputStream.readAllBytes().decodeToString()
        check(process.waitFor() == 0) { said }
        val password = "password".toCharArray()
        val loaded = KeyStore.getInstance(keystore, password)
        return Identity(loaded.getCertificate("leaf").encoded, loaded.getKey("leaf", password).encoded)
    }

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
    fun `a certificate and its key make a credential in der and in pem`() =
        scenario {
            val client = open("alice")
            val one = identity("one")
            val other = identity("other")
            val (first, second) =
                client.transaction { tx ->
                    listOf(
                        Credential.x509(SUITE, listOf(one.certificate), one.privateKey).use { tx.addCredential(it) },
                        Credential.x509(SUITE, other.pem, other.privateKey).use { tx.addCredential(it) },
                    )
                }
            assertEquals(
                listOf(Certificate(one.certificate)),
                assertIs<CredentialInfo.X509>(first.credential).certificates,
            )
            assertEquals(CredentialType.X509, second.credential.type)
            val keypackage = client.keypackage(first)
            assertEquals(first.credential, keypackage.credential)
            assertEquals(keypackage, client.importKeypackage(keypackage.toByteArray()))
            val found = client.findCredentials(CredentialFilter(leafCertificate = Certificate(other.certificate)))
            assertEquals(listOf(second), found)
        }

    @Test
    fun `a certificate of another key is refused`() =
        scenario {
            val client = open("alice")
            val one = identity("one")
            val other = identity("other")
            val mixed = Credential.x509(SUITE, listOf(one.certificate), other.privateKey)
            val refused =
                assertFails<CredentialException.Certificate> { client.transaction { it.addCredential(mixed) } }
            assertIs<CertificateProblem.DifferentKey>(refused.reason)
        }

    @Test
    fun `what is no certificate or no key is refused`() =
        scenario {
            val client = open("alice")
            val one = identity("one")

            suspend fun add(credential: Credential) {
                client.transaction { it.addCredential(credential) }
            }

            suspend fun problem(credential: Credential) =
                assertFails<CredentialException.Certificate> { add(credential) }.reason

            assertEquals(CertificateProblem.EmptyChain, problem(Credential.x509(SUITE, emptyList(), one.privateKey)))
            assertIs<CertificateProblem.NotPem>(
                problem(Credential.x509(SUITE, one.pem.replace("CERTIFICATE", "LETTER"), one.privateKey)),
            )
            assertIs<CertificateProblem.NotACertificate>(
                problem(Credential.x509(SUITE, listOf(byteArrayOf(1)), one.privateKey)),
            )
            val two = listOf(one.certificate, identity("two").certificate)
            assertIs<CertificateProblem.OutOfOrder>(problem(Credential.x509(SUITE, two, one.privateKey)))
            assertFails<CredentialException.NotAPrivateKey> {
                add(Credential.x509(SUITE, listOf(one.certificate), byteArrayOf(1)))
            }
            val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256
            assertFails<CredentialException> { add(Credential.x509(p256, listOf(one.certificate), one.privateKey)) }
        }

    @Test
    fun `a certificate has to be valid now`() =
        scenario {
            val client = open("alice")
            val old = identity("old", "-keyalg", "Ed25519", "-startdate", "2020/01/01 00:00:00", "-validity", "10")
            val early = identity("early", "-keyalg", "Ed25519", "-startdate", "+100d", "-validity", "10")
            for ((identity, problem) in listOf(
                old to CertificateProblem.Expired::class,
                early to CertificateProblem.NotYetValid::class,
            )) {
                val credential = Credential.x509(SUITE, listOf(identity.certificate), identity.privateKey)
                val refused =
                    assertFails<CredentialException.Certificate> { client.transaction { it.addCredential(credential) } }
                assertEquals(problem, refused.reason::class)
            }
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
    fun `a ciphersuite that the client lacks is refused`() =
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
    fun `the same certificate twice is refused`() =
        scenario {
            val client = open("alice")
            val one = identity("one")
            val credential = Credential.x509(SUITE, listOf(one.certificate), one.privateKey)
            client.transaction { it.addCredential(credential) }
            assertFails<CredentialException.CredentialExists> { client.transaction { it.addCredential(credential) } }
            credential.close()
            assertEquals("Credential(x509, redacted)", "$credential")
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
                        CredentialFilter(
                            SUITE.let {
                                p256
                            },
                            CredentialType.BASIC,
                        ),
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
}
