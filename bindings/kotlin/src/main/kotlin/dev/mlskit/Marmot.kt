package dev.mlskit

import dev.mlskit.ffi.marmotConstants
import dev.mlskit.ffi.marmotDefaultCapabilities
import dev.mlskit.ffi.marmotEnsureCapabilities
import dev.mlskit.ffi.marmotKeypackageConfig
import dev.mlskit.ffi.marmotKeypackageDefaultExtensions
import kotlin.time.Duration
import kotlin.time.Instant
import dev.mlskit.ffi.createDeletionEvent as ffiCreateDeletionEvent
import dev.mlskit.ffi.createKeypackageEvent as ffiCreateKeypackageEvent

/**
 * Key packages of the Marmot protocol (MIP-00, MLS over Nostr), and the Nostr events that they travel in, of kind 443.
 * Neither [TransactionContext.generateMarmotKeypackage] nor [keypackageConfig], wherever a [KeypackageConfig] is asked for,
 * makes a package that breaks a rule. Nothing here signs an event or checks its signature: that is for the app's Nostr
 * library.
 *
 * ```kotlin
 * val pubkey = NostrPublicKey.fromHex(hex) // nobody's but the user's: as the app's signer says
 * val client = MlsClient.open(file, key, pubkey.clientId)
 * val keypackage =
 *     client.transaction { tx ->
 *         tx.generateMarmotKeypackage(tx.addCredential(Marmot.credential(pubkey)))
 *     }
 * val event = Marmot.createKeypackageEvent(keypackage, EventOptions(listOf("wss://relay.example.com")))
 * // Now the app's Nostr library signs the event and publishes it.
 * ```
 *
 * A package of last resort, as Marmot's are, survives the Welcome that it opens, since others that are under way may be for
 * it too. A [KeypackagePolicy] with `target = 0` has it replaced once a Welcome was joined, withdrawn once its replacement
 * is published, and its keys deleted after a time of grace.
 */
public object Marmot {
    private val constants by lazy { marmotConstants() }

    /** The only ciphersuite. */
    public val CIPHERSUITE: Ciphersuite by lazy { Ciphersuite(constants.ciphersuite.toInt()) }

    /** The extension with a group's name, relays and the like, in the group's context. Each member declares it. */
    public val GROUP_DATA_EXTENSION: ExtensionType by lazy { ExtensionType(constants.groupDataExtension.toInt()) }

    /** The extension that marks a package of last resort. Each member declares it. */
    public val LAST_RESORT_EXTENSION: ExtensionType by lazy { ExtensionType(constants.lastResortExtension.toInt()) }

    /** The longest lifetime: 90 days. It takes the place of [ClientOptions.maxLifetime], which is 84 days by default. */
    public val MAX_LIFETIME: Duration by lazy { constants.maxLifetime.toSeconds() }

    /** The kind of events with a key package. */
    public val KEYPACKAGE_EVENT_KIND: Int by lazy { constants.keypackageEventKind.toInt() }

    /** A credential for Marmot's packages, of the client that was opened under the key's [NostrPublicKey.clientId]. */
    public fun credential(pubkey: NostrPublicKey): Credential = Credential.basic(CIPHERSUITE, pubkey.clientId)

    /** MLS 1.0, [CIPHERSUITE], Basic credentials, and the extensions 0xf2ee and 0x000a; nothing else. */
    public fun defaultCapabilities(): Capabilities = native { marmotDefaultCapabilities() }.toPublic()

    /**
     * The given capabilities with all that Marmot asks for: what is missing comes last in its list, the default types of
     * RFC 9420 are taken out, and all else stays.
     *
     * @throws KeypackageException.NoCiphersuites for an empty list of ciphersuites.
     * @throws KeypackageException.UnsupportedCiphersuite for a ciphersuite that can't be worked with here.
     */
    public fun ensureCapabilities(capabilities: Capabilities): Capabilities =
        native { marmotEnsureCapabilities(capabilities.toFfi()) }.toPublic()

    /** The extensions that [keypackageConfig] puts into a package: that of last resort. */
    public fun keypackageDefaultExtensions(): List<Extension> =
        marmotKeypackageDefaultExtensions().map { it.toPublic() }

    /**
     * The configuration of a Marmot package: of last resort, with [defaultCapabilities], for [lifetime] or 84 days, or
     * [ClientOptions.maxLifetime] if that is shorter. A [KeypackageConfig.copy] may ask for other things, for packages that
     * are used once, say.
     *
     * Whatever is changed in it: generating with it is refused for a credential with another identity
     * ([CredentialException.DifferentIdentity]) or ciphersuite ([CredentialException.UnsupportedCiphersuite]) and for a
     * lifetime over [MAX_LIFETIME]; 0xf2ee and 0x000a are always declared.
     *
     * @throws MarmotException.LifetimeTooLong for more than [MAX_LIFETIME].
     */
    public fun keypackageConfig(
        pubkey: NostrPublicKey,
        lifetime: Duration? = null,
    ): KeypackageConfig =
        KeypackageConfig.of(native { marmotKeypackageConfig(pubkey.toByteArray(), lifetime?.toFfiSeconds()) })

    /**
     * The event that publishes a package, to be signed with the Nostr key in its credential.
     *
     * @throws MarmotException.NoRelays without one.
     * @throws MarmotException.WrongRelay for what is none.
     * @throws MarmotException for a package that is not Marmot's.
     * @throws KeypackageException.Rejected for a package that has expired, say.
     */
    public suspend fun createKeypackageEvent(
        keypackage: Keypackage,
        options: EventOptions,
    ): UnsignedEvent = background { ffiCreateKeypackageEvent(keypackage.toByteArray(), options.toFfi()).toPublic() }

    /**
     * The event that asks relays to delete events with key packages (NIP-09), by their ids. It has to be signed with the
     * key that they were signed with, and relays need not heed it. It is made at [createdAt], in whole seconds, or now.
     *
     * @throws MarmotException.NothingToDelete without an id.
     * @throws MarmotException.WrongEventId for other than 64 lowercase hexadecimal digits.
     */
    public fun createDeletionEvent(
        pubkey: NostrPublicKey,
        eventIds: List<String>,
        createdAt: Instant? = null,
    ): UnsignedEvent = native { ffiCreateDeletionEvent(pubkey.toByteArray(), eventIds, createdAt?.toFfi()).toPublic() }
}
