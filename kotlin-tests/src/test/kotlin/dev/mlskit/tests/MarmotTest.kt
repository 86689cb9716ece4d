package dev.mlskit.tests

import dev.mlskit.Capabilities
import dev.mlskit.Ciphersuite
import dev.mlskit.ClientId
import dev.mlskit.ClientOptions
import dev.mlskit.Credential
import dev.mlskit.CredentialException
import dev.mlskit.CredentialInfo
import dev.mlskit.CredentialRef
import dev.mlskit.CredentialType
import dev.mlskit.EventOptions
import dev.mlskit.Extension
import dev.mlskit.ExtensionType
import dev.mlskit.Keypackage
import dev.mlskit.KeypackageConfig
import dev.mlskit.KeypackageException
import dev.mlskit.KeypackageRef
import dev.mlskit.Marmot
import dev.mlskit.MarmotException
import dev.mlskit.NostrPublicKey
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

private const val HEX = "884704bd421671e01c13f854d2ce23ce2a5bfe9562f4f297ad2bc921ba30c3a6"
private val OTHER_SUITE = Ciphersuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_ED25519
private val GROUP_DATA = ExtensionType(0xf2ee)
private val LAST_RESORT = ExtensionType(0x000a)
private val MINE = ExtensionType(0xff01)

/**
 * marmot-ts's document on key packages: for each of its examples what takes its place here; packages that keep Marmot's
 * rules, whoever asks for what; and what events are made of them.
 */
class MarmotTest {
    /** "Example: Full Workflow", to the end: from the package to a message in the group. */
    @Test
    fun `the full workflow leads into a group`() =
        scenario {
            // 1. and 3. The private keys are stored already.
            val bob = nostrUser()
            val keypackage = bob.generate()
            // 2.
            val ref = keypackage.ref
            assertEquals(listOf(ref), bob.client.getKeypackageRefs())
            // 4. The app's Nostr library signs and publishes it.
            val event = Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)

            // 5. Someone adds me to a group using this key package
            val alice = nostrUser()
            val fetched = alice.client.importKeypackageEvent(event)
            assertEquals(keypackage, fetched)
            val group = alice.client.transaction { tx -> tx.createGroup(alice.credential) }
            alice.client.add(group, fetched)

