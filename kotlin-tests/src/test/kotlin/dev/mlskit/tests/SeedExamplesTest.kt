package dev.mlskit.tests

import dev.mlskit.Capabilities
import dev.mlskit.ClientId
import dev.mlskit.Credential
import dev.mlskit.Extension
import dev.mlskit.ExtensionPlace
import dev.mlskit.ExtensionType
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageRef
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours

/** Hermetic MLS's guide to key packages: for each of its examples what takes its place here. marmot-ts's are in [MarmotTest]. */
class SeedExamplesTest {
    private val alice = "alice@example.com"

    /** "Creating Basic Key Packages". The client is ready when it is open; its id is Alice's for good. */
    @Test
    fun `a package is created and has an id`() =
        scenario {
            val client = temporary(ClientId(alice))
            val keypackage =
                client.transaction { tx ->
                    tx.generateKeypackage(tx.addCredential(Credential.basic(SUITE, client.id)))
                }
            val id = "${keypackage.ref}"
            assertEquals(64, id.length, "Key package created with ID: $id")
            assertTrue(client.isKeypackageValid(id))
        }

    /**
     * "Key Package Configuration". Its extensions are none: `capabilities` is a field of the leaf node, and
     * `external_senders` an extension of a group.
     */
    @Test
    fun `a package is configured`() =
        scenario {
            val (client, credential) = client(alice)
            val capabilities =
                Capabilities(ciphersuites = listOf(SUITE), credentials = emptyList(), versions = listOf(1))
            val config = KeypackageConfig(lifetime = 7.days, capabilities = capabilities)
            val keypackage = client.transaction { tx -> tx.generateKeypackage(credential, config) }
            assertEquals(7.days + 1.hours, keypackage.ref.lifetime.run { notAfter - notBefore })
            val offered = keypackage.info().capabilities
            assertEquals(listOf(1) to listOf(SUITE), offered.versions to offered.ciphersuites)

            val misplaced = config.copy(extensions = listOf(Extension.ExternalSenders(emptyList())))
            val refused =
                assertFails<KeypackageException.ExtensionMisplaced> {
                    client.transaction { tx -> tx.generateKeypackage(credential, misplaced) }
                }
            assertEquals(ExtensionType.EXTERNAL_SENDERS to ExtensionPlace.KEYPACKAGE, refused.found to refused.place)
        }

    /** "Managing Key Package Lifecycle": is a package still valid, and which are? */
    @Test
    fun `valid packages are found by reference and by id`() =
        scenario {
            val clock = clock()
            val (client, credential) = client(alice, clock.options)
            val (short, long) =
                client.transaction { tx ->
                    val short = tx.generateKeypackage(credential, 7.days).ref
                    val long = tx.generateKeypackage(credential).ref
                    assertEquals(listOf(short, long), tx.validKeypackageRefs())
                    assertTrue(tx.isKeypackageValid(short) && tx.isKeypackageValid("$long"))
                    assertEquals(short, tx.findKeypackageRef("$short"))
                    short to long
                }
            assertEquals(listOf(short, long), client.validKeypackageRefs())

            clock.advance(8.days)
            assertEquals(listOf(long), client.validKeypackageRefs())
            assertFalse(client.isKeypackageValid(short) || client.isKeypackageValid("$short"))
            assertTrue(client.isKeypackageValid(long) && client.isKeypackageValid("$long".uppercase()))
            client.transaction { tx ->
                assertEquals(listOf(long), tx.validKeypackageRefs())
                assertFalse(tx.isKeypackageValid(short) || tx.isKeypackageValid("$short"))
            }

            // What has expired is still found, and still there.
            assertEquals<KeypackageRef?>(short, client.findKeypackageRef("$short"))
            client.transaction { tx -> tx.removeKeypackage(long) }
            assertFalse(client.isKeypackageValid(long))
            for (nothing in listOf("", "0", "xyz", "00".repeat(32), "$short".drop(2), "ÄÖ")) {
                assertNull(client.findKeypackageRef(nothing))
                assertFalse(client.isKeypackageValid(nothing))
            }
        }

    /**
     * "Refresh expiring key packages". A policy says how many there are to be; what comes close to its end is replaced,
     * published, and only then withdrawn.
     */
    @Test
    fun `expiring packages are refreshed`() =
        scenario {
            val alice = managed(few(2).copy(lifetime = 7.days), alice)
            val first = alice.sync()
            assertEquals(first.published, alice.served)
            val nothing = alice.sync()
            assertTrue(nothing.published.isEmpty() && nothing.withdrawn.isEmpty())

            alice.clock.advance(6.days)
            val refreshed = alice.sync()
            assertEquals(2 to first.published, refreshed.published.size to refreshed.withdrawn)
            assertEquals(refreshed.published, alice.served)
            assertTrue(alice.client.isKeypackageValid(first.published.first()), "its keys have a time of grace")
        }

    /** "Exporting and Publishing Key Packages" and "Retrieving and Importing Key Packages", to a first message. */
    @Test
    fun `a published package is fetched imported and added`() =
        scenario {
            val everybodys = MemoryDirectory()
            val (bob, bobs) = client("bob@example.com")
            val keypackage = bob.keypackage(bobs)
            everybodys.of(bob.id).publish(keypackage.ref, keypackage.toByteArray())

            val (alice, alices) = client(alice)
            val directory = everybodys.of(alice.id)
            val fetched = assertNotNull(directory.fetch(bob.id, SUITE))
            val bobsKeypackage = alice.importKeypackageOf(bob.id, fetched)
            assertEquals(keypackage, bobsKeypackage)
            assertNull(directory.fetch(bob.id, SUITE))

            val group = alice.transaction { tx -> tx.createGroup(alices) }
            alice.add(group, bobsKeypackage)
            bob.join(alice.welcome())
            talk(alice, bob, group, "hello")
        }
}
