package dev.mlskit.tests

import dev.mlskit.Certificate
import dev.mlskit.CertificateProblem
import dev.mlskit.Ciphersuite
import dev.mlskit.ClientOptions
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialFilter
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialType
import dev.mlskit.ManualClock
import dev.mlskit.SignatureScheme
import org.junit.jupiter.api.Test
import java.io.ByteArrayInputStream
import java.io.File
import java.security.KeyStore
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import java.util.concurrent.ConcurrentHashMap
import kotlin.io.encoding.Base64
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

/** A certificate that is its own issuer, and its private key in PKCS#8. */
class Identity(
    val certificate: ByteArray,
    val privateKey: ByteArray,
) {
    val pem = "-----BEGIN CERTIFICATE-----\n${Base64.Pem.encode(certificate)}\n-----END CERTIFICATE-----\n"

    fun credential(suite: Ciphersuite = SUITE) = Credential.x509(suite, listOf(certificate), privateKey)
}

private val identities = ConcurrentHashMap<List<String>, Identity>()

/** Whoever has this name, and always the same. */
fun World.identity(
    name: String,
    vararg options: String = arrayOf("-keyalg", "Ed25519"),
): Identity = identities.getOrPut(listOf(name, *options)) { made(name, options.toList()) }

/** Java makes certificates by its keytool only, which takes a second. */
private fun World.made(
    name: String,
    options: List<String>,
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

/** Credentials with X.509 certificates. */
class CertificatesTest {
    private val p256 = Ciphersuite.MLS_128_DHKEMP256_AES128GCM_SHA256_P256

    private suspend fun World.add(
        credential: Credential,
        options: ClientOptions = ClientOptions(),
    ) {
        open("alice", options).transaction { tx -> tx.addCredential(credential) }
    }

    private suspend fun World.problem(
        credential: Credential,
        options: ClientOptions = ClientOptions(),
    ): CertificateProblem = assertFails<CredentialException.Certificate> { add(credential, options) }.reason

    @Test
    fun `an x509 credential of each suite makes key packages before and after a restart`() =
        scenario {
            val client = open("alice")
            val suites = listOf(SUITE to "Ed25519", p256 to "EC", Ciphersuite(3) to "Ed25519")
            val made =
                suites.map { (suite, algorithm) ->
                    val curve = if (algorithm == "EC") arrayOf("-groupname", "secp256r1") else emptyArray()
                    val identity = identity("$suite", "-keyalg", algorithm, *curve)
                    val credential = client.transaction { tx -> tx.addCredential(identity.credential(suite)) }
                    val certificates = assertIs<CredentialInfo.X509>(credential.credential).certificates
                    assertEquals(listOf(Certificate(identity.certificate)), certificates)
                    credential
                }
            client.shutdown()
            val again = open("alice")
            assertEquals(made, again.credentials())
            for ((credential, suite) in made zip suites) {
                val keypackage = again.keypackage(credential)
                assertEquals(suite.first to CredentialType.X509, keypackage.ref.run { ciphersuite to credentialType })
                assertEquals(credential.credential, keypackage.credential)
                assertEquals(keypackage, again.importKeypackage(keypackage.toByteArray()))
            }
        }

    @Test
    fun `a chain is the same from der and from pem`() =
        scenario {
            val identity = identity("one")
            val (alice, bob) = open("alice") to open("bob")
            val der = alice.transaction { tx -> identity.credential().use { tx.addCredential(it) } }
            val pem =
                bob.transaction { tx ->
                    Credential.x509(SUITE, identity.pem, identity.privateKey).use { tx.addCredential(it) }
                }
            assertEquals(der.credential to der.signatureKey, pem.credential to pem.signatureKey)
            val found = bob.findCredentials(CredentialFilter(leafCertificate = Certificate(identity.certificate)))
            assertEquals(listOf(pem), found)
        }

    @Test
    fun `a certificate of another key is refused`() =
        scenario {
            val mixed = Credential.x509(SUITE, listOf(identity("one").certificate), identity("other").privateKey)
            val different = assertIs<CertificateProblem.DifferentKey>(problem(mixed))
            assertFalse(different.certificate == different.signatureKey)
        }

    @Test
    fun `the same certificate twice is refused`() =
        scenario {
            val client = open("alice")
            val credential = identity("one").credential()
            client.transaction { tx -> tx.addCredential(credential) }
            assertFails<CredentialException.CredentialExists> { client.transaction { it.addCredential(credential) } }
        }

    @Test
    fun `each certificate of the chain has to be valid to the second`() =
        scenario {
            val identity = identity("one")
            val parsed =
                CertificateFactory.getInstance(
                    "X.509",
                ).generateCertificate(ByteArrayInputStream(identity.certificate))
            val certificate = parsed as X509Certificate
            val first = Instant.fromEpochSeconds(certificate.notBefore.toInstant().epochSecond)
            val last = Instant.fromEpochSeconds(certificate.notAfter.toInstant().epochSecond)
            for ((time, expected) in listOf(
                first - 1.seconds to CertificateProblem.NotYetValid(0, first, first - 1.seconds),
                last + 1.seconds to CertificateProblem.Expired(0, last, last + 1.seconds),
            )) {
                ManualClock(time).use {
                    assertEquals(expected, problem(identity.credential(), ClientOptions(clock = it)))
                }
            }
            for (time in listOf(first, last)) {
                ManualClock(time).use { clock ->
                    val client = open("at $time", ClientOptions(clock = clock))
                    client.transaction { tx -> tx.addCredential(identity.credential()) }
                }
            }
        }

    @Test
    fun `the leaf comes first and each is followed by its issuer`() =
        scenario {
            val one = identity("one")
            val chain = listOf(one.certificate, identity("two").certificate)
            val outOfOrder = problem(Credential.x509(SUITE, chain, one.privateKey))
            assertIs<CertificateProblem.OutOfOrder>(outOfOrder)
            assertTrue("one" in outOfOrder.issuer && "two" in outOfOrder.nextSubject, "$outOfOrder")
        }

    @Test
    fun `an empty chain is refused`() =
        scenario {
            val none = Credential.x509(SUITE, emptyList(), identity("one").privateKey)
            assertEquals(CertificateProblem.EmptyChain, problem(none))
        }

    @Test
    fun `bytes that are no certificate are refused with their place`() =
        scenario {
            val one = identity("one")
            val chain = listOf(one.certificate, "no".encodeToByteArray())
            val problem = problem(Credential.x509(SUITE, chain, one.privateKey))
            assertEquals(1, assertIs<CertificateProblem.NotACertificate>(problem).position)
        }

    @Test
    fun `a pem block of another kind is named`() =
        scenario {
            val one = identity("one")
            val problem = problem(Credential.x509(SUITE, one.pem.replace("CERTIFICATE", "LETTER"), one.privateKey))
            assertTrue("LETTER" in assertIs<CertificateProblem.NotPem>(problem).reason)
        }

    @Test
    fun `bytes that are no private key are refused without being shown`() =
        scenario {
            val chain = listOf(identity("one").certificate)
            val refused =
                assertFails<CredentialException.NotAPrivateKey> {
                    add(Credential.x509(SUITE, chain, "my secret".encodeToByteArray()))
                }
            assertFalse("my secret" in refused.message || "6d7920" in refused.message)
        }

    @Test
    fun `keys of another kind than the suite signs with are refused`() =
        scenario {
            val ed25519 = identity("ed25519")
            val ec = identity("ec", "-keyalg", "EC", "-groupname", "secp256r1")
            val problem = problem(Credential.x509(SUITE, listOf(ec.certificate), ed25519.privateKey))
            val expected =
                CertificateProblem.DifferentKeyAlgorithm(
                    SignatureScheme.ED25519,
                    SignatureScheme.ECDSA_SECP256R1_SHA256,
                )
            assertEquals(expected, problem)
            val refused =
                assertFails<CredentialException.DifferentPrivateKeyAlgorithm> {
                    add(Credential.x509(SUITE, listOf(ed25519.certificate), ec.privateKey))
                }
            assertEquals(expected.expected to expected.found, refused.expected to refused.found)
        }

    @Test
    fun `a certificate for an unknown algorithm is refused by its name`() =
        scenario {
            val rsa = identity("rsa", "-keyalg", "RSA", "-keysize", "2048")
            val problem = problem(Credential.x509(SUITE, listOf(rsa.certificate), identity("one").privateKey))
            assertTrue(assertIs<CertificateProblem.UnknownKeyAlgorithm>(problem).found.isNotBlank())
        }

    @Test
    fun `a credential shows whose it is`() =
        scenario {
            val identity = identity("one")
            assertEquals("Credential(x509, redacted)", "${identity.credential()}")
            assertEquals("Credential(basic)", "${Credential.basic(SUITE, dev.mlskit.ClientId("alice"))}")
        }
}