            // 6.
            val joined = bob.client.join(alice.client.welcome())
            assertEquals(ref, joined.keypackageRef)
            assertEquals(alice.pubkey, NostrPublicKey.of(joined.addedBy!!.credential))
            talk(alice.client, bob.client, group, "hello")
        }

    /** "Publish: Share public package via Nostr (kind 443 event)": each field as MIP-00 has it. */
    @Test
    fun `an event has every field of mip 00`() =
        scenario {
            val bob = nostrUser()
            val keypackage = bob.generate()
            val options =
                NostrUser.OPTIONS.copy(client = "mlskit's tests", createdAt = Instant.fromEpochSeconds(1_693_876_543))
            val event = Marmot.createKeypackageEvent(keypackage, options)
            assertEquals(443 to 1_693_876_543L, event.kind to event.createdAt.epochSeconds)
            assertEquals(Marmot.KEYPACKAGE_EVENT_KIND, event.kind)
            assertEquals("${bob.pubkey}", event.pubkey)
            assertEquals(listOf("1.0"), event.values("mls_protocol_version"))
            assertEquals(listOf("0x0001"), event.values("mls_ciphersuite"))
            assertEquals(listOf("0xf2ee", "0x000a"), event.values("mls_extensions"))
            assertEquals(listOf("base64"), event.values("encoding"))
            assertEquals(options.relays, event.values("relays"))
            assertEquals(options.relays, event.relays)
            assertEquals(listOf("mlskit's tests"), event.values("client"))
            assertEquals(6, event.tags.size)
            // The bare package in base64 with padding; it begins with the version and the ciphersuite.
            assertTrue(event.content.startsWith("AAEAAS") && event.content.length % 4 == 0, event.content)

            val protected = Marmot.createKeypackageEvent(keypackage, options.copy(protected = true))
            assertEquals(emptyList(), protected.values("-"))
            // Whoever lost the first makes the same again, with the same id.
            val unsaid = Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)
            assertEquals(keypackage.ref.lifetime.notBefore, unsaid.createdAt)
        }

    /** An event without a name in it tells nobody which app made it. */
    @Test
    fun `an event has nothing that nobody asked for`() =
        scenario {
            val names = nostrUser().event().tags.map { it.first() }
            assertEquals(
                listOf("mls_protocol_version", "mls_ciphersuite", "mls_extensions", "encoding", "relays"),
                names,
            )
        }

    @Test
    fun `an event is not made of what is not marmots nor without relays`() =
        scenario {
            val bob = nostrUser()
            val keypackage = bob.generate()
            assertFails<MarmotException.NoRelays> {
                Marmot.createKeypackageEvent(keypackage, EventOptions(emptyList()))
            }
            for (wrong in listOf(
                "https://relay.example.com",
                "wss://",
                "wss:///path",
                "relay.example.com",
                "wss://a b",
            )) {
                val options = EventOptions(listOf("wss://good.example.com", wrong))
                val refused =
                    assertFails<MarmotException.WrongRelay> { Marmot.createKeypackageEvent(keypackage, options) }
                assertEquals(wrong, refused.found)
            }
            val other = bob.generate(KeypackageConfig())
            val refused =
                assertFails<MarmotException.NotDeclared> { Marmot.createKeypackageEvent(other, NostrUser.OPTIONS) }
            assertEquals(GROUP_DATA, refused.missing)

            assertFails<MarmotException.NothingToDelete> { Marmot.createDeletionEvent(bob.pubkey, emptyList()) }
            val unnamed =
                assertFails<MarmotException.WrongEventId> { Marmot.createDeletionEvent(bob.pubkey, listOf("abc")) }
            assertEquals("abc", unnamed.found)
        }

    @Test
    fun `a nostr key is 32 bytes or 64 lowercase digits`() =
        scenario {
            val pubkey = NostrPublicKey.fromHex(HEX)
            assertEquals(HEX, "$pubkey")
            assertEquals(setOf(pubkey), setOf(NostrPublicKey(pubkey.toByteArray()), NostrPublicKey.fromHex(HEX)))
            assertEquals(ClientId(pubkey.toByteArray()), pubkey.clientId)
            assertEquals(pubkey, NostrPublicKey.of(CredentialInfo.Basic(pubkey.clientId)))
            assertTrue(pubkey > NostrPublicKey(ByteArray(32) { 0x7f }))
            for (length in listOf(0, 31, 33, 64)) {
                val refused =
                    assertFails<MarmotException.WrongPublicKeyLength> { NostrPublicKey(ByteArray(length) { 1 }) }
                assertEquals(length.toLong(), refused.found)
            }
            for (text in listOf("", HEX.drop(2), HEX.uppercase(), "${HEX}00", "+${HEX.drop(1)}", "npub1xyz")) {
                val refused = assertFails<MarmotException.WrongPublicKeyText> { NostrPublicKey.fromHex(text) }
                assertEquals(text.length.toLong(), refused.length)
            }
        }

    /** "Capabilities": what `ensureMarmotCapabilities` adds, and what RFC 9420 and MIP-00 forbid. */
    @Test
    fun `capabilities get what marmot asks for and keep the rest`() =
        scenario {
            val defaults = Marmot.defaultCapabilities()
            assertEquals(
                Capabilities(listOf(Marmot.CIPHERSUITE), listOf(CredentialType.BASIC), listOf(GROUP_DATA, LAST_RESORT)),
                defaults,
            )
            assertEquals(GROUP_DATA to LAST_RESORT, Marmot.GROUP_DATA_EXTENSION to Marmot.LAST_RESORT_EXTENSION)
            assertEquals(defaults, Marmot.ensureCapabilities(defaults))

            val mine =
                Capabilities(
                    ciphersuites = listOf(OTHER_SUITE),
                    credentials = listOf(CredentialType.X509),
                    extensions = listOf(MINE, ExtensionType.REQUIRED_CAPABILITIES, LAST_RESORT),
                    // Add is a default one, SelfRemove is not.
                    proposals = listOf(1, 10),
                )
            val ensured = Marmot.ensureCapabilities(mine)
            assertEquals(listOf(OTHER_SUITE, Marmot.CIPHERSUITE), ensured.ciphersuites)
            assertEquals(listOf(MINE, LAST_RESORT, GROUP_DATA), ensured.extensions)
            assertEquals(listOf(10), ensured.proposals)
            assertEquals(listOf(CredentialType.X509, CredentialType.BASIC), ensured.credentials)
        }

    /**
     * "Generating Key Packages", with its 7776000 seconds, although the client's limit is 84 days; "Marmot Requirements",
     * "Key Package References" and "Default Extensions".
     */
    @Test
    fun `a generated package keeps every rule`() =
        scenario {
            val bob = nostrUser()
            val keypackage = bob.generate(7_776_000.seconds)
            assertEquals(7_776_000.seconds, keypackage.life)
            assertEquals(Keypackage.DEFAULT_LIFETIME, bob.generate().life)

            val info = keypackage.info()
            assertEquals(Marmot.CIPHERSUITE, info.ciphersuite)
            assertEquals(CredentialInfo.Basic(bob.pubkey.clientId), info.credential)
            assertEquals(Marmot.defaultCapabilities(), info.capabilities)
            assertEquals(listOf<Extension>(Extension.LastResort), Marmot.keypackageDefaultExtensions())
            assertEquals(listOf(LAST_RESORT), info.extensions.map { it.type })
            assertTrue(info.isLastResort)

            assertEquals(32, keypackage.ref.hashRef.size)
            assertEquals(keypackage.ref, KeypackageRef.of(keypackage.toByteArray()))
            assertEquals(keypackage, nostrUser().client.importKeypackage(keypackage.toByteArray()))
        }

    @Test
    fun `a lifetime over 90 days is refused`() =
        scenario {
            val bob = nostrUser()
            val asked = Marmot.MAX_LIFETIME + 1.seconds
            val refused = assertFails<MarmotException.LifetimeTooLong> { bob.generate(asked) }
            assertEquals(asked to 90.days, refused.asked to refused.limit)
            assertFails<MarmotException.LifetimeTooLong> { Marmot.keypackageConfig(bob.pubkey, asked) }

            // Nor by the way around.
            val config = Marmot.keypackageConfig(bob.pubkey).copy(lifetime = asked)
            val around = assertFails<KeypackageException.LifetimeTooLong> { bob.generate(config) }
            assertEquals(asked to 90.days, around.asked to around.limit)

            // Outside of Marmot the client's own limit holds.
            val ninety = KeypackageConfig(lifetime = 90.days)
            val outside = assertFails<KeypackageException.LifetimeTooLong> { bob.generate(ninety) }
            assertEquals(84.days, outside.limit)
        }

    @Test
    fun `a client whose packages live shortly makes short lived ones by default`() =
        scenario {
            assertEquals(30.days, nostrUser(ClientOptions(maxLifetime = 30.days)).generate().life)
        }

    @Test
    fun `a package for another suite or another kind of credential is refused`() =
        scenario {
            val bob = nostrUser()
            val (otherSuite, x509) =
                bob.client.transaction { tx ->
                    val otherSuite = tx.addCredential(Credential.basic(OTHER_SUITE, bob.client.id))
                    otherSuite to identity("bob").credential(Marmot.CIPHERSUITE).use { tx.addCredential(it) }
                }

            suspend fun generate(credential: CredentialRef) =
                bob.client.transaction { tx -> tx.generateMarmotKeypackage(credential) }

            val suite = assertFails<MarmotException.WrongCiphersuite> { generate(otherSuite) }
            assertEquals(OTHER_SUITE, suite.found)
            val type = assertFails<MarmotException.NotBasic> { generate(x509) }
            assertEquals(CredentialType.X509, type.found)

            // Nor by the way around.
            val config = Marmot.keypackageConfig(bob.pubkey)

            suspend fun around(credential: CredentialRef) =
                bob.client.transaction { tx -> tx.generateKeypackage(credential, config) }

            val unsupported = assertFails<CredentialException.UnsupportedCiphersuite> { around(otherSuite) }
            assertEquals(OTHER_SUITE to listOf(Marmot.CIPHERSUITE), unsupported.found to unsupported.supported)
            val different = assertFails<CredentialException.DifferentIdentity> { around(x509) }
            assertEquals("none", different.found)
        }

    /** A key in hexadecimal digits, as some clients had it, is not what a peer compares with. */
    @Test
    fun `an identity that is no raw key is refused`() =
        scenario {
            val client = temporary(ClientId(HEX))
            val credential = client.addCredential()
            val refused =
                assertFails<MarmotException.WrongPublicKeyLength> {
                    client.transaction { tx -> tx.generateMarmotKeypackage(credential) }
                }
            assertEquals(64L, refused.found)
        }

    /** A life cycle's policy asks for single-use packages too, and an app for capabilities of its own. */
    @Test
    fun `a configuration may be changed and keeps the rules`() =
        scenario {
            val bob = nostrUser()
            val given = Marmot.keypackageConfig(bob.pubkey, 30.days)
            val poor = Capabilities(listOf(OTHER_SUITE), emptyList(), listOf(MINE))
            val config = given.copy(lastResort = false, capabilities = poor)
            // It is no ordinary one that asks for the same.
            assertEquals(given, Marmot.keypackageConfig(bob.pubkey, 30.days))
            assertEquals(given, given.copy())
            assertNotEquals(config, KeypackageConfig(lifetime = 30.days, capabilities = poor))

            val made = bob.client.transaction { tx -> tx.generateKeypackages(bob.credential, 3, config) }
            assertEquals(3, made.size)
            for (keypackage in made) {
                assertFalse(keypackage.ref.isLastResort)
                assertEquals(listOf(MINE, GROUP_DATA, LAST_RESORT), keypackage.info().capabilities.extensions)
                val event = Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)
                assertEquals(listOf("0xff01", "0xf2ee", "0x000a"), event.values("mls_extensions"))
                assertEquals(keypackage, nostrUser().client.importKeypackageEvent(event))
            }
        }

    /** GREASE is not a feature of anybody's, so no tag speaks of it. */
    @Test
    fun `an event of a greased package lists what is meant`() =
        scenario {
            val bob = nostrUser()
            val keypackage = bob.generate(Marmot.keypackageConfig(bob.pubkey).copy(grease = true))
            assertEquals(3, keypackage.info().capabilities.extensions.size)
            val event = Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)
            assertEquals(listOf("0xf2ee", "0x000a"), event.values("mls_extensions"))
        }

    /** A client that makes packages for other protocols too may have raised its own limit. */
    @Test
    fun `no event is made of a package that lives for longer than 90 days`() =
        scenario {
            val bob = nostrUser(ClientOptions(maxLifetime = 365.days))
            val config = KeypackageConfig(capabilities = Marmot.defaultCapabilities(), lifetime = 91.days)
            val keypackage = bob.generate(config)
            val refused =
                assertFails<MarmotException.LifetimeTooLong> {
                    Marmot.createKeypackageEvent(keypackage, NostrUser.OPTIONS)
                }
            assertEquals(91.days + 1.hours to 90.days + 1.hours, refused.asked to refused.limit)
        }

    /** The window begins an hour early, for clocks that are behind. */
    private val Keypackage.life: Duration
        get() = ref.lifetime.run { notAfter - notBefore } - 1.hours
}
